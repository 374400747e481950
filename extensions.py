"""Extensions, made here without an app. The database's transaction rules are in tables/engine.py."""

from __future__ import annotations

from functools import cached_property

from babel import Locale
from flask_babel import Babel, Domain
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from tables import engine  # noqa: F401  (registers the connection hooks)
from tables.base import Base


class _Babel(Babel):
    @cached_property
    def default_locale(self) -> Locale:
        """The language, kept: the library asks the disk for it at each request."""
        found: Locale = super().default_locale
        return found

    @cached_property
    def domain_instance(self) -> Domain:
        """The catalogues, kept: the library looks for them on disk again at each request."""
        return Domain(domain=self.domain)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = _Babel()
