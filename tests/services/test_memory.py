"""What a process keeps of the memory that it has freed."""

from __future__ import annotations

import resource

import pytest

from services.memory import with_room

CALLS = 200


def leaf() -> None:
    """A frame too large for what may be left of a piece."""
    a = b = c = d = e = f = g = h = i = j = k = m = n = o = p = q = None  # noqa: F841


def faults_below(depth: int) -> int:
    """Pages that the system had to give while a leaf was called again and again from this deep."""
    if depth:
        return faults_below(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        leaf()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def most_faults() -> int:
    return max(faults_below(depth) for depth in range(0, 400, 2))


def test_no_depth_of_calls_asks_the_system_again_and_again():
    most_faults()  # what is touched the first time is not what is counted
    assert with_room(most_faults) < CALLS


def test_what_it_calls_answers_and_fails_as_ever():
    def fails() -> None:
        raise KeyError("x")

    assert with_room(lambda: 5) == 5
    with pytest.raises(KeyError):
        with_room(fails)
