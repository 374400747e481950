"""A mailed link: its first GET puts the token in the cookie and leads to an address without it."""

from __future__ import annotations

from typing import TypeVar

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from services import user_tokens
from services.clock import utc_now
from services.errors import NotFound
from services.user_tokens import LinkGone

T = TypeVar("T")
LONGEST = 300  # characters; ours have about half


def take(purpose: str, token: str, endpoint: str) -> ResponseReturnValue:
    """Keep a good token in this browser. Nothing is used up: scanners of mail fetch links too."""
    if len(token) > LONGEST:
        raise NotFound
    try:
        user_tokens.read(purpose, token, now=utc_now())
    except LinkGone:
        return gone(purpose)
    session[_key(purpose)] = token
    return redirect(url_for(endpoint), code=303)


def kept(purpose: str) -> str:
    """The token that this browser holds. Raises NotFound."""
    token = session.get(_key(purpose))
    if not isinstance(token, str):
        raise NotFound
    return token


def forget(purpose: str) -> None:
    session.pop(_key(purpose), None)


def gone(purpose: str) -> ResponseReturnValue:
    """The link was ours and no longer counts. The page holds nothing of the account."""
    forget(purpose)
    return render_template("accounts/link_gone.html", purpose=purpose), 410


def _key(purpose: str) -> str:
    return f"link:{purpose}"
