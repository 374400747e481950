"""In which language a request is answered: the user's own, else the one that was chosen in this browser, else the first
of the browser's that we speak. A customer's page follows its quote (blueprints/deal/guard.py)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, request, session
from flask_login import current_user

import languages
from blueprints.shared.guards import GUARD
from languages import LANGUAGES, SWEDISH
from services.installation import settings

CHOICE = "sprak"  # in an address, and the name of the cookie that keeps it
COOKIE_SECONDS = 365 * 24 * 3600
DEAL = "deal"  # the blueprint of the customer's pages


def asked() -> str | None:
    """The language that the address asks for; None if it asks for none of ours."""
    wanted = request.args.get(CHOICE)
    return wanted if wanted in LANGUAGES else None


def kept(cookie: str = CHOICE) -> str | None:
    """What was chosen in this browser before."""
    code = request.cookies.get(_name(cookie))
    return code if code in LANGUAGES else None


def keep(answer: Response, code: str, *, cookie: str = CHOICE) -> Response:
    """Remember the choice in this browser. It says nothing of who reads."""
    answer.set_cookie(
        _name(cookie), code, max_age=COOKIE_SECONDS, path="/", secure=settings().is_https, httponly=True, samesite="Lax"
    )
    return answer


def other_language() -> str:
    """The address of this page in the other language; empty for the answer to a form, which has none."""
    if request.method != "GET":
        return ""
    other = next(code for code in LANGUAGES if code != languages.code())
    return f"{request.path}?{urlencode([*_own_arguments(), (CHOICE, other)])}"


def _own_arguments() -> list[tuple[str, str]]:
    return [pair for pair in request.args.items(multi=True) if pair[0] != CHOICE]


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if settings().is_https else cookie


def _of_browser() -> str:
    return kept() or request.accept_languages.best_match(LANGUAGES, default=SWEDISH)


def register(app: Flask) -> None:
    app.jinja_env.globals["other_language"] = other_language

    @app.before_request
    def _begin() -> None:
        visitor = current_user._get_current_object() if _knows_its_user() else None
        if visitor is not None and visitor.is_authenticated:
            languages.use(visitor.found.language)
        else:
            languages.use(asked() or _of_browser())

    def _knows_its_user() -> bool:
        """Whether the page asks who is logged in anyway. A login that is sent begins its transaction later."""
        if "_user_id" not in session or request.endpoint is None or request.blueprint == DEAL:
            return False
        guard = getattr(app.view_functions.get(request.endpoint), GUARD, "public")
        return guard != "public" or request.method in ("GET", "HEAD")

    @app.after_request
    def _keep(answer: Response) -> Response:
        code = asked()
        return keep(answer, code) if code and request.blueprint != DEAL else answer

    @app.teardown_request
    def _end(error: BaseException | None) -> None:
        languages.use(SWEDISH)
