"""What a deal is called by its kind (domain/deal_kinds.py), for pages, letters and papers."""

from __future__ import annotations

from domain.deal_kinds import DealKind
from languages import lazy_gettext as _l

_NOUNS = {DealKind.QUOTE: _l("Offert"), DealKind.CONTRACT: _l("Kontrakt"), DealKind.DOCUMENT: _l("Dokument")}
_THE = {DealKind.QUOTE: _l("offerten"), DealKind.CONTRACT: _l("kontraktet"), DealKind.DOCUMENT: _l("dokumentet")}


def noun(kind: str) -> str:
    """Offert, Kontrakt, Dokument"""
    return str(_NOUNS[DealKind(kind)])


def the(kind: str) -> str:
    """offerten, kontraktet, dokumentet"""
    return str(_THE[DealKind(kind)])


def the_first(kind: str) -> str:
    """The same at the beginning of a sentence."""
    said = the(kind)
    return said[0].upper() + said[1:]
