"""Lines, sections and the quote's own fields, written to a real database and read back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from extensions import db
from models import Event, Firm, Quote, QuoteLine, QuoteSection
from services import transaction
from services.actors import Actor
from services.clock import utc_now
from services.customers import CustomerInput, NoContact
from services.errors import NotFound
from services.quotes import drafting, header, line_saving, lines, sections
from services.quotes.drafting import NotEditable
from services.quotes.header import BasisIsSet, HeaderChanged, PricesChange
from services.quotes.line_saving import LineInput, Shown
from services.quotes.lines import LineChanged

NOW = utc_now()


def given(**changes) -> LineInput:
    values = {"text": "Rivning", "quantity_milli": 16000, "unit": "tim", "unit_price_ore": 69000, "vat_percent": 25}
    return LineInput(**values | {"kind": "labour", "deduction": "rot", "work_type": "bygg"} | changes)


def line_of(quote, n):
    db.session.rollback()
    db.session.expire_all()
    transaction.may_write()
    return db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=n).one()


def test_saving_a_line_keeps_the_sums_of_the_list(quote, firm, actor):
    later = NOW + timedelta(hours=1)
    edited = line_saving.save(quote.n, 2, given(quantity_milli=10_500), Shown(1, "a"), actor=actor, now=later)
    assert edited.figures.line_ore[2] == 724_500
    assert edited.is_adjusted is False
    row = drafting.get(firm.id, quote.n)
    assert (row.gross_ore, row.to_pay_ore) == (724_500 + 390_000, 1_114_500 - 217_300)
    assert (row.touched_at, row.changed_since, row.deducted) == (later, True, "rot")


def test_a_refused_save_changes_nothing(quote, firm, actor):
    line_saving.save(quote.n, 2, given(text="Evas"), Shown(1, "eva"), actor=actor, now=NOW)
    with pytest.raises(LineChanged) as refused:
        line_saving.save(quote.n, 2, given(text="Mitt"), Shown(1, "jag"), actor=actor, now=NOW)
    assert refused.value.line.text == "Evas"
    assert (line_of(quote, 2).text, line_of(quote, 2).rev) == ("Evas", 2)


def test_the_forms_own_retry_is_no_conflict_but_after_someone_else_it_is(quote, firm, actor):
    line_saving.save(quote.n, 2, given(text="Ett"), Shown(1, "jag"), actor=actor, now=NOW)
    line_saving.save(quote.n, 2, given(text="Två"), Shown(1, "jag"), actor=actor, now=NOW)
    line_saving.save(quote.n, 2, given(text="Evas"), Shown(3, "eva"), actor=actor, now=NOW)
    with pytest.raises(LineChanged):
        line_saving.save(quote.n, 2, given(text="Tre"), Shown(1, "jag"), actor=actor, now=NOW)


def test_numbers_of_lines_are_never_used_again(quote, actor):
    lines.remove(quote.n, 4, actor=actor, now=NOW)
    assert lines.add_own(quote.n, 1, "ny", actor=actor, now=NOW).line.n == 5


def test_taking_back_a_line_brings_its_section_back(quote, actor, firm):
    lines.remove(quote.n, 2, actor=actor, now=NOW)
    sections.remove(quote.n, 1, actor=actor, now=NOW)
    assert drafting.load(firm.id, quote.n).lines == []
    lines.restore(quote.n, 2, actor=actor, now=NOW)
    draft = drafting.load(firm.id, quote.n)
    assert [row.title for row in draft.sections] == ["Rivning"]
    assert sorted(row.n for row in draft.lines) == [2, 3, 4]


def test_an_article_comes_in_the_quotes_basis_and_is_the_latest_used(quote, make, firm, actor):
    article = make.article(firm, "Kakel", kind="material", unit_price_ore=10_001, basis="excl")
    later = NOW + timedelta(hours=2)
    line = lines.add_article(quote.n, 1, article.n, firm, actor=actor, now=later).line
    assert (line.unit_price_ore, line.kind, line.deduction) == (12_501, "material", None)
    db.session.refresh(article)
    assert article.used_at == later


def test_a_new_quote_is_an_event_and_has_one_section(firm, actor):
    quote = header.create(None, firm, actor=actor, now=NOW)
    assert [row.n for row in drafting.load(firm.id, quote.n).sections] == [1]
    event = db.session.query(Event).filter_by(obj=f"quote:{quote.public_id}").one()
    assert event.act == "doc.created"
    assert header.create(None, firm, actor=actor, now=NOW).n == quote.n + 1


def test_a_quote_for_a_customer_that_cannot_be_made_is_not_made(firm, actor):
    with pytest.raises(NoContact):
        header.create(CustomerInput("private", "Utan kontakt"), firm, actor=actor, now=NOW)
    db.session.rollback()
    assert db.session.query(Quote).count() == 0


def test_turning_prices_waits_for_a_yes(make, firm, actor):
    quote = make.quote(firm, make.customer(firm, "AB", kind="company"), basis="excl")
    karin = make.customer(firm)
    with pytest.raises(PricesChange) as asked:
        header.set_customer(quote.n, karin.n, firm, actor=actor, now=NOW)
    assert (asked.value.old.gross_ore, asked.value.new.gross_ore) == (1_867_500, 1_867_500)
    assert line_of(quote, 2).unit_price_ore == 69000
    firm = db.session.get_one(Firm, quote.firm_id)
    header.set_customer(quote.n, karin.n, firm, confirmed=True, actor=actor, now=NOW)
    assert line_of(quote, 2).unit_price_ore == 86250


def test_basis_is_locked_by_lines_and_by_private_customers(make, firm, actor, quote):
    with pytest.raises(BasisIsSet):
        header.set_basis(quote.n, "excl", actor=actor, now=NOW)
    empty = make.quote(firm, make.customer(firm), lines=False)
    with pytest.raises(BasisIsSet):
        header.set_basis(empty.n, "excl", actor=actor, now=NOW)


def test_titles_that_agree_are_no_conflict(quote, actor):
    header.save_title(quote.n, "Kök", rev=1, key="eva", actor=actor, now=NOW)
    header.save_title(quote.n, "Kök", rev=1, key="jag", actor=actor, now=NOW)
    with pytest.raises(HeaderChanged):
        header.save_title(quote.n, "Badrum", rev=1, key="jag", actor=actor, now=NOW)


@pytest.mark.parametrize("status", ["accepted", "withdrawn", "replaced"])
def test_agreed_quotes_stay(make, firm, actor, status):
    quote = make.quote(firm, make.customer(firm), status=status)
    for act in (
        lambda: lines.add_own(quote.n, 1, "x", actor=actor, now=NOW),
        lambda: sections.add(quote.n, actor=actor, now=NOW),
        lambda: header.save_title(quote.n, "x", rev=1, key="", actor=actor, now=NOW),
    ):
        with pytest.raises(NotEditable):
            act()


def test_another_firms_quote_is_not_found(make, quote):
    other = make.firm("Annan Snickeri")
    owner = make.owner(other)
    stranger = Actor(other.id, other.public_id, f"user:{owner.public_id}", "X", owner.id)
    for act in (
        lambda: lines.remove(quote.n, 2, actor=stranger, now=NOW),
        lambda: sections.remove(quote.n, 1, actor=stranger, now=NOW),
        lambda: header.archive(quote.n, actor=stranger, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    assert db.session.query(QuoteSection).filter(QuoteSection.removed_at.is_not(None)).count() == 0
