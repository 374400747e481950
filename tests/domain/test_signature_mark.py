"""A drawn signature is strokes of whole points and nothing else, whatever comes in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.signature_mark import HEIGHT, MOST_BYTES, MOST_POINTS, WIDTH, BadMark, parse, strokes

POINTS = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))


@given(st.lists(st.lists(POINTS, min_size=2, max_size=20), max_size=6))
def test_there_and_back(drawn):
    mark = "".join("M" + "L".join(f"{x} {y}" for x, y in stroke) for stroke in drawn)
    assert parse(mark) == mark
    assert [list(stroke) for stroke in strokes(mark)] == drawn


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("  ", ""), ("M5 6", "M5 6L5 6"), (" M1 2L3 4\n", "M1 2L3 4")])
def test_what_is_kept(typed, kept):
    assert parse(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "L1 2",
        "M1",
        "M1 2L",
        "M1 2 L3 4",
        "M1 2l3 4",
        "M1 2C1 2 3 4 5 6",
        "M1 2Z",
        "M-1 2",
        "M1.5 2",
        "M1e9 2",
        f"M{WIDTH + 1} 0",
        f"M0 {HEIGHT + 1}",
        "M00001 2",
        "M1 2\x00",
        "M１ ２",
        'M1 2"/><script>alert(1)</script>',
        "M1 2) url(http://x",
        "M1 2" + "L1 2" * MOST_POINTS,
        "M1 2" + "L100 200" * (MOST_BYTES // 8),
        "M" * 10**6,
    ],
)
def test_nothing_else_is(typed):
    with pytest.raises(BadMark):
        parse(typed)


@given(st.text(alphabet="ML0123456789 -.\n\"<'", max_size=60))
def test_what_passes_is_harmless(typed):
    try:
        kept = parse(typed)
    except BadMark:
        return
    assert re.fullmatch(r"(M\d{1,4} \d{1,4}(L\d{1,4} \d{1,4})+)*", kept)
