"""Extensions, made here without an app. The database's transaction rules are in tables/engine.py."""

from __future__ import annotations

from functools import cached_property
from gettext import NullTranslations

from flask import g
from flask_babel import Babel, Domain
from flask_compress import Compress
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from tables import engine  # noqa: F401  (registers the connection hooks)
from tables.base import Base


class _Catalogues(Domain):
    def get_translations(self) -> NullTranslations:
        """Those of the request's language, kept: the library spells its name out for each phrase."""
        try:
            found: NullTranslations = g.translations
        except AttributeError:
            found = g.translations = super().get_translations()
        return found


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        """The catalogues, kept: the library looks for them on disk again at each request."""
        return _Catalogues(domain=self.domain)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = _Babel()
compress = Compress()
