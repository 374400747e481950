"""Drafts with words, discounts, costs and price types: the sums of both ways to read one, and what may be charged."""

from __future__ import annotations

import pytest

from extensions import db
from models import QuoteLine, QuoteSection
from services.clock import utc_now
from services.quotes import drafting, line_saving, lines, rows, sections
from services.quotes.line_saving import LineInput, Shown
from services.quotes.sections import SectionChanged, Settings

NOW = utc_now()


@pytest.fixture
def quote(make, firm):
    """Line 2: 16 h at 690 kr, rot; 3: 3 900 kr; 4 an option of 8 900 kr; 5 words; ten percent off the section."""
    quote = make.quote(firm, make.customer(firm), discount_bp=500)
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    section.discount_bp = 1000
    make.line(quote, section, n=5, text="Vi städar varje dag.", is_text=True, unit_price_ore=0)
    db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).update({"purchase_price_ore": 30_000})
    db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=4).update({"purchase_price_ore": 1})
    db.session.commit()
    return quote


def test_words_have_no_price_and_discounts_are_taken_in_turn(firm, quote):
    draft, sheet = drafting.load(firm.id, quote.n), rows.read(firm.id, quote.n)
    found = drafting.figures(sheet)
    assert found == drafting.figures(draft)
    assert sorted(found.line_ore) == [2, 3, 4]
    assert found.section_ore == {1: 1_344_600}
    assert found.totals.gross_ore == 943_920 + 333_450
    assert found.totals.discount_ore == 1_494_000 - 1_277_370
    assert found.totals == drafting.totals(draft) == drafting.totals(sheet, paid_on=sheet.paid_on)
    assert drafting.sections_bp(draft) == dict.fromkeys(("2", "3", "4", "5"), 1000)


def test_the_margin_is_of_what_counts_and_says_its_cost(firm, quote):
    draft, sheet = drafting.load(firm.id, quote.n), rows.read(firm.id, quote.n)
    margin = drafting.margin(sheet)
    assert margin == drafting.margin(draft)
    assert (margin.sold_ore, margin.cost_ore, margin.unknown) == (883_200, 480_000, 1)
    option = sheet.find_line(4)
    assert drafting.line_margin(option, "incl").cost_ore == 1  # shown at the option itself
    db.session.query(QuoteLine).update({"purchase_price_ore": None})
    db.session.commit()
    assert drafting.margin(rows.read(firm.id, quote.n)) is None


@pytest.mark.parametrize(
    ("price_type", "most_ore"),
    [("fixed", 1_277_370), ("approximate", 1_468_976), ("running", None), ("running_with_cap", 2_000_000)],
)
def test_the_most_that_may_be_charged(firm, quote, price_type, most_ore):
    quote.price_type, quote.cap_ore = price_type, 2_000_000
    db.session.commit()
    for draft in (drafting.load(firm.id, quote.n), rows.read(firm.id, quote.n)):
        assert drafting.most(draft, drafting.totals(draft)) == most_ore


def test_a_form_without_the_purchase_price_leaves_it(firm, quote, actor):
    given = LineInput("Rivning", 1000, "tim", 69_000, 25, "labour", purchase_price_ore=1)
    line_saving.save(quote.n, 2, given, Shown(1, "a"), actor=actor, now=NOW)
    assert rows.read(firm.id, quote.n).find_line(2).purchase_price_ore == 30_000
    line_saving.save(quote.n, 2, given, Shown(2, "a", has_purchase=True), actor=actor, now=NOW)
    assert rows.read(firm.id, quote.n).find_line(2).purchase_price_ore == 1


def test_a_line_that_comes_back_into_a_choice_is_an_option(firm, quote, actor):
    lines.remove(quote.n, 3, actor=actor, now=NOW)
    sections.save(quote.n, 1, Settings("Kakel", choice="must"), rev=1, key="a", actor=actor, now=NOW)
    lines.restore(quote.n, 3, actor=actor, now=NOW)
    assert all(line.is_option for line in rows.read(firm.id, quote.n).lines if not line.is_text)


def test_settings_that_someone_else_changed_are_not_overwritten(firm, quote, actor):
    sections.save(quote.n, 1, Settings("Evas", price_mode="sum"), rev=1, key="eva", actor=actor, now=NOW)
    with pytest.raises(SectionChanged) as refused:
        sections.save(quote.n, 1, Settings("Min"), rev=1, key="jag", actor=actor, now=NOW)
    assert (refused.value.section.title, refused.value.section.price_mode) == ("Evas", "sum")
