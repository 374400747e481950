"""What differs between two versions, and that the effects explain the new price to the öre."""

from __future__ import annotations

import copy
import random
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import changes
from domain.changes import Fact, Kind, Side, Sums
from services.deal import figures
from tests.documents import contents
from tests.documents.contents import line, words

LABOUR = {"deduction": "rot", "work_type": "bygg"}


def content(sections: list[tuple[Any, ...]], **more: Any) -> dict[str, Any]:
    return {"photos": [], **contents.content(sections, **more)}


def quote(**more: Any) -> dict[str, Any]:
    rows = [
        line("2", "Rivning", 16000, "tim", 69000, "labour", **LABOUR),
        line("3", "Bortforsling", 1000, "st", 390000, "other"),
        line("4", "Golvvärme", 1000, "st", 890000, "material", is_option=True),
        words("5", "Vi börjar med rivningen"),
    ]
    return content([("Rivning", rows)], **more)


def between(old: dict[str, Any], new: dict[str, Any]) -> changes.Changes:
    return changes.between(side(old), side(new))


def side(one: dict[str, Any], picked: tuple[str, ...] = (), quantities: dict[str, int] | None = None) -> Side:
    result = figures.totals(one, picked, quantities=quantities or {})
    return Side(one, Sums(result.gross_ore, result.deduction_ore, result.to_pay_ore), picked, quantities or {})


def changed(**more: Any) -> dict[str, Any]:
    """The same quote with another line 2."""
    found = quote()
    found["sections"][0]["lines"][0] |= more
    return found


def explained(found: changes.Changes) -> int:
    lines = sum(line.effect_ore for line in found.lines)
    return lines + sum(section.effect_ore for section in found.sections) + found.discount_effect_ore + found.vat_ore


def test_the_same_content_has_no_difference():
    assert not between(quote(), quote())


def test_a_side_with_nothing_chosen_takes_the_frozen_sums():
    assert changes.side(quote()) == side(quote())


@pytest.mark.parametrize(
    ("more", "fields", "effect_ore"),
    [
        ({"quantity_milli": 18000}, {"quantity"}, 138000),
        ({"unit_price_ore": 70000}, {"price"}, 16000),
        ({"text": "Rivning av allt"}, {"text"}, 0),
        ({"note": "Med container."}, {"note"}, 0),
        ({"discount_bp": 1000}, {"discount"}, -110400),
        ({"is_option": True}, {"option"}, -1104000),
        ({"vat_percent": 12}, {"vat"}, 0),
        ({"deduction": None}, {"deduction"}, 0),
        ({"unit": "dag"}, {"quantity"}, 0),
        ({"quantity_min_milli": 1000, "quantity_max_milli": 20000}, {"limits"}, 0),
    ],
)
def test_a_changed_line(more, fields, effect_ore):
    found = between(quote(), changed(**more))
    (one,) = found.lines
    assert (one.key, one.kind, one.fields, one.effect_ore) == ("2", Kind.CHANGED, frozenset(fields), effect_ore)
    assert found.gross_effect_ore == effect_ore


def test_lines_that_came_and_went():
    new = quote()
    rows = new["sections"][0]["lines"]
    rows[1] = line("9", "Målning", 2000, "tim", 50000, "labour")
    found = between(quote(), new)
    assert [(one.key, one.kind, one.effect_ore) for one in found.lines] == [
        ("9", Kind.ADDED, 100000),
        ("3", Kind.REMOVED, -390000),
    ]


def test_an_option_changes_the_price_only_where_it_is_chosen():
    new = quote()
    new["sections"][0]["lines"][2]["unit_price_ore"] = 900000
    assert between(quote(), new).lines[0].effect_ore == 0
    chosen = changes.between(side(quote(), ("4",)), side(new, ("4",)))
    assert chosen.lines[0].effect_ore == chosen.gross_effect_ore == 10000


