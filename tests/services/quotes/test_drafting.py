"""The draft: what is loaded, its figures, and that the firm sees only its own."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from extensions import db
from models import QuoteLine
from services.errors import NotFound
from services.quotes import drafting, rows
from services.quotes.drafting import NotEditable


def test_figures_of_lines_sections_and_quote(make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    draft = drafting.load(firm.id, quote.n)
    found = drafting.figures(draft)
    assert found.line_ore == {2: 1_104_000, 3: 390_000, 4: 890_000}
    assert found.section_ore == {1: 1_494_000}
    assert found.totals.to_pay_ore == 1_494_000 - 331_200
    assert [line.key for line in drafting.priced(draft)] == ["2", "3", "4"]


def test_load_takes_three_statements(make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    firm_id, n = firm.id, quote.n
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    drafting.load(firm_id, n)
    assert len([text for text in seen if text.startswith("SELECT")]) == 3


def test_read_as_plain_rows_takes_two_statements(make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    firm_id, n = firm.id, quote.n
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    rows.read(firm_id, n)
    assert len([text for text in seen if text.startswith("SELECT")]) == 2


def test_plain_rows_say_the_same_as_those_to_change(make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    draft, sheet = drafting.load(firm.id, quote.n), rows.read(firm.id, quote.n)
    assert sheet.quote._asdict() == {name: getattr(draft.quote, name) for name in sheet.quote._fields}
    for plain, stored in zip(sheet.lines, draft.lines, strict=True):
        assert plain._asdict() == {name: getattr(stored, name) for name in plain._fields}
    assert drafting.figures(sheet) == drafting.figures(draft)
    assert drafting.problems(sheet, now=quote.created_at) == drafting.problems(draft, now=quote.created_at)


def test_plain_rows_of_a_quote_without_lines_or_customer(make):
    firm = make.firm()
    quote = make.quote(firm)
    db.session.query(QuoteLine).filter_by(quote_id=quote.id).delete()
    db.session.commit()
    sheet = rows.read(firm.id, quote.n)
    assert (len(sheet.sections), sheet.lines, sheet.customer) == (1, [], None)
    assert drafting.figures(sheet).section_ore == {1: 0}


def test_removed_lines_and_sections_are_left_out(make, app):
    firm = make.firm()
    quote = make.quote(firm)
    line = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=3).one()
    line.removed_at = quote.created_at
    db.session.commit()
    assert [line.n for line in drafting.load(firm.id, quote.n).lines] == [2, 4]
    assert [line.n for line in rows.read(firm.id, quote.n).lines] == [2, 4]
    drafting.load(firm.id, quote.n).sections[0].removed_at = quote.created_at
    db.session.commit()
    draft = drafting.load(firm.id, quote.n)
    assert (draft.sections, draft.lines) == ([], [])
    sheet = rows.read(firm.id, quote.n)
    assert (sheet.sections, sheet.lines) == ([], [])


def test_another_firms_quote_is_not_found(make):
    firm, other = make.firm(), make.firm("Annan Snickeri")
    quote = make.quote(firm)
    with pytest.raises(NotFound):
        drafting.load(other.id, quote.n)
    with pytest.raises(NotFound):
        rows.read(other.id, quote.n)


@pytest.mark.parametrize("status", ["accepted", "signed", "withdrawn"])
def test_what_is_agreed_or_ended_cannot_be_edited(make, status):
    firm = make.firm()
    quote = make.quote(firm, status=status)
    with pytest.raises(NotEditable):
        drafting.load_to_edit(firm.id, quote.n)
    with pytest.raises(NotEditable):
        drafting.read_to_edit(firm.id, quote.n)
