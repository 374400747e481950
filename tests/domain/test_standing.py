"""What a firm may do when."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import standing
from domain.permissions import ACTIONS
from domain.standing import READING, Standing

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER, A_MOMENT = NOW + timedelta(days=30), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("stored", "effective_at", "found"),
    [
        ("active", None, "active"),
        ("active", LATER, "active"),
        ("active", NOW + A_MOMENT, "active"),
        ("active", NOW, "closed"),
        ("suspended", None, "suspended"),
        ("suspended", NOW, "suspended"),
        ("arriving", NOW, "arriving"),
    ],
)
def test_the_standing_by_what_is_stored(stored, effective_at, found):
    assert standing.of(stored, effective_at, NOW) == found


def test_what_each_standing_allows():
    allowed = {one: {action for action in ACTIONS if standing.allows(one, action)} for one in Standing}
    assert allowed == {
        Standing.ACTIVE: ACTIONS,
        Standing.CLOSED: READING,
        Standing.SUSPENDED: READING,
        Standing.ARRIVING: set(),
    }
    assert not {action for action in READING if action.endswith((".write", ".send", ".settings", ".users"))}
