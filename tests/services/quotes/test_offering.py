"""Where a new line goes is found without reading the quote's lines."""

from __future__ import annotations

import pytest

from bench.counting import statements
from extensions import db
from models import QuoteSection
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import offering
from services.quotes.drafting import NotEditable


def test_one_statement(make):
    firm = make.firm()
    n, firm_id = make.quote(firm).n, firm.id
    with statements() as seen:
        found, section = offering.find(firm_id, n, 1)
    assert (found.n, found.title, section.n, len(seen)) == (n, "Badrum, Granstigen 4", 1, 1)


def test_what_is_not_there(make):
    firm, other = make.firm(), make.firm()
    n = make.quote(firm).n
    for wrong in ((firm.id, n, 2), (firm.id, n + 1, 1), (other.id, n, 1)):
        with pytest.raises(NotFound):
            offering.find(*wrong)


def test_a_removed_section_takes_no_line(make):
    firm = make.firm()
    n = make.quote(firm).n
    db.session.query(QuoteSection).one().removed_at = utc_now()
    db.session.commit()
    with pytest.raises(NotFound):
        offering.find(firm.id, n, 1)


@pytest.mark.parametrize("given", [{"archived_at": utc_now()}, {"status": "accepted"}])
def test_a_quote_that_is_not_open(make, given):
    firm = make.firm()
    n = make.quote(firm, **given).n
    with pytest.raises(NotEditable):
        offering.find(firm.id, n, 1)
