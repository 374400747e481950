"""Those who share a deduction: shares as typed, what is missing, when they are reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import quiet_hours
from domain.applicants import MOST_OTHERS, WAITS, BadShares, Missing, missing, remind_at, weights

PERCENTS = st.lists(st.none() | st.integers(-5, 120), min_size=1, max_size=1 + MOST_OTHERS)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ([None, None, None], (1, 1, 1)),
        ([70, None], (70, 30)),
        ([None, 25], (75, 25)),
        ([50, 30, 20], (50, 30, 20)),
    ],
)
def test_shares_as_typed(typed, found):
    assert weights(typed) == found


@pytest.mark.parametrize("typed", [[100, None], [70, 40], [50, None, None], [0, 100], [None, 120], [30]])
def test_no_way_to_share(typed):
    with pytest.raises(BadShares):
        weights(typed)


@given(PERCENTS)
def test_everyone_has_a_share_and_all_of_it_is_shared(typed):
    try:
        found = weights(typed)
    except BadShares:
        return
    assert len(found) == len(typed)
    assert all(weight > 0 for weight in found)
    assert set(found) == {1} or sum(found) == 100


def test_what_is_missing():
    assert not missing("house", [("Karin", True), ("Erik", True)])
    assert missing("later", [("Karin", True)]) == Missing(home=True)
    assert missing("none", [("Karin", True), ("Erik", False)]) == Missing(numbers=("Erik",))


@given(st.integers(1_750_000_000, 1_900_000_000))
def test_reminders_keep_quiet_hours_and_end(seconds):
    now = datetime.fromtimestamp(seconds, UTC)
    for sent, wait in enumerate(WAITS):
        at = remind_at(sent, now=now)
        assert at is not None
        assert not quiet_hours.is_quiet(at)
        assert now + wait <= at <= now + wait + timedelta(days=6)
    assert remind_at(len(WAITS), now=now) is None
