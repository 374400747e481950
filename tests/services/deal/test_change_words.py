"""The words for what differs: every difference has some, and what stands beside them adds up to the new price."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import changes
from services.deal import change_words, versions
from tests.documents.contents import words
from tests.domain.test_changes import quote, side, two_versions


@given(two_versions(), st.lists(st.sampled_from(changes.MODES), min_size=6, max_size=6))
def test_what_is_said_adds_up_whatever_a_section_hides(both, modes):
    sections = [section for one in both for section in one.content["sections"]]
    for section, mode in zip(sections, modes, strict=False):
        section["price_mode"] = mode
    told = change_words.told(both[0].content, both[1].content, changes.between(*both))
    assert sum(row.effect_ore or 0 for row in told.rows) == told.effect_ore
    assert all(row.text for row in told.rows)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": "Bad"}, ("Rubriken är nu ”Bad”", "")),
        ({"price_type": "approximate"}, ("Hur priset bestäms", "fast pris → ungefärligt pris")),
        ({"limit_percent": 10}, ("Så mycket högre får priset bli", "15\u00a0% → 10\u00a0%")),
        ({"cap_ore": 5_000_000}, ("Högsta pris", "inget → 50\u00a0000\u00a0kr")),
        ({"markup_bp": 1250}, ("Påslag på material", "inget → 12,5\u00a0%")),
        ({"valid_until": "2026-12-30"}, ("Gäller till", "18 december 2026 → 30 december 2026")),
        ({"starts_on": "2027-01-11"}, ("Start", "bestäms tillsammans → 11 januari 2027")),
        ({"finishes_on": "2027-02-01"}, ("Klart", "bestäms tillsammans → 1 februari 2027")),
        ({"paid_on": "2027-01-20"}, ("Avdraget är räknat på betalning", "2026 → 2027")),
        ({"site": {"street": "", "postal_code": "", "city": "Umeå"}}, ("Arbetsplatsen är ändrad", "")),
        ({"terms": "Andra."}, ("Villkoren är ändrade", "")),
        ({"not_included": "Målning."}, ("Det som inte ingår är ändrat", "")),
        ({"customer_does": "Töm."}, ("Det som beställaren ordnar är ändrat", "")),
        ({"is_smahus": True}, ("Informationen om ångerrätt och avdrag är ändrad", "")),
        ({"photos": [{"id": "a"}, {"id": "b"}]}, ("2 nya foton", "")),
    ],
)
def test_each_fact_has_its_words(more, said):
    told = versions.between(quote(), quote(**more) | more)
    assert told is not None
    assert said in [(row.text, row.detail) for row in told.rows]


def test_without_vat_the_rows_say_so_and_the_vat_is_a_row():
    old = quote(basis="excl")
    new = quote(basis="excl")
    new["sections"][0]["lines"][1]["unit_price_ore"] = 400_000
    found = changes.between(side(old), side(new))
    told = change_words.told(old, new, found)
    assert [(row.text, row.effect_ore) for row in told.rows] == [("Ändrat: Bortforsling", 10_000), ("Moms", 2_500)]
    assert told.note == "Beloppen på raderna är utan moms."


def test_a_line_that_becomes_an_option_is_told_as_one():
    new = quote()
    new["sections"][0]["lines"][1]["is_option"] = True
    new["sections"][0]["lines"][2]["is_option"] = False
    rows = change_words.told(quote(), new, changes.between(side(quote()), side(new))).rows
    assert [(row.text, row.effect_ore) for row in rows] == [
        ("Nu ett tillval: Bortforsling", -390_000),
        ("Inte längre ett tillval: Golvvärme", 890_000),
    ]


def test_a_hidden_line_with_other_words_is_not_shown():
    new = quote()
    new["sections"][0]["price_mode"] = "sum"
    new["sections"][0]["lines"][0]["text"] = "Hemligt"
    (row,) = change_words.told(quote(), new, changes.between(side(quote()), side(new))).rows
    assert row == ("Delen Rivning är beskriven på nytt", "", None)


def test_the_letter_says_the_first_few_and_how_many_more():
    new = quote(title="Bad", terms="Andra.", starts_on="2027-01-11", discount_bp=500)
    found = change_words.told(quote(), new, changes.between(side(quote()), side(new)))
    assert change_words.in_short(found).count(";") == 3
    assert change_words.in_short(found).endswith("2 ändringar till")


def test_the_same_content_says_nothing():
    assert versions.between(quote(), quote()) is None


def test_a_priced_line_that_becomes_words_takes_its_price_along():
    new = quote()
    new["sections"][0]["lines"][1] = words("3", "Bortforsling ingår")
    (row,) = change_words.told(quote(), new, changes.between(side(quote()), side(new))).rows
    assert row == ("Text ändrad: Bortforsling ingår", "", -390_000)
