"""The tables as data: a row that is added counts without code, and a year that lacks one is told of."""

from __future__ import annotations

from datetime import date

import pytest

from domain import green_tech, rot_rut
from domain.quotes import Deduction, Line, LineKind, totals
from domain.rule_tables import CERTAIN, LIKELY, Lack, NoRuleForDate, Tables, find, joined, product_rows

NEXT = {"valid_from": "2027-01-01", "valid_to": None, "confidence": "certain", "source": "SFS 2026:1"}
RATE = {"kind": "rot", "rate_percent": 40, **NEXT}
CAPS = {"combined_kr": 90000, "rot_kr": 60000, "rut_kr": 80000, **NEXT}


@pytest.fixture
def product():
    """The product's rows, in use again after the test."""
    yield product_rows()
    rot_rut.use(product_rows())


def labour(kronor: int) -> Line:
    return Line("1", 1000, 100 * kronor, 25, LineKind.LABOUR, deduction=Deduction.ROT, work_type="bygg")


def test_a_row_added_to_a_copy_counts_from_its_first_day(product):
    rot_rut.use({**product, "rate_periods": [*product["rate_periods"], RATE]})
    before, after = (
        totals([labour(10_000)], basis="incl", paid_on=on) for on in (date(2026, 12, 31), date(2027, 1, 1))
    )
    assert (before.deduction_ore, after.deduction_ore) == (300_000, 400_000)
    assert rot_rut.max_request_kr("rot", date(2027, 1, 1), labour_kr=10_000, paid_kr=6_000, allowance_kr=50_000) == 4000


@pytest.mark.parametrize("place", [0, None])
def test_where_in_the_table_a_row_stands_does_not_matter(product, place):
    rows = list(product["cap_periods"])
    rows.insert(len(rows) if place is None else place, CAPS)
    rot_rut.use({**product, "cap_periods": rows})
    assert rot_rut.remaining_kr("rot", date(2026, 12, 31), 0, 0) == 50_000
    assert rot_rut.remaining_kr("rot", date(2027, 1, 1), 0, 0) == 60_000
    assert rot_rut.remaining_kr("rut", date(2027, 1, 1), 60_000, 0) == 30_000


def test_rows_of_every_table_can_be_added(product):
    work = {"code": "ny", "element": "Ny", "fields": "timmar_material", **NEXT}
    share = {"code": "varmepump_berg_jord_sjo", "kind": "rot", "element": "Vvs", "percent": 40, **NEXT}
    rule = {"month": 3, "day": 2, "year_offset": 1, "weekend_moves_to_next_weekday": False, **NEXT}
    added = {"work_types": {"rot": [work]}, "schablon_labour_percent": [share], "deadline_periods": [rule]}
    rot_rut.use(joined(product, added))
    days = date(2026, 12, 31), date(2027, 1, 1)
    assert [len(rot_rut.work_types("rot", on)) for on in days] == [7, 8]
    assert [rot_rut.schablon_percents(on)["varmepump_berg_jord_sjo"] for on in days] == [35, 40]
    assert [rot_rut.request_deadline(on) for on in days] == [date(2027, 2, 1), date(2028, 3, 2)]


def test_a_rate_of_gron_teknik_is_a_row_like_any(product):
    added = {"installation": "solceller", "rate_percent": 10, **NEXT}
    rot_rut.use(joined(product, {"green_tech_periods": [added]}))
    days = date(2026, 12, 31), date(2027, 1, 1)
    assert [green_tech.rate_percent("solceller", on) for on in days] == [15, 10]


@pytest.mark.parametrize("added", [{"green_tech_rules": {"cap_kr_per_person_and_year": 60000}}])
def test_what_is_no_row_is_no_matter_of_data(product, added):
    with pytest.raises(ValueError, match="no such table"):
        joined(product, added)


def test_a_row_for_the_same_days_puts_the_older_one_right(product):
    corrected = {**RATE, "valid_from": "2026-01-01", "rate_percent": 35}
    rot_rut.use(joined(product, {"rate_periods": [corrected]}))
    assert rot_rut.rate_percent("rot", date(2026, 6, 1)) == 35
    assert rot_rut.rate_percent("rot", date(2025, 12, 31)) == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {**RATE, "rate_percent": 0},
        {**RATE, "rate_percent": 100},
        {**RATE, "rate_percent": "40"},
        {**RATE, "valid_from": "2027-02-30"},
        {**RATE, "valid_to": "2026-12-31"},
        {**RATE, "confidence": "maybe"},
        {**RATE, "source": ""},
        {"kind": "rot", "rate_percent": 40, "valid_from": "2027-01-01", "valid_to": None},
    ],
)
def test_a_row_that_cannot_be_right_is_refused_and_nothing_changes(product, wrong):
    with pytest.raises((KeyError, TypeError, ValueError)):
        rot_rut.use(joined(product, {"rate_periods": [wrong]}))
    assert rot_rut.rate_percent("rot", date(2027, 6, 1)) == 30


@pytest.mark.parametrize("added", [{"rates": []}, {"rate_periods": {}}, {"work_types": {"rit": []}}, {"as_of": []}])
def test_rows_of_no_table_are_refused(product, added):
    with pytest.raises(ValueError, match="no such table"):
        joined(product, added)


def test_every_row_has_a_source_and_a_confidence():
    tables = Tables(product_rows())
    rows = [*tables.caps, *tables.deadlines]
    for by_key in (tables.rates, tables.schablons, tables.work_types, tables.green):
        rows += [row for found in by_key.values() for row in found]
    assert len(rows) > 35
    assert {row.confidence for row in rows} <= {CERTAIN, LIKELY}
    assert all(row.source for row in rows)


def test_confidence_is_that_of_the_day():
    row = find(Tables(product_rows()).rates["rot"], date(2026, 12, 31), "rot")
    assert row.confidence_on(date(2026, 12, 31)) == CERTAIN
    assert row.confidence_on(date(2027, 1, 1)) == LIKELY


def test_what_a_coming_year_lacks():
    product = product_rows()
    of_2027 = {lack for lack in Tables(product).lacks([2026, 2027]) if not lack.table.startswith("green")}
    assert of_2027 == {Lack(table, 2027, is_missing=False) for table in ("rot", "rut", "caps", "deadline")}
    known = joined(product, {"rate_periods": [RATE], "cap_periods": [CAPS]})
    assert {lack.table for lack in Tables(known).lacks([2027])} == {"rut", "deadline"}


@pytest.mark.parametrize(("last", "years"), [("2026-12-31", {2027}), ("2027-06-30", {2027}), ("2027-12-31", set())])
def test_a_table_that_ends_lacks_a_row(last, years):
    product = product_rows()
    rows = [row if row["valid_to"] else {**row, "valid_to": last} for row in product["cap_periods"]]
    tables = Tables({**product, "cap_periods": rows})
    assert {lack.year for lack in tables.lacks([2026, 2027]) if lack.is_missing and lack.table == "caps"} == years
    with pytest.raises(NoRuleForDate):
        find(tables.caps, date.fromisoformat("2028-01-01"), "caps")
