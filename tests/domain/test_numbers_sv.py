"""Numbers as Swedes type them."""

import pytest

from domain.numbers_sv import NotANumber, parse_kronor, parse_percent, parse_quantity


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("1 290,50", 129050),
        ("1290:-", 129000),
        ("1290,-", 129000),
        ("1290:50", 129050),
        ("1.290,50", 129050),
        ("1.290", 129000),
        ("1 234 567", 123456700),
        ("1\u00a0290,50", 129050),
        ("1\u202f290,50 kr", 129050),
        ("12.50", 1250),
        ("12,5", 1250),
        ("1290 kr", 129000),
        ("1290 KRONOR", 129000),
        ("1290SEK", 129000),
        (" 690 ", 69000),
        (",50", 50),
        ("0", 0),
        ("\u22125", -500),
        ("- 5", -500),
        ("+5", 500),
        ("12,500", 1250),
        ("5,", 500),
    ],
)
def test_kronor(text, ore):
    assert parse_kronor(text) == ore


@pytest.mark.parametrize(
    ("text", "milli"), [("5,5", 5500), ("5.5", 5500), ("1.290", 1290), ("0,001", 1), ("16", 16000), ("1 000", 1000000)]
)
def test_quantity(text, milli):
    assert parse_quantity(text) == milli


@pytest.mark.parametrize(
    ("text", "bp"), [("25", 2500), ("25 %", 2500), ("25%", 2500), ("12,5", 1250), ("3 procent", 300)]
)
def test_percent(text, bp):
    assert parse_percent(text) == bp


@pytest.mark.parametrize("text", ["", "   ", "\u00a0"])
def test_nothing_typed_is_empty(text):
    with pytest.raises(NotANumber) as caught:
        parse_kronor(text)
    assert caught.value.reason == "empty"


@pytest.mark.parametrize("text", ["1,234", "1,2,3", "0,005"])
def test_kronor_have_two_decimals_at_most(text):
    with pytest.raises(NotANumber):
        parse_kronor(text)


@pytest.mark.parametrize(
    "text", ["abc", "12 50", "1e5", "--5", "-", ",", "kr", "１２", "1..5", "9" * 13, "5 5,0", "NaN", "∞", "1_000"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumber):
        parse_kronor(text)


def test_four_decimals_are_too_many_for_a_quantity():
    with pytest.raises(NotANumber) as caught:
        parse_quantity("1,2345")
    assert caught.value.reason == "decimals"
