"""The papers in English: every heading and sentence of ours, the figures, and the language that the file names."""

from __future__ import annotations

import re
from datetime import date

import pytest

from documents import agreement, quote, texts, units, withdrawal_form, wording
from languages import ENGLISH, SWEDISH, speaking
from tests.documents import contents, reading

OURS = re.compile(r"\b(och|inte|eller|avtal|avtalet|offert|offerten|moms|pris|priser|gäller|rabatt|sida|av)\b", re.I)


@pytest.fixture(params=["flat", "bathroom", "entrance"])
def english(request):
    return getattr(contents, request.param)(lang="en")


def typed(frozen):
    """All that the firm and the customer have typed."""
    if isinstance(frozen, dict):
        return " ".join(typed(value) for value in frozen.values())
    if isinstance(frozen, list):
        return " ".join(map(typed, frozen))
    return frozen if isinstance(frozen, str) else ""


def swedish_words(pdf, frozen):
    own = typed(frozen).casefold()
    return [word for word in OURS.findall(reading.words(pdf)) if word.casefold() not in own]


def test_a_quote(english):
    pdf = quote.render(english)
    assert reading.catalogue(pdf)["/Lang"] == "en-GB"
    assert swedish_words(pdf, english) == []
    words = reading.words(pdf)
    assert "Quote" in words
    assert "Valid until" in words
    assert pdf == quote.render(english)


def test_an_agreement(english):
    frozen = quote.render(english)
    with speaking(ENGLISH):
        agreed = contents.agreed(english)
    pdf = agreement.render(frozen, agreed, contents.evidence(), content=english)
    assert pdf.startswith(frozen)
    assert "This is what you have agreed" in reading.words(pdf)
    assert "How to check" in reading.words(pdf)


def test_units_are_said_in_the_language_of_the_paper():
    frozen = contents.bathroom(lang="en")
    assert {"tim", "st"} <= {line["unit"] for section in frozen["sections"] for line in section["lines"]}  # as chosen
    drawn = reading.words(quote.render(frozen))
    assert "16 h" in drawn
    assert "1 pcs" in drawn
    assert not re.search(r"\d (tim|st)\b", drawn)
    assert "16 tim" in reading.words(quote.render(contents.bathroom()))


@pytest.mark.parametrize(
    ("lang", "unit", "said"),
    [("en", "tim", "h"), ("en", "m²", "m²"), ("en", "rulle", "rulle"), ("en", "", ""), ("sv", "tim", "tim")],
)
def test_a_units_own_word(lang, unit, said):
    with speaking(lang):
        assert units.said(unit) == said


def test_a_withdrawal_form():
    firm = contents.flat()["firm"]
    with speaking(ENGLISH):
        pdf = withdrawal_form.render(firm, "2026-001", agreed_on=date(2026, 11, 20))
    words = reading.words(pdf)
    assert "I hereby give notice that I withdraw from my contract" in words
    assert "4 December 2026" in words
    assert swedish_words(pdf, firm) == []


def test_decimals_have_a_point():
    with speaking(ENGLISH):
        pdf = quote.render(contents.bathroom(lang="en"))
    assert not re.search(r"\d,\d", reading.words(pdf))


@pytest.mark.parametrize("text", [texts._WITHDRAWAL, texts._CONSUMER, texts._DEDUCTION])
def test_each_version_of_the_law_s_texts_stands_in_each_language(text):
    for version in text.values():
        assert version.keys() == {SWEDISH, ENGLISH}
        assert len(version[SWEDISH]) == len(version[ENGLISH])


def test_each_tick_and_button_stands_in_each_language():
    assert wording._TEXTS.keys() == wording._BUTTONS.keys() == {SWEDISH, ENGLISH}
    assert wording._TEXTS[SWEDISH].keys() == wording._TEXTS[ENGLISH].keys()
    assert wording._BUTTONS[ENGLISH]["private"] == "Order with obligation to pay"
    with speaking(ENGLISH):
        shown = wording.consent(
            "start_within_period", customer_kind="private", customer="", last_day=date(2026, 12, 4)
        ).text
    assert "4 December 2026" in shown
