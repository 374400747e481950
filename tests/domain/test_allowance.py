"""The year of a person as the firm knows it: never below nothing, whatever the order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import allowance, quotes
from domain.allowance import Amount, Entry, State
from domain.deductions import Applicant
from domain.quotes import Deduction, Line, LineKind, PriceBasis

YEAR, ON = 2026, date(2026, 12, 1)
ALONE = (Applicant(),)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AMOUNTS = st.builds(Amount, *[st.integers(0, 90_000)] * 3)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(State),
        AMOUNTS,
        AMOUNTS,
        st.none() | st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    max_size=6,
)


def entry(state, rot=0, rut=0, **more):
    return Entry(state, Amount(rot, rut), **more)


def reckoned(*, rot_kr=0, rut_kr=0, applicants=ALONE):
    """A quote whose deductions before caps are these."""
    labour = {Deduction.ROT: rot_kr * 10 // 3, Deduction.RUT: rut_kr * 2}
    lines = [
        Line(str(kind), 1000, 100 * (kronor + 9), 25, LineKind.LABOUR, deduction=kind)
        for kind, kronor in labour.items()
        if kronor
    ]
    return quotes.totals(lines, basis=PriceBasis.INCL, paid_on=ON, applicants=applicants)


@given(ENTRIES, st.integers(0, 2**32))
def test_the_order_never_matters_and_nothing_is_below_zero(entries, seed):
    found = allowance.account(YEAR, entries)
    mixed = list(entries)
    Random(seed).shuffle(mixed)
    assert allowance.account(YEAR, mixed) == found
    assert 0 <= found.left.rot_kr <= 50_000
    assert 0 <= found.left.rut_kr <= 75_000
    assert max(found.left.rot_kr, found.left.rut_kr) <= found.left_both_kr <= found.left.both_kr
    assert found.left_both_kr <= 75_000
    assert 0 <= found.left.green_kr <= 50_000


@given(ENTRIES, AMOUNTS)
def test_a_further_agreement_never_leaves_more(entries, amount):
    before = allowance.account(YEAR, entries)
    for state in (State.RESERVED, State.USED):
        after = allowance.account(YEAR, [*entries, Entry(state, amount)])
        assert after.left.rot_kr <= before.left.rot_kr
        assert after.left.rut_kr <= before.left.rut_kr
        assert after.left_both_kr <= before.left_both_kr
        assert after.left.green_kr <= before.left.green_kr
    for state in (State.FORECAST, State.RELEASED):
        assert allowance.account(YEAR, [*entries, Entry(state, amount)]).left == before.left


def test_reserved_used_and_declared_are_taken_a_forecast_is_not():
    found = allowance.account(
        YEAR,
        [
            entry(State.RESERVED, rot=12_000, rut=3_000),
            entry(State.USED, rot=8_000),
            entry(State.FORECAST, rot=30_000),
            entry(State.RELEASED, rot=9_000),
        ],
    )
    assert (found.left, found.left_both_kr) == (Amount(30_000, 52_000, 50_000), 52_000)
    assert found.forecast == Amount(30_000, 0)


def test_of_what_was_declared_the_last_word_counts():
    first = entry(State.RESERVED, declared=Amount(20_000, 0), declared_at=NOON)
    last = entry(State.RESERVED, declared=Amount(26_000, 0), declared_at=NOON + timedelta(days=9))
    found = allowance.account(YEAR, [last, first])
    assert (found.declared, found.left.rot_kr) == (Amount(26_000, 0), 24_000)


def test_the_joint_cap_binds_rot_too():
    assert allowance.account(YEAR, [entry(State.USED, rut=60_000)]).left == Amount(15_000, 15_000, 50_000)


def test_a_year_without_a_joint_cap():
    found = allowance.account(2024, [entry(State.USED, rot=70_000, rut=10_000)])
    assert (found.left, found.left_both_kr) == (Amount(5_000, 65_000, 50_000), 70_000)


def test_one_more_carries_it():
    found = allowance.reach(reckoned(rot_kr=62_000), ON)
    assert (found.asked_kr, found.carried_kr, found.short_kr) == (62_002, 50_000, 12_002)
    assert (found.short_with_one_more_kr, found.enough) == (0, 2)


def test_what_fits_needs_no_word():
    assert allowance.reach(reckoned(rot_kr=49_000), ON) is None
    assert allowance.reach(reckoned(), ON) is None


def test_a_known_person_has_less_left():
    known = allowance.account(YEAR, [entry(State.RESERVED, rot=30_000)]).as_applicant()
    found = allowance.reach(reckoned(rot_kr=49_000), ON, (known,))
    assert (found.carried_kr, found.enough) == (20_000, 2)
    assert found.short_with_one_more_kr <= 1  # what sharing gives up


def test_three_are_needed_or_none_suffice():
    assert allowance.reach(reckoned(rot_kr=120_000), ON).enough == 3
    assert allowance.reach(reckoned(rot_kr=900_000), ON).enough is None


@pytest.mark.parametrize(
    ("rot_kr", "rut_kr", "enough"), [(45_000, 45_000, 2), (10_000, 70_000, 2), (89_000, 59_000, 2)]
)
def test_both_kinds_share_the_joint_cap(rot_kr, rut_kr, enough):
    assert allowance.reach(reckoned(rot_kr=rot_kr, rut_kr=rut_kr), ON).enough == enough


@given(st.integers(0, 400_000), st.integers(0, 400_000), st.integers(0, 60_000), st.integers(0, 60_000))
def test_it_says_what_the_quote_itself_would(rot_kr, rut_kr, used_rot, used_rut):
    persons = (Applicant(used_rot, used_rut),)
    found = allowance.reach(reckoned(rot_kr=rot_kr, rut_kr=rut_kr), ON, persons)
    alone = reckoned(rot_kr=rot_kr, rut_kr=rut_kr, applicants=persons)
    if found is None:
        assert sum(share.uncapped_kr for share in alone.deductions) * 100 == alone.deduction_ore
        return
    assert 100 * found.carried_kr == alone.deduction_ore
    two = reckoned(rot_kr=rot_kr, rut_kr=rut_kr, applicants=(*persons, Applicant()))
    assert 100 * found.with_one_more_kr == two.deduction_ore
    assert found.short_kr >= found.short_with_one_more_kr >= 0
