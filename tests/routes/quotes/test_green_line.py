"""Grön teknik as a choice of the open line: offered beside rot and rut, kept on material, told in the sums."""

from __future__ import annotations

import pytest

from tests.routes.quotes.conftest import HTMX
from tests.routes.quotes.test_lines import line_row


@pytest.mark.parametrize(
    "choice",
    ["solceller", "solceller_totalpris", "lagring", "lagring_totalpris", "laddningspunkt", "laddningspunkt_totalpris"],
)
def test_each_installation_is_offered(seller, quote, choice):
    assert f'value="green:{choice}"' in seller.get(f"/offerter/{quote.n}/rader/2").text


def test_material_keeps_it_and_the_sums_tell(seller, quote, line_data):
    data = line_data(kind="material", unit="st", deduction="green:lagring")
    html = seller.post(f"/offerter/{quote.n}/rader/2", data=data, headers=HTMX).text
    row = line_row(quote, 2)
    assert (row.kind, row.deduction, row.work_type) == ("material", "green", "lagring")
    assert "Grön teknik, 50 % av lagring av el" in html
    assert "Grön teknik 50 %" in html
    assert "efter avdrag" in seller.get("/offerter").text


def test_other_costs_drop_it_and_the_form_says_so(seller, quote, line_data):
    data = line_data(kind="other", unit="st", deduction="green:lagring")
    html = seller.post(f"/offerter/{quote.n}/rader/2", data=data, headers=HTMX).text
    assert 'id="avdrag-2"' in html
    assert line_row(quote, 2).deduction is None


@pytest.mark.parametrize("choice", ["green:", "green:bygg", "rot:solceller", "green"])
def test_what_is_no_choice_is_refused(seller, quote, line_data, choice):
    data = line_data(deduction=choice)
    assert seller.post(f"/offerter/{quote.n}/rader/2", data=data, headers=HTMX).status_code == 422
