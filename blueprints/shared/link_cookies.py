"""The cookie that holds the token of a mailed link, so that the token leaves the address bar.

One for each link, named by what it opens; a browser may hold several.
"""

from __future__ import annotations

from flask import Response, request

from services.installation import settings

COOKIE_SECONDS = 90 * 24 * 3600


def keep(answer: Response, name: str, token: str) -> Response:
    """Put the token into the cookie `name`."""
    answer.set_cookie(
        _full(name),
        token,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",  # Strict is not sent on the redirect from a mail
    )
    return answer


def token(name: str) -> str:
    """The token that this browser holds; empty if it holds none."""
    return request.cookies.get(_full(name), "")


def _full(name: str) -> str:
    return f"__Host-{name}" if settings().is_https else name
