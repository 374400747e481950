"""Visa för kund: while a login is held to one quote, this browser is the customer's, whatever address is asked for.

Asked before every request, so a route that is added later is closed too. What the customer may open is answered as if
nobody were logged in. Everything else leads back to the quote: a typed address, a second tab, a download, htmx.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from flask import Flask, Response, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from extensions import login_manager
from services.clock import utc_now
from services.deal import on_site
from services.installation import settings

# nobody's data, and asked for often
SAME_FOR_ALL = {"home.worker", "home.manifest", "home.offline", "ops.healthz", "ops.readyz"}
LEGAL = {"home.terms", "home.dpa", "home.privacy", "home.customers"}
WAY_BACK = {"quotes.take_back_page", "quotes.take_back"}
LOG_OUT = "accounts.logout"
MARK_SECONDS = 365 * 24 * 3600  # no login is longer


class Lock(NamedTuple):
    """What this browser is held to: the deal's public id and that of its link."""

    deal_id: str
    link_id: str


def lock() -> Lock | None:
    """What this request is held to."""
    found: Lock | None = g.get("lock")
    return found


def register(app: Flask) -> None:
    @app.before_request
    def _hold() -> ResponseReturnValue | None:
        if request.endpoint in SAME_FOR_ALL or "_user_id" not in session:
            return None
        visitor = current_user._get_current_object()
        if not visitor.is_authenticated or not visitor.found.locked_to:
            return None
        held = g.lock = Lock(visitor.found.locked_to, visitor.found.locked_link)
        if request.endpoint in WAY_BACK:
            return None
        if request.endpoint == LOG_OUT:
            if request.method == "POST":  # the view ends the login, and commits
                on_site.let_go(visitor.found, actor=visitor.actor, now=utc_now())
            return None
        as_nobody()
        return None if _is_the_customers(held) else away(held)

    @app.context_processor
    def _shown() -> dict[str, object]:
        return {"lock": lock()}


def _is_the_customers(held: Lock) -> bool:
    if request.endpoint in LEGAL:
        return True
    is_deal = request.blueprint == "deal" and request.endpoint != "deal.enter"
    return is_deal and (request.view_args or {}).get("deal_id") == held.deal_id


def mark(answer: Response) -> None:
    """A cookie that means nothing: its change makes a browser drop the pages of the firm that its Back button keeps.

    `no-store` alone does not, in some: they keep such a page as long as no cookie has changed since. While it is there
    the login asks the browser to fill in no password (`was_handed`).
    """
    value, secure = secrets.token_urlsafe(8), settings().is_https
    answer.set_cookie(_mark(), value, max_age=MARK_SECONDS, path="/", secure=secure, httponly=True, samesite="Lax")


def unmark(answer: Response) -> None:
    answer.delete_cookie(_mark(), path="/", secure=settings().is_https, httponly=True, samesite="Lax")


def was_handed() -> bool:
    """Whether this browser was handed to a customer, and nobody of the firm has given a password in it since."""
    return _mark() in request.cookies


def _mark() -> str:
    return "__Host-visas" if settings().is_https else "visas"


def as_nobody() -> None:
    """From here on this request knows no login: no page of the customer's shows a name or a way of the firm's."""
    g._login_user = login_manager.anonymous_user()


def away(held: Lock) -> Response:
    """Back to what the customer is shown."""
    here = url_for("deal.show", deal_id=held.deal_id)
    if request.headers.get("HX-Request"):
        answer = make_response("", 403)
        answer.headers["HX-Redirect"] = here
        return answer
    return make_response(redirect(here, code=303))
