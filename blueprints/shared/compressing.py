"""Answers compressed as they leave: only whole texts, only for a browser that takes gzip."""

from __future__ import annotations

from flask import Flask, Response, request

try:
    from isal.isal_zlib import compress  # a sixth of zlib's time for as many bytes

    LEVEL = 2
except ImportError:  # no build for this machine
    from zlib import compress

    LEVEL = 1

TEXTS = {"text/html", "application/json", "application/manifest+json", "text/csv"}  # static/ is compressed at set-up
LEAST_BYTES = 800
GZIP = 31  # zlib's "window bits" for gzip's frame with the largest window


def compressed(answer: Response) -> Response:
    if answer.mimetype not in TEXTS or answer.is_streamed or answer.status_code != 200:
        return answer
    answer.headers.add("Vary", "Accept-Encoding")
    if "Content-Encoding" in answer.headers or not request.accept_encodings.quality("gzip"):
        return answer
    text = answer.get_data()
    if len(text) >= LEAST_BYTES:
        answer.set_data(compress(text, LEVEL, GZIP))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def register(app: Flask) -> None:
    app.after_request(compressed)
