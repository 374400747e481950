"""Personnummer and samordningsnummer, with a library as second opinion."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer as second_opinion

from domain.personnummer import BadPersonnummer, birth_date, mask, parse, turns_18_in

TODAY = date(2026, 11, 20)


def with_check_digit(nine: str) -> str:
    total = sum(sum(divmod(int(char) * (2 - place % 2), 10)) for place, char in enumerate(nine))
    return nine + str(-total % 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("198406012388", "198406012388"),
        ("19840601-2388", "198406012388"),
        ("840601-2388", "198406012388"),
        ("8406012388", "198406012388"),
        (" 84 06 01 \u2013 23 88 ", "198406012388"),
        ("19840601\u00a02388", "198406012388"),
        ("240101+9183", "192401019183"),
        ("240101-9183", "202401019183"),
        ("19701063-2391", "197010632391"),
        ("701063-2391", "197010632391"),
        ("121212-1212", "201212121212"),
        ("121212+1212", "191212121212"),
        ("19121212+1212", "191212121212"),
    ],
)
def test_ways_to_write_it(text, expected):
    assert parse(text, TODAY) == expected


@pytest.mark.parametrize("number", ["198502152393", "194807171899", "199604102393", "199701052384", "199611142390"])
def test_the_published_test_numbers(number):
    assert parse(number, TODAY) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("19840601238", "length"),
        ("1984060123888", "length"),
        ("840601-238A", "length"),
        ("８４０６０１２３８８", "length"),
        ("840601--2388", "length"),
        ("198406012387", "check_digit"),
        (f"19{with_check_digit('840230238')}", "date"),
        (f"19{with_check_digit('841301238')}", "date"),
        (f"19{with_check_digit('840060238')}", "date"),
        (f"19{with_check_digit('840600238')}", "date"),
        (f"19{with_check_digit('840660238')}", "date"),
        (f"16{with_check_digit('840601238')}", "date"),
        (f"20{with_check_digit('261121238')}", "future"),
        (f"20{with_check_digit('840601238')}", "future"),
    ],
)
def test_why_it_is_refused(text, reason):
    with pytest.raises(BadPersonnummer) as caught:
        parse(text, TODAY)
    assert caught.value.reason == reason
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("born", "sign", "century"),
    [
        pytest.param("261120", "-", "20", id="born today"),
        pytest.param("261121", "-", "19", id="tomorrow cannot be, so a century earlier"),
        pytest.param("261201", "+", "19", id="turns 100 later this year, has the plus already"),
        pytest.param("260101", "+", "19", id="turned 100 this year"),
        pytest.param("271231", "+", "18", id="99 this year cannot have the plus"),
        pytest.param("271231", "-", "19", id="99 this year"),
    ],
)
def test_century_of_ten_digits(born, sign, century):
    digits = with_check_digit(born + "238")
    assert parse(f"{digits[:6]}{sign}{digits[6:]}", TODAY) == century + digits


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.booleans())
def test_twelve_digits_come_back_and_the_library_agrees(born, serial, is_samordning):
    day = born.day + 60 * is_samordning
    number = f"{born.year // 100}" + with_check_digit(f"{born:%y%m}{day:02d}{serial:03d}")
    assert parse(number, TODAY) == number
    assert birth_date(number) == born
    if serial:  # the library refuses 000, which is handed out to nobody
        assert second_opinion.valid(number)
        assert second_opinion.parse(number).format(True) == number


@given(st.dates(TODAY - timedelta(days=36000), TODAY), st.integers(1, 999))
def test_the_official_short_form_finds_its_century(born, serial):
    digits = with_check_digit(f"{born:%y%m%d}{serial:03d}")
    sign = "+" if TODAY.year - born.year >= 100 else "-"
    assert parse(f"{digits[:6]}{sign}{digits[6:]}", TODAY) == f"{born.year // 100}{digits}"


@given(st.text(max_size=16))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(BadPersonnummer):
        assert len(parse(text, TODAY)) == 12


def test_only_the_birth_date_is_shown():
    assert mask("195712301234") == "19571230-••••"


@pytest.mark.parametrize(("number", "year", "grown"), [("200812312384", 2026, True), ("200901012380", 2026, False)])
def test_eighteen_during_the_year(number, year, grown):
    assert turns_18_in(number, year) is grown
