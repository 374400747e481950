"""A user's choice of news is kept as what differs from the defaults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import notices

EVENTS = list(notices.DEFAULTS)


@given(st.sets(st.sampled_from(EVENTS)))
def test_what_is_chosen_comes_back(events):
    kept = notices.stored(events)
    assert set(notices.chosen(kept)) == events
    assert len(kept) <= 200


def test_nothing_chosen_means_the_defaults():
    assert notices.stored(notices.chosen("")) == ""
    assert not notices.wants("", "opened")
    assert not notices.wants("", "feedback")
    assert notices.wants("", "question")


def test_an_unknown_event_is_a_mistake():
    with pytest.raises(KeyError):
        notices.wants("", "lunch")
