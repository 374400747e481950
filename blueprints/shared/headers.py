"""Headers of every answer: content security policy, no third parties, no stored copies of personal pages."""

from __future__ import annotations

from functools import cache

from flask import Flask, Response

from services.installation import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def always(*, is_https: bool) -> dict[str, str]:
    """What every answer carries, static files too."""
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # no-referrer would take the Referer from our own forms too
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


@cache
def _pairs(*, is_https: bool) -> tuple[tuple[str, str], ...]:
    return tuple(always(is_https=is_https).items())


def secure(answer: Response) -> Response:
    answer.headers.extend(_pairs(is_https=settings().is_https))  # no view sets one of these
    if "private" not in answer.headers.get("Cache-Control", ""):  # send_file says no-cache, which keeps a copy
        answer.headers["Cache-Control"] = "no-store"
    return answer


def register(app: Flask) -> None:
    app.after_request(secure)
