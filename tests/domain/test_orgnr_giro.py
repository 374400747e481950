"""Organisationsnummer, VAT numbers, bankgiro, plusgiro, and what names a home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as second_opinion

from domain import luhn
from domain.giro import BadGiro, BadVatNumber, parse_bankgiro, parse_plusgiro, parse_vat_number
from domain.homes import (
    BadHome,
    parse_apartment_number,
    parse_association,
    parse_fastighetsbeteckning,
)
from domain.orgnr import BadOrgnr, is_personal, parse, vat_number


@given(st.text("0123456789", min_size=1, max_size=20))
def test_check_digit_agrees_with_the_library(digits):
    assert luhn.is_valid(digits) == second_opinion.is_valid(digits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("202100-5448", "202100-5448"),
        ("2021005448", "202100-5448"),
        ("16202100-5448", "202100-5448"),
        ("167999000040", "799900-0040"),
        (" 799900 \u2013 0040 ", "799900-0040"),
        ("840601-2388", "840601-2388"),
        ("198406012388", "840601-2388"),
    ],
)
def test_orgnr(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("202100-544", "length"),
        ("202100-54488", "length"),
        ("SE2021005448", "length"),
        ("19202100-5448", "length"),
        ("799900-0041", "check_digit"),
        ("168406012388", "date"),
        ("841301-2389", "date"),
    ],
)
def test_orgnr_refused(text, reason):
    with pytest.raises(BadOrgnr) as caught:
        parse(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("number", "personal"), [("840601-2388", True), ("202100-5448", False), ("799900-0040", False)]
)
def test_a_sole_traders_number_is_personal(number, personal):
    assert is_personal(number) is personal


def test_vat_number_of_an_orgnr():
    assert vat_number("202100-5448") == "SE202100544801"


@pytest.mark.parametrize("text", ["SE202100544801", "se 202100-5448 01", "SE2021005448 01"])
def test_vat_number(text):
    assert parse_vat_number(text) == "SE202100544801"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SE5560360793", "format"),
        ("SE202100544802", "format"),
        ("202100544801", "format"),
        ("SE202100544901", "check_digit"),
    ],
)
def test_vat_number_refused(text, reason):
    with pytest.raises(BadVatNumber) as caught:
        parse_vat_number(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5050-1055", "5050-1055"), ("50501055", "5050-1055"), ("1609908", "160-9908"), ("160 - 9908", "160-9908")],
)
def test_bankgiro(text, expected):
    assert parse_bankgiro(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"), [("5050-1056", "check_digit"), ("160990", "length"), ("505010555", "length"), ("", "length")]
)
def test_bankgiro_refused(text, reason):
    with pytest.raises(BadGiro) as caught:
        parse_bankgiro(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "expected"), [("90 08 00-4", "90 08 00-4"), ("9008004", "90 08 00-4"), ("18", "1-8"), ("12344", "12 34-4")]
)
def test_plusgiro(text, expected):
    assert parse_plusgiro(text) == expected


@pytest.mark.parametrize(("text", "reason"), [("9008005", "check_digit"), ("1", "length"), ("123456789", "length")])
def test_plusgiro_refused(text, reason):
    with pytest.raises(BadGiro) as caught:
        parse_plusgiro(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "expected"), [("  EXEMPELKOMMUN   TESTBY 1:23 ", "EXEMPELKOMMUN TESTBY 1:23"), ("x" * 40, "x" * 40)]
)
def test_fastighetsbeteckning(text, expected):
    assert parse_fastighetsbeteckning(text) == expected


@pytest.mark.parametrize(("text", "reason"), [(" ", "empty"), ("x" * 41, "length")])
def test_fastighetsbeteckning_refused(text, reason):
    with pytest.raises(BadHome) as caught:
        parse_fastighetsbeteckning(text)
    assert caught.value.reason == reason


def test_apartment_number_has_25_characters_at_most():
    assert parse_apartment_number("x" * 25)
    with pytest.raises(BadHome):
        parse_apartment_number("x" * 26)


def test_a_person_is_no_association():
    assert parse_association("16799900-0040") == "799900-0040"
    with pytest.raises(BadHome):
        parse_association("840601-2388")
