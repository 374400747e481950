"""What a new version says where who accounts for the VAT has changed."""

from __future__ import annotations

from services.deal import versions
from tests.documents.contents import entrance

REVERSE = {"reverse_charge": {"text_version": "2026-11-21"}}


def quote(**more):
    return entrance(photos=[], **more)


def told(old, new) -> list[tuple[str, int | None]]:
    found = versions.between(old, new)
    assert found is not None
    return [(row.text, row.effect_ore) for row in found.rows]


def test_the_vat_goes_and_comes_back():
    vat_ore = quote()["totals"]["vat_ore"]
    assert told(quote(), quote(**REVERSE)) == [("Moms", -vat_ore), ("Köparen redovisar momsen", None)]
    assert told(quote(**REVERSE), quote()) == [("Moms", vat_ore), ("Momsen är med i priset igen", None)]


def test_nothing_is_told_where_nothing_changed():
    assert versions.between(quote(**REVERSE), quote(**REVERSE)) is None


def test_with_vat_in_the_prices_before():
    texts = [text for text, _effect in told(quote() | {"basis": "incl"}, quote(**REVERSE))]
    assert "Köparen redovisar momsen" in texts
    assert "Avrundning av momsen" not in texts
