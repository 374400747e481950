"""Phone numbers as people write them."""

import phonenumbers
import pytest

from domain.phones import spoken, takes_texts


@pytest.mark.parametrize(
    ("e164", "written"),
    [("+46701740605", "070-174 06 05"), ("+4684650404", "08-465 04 04"), ("+4791234567", "+47 91 23 45 67"), ("", "")],
)
def test_spoken(e164, written):
    assert spoken(e164) == written


@pytest.mark.parametrize("begins", ["70", "72", "73", "76", "79", "10", "8"])
def test_usual_numbers_are_written_as_the_library_writes_them(begins):
    for rest in range(1_000_000, 10_000_000, 90_017):
        number = phonenumbers.PhoneNumber(country_code=46, national_number=int(f"{begins}{rest}"))
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        assert spoken(f"+46{begins}{rest}") == written


def test_what_is_no_number_stays():
    assert spoken("ring växeln") == "ring växeln"


@pytest.mark.parametrize(
    ("number", "takes"),
    [("+46701740605", True), ("+468123456", False), ("+46771567567", False), ("+14155550132", True), ("nyss", False)],
)
def test_what_takes_text_messages(number, takes):
    assert takes_texts(number) is takes
