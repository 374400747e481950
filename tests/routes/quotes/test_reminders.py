"""Reminders on the quote's page and where it is sent: chosen, changed, asked for now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from extensions import db
from jobs import remind, send_mail
from models import Event, Firm, Letter, Reminding
from services.clock import utc_now
from services.deal import links, reminding
from services.quotes import drafting, resending
from tests.domain.test_quiet_hours import at
from tests.routes.deal.conftest import MAIL, actor_of, make_sent, send
from tests.routes.quotes.test_sharing import ANNA, PER

SENT = at("2026-11-23 10:00")  # a Monday


@pytest.fixture
def sent(app, make):
    with time_machine.travel(SENT, tick=False):
        sent = make_sent(app, make)
        send_mail.run(utc_now())
    return sent


@pytest.fixture
def owner(sent, client):
    client.environ_base["handslag.raise_errors"] = True
    with time_machine.travel(SENT, tick=False):
        return client.log_in(sent.make.owner(sent.firm))


def url(sent, rest: str = "") -> str:
    return f"/offerter/{sent.quote.n}{rest}"


def row() -> Reminding:
    db.session.rollback()
    return db.session.scalars(db.select(Reminding)).one()


def reminders() -> int:
    db.session.rollback()
    return len(db.session.scalars(db.select(Letter.id).where(Letter.kind == "reminder")).all())


def press(owner, sent, moment: datetime):
    """The page that the press ends on."""
    with time_machine.travel(moment, tick=False):
        answer = owner.post(url(sent, "/paminn"))
        return owner.get(answer.location.partition("#")[0]) if answer.status_code == 303 else answer


def said(answer) -> str:
    text: str = answer.text
    return text.replace("\N{NO-BREAK SPACE}", " ")


def page(owner, sent, moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        text: str = owner.get(url(sent)).text
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_off_until_chosen_and_changed_on_the_page(sent, owner):
    assert "Av. Kunden får inga påminnelser" in page(owner, sent, SENT)
    with time_machine.travel(SENT, tick=False):
        answer = owner.post(url(sent, "/paminnelser"), data={"remind": "7"})
    assert answer.location == url(sent) + "#h-pam"
    assert row().next_at == at("2026-11-30 10:00")
    assert "Nästa går 30 november" in page(owner, sent, SENT + timedelta(days=1))
    with time_machine.travel(SENT + timedelta(days=2), tick=False):
        owner.post(url(sent, "/paminnelser"), data={"remind": "0"})
    assert row().next_at is None


def test_now_by_day_goes_now_and_a_double_press_is_one(sent, owner):
    moment = at("2026-11-26 11:00")
    assert "Påminnelsen är skickad." in press(owner, sent, moment).text
    assert "Påminnelsen är skickad." in press(owner, sent, moment).text
    assert reminders() == row().sent == 1
    event = db.session.scalars(db.select(Event).where(Event.act == "reminder.sent")).one()
    assert '"actor":"user:' in event.entry
    shown = page(owner, sent, moment)
    assert "En påminnelse är skickad" in shown
    assert "Påminnelse skickad" in shown
    assert "Påminn nu" not in shown


def test_now_at_night_says_when_it_goes_and_then_it_does(sent, owner):
    assert "Påminnelsen går 27 november kl. 08.00" in said(press(owner, sent, at("2026-11-26 22:00")))
    assert "08.00" in page(owner, sent, at("2026-11-26 22:01"))
    assert reminders() == 0
    remind.run(at("2026-11-27 07:59"))
    assert reminders() == 0
    remind.run(at("2026-11-27 08:00"))
    assert reminders() == 1


def test_asked_for_at_night_and_switched_off_it_does_not_go(sent, owner):
    press(owner, sent, at("2026-11-26 22:00"))
    with time_machine.travel(at("2026-11-26 22:05"), tick=False):
        owner.post(url(sent, "/paminnelser"), data={"remind": "0"})
    remind.run(at("2026-11-27 09:00"))
    assert reminders() == 0


def test_soon_after_another_letter_it_waits_for_two_days(sent, owner):
    assert "Påminnelsen går 25 november kl. 10.00" in said(press(owner, sent, SENT + timedelta(hours=1)))


def test_one_who_has_read_can_be_reminded_and_one_who_asked_cannot(sent, owner):
    with time_machine.travel(SENT + timedelta(hours=2), tick=False):
        sent.post("/sedd")
    with time_machine.travel(SENT, tick=False):
        owner.post(url(sent, "/paminnelser"), data={"remind": "7"})
    shown = page(owner, sent, at("2026-11-26 11:00"))
    assert "Kunden har öppnat offerten" in shown
    assert "Påminn nu" in shown
    assert "Påminnelsen är skickad." in press(owner, sent, at("2026-11-26 11:00")).text
    with time_machine.travel(at("2026-11-27 11:00"), tick=False):
        sent.post("/fraga", {"question": "När kan ni börja?"})
    shown = page(owner, sent, at("2026-11-30 11:00"))
    assert "Kunden väntar på ditt svar" in shown
    assert "Påminn nu" not in shown
    owner.environ_base["handslag.raise_errors"] = False
    assert press(owner, sent, at("2026-11-30 11:00")).status_code == 409
    assert reminders() == 1


def test_two_is_all(sent, owner):
    press(owner, sent, at("2026-11-26 11:00"))
    press(owner, sent, at("2026-11-30 11:00"))
    shown = page(owner, sent, at("2026-12-04 11:00"))
    assert "Två påminnelser är skickade" in shown
    assert "Påminn nu" not in shown
    owner.environ_base["handslag.raise_errors"] = False
    answer = press(owner, sent, at("2026-12-04 11:00"))
    assert answer.status_code == 409
    assert "har fått två" in answer.text
    assert reminders() == 2


def test_the_review_page_offers_what_the_firm_begins_with(make, client):
    firm = make.firm(default_remind_days=7)
    quote = make.quote(firm, make.customer(firm))
    shown = client.log_in(make.owner(firm)).get(f"/offerter/{quote.n}/granska").text
    chosen = shown.split('name="remind" value="7"')[1].split(">")[0]
    assert "checked" in chosen


def test_a_choice_at_the_sending_counts_from_it(make, client):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    n, firm_id = quote.n, firm.id
    client.log_in(make.owner(firm))
    form = client.get(f"/offerter/{n}/granska").text
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', form))
    day = (utc_now() + timedelta(days=30)).date().isoformat()
    data = {**hidden, "way": "mail", "email": "k@kund.example", "valid_until": day, "message": "Hej", "remind": "3"}
    assert client.post(f"/offerter/{n}/skicka", data=data).status_code == 303
    assert row().days == 3
    assert db.session.get_one(Firm, firm_id).default_remind_days == 0


@pytest.mark.parametrize(("rest", "data"), [("/paminn", {}), ("/paminnelser", {"remind": "7"})])
def test_who_may_not(app, make, sent, client, rest, data):
    path = url(sent, rest)
    assert client.post(path, data=data).status_code in (302, 303)
    assert "/logga-in" in client.post(path, data=data).location
    worker = app.test_client().log_in(make.user(sent.firm, role="worker"))
    assert worker.post(path, data=data).status_code == 403
    stranger = app.test_client().log_in(make.owner(make.firm("Annan")))
    assert stranger.post(path, data=data).status_code == 404
    own = app.test_client().log_in(make.owner(sent.firm))
    assert own.get(path).status_code == 405
    assert own.post(path, data=data, csrf=False).status_code == 403
    assert reminders() == 0


@pytest.mark.parametrize("days", ["", "1", "-7", "999999999999", "sju"])
def test_days_that_no_page_offers(app, make, sent, days):
    own = app.test_client().log_in(make.owner(sent.firm))
    assert own.post(url(sent, "/paminnelser"), data={"remind": days}).status_code == 404
    db.session.rollback()
    assert db.session.scalars(db.select(Reminding)).all() == []


def test_a_draft_is_not_reminded_of(app, make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    own = app.test_client().log_in(make.owner(firm))
    for rest, data in (("/paminn", {}), ("/paminnelser", {"remind": "7"})):
        assert own.post(f"/offerter/{quote.n}{rest}", data=data).status_code == 409


def test_each_who_decides_is_reminded_by_the_own_link_and_who_only_reads_is_not(make, seller, quote):
    for form in (ANNA, PER):
        assert seller.post(f"/offerter/{quote.n}/mottagare", data=form).status_code == 303
    firm_id, n = quote.firm_id, quote.n
    send(make, drafting.get(firm_id, n), now=SENT)
    reminding.choose(firm_id, n, 7, now=SENT)
    send_mail.run(SENT)
    remind.run(at("2026-11-30 10:00"))
    db.session.rollback()
    found = db.session.scalars(db.select(Letter).where(Letter.kind == "reminder").order_by(Letter.id)).all()
    assert [letter.to_address for letter in found] == [MAIL, "anna@kund.example"]
    assert len({letter.params for letter in found}) == 2
    assert row().sent == 1


def test_a_customer_with_nothing_but_a_number_gets_a_text_message(make, seller, quote):
    firm_id, n = quote.firm_id, quote.n
    send(make, drafting.get(firm_id, n), now=SENT)
    resending.resend(firm_id, n, "+46701740605", way="sms", actor=actor_of(make, firm_of(firm_id)), now=SENT)
    sent = drafting.get(firm_id, n)
    links.revoke(sent, links.mailed(sent).public_id, actor=actor_of(make, firm_of(firm_id)), now=SENT)
    reminding.choose(firm_id, n, 7, now=SENT)
    send_mail.run(SENT)
    remind.run(at("2026-11-30 10:00"))
    assert send_mail.run(at("2026-11-30 10:01")).failed == 0
    db.session.rollback()
    found = db.session.scalars(db.select(Letter).where(Letter.kind.startswith("reminder"))).one()
    assert (found.kind, found.to_address, found.state) == ("reminder_sms", "+46701740605", "sent")


def firm_of(firm_id: int) -> Firm:
    return db.session.get_one(Firm, firm_id)
