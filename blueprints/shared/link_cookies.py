"""The cookie that holds the token of a mailed link, so that the token leaves the address bar.

One for each link, named by what it opens; a browser may hold several.
"""

from __future__ import annotations

from flask import Response, request

from services.installation import settings

COOKIE_SECONDS = 90 * 24 * 3600
BETWEEN, MOST = "~", 6  # tokens in the cookie of one deal


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


def of_deal(deal_id: str) -> list[str]:
    """The tokens of all links of a deal that were opened here, the last one first: several may sign on one phone."""
    return token(f"l-{deal_id}").split(BETWEEN)


def newest(deal_id: str) -> str:
    """The token of the link of a deal that this browser came by last; empty where there is none."""
    return of_deal(deal_id)[0]


def keep_of_deal(answer: Response, deal_id: str, token: str) -> Response:
    """Who comes by it is the reader from here on; the others who came before can be handed over to."""
    others = [one for one in of_deal(deal_id) if one and one != token]
    return keep(answer, f"l-{deal_id}", BETWEEN.join([token, *others][:MOST]))


def _full(name: str) -> str:
    return f"__Host-{name}" if settings().is_https else name