def test_a_choice_that_falls_away_is_told():
    found = changes.between(side(quote(), ("4",)), side(quote()))
    assert [(one.fields, one.effect_ore) for one in found.lines] == [(frozenset({"picked"}), -890000)]


def test_the_customers_own_quantity_stays_hers():
    new = changed(quantity_milli=17000)
    found = changes.between(side(quote(), (), {"2": 20000}), side(new, (), {"2": 20000}))
    assert not found


def test_discounts_have_effects_of_their_own():
    new = quote(discount_bp=500)
    new["sections"][0]["discount_bp"] = 1000
    found = between(quote(), new)
    (section,) = found.sections
    whole = 16 * 69000 + 390000
    assert (section.fields, section.effect_ore) == (frozenset({"discount_bp"}), -whole // 10)
    assert found.discount == Fact("discount_bp", 0, 500)
    assert found.discount_effect_ore == -(whole * 9 // 10) * 5 // 100
    assert not found.lines


def test_sections_that_came_went_and_are_called_something_else():
    new = quote()
    new["sections"][0]["title"] = "Riva"
    new["sections"].append({**content([("El", [])])["sections"][0], "key": "7"})
    found = between(quote(), new)
    assert [(one.key, one.kind, one.fields) for one in found.sections] == [
        (new["sections"][0]["key"], Kind.CHANGED, frozenset({"title"})),
        ("7", Kind.ADDED, frozenset()),
    ]
    assert [one.kind for one in between(new, quote()).sections] == [Kind.CHANGED, Kind.REMOVED]


def test_a_section_that_hides_its_prices_hides_them_here_too():
    old, new = quote(), changed(quantity_milli=18000)
    new["sections"][0]["price_mode"] = "sum"
    assert between(old, new).lines[0].price_mode == "sum"
    assert between(new, old).lines[0].price_mode == "sum"


def test_what_else_is_said():
    new = quote(
        valid_until="2027-01-08", paid_on="2027-01-08", starts_on="2027-01-04", terms="Andra villkor.", title="Bad"
    )
    new["photos"] = [{"id": "b"}, {"id": "c"}]
    old = {**quote(), "photos": [{"id": "a"}, {"id": "b"}]}
    found = between(old, new)
    told = {fact.name: (fact.old, fact.new) for fact in found.facts}
    assert told == {
        "title": ("Badrum, Granstigen 4", "Bad"),
        "valid_until": ("2026-12-18", "2027-01-08"),
        "starts_on": (old["starts_on"], "2027-01-04"),
        "paid_year": ("2026", "2027"),
        "terms": (None, None),
    }
    assert (found.photos_added, found.photos_removed) == (1, 1)


def test_a_plan_that_only_comes_to_more_is_the_same_plan():
    part = {"trigger": "finish", "text": "", "share_bp": None, "amount_ore": None, "on": None}
    plans = [quote(payment_plan=[{**part, "comes_to_ore": amount}]) for amount in (100, 200)]
    assert not between(*plans)
    moved = quote(payment_plan=[{**part, "trigger": "start", "comes_to_ore": 100}])
    assert [fact.name for fact in between(plans[0], moved).facts] == ["payment_plan"]


def test_another_basis_compares_with_vat():
    """A company's price without VAT becomes a private customer's with it: the same price, no line has changed."""
    old = quote(basis="excl", customer={"kind": "company"})
    new = quote()
    for row in new["sections"][0]["lines"]:
        row["unit_price_ore"] = row["unit_price_ore"] * 5 // 4
    found = between(old, new)
    assert not found.lines
    assert "basis" in [fact.name for fact in found.facts]
    assert found.vat_ore == 0


@st.composite
def a_row(draw: st.DrawFn, key: str) -> dict[str, Any]:
    if draw(st.integers(0, 9)) == 0:
        return words(key, draw(st.sampled_from(["Ett", "Två"])))
    kind = draw(st.sampled_from(["labour", "material", "other"]))
    return line(
        *(key, draw(st.sampled_from(["Golv", "Tak"])), draw(st.integers(1, 99_999)), "st"),
        *(draw(st.integers(0, 999_999)), kind),
        vat_percent=draw(st.sampled_from([25, 12, 6, 0])),
        discount_bp=draw(st.sampled_from([0, 0, 333, 1000])),
        deduction=draw(st.sampled_from([None, "rot"])) if kind == "labour" else None,
        is_option=draw(st.integers(0, 4)) == 0,
    )


@st.composite
def a_version(draw: st.DrawFn, basis: str) -> dict[str, Any]:
    keys = draw(st.lists(st.integers(1, 12), unique=True, max_size=8))
    names = draw(st.lists(st.sampled_from("ABCD"), unique=True, min_size=1, max_size=3))
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for key in keys:
        held[draw(st.sampled_from(names))].append(draw(a_row(str(key))))
    discounts = st.sampled_from([0, 0, 500, 1250])
    built = content(
        [(name, rows, {"discount_bp": draw(discounts)}) for name, rows in held.items()],
        basis=basis,
        discount_bp=draw(discounts),
    )
    for name, section in zip(names, built["sections"], strict=True):
        section["key"] = name
    return built


@st.composite
def two_versions(draw: st.DrawFn, *, bases: tuple[str, ...] = ("incl", "excl")) -> tuple[Side, Side]:
    basis = draw(st.sampled_from(bases))
    sides = []
    for other in (basis, basis if draw(st.integers(0, 4)) else draw(st.sampled_from(bases))):
        version = draw(a_version(other))
        keys = [row["key"] for section in version["sections"] for row in section["lines"] if row["is_option"]]
        sides.append(side(version, tuple(key for key in keys if draw(st.booleans()))))
    return sides[0], sides[1]


@given(two_versions())
def test_a_version_does_not_differ_from_itself(both):
    for one in both:
        assert not changes.between(one, one)


@given(two_versions())
def test_the_effects_explain_the_new_price(both):
    old, new = both
    found = changes.between(old, new)
    assert old.sums.gross_ore + explained(found) == new.sums.gross_ore
    assert new.sums.to_pay_ore == old.sums.to_pay_ore + found.gross_effect_ore + found.deduction_effect_ore
    assert all(one.fields for one in found.lines if one.kind is Kind.CHANGED)
    if old.content["basis"] != new.content["basis"]:
        return
    if old.content["basis"] == "incl":
        assert found.vat_ore == 0
    else:
        vat = [figures.totals(one.content, one.picked).vat_ore for one in both]
        assert found.vat_ore == vat[1] - vat[0]


@given(two_versions(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_sections_says_nothing(both, chance: random.Random):
    old, new = both
    mixed = [Side(_mixed(one.content, chance), one.sums, one.picked, one.quantities) for one in both]
    assert not changes.between(new, mixed[1])
    straight, crossed = changes.between(old, new), changes.between(*mixed)
    by_key = attrgetter("key")
    assert sorted(straight.lines, key=by_key) == sorted(crossed.lines, key=by_key)
    told = [
        sorted((one.key, one.kind, one.fields, one.effect_ore) for one in found.sections)
        for found in (straight, crossed)
    ]
    assert told[0] == told[1]
    assert straight.discount_effect_ore == crossed.discount_effect_ore
    assert straight.vat_ore == crossed.vat_ore


@given(two_versions(bases=("incl",)))
def test_back_again_is_the_opposite(both):
    """Except for discounts, whose effect is reckoned on the lines of the newer version."""
    there, back = changes.between(*both), changes.between(*reversed(both))
    assert there.gross_effect_ore == -back.gross_effect_ore
    assert {one.key for one in there.lines} == {one.key for one in back.lines}
    assert bool(there) == bool(back)


def _mixed(one: Any, chance: random.Random) -> dict[str, Any]:
    found = copy.deepcopy(one)
    chance.shuffle(found["sections"])
    for section in found["sections"]:
        chance.shuffle(section["lines"])
    return found
