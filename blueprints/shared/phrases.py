"""What a page says, in the language of its request: flask_babel's gettext without its five look-ups for each phrase."""

from __future__ import annotations

from gettext import NullTranslations

import flask_babel
from flask import g, has_app_context
from flask_babel import LazyString


def gettext(text: str, **values: object) -> str:
    """The phrase in the request's language, its %(name)s filled in."""
    said = _translations().gettext(text)
    return said % values if values else said


def lazy_gettext(text: str) -> LazyString:
    """A phrase that is named where there is no request yet, and said in the language of the request that shows it."""
    return LazyString(gettext, text)


def _translations() -> NullTranslations:
    try:
        found: NullTranslations = g.translations
    except AttributeError:
        found = g.translations = flask_babel.get_translations()
    except RuntimeError:
        if has_app_context():
            raise
        found = NullTranslations()
    return found
