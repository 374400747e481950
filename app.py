"""create_app(): settings in, extensions bound, blueprints registered. Nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any

from flask import Flask
from flask.templating import Environment
from werkzeug.middleware.proxy_fix import ProxyFix

import languages
from blueprints.shared import (
    addresses,
    arrived,
    assets,
    attributes,
    compressing,
    errors,
    filters,
    folding,
    guards,
    headers,
    icons,
    locking,
    requests,
    speaking,
    streaming,
    tokens,
)
from config import Settings
from extensions import csrf, db, login_manager
from jobs import queue
from services import keys

BLUEPRINTS = (
    "home",
    "accounts",
    "settings",
    "customers",
    "articles",
    "templates_",
    "quotes",
    "deal",
    "inquiries",
    "checking",
    "receipts",
    "konto",
    "ops",
    "dev",
)


class Handslag(Flask):
    """Flask, for views that all are plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: Flask looks at each, ten times a request, whether it is a coroutine."""
        return func

    @cached_property
    def _environments(self) -> folding.Environments:
        base = self.create_jinja_environment()
        assert isinstance(base, folding.Environment)  # noqa: S101  (create_app chose it)
        return folding.Environments({languages.SWEDISH: base})

    @property
    def jinja_env(self) -> Environment:
        """The templates in the language at hand."""
        return self._environments[languages.code()]


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app. Raises config.SettingsError where a setting or secret cannot be used."""
    settings = settings or Settings.from_environment()
    secrets = keys.ensure(settings)
    app = Handslag(__name__, static_folder=None)  # blueprints/shared/assets.py serves static/
    app.config.from_mapping(
        SETTINGS=settings,
        SECRETS=secrets,
        SECRET_KEY=secrets.secret_keys[-1],
        SECRET_KEY_FALLBACKS=list(secrets.secret_keys[:-1]),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,  # an error's text may end in a log
            "pool_use_lifo": True,  # the connection last used, whose pages and statements are still at hand
        },
        **requests.limits(settings),
        **requests.cookies(settings),
    )
    app.jinja_environment = folding.Environment
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    if settings.PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.PROXIES, x_proto=settings.PROXIES)  # type: ignore[method-assign]
    db.init_app(app)
    queue.init_app(app)
    requests.register(app)  # before the login is loaded: it decides how the transaction begins
    speaking.register(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    for part in (
        addresses,  # before any route is added
        tokens,
        compressing,
        arrived,
        guards,
        locking,
        streaming,
        errors,
        filters,
        headers,
        folding,
        assets,
        icons,
        attributes,
    ):
        part.register(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"blueprints.{name}").bp)
    return app
