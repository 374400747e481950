"""How many SQL statements a page costs, with the login's; the same with few rows and with many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bench.counting import statements
from domain.clock import stockholm_date
from extensions import db
from models import Quote, QuoteLink, QuoteSection
from services import tokens, transaction
from services.actors import Actor
from services.clock import utc_now
from services.quotes import drafting, sending

PART = {"HX-Request": "true"}
FEW, MANY = 1, 40


def fill(make, firm, count):
    """Customers, articles and quotes, and one quote with `count` more lines; its number."""
    for number in range(count):
        customer = make.customer(firm, f"Kund {number}")
        make.article(firm, f"Artikel {number}")
        make.quote(
            firm, customer, turn="customer", status="sent", number=f"2026-{count}{number:03d}", sent_at=utc_now()
        )
    quote = make.quote(firm, make.customer(firm))
    section = db.session.scalars(select(QuoteSection).where(QuoteSection.quote_id == quote.id)).one()
    for number in range(count):
        make.line(quote, section, n=10 + number, text=f"Rad {number}", deduction="rot", work_type="bygg")
    db.session.commit()
    return quote.n


def send(make, firm, n):
    """Send the quote; the customer's address and token."""
    now, user = utc_now(), make.owner(firm)
    actor = Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id)
    seen = sending.fingerprint(drafting.load(firm.id, n), firm, user, now=now)
    given = sending.Sending("karin@kund.example", stockholm_date(now) + timedelta(days=30), "Hej", seen)
    sending.send(firm.id, n, given, actor=actor, key="k", now=now)
    transaction.may_write()
    quote = db.session.scalars(select(Quote).where(Quote.firm_id == firm.id, Quote.n == n)).one()
    link = db.session.scalars(select(QuoteLink).where(QuoteLink.quote_id == quote.id)).one()
    return f"/o/{quote.public_id}", tokens.sign("quote", link.public_id)


def cost(act):
    with statements() as seen:
        answer = act()
    assert answer.status_code == 200
    return seen


PAGES = [
    ("/offerter", 5),  # the login, and a group each until the page is full
    ("/offerter?q=badrum", 4),
    ("/offerter/{n}/redigera", 6),
    ("/offerter/{n}/rader/2", 6),
    ("/offerter/{n}/granska", 9),
    ("/kunder", 3),
    ("/kunder/1", 4),
    ("/prislista", 3),
    ("/", 8),
    ("/konto", 6),
]


@pytest.mark.parametrize(("path", "most"), PAGES, ids=[path for path, _most in PAGES])
def test_pages_of_the_firm(make, firm, client, path, most):
    client.log_in(make.owner(firm))
    n = fill(make, firm, FEW)
    few = cost(lambda: client.get(path.format(n=n)))
    n = fill(make, firm, MANY)
    many = cost(lambda: client.get(path.format(n=n)))
    assert len(few) <= most, few
    assert len(many) <= len(few)


def test_saving_a_line(make, firm, client):
    client.log_in(make.owner(firm))
    found = []
    for count in (FEW, MANY):
        path = f"/offerter/{fill(make, firm, count)}/rader/2"
        hidden = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', client.get(path, headers=PART).text))
        form = hidden | {"text": "Rivning", "quantity": "17,5", "unit": "tim", "price": "700", "vat": "25"}
        form |= {"kind": "labour", "deduction": "rot:bygg", "discount": "", "note": ""}
        form.pop("csrf_token", None)
        form.pop("option", None)
        found.append(cost(lambda path=path, form=form: client.post(path, data=form, headers=PART)))
    assert len(found[0]) <= 10, found[0]
    assert len(found[1]) == len(found[0])


@pytest.mark.parametrize(("rest", "most"), [("", 5), ("/godkann", 5)])
def test_pages_of_the_customer(make, firm, app, rest, most):
    found = []
    for count in (FEW, MANY):
        address, token = send(make, firm, fill(make, firm, count))
        visitor = app.test_client()
        assert visitor.get(f"/l/{token}").status_code == 303
        found.append(cost(lambda visitor=visitor, address=address: visitor.get(address + rest)))
        firm = make.firm()
    assert len(found[0]) <= most, found[0]
    assert len(found[1]) == len(found[0])
