"""Phone numbers as people write them."""

import pytest

from domain.phones import spoken, takes_texts


@pytest.mark.parametrize(
    ("e164", "written"),
    [("+46701740605", "070-174 06 05"), ("+4684650404", "08-465 04 04"), ("+4791234567", "+47 91 23 45 67"), ("", "")],
)
def test_spoken(e164, written):
    assert spoken(e164) == written


def test_what_is_no_number_stays():
    assert spoken("ring växeln") == "ring växeln"


@pytest.mark.parametrize(
    ("number", "takes"),
    [("+46701740605", True), ("+468123456", False), ("+46771567567", False), ("+14155550132", True), ("nyss", False)],
)
def test_what_takes_text_messages(number, takes):
    assert takes_texts(number) is takes
