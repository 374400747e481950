"""A firm's short name in the address of its public form: lower case letters of English, digits and single hyphens."""

from __future__ import annotations

import re
import unicodedata

LEAST, MOST = 3, 40
# names that would pass for us, for an authority, or for a page of the product
RESERVED = frozenset(
    """
    admin api app assets avtal bank bankid demo dev forfragan forsakringskassan foretag handslag hjalp installningar
    integritet kontakt konto kronofogden kunder logga-in logotyp mail mejl offert offerter om polisen registrera root
    skatteverket security static status support test tillbaka uppgifter villkor www
    """.split()  # noqa: SIM905  (read as words)
)
_SHAPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APART = re.compile(r"[^a-z0-9]+")


class BadSlug(ValueError):
    """`reason`: length, signs or reserved."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(text: str) -> str:
    """As it is stored: `Berg & Söner` is not one, `Berg Soner` and `berg-söner` are berg-soner. Raises BadSlug."""
    slug = re.sub(r"[\s-]+", "-", _folded(text)).strip("-")
    if not LEAST <= len(slug) <= MOST:
        raise BadSlug("length")
    if not _SHAPE.fullmatch(slug) or slug.replace("-", "").isdigit():
        raise BadSlug("signs")
    if slug in RESERVED:
        raise BadSlug("reserved")
    return slug


def suggested(name: str) -> str:
    """What a firm's name becomes; empty where nothing usable is left."""
    slug = _APART.sub("-", _folded(name)).strip("-")[:MOST].strip("-")
    try:
        return parse(slug)
    except BadSlug:
        return ""


def is_one(stored: str) -> bool:
    """Whether it could have been chosen here: an archive may bring any."""
    try:
        return parse(stored) == stored
    except BadSlug:
        return False


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
