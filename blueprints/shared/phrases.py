"""What a page says, in the language of its request (languages.py)."""

from __future__ import annotations

from languages import gettext, lazy_gettext, ngettext

__all__ = ["gettext", "lazy_gettext", "ngettext"]
