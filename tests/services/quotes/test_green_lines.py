"""Lines for grön teknik: what may carry it, what a change of kind or customer does to it, and what the list says."""

from __future__ import annotations

import pytest

from extensions import db
from models import Article
from services.clock import utc_now
from services.quotes import drafting, header, line_saving
from services.quotes.line_saving import LineInput, Shown

NOW = utc_now()


def given(kind="material", deduction="green", work_type="solceller", **changes) -> LineInput:
    values = {"text": "Solpaneler", "quantity_milli": 1000, "unit": "st", "unit_price_ore": 10_000_000}
    return LineInput(**values, vat_percent=25, kind=kind, deduction=deduction, work_type=work_type, **changes)


def save(quote, actor, line, rev=1, **more):
    return line_saving.save(
        quote.n, 2, line, Shown(rev, f"k{rev}", kind="labour", unit="st"), actor=actor, now=NOW, **more
    )


def carried(quote):
    row = drafting.get(quote.firm_id, quote.n)
    line = next(line for line in drafting.load(quote.firm_id, quote.n).lines if line.n == 2)
    return line.deduction, line.work_type, row.deducted


@pytest.mark.parametrize(
    ("kind", "work_type", "expected"),
    [
        ("material", "solceller", ("green", "solceller", "more")),
        ("labour", "lagring", ("green", "lagring", "more")),
        ("other", "laddningspunkt_totalpris", ("green", "laddningspunkt_totalpris", "more")),
        ("other", "solceller", (None, None, "")),
        ("material", "bygg", (None, None, "")),
    ],
)
def test_labour_and_material_carry_it_and_a_total_price_does(quote, actor, kind, work_type, expected):
    save(quote, actor, given(kind, work_type=work_type))
    assert carried(quote) == expected


def test_a_line_has_one_deduction_so_never_rot_for_the_same_work(quote, actor):
    save(quote, actor, given("labour"))
    (share,) = drafting.totals(drafting.load(quote.firm_id, quote.n)).deductions
    assert (share.kind, share.amount_kr) == ("green", 15_000)
    save(quote, actor, given("labour", "rot", "el"), rev=2)
    (share,) = drafting.totals(drafting.load(quote.firm_id, quote.n)).deductions
    assert share.kind == "rot"


def test_a_company_gets_none(quote, actor, make, firm):
    save(quote, actor, given())
    company = make.customer(firm, kind="company", name="Plåt AB")
    header.set_customer(quote.n, company.n, firm, actor=actor, now=NOW)
    assert carried(quote) == (None, None, "")


def test_the_price_list_keeps_the_article_without_it(quote, actor, firm):
    save(quote, actor, given(), lists=True)
    article = db.session.query(Article).filter_by(firm_id=firm.id, name="Solpaneler").one()
    assert (article.deduction, article.work_type) == (None, None)
    assert carried(quote)[0] == "green"
