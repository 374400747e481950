"""Who may come in: every route carries `requires`, `public` or `by_link`; a house test refuses one without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user

from blueprints.shared.htmx import wants_part
from blueprints.shared.requests import READS_FIRST
from domain import permissions, standing, terminations
from domain.clock import stockholm_date
from domain.standing import Standing
from extensions import login_manager
from models import Closing, Firm, Login, User
from services import logins, standing_letters
from services.actors import Actor
from services.clock import utc_now
from services.errors import RuleBroken
from services.installation import settings

F = TypeVar("F", bound=Callable[..., ResponseReturnValue])
GUARD = "guard"  # name of the mark on a view function


class Visitor(UserMixin):
    """The one who is logged in. What most pages need is found by one statement; a whole row costs one of its own."""

    def __init__(self, token: str, found: logins.Found) -> None:
        self.token, self.found = token, found
        self.firm_id, self.firm_name = found.firm_id, found.firm_name
        self.name = found.user_name or found.email

    def get_id(self) -> str:
        return self.token

    @cached_property
    def login(self) -> Login:
        return self.found.login()

    @cached_property
    def user(self) -> User:
        return self.found.user()

    @cached_property
    def firm(self) -> Firm:
        return self.found.firm()

    @cached_property
    def closing(self) -> Closing | None:
        return self.found.closing()

    @property
    def is_fresh(self) -> bool:
        """The password was typed within the last minutes."""
        return utc_now() - self.found.fresh_at < timedelta(minutes=settings().FRESH_MINUTES)

    @cached_property
    def standing(self) -> Standing:
        """Of the firm."""
        return standing.of(self.found.standing, self.found.closes_at, utc_now())

    def may(self, action: str) -> bool:
        """Whether the role allows it and the firm's standing too: what is refused now has no button."""
        return permissions.allowed(self.found.role, action) and standing.allows(self.standing, action)

    @property
    def actor(self) -> Actor:
        return Actor(
            firm_id=self.firm_id,
            firm_public_id=self.found.firm_public_id,
            ref=f"user:{self.found.user_public_id}",
            name=self.name,
            user_id=self.found.user_id,
            ip=client_address(),
            user_agent=user_agent(),
        )


def client_address() -> str:
    """The socket's address, or the configured proxy's word for it (ProxyFix)."""
    return request.remote_addr or ""


def user_agent() -> str:
    return (request.headers.get("User-Agent") or "")[:300]


def public(view: F) -> F:
    """Anyone may come in."""
    setattr(view, GUARD, "public")
    return view


def requires(action: str, *, fresh: bool = False, fresh_next: str = "") -> Callable[[F], F]:
    """Only a user whose role allows the action, in a firm whose standing does.

    `fresh` also asks for the password again after some minutes.
    """
    if action not in permissions.ACTIONS:
        raise ValueError(f"no such action: {action}")

    def decorate(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return to_login()
            if not permissions.allowed(current_user.found.role, action):
                abort(403)
            if not current_user.may(action):
                return _refused()
            if fresh and not current_user.is_fresh:
                return redirect(url_for("accounts.confirm_password", next=fresh_next or _here()), code=303)
            if request.method == "POST" and not getattr(view, READS_FIRST, False):
                logins.touch(current_user.found, now=utc_now())
            return view(*args, **kwargs)

        setattr(guarded, GUARD, action)
        return guarded  # type: ignore[return-value]

    return decorate


def _refused() -> ResponseReturnValue:
    """The firm only reads now: a page that changes a quote leads to the one that shows it, an act is refused."""
    n = (request.view_args or {}).get("n")
    if request.method == "GET" and request.blueprint == "quotes" and n is not None and not wants_part():
        return redirect(url_for("quotes.show", n=n))
    raise RuleBroken(current_user.standing)


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else safe_next(request.referrer)


def to_login() -> Response:
    """Signed out: a page leads to the login and back; htmx reloads the page, or the login would land in a part."""
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return make_response(
        redirect(url_for("accounts.login", next=_here()), code=303 if request.method == "POST" else 302)
    )


def safe_next(target: str | None, default: str = "/") -> str:
    """A path on this host, or the default. Checked after parsing; the referrer of our own pages is cut to its path."""
    if not target or any(ord(sign) < 33 for sign in target) or "\\" in target:
        return default
    parts = urlsplit(target)
    if parts.netloc and target.startswith(("http://", "https://")) and parts.netloc == request.host:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return default
    return target


def _load(token: str) -> Visitor | None:
    found = logins.find(token, now=utc_now())
    return Visitor(token, found) if found else None


def _check_origin() -> None:
    """A changing request from a page of another host is refused, whatever token it carries."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)
    if origin == "null" or (request.headers.get("Sec-Fetch-Site") == "cross-site"):
        abort(403)


def register(app: Flask) -> None:
    login_manager.user_loader(_load)
    login_manager.session_protection = None  # the row decides; a phone changes its address all day
    app.before_request(_check_origin)

    @app.context_processor
    def _suspended() -> dict[str, object]:
        if not current_user.is_authenticated or current_user.standing is not Standing.SUSPENDED:
            return {"suspended": None}
        found = current_user.found
        facts = {"why": standing_letters.WHY[found.standing_reason], "contact": standing_letters.contact()}
        return {"suspended": facts | {"on": stockholm_date(found.standing_at)}}

    @app.context_processor
    def _closing() -> dict[str, object]:
        if not current_user.is_authenticated or current_user.found.erase_after is None:
            return {"closing": None}
        found = current_user.found
        may_undo = current_user.may("firm.close") and terminations.may_undo(
            found.closing_channel, current_user.actor.ref
        )
        return {
            "closing": {
                "on": stockholm_date(found.erase_after),
                "works_until": stockholm_date(found.closes_at) if utc_now() < found.closes_at else None,
                "undo_url": url_for("konto.undo_closing") if may_undo else None,
                "data_url": url_for("konto.show") if current_user.may("firm.export") else None,
            }
        }


def remember(token: str) -> None:
    """Begin a login in this browser with a new id (the old session's content is dropped)."""
    session.clear()
    session.permanent = True
    session["_user_id"] = token
    session["_fresh"] = True
