"""languages.py: what is said in the language at hand."""

from __future__ import annotations

from threading import Thread

import pytest

import languages
from languages import ENGLISH, SWEDISH, Lazy, gettext, lazy_gettext, ngettext, speaking

DAYS_LEFT = ("%(num)s dag kvar", "%(num)s dagar kvar")


def test_swedish_is_the_language_when_none_is_chosen():
    assert (languages.code(), gettext("Spara")) == (SWEDISH, "Spara")


def test_the_language_ends_with_the_block_also_when_it_fails():
    with pytest.raises(ZeroDivisionError), speaking(ENGLISH):
        assert gettext("Spara") == "Save"
        raise ZeroDivisionError
    assert gettext("Spara") == "Spara"


def test_values_are_filled_in():
    with speaking(ENGLISH):
        assert gettext("Gäller till %(day)s", day="18 December") == "Valid until 18 December"
        assert gettext("En text som ingen har översatt") == "En text som ingen har översatt"


@pytest.mark.parametrize(
    ("code", "num", "said"),
    [
        (SWEDISH, 0, "0 dagar kvar"),
        (SWEDISH, 1, "1 dag kvar"),
        (SWEDISH, 2, "2 dagar kvar"),
        (ENGLISH, 0, "0 days left"),
        (ENGLISH, 1, "1 day left"),
        (ENGLISH, 2, "2 days left"),
    ],
)
def test_numbers(code, num, said):
    with speaking(code):
        assert ngettext(*DAYS_LEFT, num) == said


def test_a_lazy_text_speaks_where_it_is_shown():
    text = lazy_gettext("Spara")
    assert f"{text}" == "Spara"
    with speaking(ENGLISH):
        assert (str(text), text + "!", "<" + text, len(text), text == "Save", "av" in text) == (
            "Save",
            "Save!",
            "<Save",
            4,
            True,
            True,
        )
        assert text.upper() == "SAVE"
        assert lazy_gettext("Skriv högst %(max)d tecken") % {"max": 5} == "Write at most 5 characters"
    assert isinstance(text, Lazy)
    assert {text: 1}["Spara"] == 1


def test_a_lazy_text_may_hold_another():
    text = lazy_gettext("%(kind)s, %(work)s", kind="ROT", work=lazy_gettext("Murning"))
    with speaking(ENGLISH):
        assert str(text) == "ROT, Masonry"


@pytest.mark.parametrize("code", ["", "de", "sv-SE", "../en"])
def test_a_language_that_is_none_of_ours_is_swedish(code):
    with speaking(ENGLISH), speaking(code):
        assert languages.code() == SWEDISH


def test_each_thread_has_its_own():
    said = []

    def say():
        said.append(gettext("Spara"))

    with speaking(ENGLISH):
        thread = Thread(target=say)
        thread.start()
        thread.join()
    assert said == ["Spara"]
