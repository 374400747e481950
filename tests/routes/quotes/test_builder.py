"""The builder's page: sections, lines, sums, title, details."""

from __future__ import annotations

import pytest

from extensions import db
from models import Quote


@pytest.fixture
def firm(make):
    return make.firm()


@pytest.fixture
def quote(make, firm):
    return make.quote(firm, make.customer(firm))


@pytest.fixture
def seller(client, make, firm):
    return client.log_in(make.owner(firm))


def test_page_shows_lines_and_sums(seller, quote):
    page = seller.get(f"/offerter/{quote.n}/redigera")
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    for text in ("Badrum, Granstigen 4", "Karin Almgren", "Rivning av ytskikt", "11\u00a0040\u00a0kr", "ROT 30 %"):
        assert text in html
    assert "11\u00a0628\u00a0kr" in html  # 14 940 less 3 312
    assert "Tillval för upp till 8\u00a0900\u00a0kr är inte medräknade." in html
