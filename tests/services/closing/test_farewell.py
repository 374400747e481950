"""Customers learn of the last day of their page, once each, and that it stays when the firm stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from extensions import db
from jobs import remind_owners, send_mail, tell_customers
from models import Agreement, Closing, Letter, QuoteLink
from services import closing, events, hastening
from services.actors import Actor
from services.deal import farewell
from tests import mailed
from tests.client import Page
from tests.factories import PASSWORD
from tests.whole_firm import Markers, fill

NOW = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)  # a Friday
TOLD = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def firm(make):
    """With an agreement, an open quote and what else there is; as if it had never been terminated."""
    firm = make.firm()
    fill(make, firm, Markers(), quotes=3)
    db.session.query(Closing).delete()
    db.session.query(Letter).delete()
    db.session.commit()
    return firm


def actor(firm, owner) -> Actor:
    return Actor(firm.id, firm.public_id, f"user:{owner.public_id}", user_id=owner.id)


@pytest.fixture
def owner(make, firm):
    return make.owner(firm)


@pytest.fixture
def leaving(firm, owner) -> Closing:
    return closing.ask(owner, password=PASSWORD, reason="", actor=actor(firm, owner), now=NOW)


def letters(kind: str) -> list[Letter]:
    db.session.rollback()
    return db.session.query(Letter).filter(Letter.kind.startswith(kind)).order_by(Letter.id).all()


def ways(firm_id: int) -> int:
    agreed = db.session.query(Agreement.quote_id).filter_by(firm_id=firm_id)
    links = db.session.query(QuoteLink).filter(QuoteLink.quote_id.in_(agreed), QuoteLink.revoked_at.is_(None))
    return len({(link.quote_id, link.recipient_id) for link in links})


def test_a_day_later_everyone_with_an_agreement_is_told_once(firm, leaving):
    tell_customers.run(TOLD - timedelta(microseconds=1))
    assert letters("page_closes") == []
    for _round in range(2):
        assert tell_customers.run(TOLD).failed == 0
    told = letters("page_closes")
    assert len(told) == ways(firm.id) > 0
    assert {row.quote_id for row in told} <= {row.quote_id for row in db.session.query(Agreement)}
    row = db.session.query(Closing).one()
    assert row.told_at == TOLD
    assert [event.act for event in events.of_object(firm.id, f"closing:{row.public_id}")] == [
        "firm.close_asked",
        "firm.close_told",
    ]


def test_cut_off_anywhere_it_writes_to_those_who_are_left(firm, leaving, monkeypatch):
    monkeypatch.setattr(farewell, "AT_A_TIME", 1)
    wrote, all_of_them = farewell._write, ways(firm.id)

    def write_two(*given):
        if len(letters_here()) > 1:
            raise KeyboardInterrupt
        wrote(*given)

    def letters_here():
        return db.session.query(Letter).filter_by(kind="page_closes").all()

    monkeypatch.setattr(farewell, "_write", write_two)
    with pytest.raises(KeyboardInterrupt):
        tell_customers.run(TOLD)
    db.session.rollback()
    assert db.session.query(Closing).filter_by(undone_at=None).one().told_at is None
    monkeypatch.setattr(farewell, "_write", wrote)
    tell_customers.run(TOLD)
    assert len(letters("page_closes")) == all_of_them


def test_a_last_day_that_is_brought_forward_is_told_anew(firm, owner, make, leaving):
    first = letters_after_a_day()
    closing.choose("erase_all", None, seen="", actor=actor(firm, owner), now=TOLD)
    db.session.query(Agreement).update({"withdraw_until": date(2026, 12, 11)})
    db.session.commit()
    sooner = hastening.earliest(db.session.query(Closing).one(), TOLD)
    assert sooner == date(2026, 12, 11), "while a consumer can withdraw the page is there"
    hastening.hasten(owner, password=PASSWORD, seen=sooner, actor=actor(firm, owner), now=TOLD)
    tell_customers.run(TOLD + timedelta(hours=1))
    assert len(letters("page_closes")) == 2 * first
    send_mail.run(TOLD + timedelta(hours=1))
    assert [row.state for row in letters("page_closes")] == ["dropped"] * first + ["sent"] * first


def letters_after_a_day() -> int:
    tell_customers.run(TOLD)
    return len(letters("page_closes"))


def test_an_undo_within_the_day_disturbs_no_customer(firm, owner, leaving):
    closing.undo(actor=actor(firm, owner), now=NOW + timedelta(hours=23))
    tell_customers.run(TOLD)
    assert letters("page") == []


def test_after_it_those_who_were_told_learn_that_the_page_stays(firm, owner, leaving):
    tell_customers.run(TOLD)
    first, *others = letters("page_closes")
    first_quote = first.quote_id
    first.state = "sent"  # the others wait still, and are dropped when they are drawn
    db.session.commit()
    leaving.undone_at = TOLD  # by moving from elsewhere: that page does go
    db.session.commit()
    tell_customers.run(TOLD + timedelta(hours=1))
    assert letters("page_stays") == []
    leaving.undone_at = None
    db.session.commit()
    closing.undo(actor=actor(firm, owner), now=TOLD + timedelta(hours=1))
    for hour in range(2, 4):
        tell_customers.run(TOLD + timedelta(hours=hour))
    assert {row.quote_id for row in letters("page_stays")} == {first_quote}
    send_mail.run(TOLD + timedelta(hours=3))
    assert {row.state for row in letters("page_closes")} == {"sent", "dropped"} if others else {"sent"}


def test_the_letter_says_the_day_and_how_to_withdraw_after_it(firm, leaving):
    agreement = db.session.query(Agreement).order_by(Agreement.id).first()
    assert agreement is not None
    agreement.withdraw_until = date(2026, 12, 28)
    db.session.commit()
    tell_customers.run(TOLD)
    public_id = firm.public_id
    assert send_mail.run(TOLD).failed == 0
    kept = [letter for letter in mailed.letters(firm=public_id) if "Spara ditt avtal senast" in letter.subject]
    assert kept
    text = kept[-1].text.replace("\xa0", " ")
    assert "finns till och med 20 december 2026." in text
    assert "/l/" in text
    assert any("Du kan ångra avtalet till och med 28 december 2026. Efter 20 december 2026" in one.text for one in kept)
    Page(kept[-1].html).check(whole=False)


def test_at_night_and_on_sundays_it_waits(firm, leaving):
    sunday = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    tell_customers.run(sunday)
    send_mail.run(sunday)
    (first, *_others) = letters("page_closes")
    assert (first.state, first.next_at) == ("queued", datetime(2026, 11, 23, 7, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (datetime(2026, 12, 13, 22, 59, 59, tzinfo=UTC), 0),
        (datetime(2026, 12, 13, 23, 7, tzinfo=UTC), 1),
        (datetime(2026, 12, 20, 22, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 12, 20, 23, 0, tzinfo=UTC), 0),
    ],
)
def test_owners_who_have_not_chosen_are_reminded_once_in_the_last_week(firm, leaving, at, count):
    for _round in range(2):
        assert remind_owners.run(at).failed == 0
    assert len(letters("closing_reminder")) == count


def test_who_has_chosen_is_not_reminded(firm, owner, leaving):
    number = leaving.public_id
    closing.choose("erase_all", None, seen="", actor=actor(firm, owner), now=NOW)
    remind_owners.run(NOW + timedelta(days=25))
    assert letters("closing_reminder") == []
    assert db.session.query(Closing).one().public_id == number
