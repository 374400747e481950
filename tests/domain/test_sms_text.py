"""Text messages: the alphabet, the number of messages, and that the link is always whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import sms_text

LINK = "https://offert.example.se/l/" + "a" * 90


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("å" * 160, 1),
        ("å" * 161, 2),
        ("å" * 306, 2),
        ("å" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_how_many_messages(text, count):
    assert sms_text.messages(text) == count


def test_plain_words():
    assert sms_text.plain("Badrum – ”Granstigen 4”\r\n\u00a0Łódź, 12\u00a0m²") == 'Badrum - "Granstigen 4" Lodz, 12 m2'
    assert sms_text.plain("Åsa Öhrn\u202e\u200b\x07") == "Åsa Öhrn"
    assert sms_text.plain("Кухня") == "Кухня"


def test_a_long_title_is_cut_and_the_link_is_whole():
    text = sms_text.fit("Tumbredd Bygg AB: offert " + "Badrum och kök i två plan " * 20, LINK)
    assert text.endswith(f"... {LINK}")
    assert text.startswith("Tumbredd Bygg AB: offert Badrum")
    assert sms_text.messages(text) == 2


@given(st.text(max_size=400))
def test_always_two_messages_at_most_with_the_whole_link(words):
    text = sms_text.fit(words, LINK)
    assert text.endswith(LINK)
    assert "\n" not in text
    assert "\r" not in text
    assert sms_text.messages(text) <= sms_text.MOST
