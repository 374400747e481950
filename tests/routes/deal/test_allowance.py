"""What is taken of a person's year when a customer approves, and who is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from domain.allowance import Amount
from extensions import db
from models import AllowanceEntry, Customer
from services import allowance
from services.clock import utc_now
from services.deal import answering, links
from tests.routes.deal.conftest import Sent, actor_of, send, token_of
from tests.routes.deal.test_parties import among, step2
from tests.routes.quotes.test_manual import record

__all__ = ["among"]  # the fixture
RESERVED = "har reserverat ROT 3\u00a0312\u00a0kr av dina avdrag"
FIRST = {
    "home": "house",
    "fastighetsbeteckning": "LILLHAMRA 3:14",
    "personnummer": "19840601-2388",
    "statement": "y",
}


def states():
    db.session.rollback()
    return [row.state for row in db.session.query(AllowanceEntry).order_by(AllowanceEntry.id)]


def further(app, make, sent, customer=None) -> Sent:
    """Another quote of the same firm, opened by its own link."""
    db.session.rollback()
    customer = customer or db.session.get_one(Customer, sent.quote.customer_id)
    quote = send(make, make.quote(sent.firm, customer))
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client)


def person(sent):
    db.session.rollback()
    years = allowance.of_customer(sent.firm_id, sent.quote.customer_id)
    [[found]] = years.values()
    return found


def test_an_approval_reserves_once(sent):
    form = sent.step2()
    assert sent.post("/godkann", form).status_code == 303
    assert sent.post("/godkann", form).status_code == 303
    assert states() == ["reserved"]
    assert person(sent).account.reserved == Amount(3312, 0)


def test_the_receipt_tells_the_person_what_is_reserved(sent):
    sent.post("/godkann", sent.step2())
    page = sent.get("/avtal").text
    assert RESERVED in page
    assert "Kvar enligt det du har sagt här: ROT 46\u00a0688\u00a0kr, RUT 71\u00a0688\u00a0kr." in page


def test_a_known_number_changes_nothing_before_the_yes(app, make, sent):
    sent.post("/godkann", sent.step2(used_rot="47000", shares="rot:3000", to_pay="1194000"))
    assert states() == ["reserved"]
    again = further(app, make, sent)
    for act in ({"act": "count"}, {"personnummer": "19840601-2388", "act": "count"}):
        page = again.post("/godkann", again.step2(**act)).text
        assert "3\u00a0312" in page  # as for anyone with an unused year
        assert "reserverat" not in page
    assert again.post("/godkann", again.step2()).status_code == 303
    assert "har reserverat ROT 6\u00a0312\u00a0kr" in again.get("/avtal").text


def test_who_types_anothers_number_learns_nothing_of_that_one(app, make, sent):
    sent.post("/godkann", sent.step2())
    db.session.rollback()
    other = further(app, make, sent, make.customer(sent.firm, "Sten Okänd", email="sten@kund.example"))
    other.post("/godkann", other.step2(name="Sten Okänd"))
    assert RESERVED in other.get("/avtal").text  # this agreement's alone
    assert person(sent).account.reserved == Amount(6624, 0)  # the firm sees both


def test_a_withdrawal_gives_it_back(sent):
    sent.post("/godkann", sent.step2())
    form = {"name": "Karin Almgren", "email": "k@kund.example", "contract": "Offert", "once": "a" * 22}
    assert sent.post("/angra", form).status_code == 303
    assert states() == ["released"]
    assert "har reserverat" not in sent.get("/avtal").text


@pytest.mark.parametrize("answer", ["confirm", "refuse"])
def test_a_late_yes_is_a_forecast_until_the_firm_answers(make, sent, answer):
    with time_machine.travel(utc_now() + timedelta(days=40), tick=False):
        sent.post("/godkann", sent.step2())
        assert states() == ["forecast"]
        assert "har reserverat" not in sent.get("/avtal").text
        db.session.rollback()
        act = answering.confirm_late if answer == "confirm" else answering.refuse_late
        act(sent.quote, actor=actor_of(make, sent.firm), now=utc_now())
    assert states() == (["reserved"] if answer == "confirm" else [])


def test_data_given_later_move_the_entry(sent):
    form = sent.step2()
    sent.post("/godkann", form | {"later": "y", "personnummer": "", "fastighetsbeteckning": "", "statement": ""})
    assert not person(sent).is_known
    assert "har reserverat" not in sent.get("/avtal").text
    assert sent.post("/rot", form).status_code == 303
    assert states() == ["reserved"]
    assert person(sent).is_known
    assert RESERVED in sent.get("/avtal").text


def test_one_who_only_reads_is_told_nothing(app, make, sent):
    sent.post("/godkann", sent.step2())
    assert RESERVED in sent.get("/avtal").text
    stranger = app.test_client()
    assert stranger.get(sent.url("/avtal")).status_code == 404
    assert links.mailed(sent.quote) is not None


def test_of_several_the_last_yes_reserves(among):
    karin, anna = among("co_decides", rot=True)
    assert karin.post("/godkann", step2(karin, "Karin Almgren", **FIRST)).status_code == 303
    assert states() == ["forecast"]
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert states() == ["reserved"]
    assert RESERVED in karin.get("/avtal").text
    assert "har reserverat" not in anna.get("/avtal").text  # Karin's number, not hers


def test_a_no_of_another_takes_the_forecast_away(among):
    karin, anna = among("co_decides", rot=True)
    karin.post("/godkann", step2(karin, "Karin Almgren", **FIRST))
    assert anna.post("/nej", {"version": "1", "reason": "price", "comment": ""}).status_code == 303
    assert states() == []


def test_a_yes_written_down_by_the_firm_reserves_until_it_is_taken_back(make, client):
    firm = make.firm()
    quote = send(make, make.quote(firm, make.customer(firm)), now=utc_now() - timedelta(hours=2))
    office = Sent(make, firm.id, quote.id, quote.public_id, client.log_in(make.owner(firm)))
    assert record(office).status_code == 303
    assert states() == ["reserved"]
    assert not person(office).is_known
    assert client.post(f"/offerter/{office.quote.n}/sagt-ja/ta-tillbaka").status_code == 303
    assert states() == []
