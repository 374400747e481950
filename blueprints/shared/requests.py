"""How a request begins and ends: limits, cookies, and whether its transaction may write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, request
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter

from config import Settings
from domain import unseen
from extensions import db
from services import transaction

F = TypeVar("F", bound=Callable[..., Any])
MIB = 1024 * 1024
PLAIN_FORM_BYTES = 512 * 1024  # our longest texts, each sign as twelve
READS_FIRST = "_reads_first"
TAKES = "_takes_bytes"
STREAMS = "_streams"  # blueprints/shared/streaming.py: the view itself reads its form


def limits(settings: Settings) -> dict[str, Any]:
    """Flask's limits on what a request may carry. A logo may be 10 MiB, so that a too large one is named kindly."""
    return {
        "MAX_CONTENT_LENGTH": 10 * MIB,
        "MAX_FORM_MEMORY_SIZE": MIB,
        "MAX_FORM_PARTS": 500,
        "TRUSTED_HOSTS": _trusted_hosts(settings),
    }


def _trusted_hosts(settings: Settings) -> list[str]:
    host = settings.base_url.split("://", 1)[1].split("/", 1)[0]
    hosts = [host.rsplit(":", 1)[0]]
    return hosts if settings.PRODUCTION else [*hosts, "127.0.0.1", "localhost"]


def cookies(settings: Settings) -> dict[str, Any]:
    """Cookies of the login. With https they carry __Host- and Secure; a trial without TLS cannot."""
    prefix = "__Host-" if settings.is_https else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}handslag",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": settings.LOGIN_MAX_DAYS * 24 * 3600,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a page may lie open on a phone for days; the login ends it
        "WTF_CSRF_SSL_STRICT": False,  # the Origin check in guards.py does this for http and https alike
        "REMEMBER_COOKIE_SECURE": settings.is_https,
    }


def reads_first(view: F) -> F:
    """Mark a POST that hashes, draws or renders before it writes: its service calls transaction.start_writing()."""
    setattr(view, READS_FIRST, True)
    return view


def takes(most_bytes: int) -> Callable[[F], F]:
    """Let a view take larger uploads than others, from someone who is logged in."""

    def mark(view: F) -> F:
        setattr(view, TAKES, most_bytes)
        return view

    return mark


class Number(IntegerConverter):
    """A whole number in an address. One that no database has room for is no address of ours: 404."""

    regex = r"\d{1,15}"


def register(app: Flask) -> None:
    """Decide before anything is loaded whether this request may write: a GET never does."""
    app.url_map.converters["int"] = Number

    @app.before_request
    def _begin() -> None:
        if request.mimetype != "multipart/form-data":  # read whole at once, and MAX_FORM_PARTS counts none of it
            request.max_content_length = PLAIN_FORM_BYTES
        view = app.view_functions.get(request.endpoint or "")
        if request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, READS_FIRST, False):
            transaction.only_read()
        else:
            transaction.may_write()
        most_bytes = getattr(view, TAKES, 0)
        if most_bytes and current_user.is_authenticated:  # before the form is read, which happens next
            request.max_content_length = most_bytes

    @app.before_request
    def _leave_out_unseen() -> None:
        """A screen would show what a mark turns round otherwise than the paper does. NUL is no text at all."""
        if "\0" in request.path or any("\0" in value for _name, value in request.args.items(multi=True)):
            abort(400)
        is_read = request.method in ("GET", "HEAD") or hasattr(app.view_functions.get(request.endpoint or ""), STREAMS)
        typed = [] if is_read else list(request.form.items(multi=True))
        if any(unseen.stands_in(value) for _name, value in typed):
            if any("\0" in value for _name, value in typed):
                abort(400)
            request.form = ImmutableMultiDict((name, unseen.left_out(value)) for name, value in typed)

    @app.teardown_request
    def _end(error: BaseException | None) -> None:
        db.session.remove()
        transaction.may_write()
