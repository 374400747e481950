"""A firm that leaves and one that stays."""

from __future__ import annotations

import pytest

from models import Firm
from tests.erasing import OTHERS, a_leaver, forget_erasures
from tests.factories import Make
from tests.whole_firm import fill


@pytest.fixture(autouse=True)
def _empty_folder(app):
    forget_erasures()
    yield
    forget_erasures()


@pytest.fixture
def other(make: Make) -> Firm:
    """A firm that stays."""
    firm = make.firm(OTHERS.name, orgnr="", vat_number="", phone=OTHERS.phone, email="annan@example.se")
    fill(make, firm, OTHERS)
    return firm


@pytest.fixture
def leaver(make: Make) -> Firm:
    """A firm that chose to have all erased."""
    return a_leaver(make, has_export=True)
