"""Phone numbers as people write them."""

import pytest

from domain.phones import spoken


@pytest.mark.parametrize(
    ("e164", "written"),
    [("+46701740605", "070-174 06 05"), ("+4684650404", "08-465 04 04"), ("+4791234567", "+47 91 23 45 67"), ("", "")],
)
def test_spoken(e164, written):
    assert spoken(e164) == written


def test_what_is_no_number_stays():
    assert spoken("ring växeln") == "ring växeln"
