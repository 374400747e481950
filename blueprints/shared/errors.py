"""What goes wrong, said once: services' refusals and HTTP errors become pages (or parts for htmx)."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from blueprints.shared.htmx import VARY, wants_part
from extensions import db
from services import logins
from services.clock import utc_now
from services.errors import DiskFull, NotFound, RuleBroken, TooMany, place_of

log = logging.getLogger("handslag")
PAGES = {403, 404, 409, 410, 413, 429, 500, 503}


def page(status: int, **facts: object) -> tuple[str, int]:
    # not render_template: its context processors load the login, and the database may be what failed
    template = current_app.jinja_env.get_template(f"errors/{status}.html")
    return template.render(now=utc_now(), **facts), status


def register(app: Flask) -> None:
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(CSRFError, lambda error: page(403, csrf=True))
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(DiskFull, lambda error: page(503, full=True))
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _not_found(error: NotFound) -> ResponseReturnValue:
    if request.method == "POST" and _has_moved_in():
        return _rule_broken(RuleBroken("moved_in"))
    return page(404)


def _rule_broken(error: RuleBroken) -> ResponseReturnValue:
    db.session.rollback()
    if wants_part():  # a whole page must not land where a part belongs
        part = current_app.jinja_env.get_template("errors/_refused.html").render(code=error.code)
        return part, 409, {"HX-Reswap": "none", "Vary": VARY}
    return page(409, code=error.code, facts=error.facts)


def _too_many(error: TooMany) -> ResponseReturnValue:
    body, status = page(429, minutes=-(-error.retry_after_seconds // 60))
    return body, status, {"Retry-After": str(error.retry_after_seconds)}


def _database(error: OperationalError) -> ResponseReturnValue:
    db.session.rollback()
    full = "full" in str(error.orig).lower()
    log.error("database: %s", type(error.orig).__name__)
    return page(503, full=full)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code in PAGES:
        return page(error.code)
    if error.code and error.code >= 500:
        return page(500)
    if error.code and error.code >= 400:
        return page(400)[0], error.code, _kept_headers(error)
    return error


def _kept_headers(error: HTTPException) -> list[tuple[str, str]]:
    """What the standard wants beside the status: the methods that a 405 allows, the length that a 416 lies beyond."""
    return [(name, value) for name, value in error.get_headers() if name in ("Allow", "Content-Range")]


def _unexpected(error: Exception) -> ResponseReturnValue:
    if _has_moved_in():
        return _rule_broken(RuleBroken("moved_in"))
    number = secrets.token_hex(4)
    log.error("error %s in %s %s: %s", number, request.method, request.endpoint, place_of(error))
    if request.environ.get("handslag.raise_errors"):
        raise error
    return page(500, number=number)


def _has_moved_in() -> bool:
    """Whether the visitor's firm went into the one that has come from elsewhere, while this request was under way.

    services/importing/merging.py: the firm that the request began in is gone, so nothing of it can have been kept.
    """
    db.session.rollback()
    visitor = g.get("_login_user")
    if visitor is None or not visitor.is_authenticated:
        return False
    found = logins.find(visitor.token, now=utc_now())
    return found is not None and found.firm_id != visitor.firm_id
