"""The session's cookie and the forms' token, each verified or signed once by each process and then remembered.

Both say the same thing at every page of a login, and to verify the one and sign the other takes longer than to find
the login. What is remembered is only what this process has itself verified or signed with its own key.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

REMEMBERED = 512  # logins seen lately, about 1 kB each


class Sessions(SecureCookieSessionInterface):
    """Flask's signed sessions. Made for one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._verified = lru_cache(REMEMBERED)(self._verify)

    @cached_property
    def _serializer(self) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(self.app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer

    def _verify(self, cookie: str) -> tuple[tuple[tuple[str, Any], ...], datetime]:
        assert self._serializer is not None  # noqa: S101  (an app without a key is never made)
        content, signed_at = self._serializer.loads(cookie, return_timestamp=True)
        return tuple(content.items()), signed_at

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            content, signed_at = self._verified(cookie)
        except BadSignature:
            return self.session_class()
        if not timedelta(0) <= datetime.now(UTC) - signed_at <= app.permanent_session_lifetime:
            return self.session_class()
        copied = {name: list(value) if isinstance(value, list) else value for name, value in content}  # flash() appends
        return self.session_class(copied)


@lru_cache(REMEMBERED)
def _form_token(secret_key: str, token: str) -> str:
    """As flask_wtf.csrf.generate_csrf signs it. It bears no date that counts: WTF_CSRF_TIME_LIMIT is None."""
    return URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token").dumps(token)


def register(app: Flask) -> None:
    app.session_interface = Sessions(app)

    @app.before_request
    def _remember_form_token() -> None:
        token = session.get("csrf_token")
        if isinstance(token, str):
            g.csrf_token = _form_token(app.config["SECRET_KEY"], token)
