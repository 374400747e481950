"""A quote that has been sent, and a customer who came by its link."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from domain.clock import stockholm_date
from extensions import db
from models import Firm, Letter, Quote, QuoteLine, QuoteLink
from services import transaction
from services.actors import Actor
from services.clock import utc_now
from services.deal import links
from services.quotes import contracting, drafting, sending
from services.quotes.contracting import Signature
from tests.client import Client
from tests.factories import Make

CARRIED = "once|version|json_sha256|picked|quantities|shares|total|to_pay|words"
MAIL = "karin.almgren@kund.example"


def actor_of(make: Make, firm: Firm) -> Actor:
    user = make.owner(firm)
    return Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id, "192.0.2.1", "test")


def send(make: Make, quote: Quote, *, email: str = MAIL, valid_until=None, key: str = "", now=None) -> Quote:
    """Send as the review page does."""
    now = now or utc_now()
    firm = db.session.get_one(Firm, quote.firm_id)
    firm_id, n, rev = firm.id, quote.n, make._next()
    draft = drafting.load(firm_id, n)
    seen = sending.fingerprint(draft, firm, make.owner(firm), now=now)
    actor = actor_of(make, firm)
    signature = Signature(actor.name, contracting.PASSWORD, now) if quote.kind == "contract" else None
    until, message = valid_until or quote.valid_until, "Hej Karin. Här är offerten."
    given = sending.Sending(email, until, message, seen, signature=signature)
    transaction.only_read()
    db.session.rollback()
    sending.send(firm_id, n, given, actor=actor, key=key or f"send-{rev}", now=now)
    transaction.may_write()
    db.session.rollback()
    return drafting.get(firm_id, n)


def token_of(quote: Quote) -> str:
    link = links.mailed(quote)
    assert link is not None
    return links.address(link).rsplit("/", 1)[1]


@dataclass
class Sent:
    """A sent quote, its firm and a browser that came by the mailed link."""

    make: Make
    firm_id: int
    quote_id: int
    deal_id: str
    client: Client

    @property
    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)

    @property
    def quote(self) -> Quote:
        db.session.rollback()
        return db.session.get_one(Quote, self.quote_id, populate_existing=True)

    @property
    def link(self) -> QuoteLink:
        found = links.mailed(self.quote)
        assert found is not None
        return found

    def url(self, rest: str = "") -> str:
        return f"/o/{self.deal_id}{rest}"

    def get(self, rest: str = ""):
        return self.client.get(self.url(rest))

    def post(self, rest: str, data=None, **given):
        return self.client.post(self.url(rest), data=data or {}, **given)

    def step2(self, **typed) -> dict[str, str]:
        """The hidden fields of step 2 as the page carries them now, and what is typed."""
        html = self.get("/godkann").get_data(as_text=True)
        hidden = dict(
            re.findall(
                r'name="(once|version|json_sha256|picked|quantities|shares|total|to_pay|words)"[^>]*value="([^"]*)"',
                html,
            )
        )
        values = {
            "name": "Karin Almgren",
            "home": "house",
            "fastighetsbeteckning": "LILLHAMRA 3:14",
            "personnummer": "19840601-2388",
            "e_signature": "y",
            "statement": "y",
        }
        return {**hidden, **values, **typed}

    def acts(self) -> list[str]:
        from models import Event

        db.session.rollback()
        rows = db.session.query(Event).filter_by(obj=f"quote:{self.deal_id}").order_by(Event.seq)
        return [row.act for row in rows]

    def letters(self) -> list[str]:
        db.session.rollback()
        return [row.kind for row in db.session.query(Letter).filter_by(quote_id=self.quote_id).order_by(Letter.id)]


def without_deduction(quote: Quote) -> Quote:
    """As it is for a company or an association, who have none."""
    db.session.query(QuoteLine).filter_by(quote_id=quote.id).update({"deduction": None, "work_type": None})
    db.session.commit()
    return quote


def make_sent(
    app, make: Make, *, kind: str = "private", valid_until=None, kind_of_deal: str = "quote", **given
) -> Sent:
    firm = make.firm()
    customer = make.customer(firm, kind=kind)
    if valid_until:
        given["valid_until"] = valid_until
    if kind_of_deal == "contract":
        given = {"starts_on": stockholm_date(utc_now()), "open_ended": True, **given}
    quote = make.quote(firm, customer, kind=kind_of_deal, **given)
    if kind != "private":
        without_deduction(quote)
    quote = send(make, quote)
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True  # a fault of ours is a failed test, not a page
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client)


@pytest.fixture
def sent(app, make) -> Sent:
    """A private customer's quote with rot and an option, opened by its link."""
    return make_sent(app, make)


@pytest.fixture
def today():
    return stockholm_date(utc_now())
