"""What an open page asks every few seconds: has anything happened since it was drawn?

The page holds the number of the firm's newest event, which comes along with the login. While it is the same, the
answer is 204 and costs the one statement that finds the login.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from services import following

NOTHING: ResponseReturnValue = ("", 204)
OVER = 286  # to htmx: ask no more
SINCE = "sedan"  # the first parameter of the address that is asked


def is_up_to_date() -> bool:
    return request.args.get(SINCE) == str(current_user.found.seq)


def since() -> int | None:
    """The event that the page knows, or None: it is drawn anew."""
    text = request.args.get(SINCE, "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def address(path: str, query: str = "") -> str:
    """What a page that is drawn now asks later; `query` is what the page itself was asked for."""
    return f"{path}?{SINCE}={current_user.found.seq}{f'&{query}' if query else ''}"


def query() -> str:
    """What the page was asked for, as it stood in its address."""
    text = request.query_string.decode("latin-1")
    return text.partition("&")[2] if text.startswith(f"{SINCE}=") else text


def nothing_here(live: str, parts: str) -> Response:
    """Something happened that this page does not show: it gets only the newer number."""
    return make_response(render_template("_parts/live.html", live=live, parts=parts, alone=True))


def said(news: list[following.News]) -> following.Said | None:
    """What the page says aloud of it."""
    return following.to_say(news, current_user.firm_id, current_user.found.firm_public_id)
