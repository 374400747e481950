"""What a browser may keep: our own pictures, which never change under their address."""

from __future__ import annotations

from flask import Response

A_DAY = "private, max-age=86400"


def picture(data: bytes, media_type: str) -> Response:
    """One of them, in full."""
    answer = Response(data, mimetype=media_type)
    answer.headers["Cache-Control"] = A_DAY
    return answer
