"""Accounts that nobody uses, under a moved clock."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from extensions import db
from jobs import close_firms, send_mail, watch_accounts
from models import Closing, EarlierHome, Event, Firm, Letter, User, new_public_id
from services import closing as leaving
from services import logins, suspending
from tests.factories import PASSWORD

USED = datetime(2026, 11, 21, 9, tzinfo=UTC)
AT_22, AT_23, AFTER_24 = (datetime(2028, month, 21, 9, tzinfo=UTC) for month in (9, 10, 11))
A_DAY = timedelta(days=1)


@pytest.fixture
def firm(make) -> Firm:
    firm = make.firm("Vilande Bygg")
    make.owner(firm)
    make.user(firm, role="owner")
    make.user(firm, role="office")
    firm.created_at = firm.active_at = USED
    db.session.commit()
    return firm


def told() -> list[tuple[str, str]]:
    return sorted((letter.kind, letter.state) for letter in db.session.scalars(select(Letter)))


def watch(*days: datetime, post: bool = True) -> None:
    for now in days:
        assert watch_accounts.run(now).failed == 0
        if post:
            send_mail.run(now)
    db.session.rollback()


def closings() -> list[Closing]:
    db.session.expire_all()
    return list(db.session.scalars(select(Closing)))


def test_two_warnings_then_the_end_with_its_days(firm):
    firm_id = firm.id
    watch(AT_22 - A_DAY)
    assert told() == []
    watch(AT_22, AT_22 + A_DAY, AT_23 - A_DAY)
    assert told() == [("firm_inactive", "sent")] * 2  # each owner one
    watch(AT_23, AT_23 + A_DAY, AFTER_24)
    assert told() == [("firm_inactive", "sent")] * 4
    assert closings() == []
    watch(AFTER_24 + A_DAY, AFTER_24 + 2 * A_DAY)
    (closing,) = closings()
    assert (closing.channel, closing.user_id, closing.choice) == ("inactivity", None, "")
    assert closing.erase_after > AFTER_24 + 30 * A_DAY
    acts = db.session.scalars(select(Event.act).where(Event.firm_id == firm_id).order_by(Event.seq)).all()
    assert acts[-3:] == ["firm.inactive_warned", "firm.inactive_warned", "firm.close_asked"]
    last = closing.erase_after - timedelta(seconds=1)
    close_firms.run(last)
    owner = db.session.scalars(select(User).where(User.firm_id == firm_id).order_by(User.id)).first()
    logins.log_in(owner.email, PASSWORD, ip="127.0.0.1", user_agent="", now=last)
    leaving.undo(actor=logins.actor_of(owner, ip="", user_agent=""), now=last)
    watch(last + A_DAY)
    assert [row.undone_at for row in closings()] == [last]


def test_a_worker_that_slept_ends_nothing_without_warnings(firm):
    woken = AFTER_24 + 90 * A_DAY  # 19 February 2029
    watch(woken, woken + A_DAY)
    assert len(told()) == 2
    watch(woken + 27 * A_DAY)
    assert len(told()) == 2
    watch(woken + 28 * A_DAY)  # 19 March
    assert len(told()) == 4
    watch(woken + 59 * A_DAY)  # 19 April, the last day
    assert closings() == []
    watch(woken + 60 * A_DAY)
    assert len(closings()) == 1


def test_a_warning_counts_from_when_it_was_delivered(firm):
    watch(AT_22, AT_23, AFTER_24, post=False)
    assert told() == [("firm_inactive", "queued")] * 2
    send_mail.run(AFTER_24)
    watch(AFTER_24 + A_DAY)
    assert len(told()) == 2
    watch(datetime(2028, 12, 21, 9, tzinfo=UTC))
    assert len(told()) == 4
    assert closings() == []


def test_any_use_begins_anew(firm, make):
    firm_id, email = firm.id, make.owner(firm).email
    watch(AT_22)
    logins.log_in(email, PASSWORD, ip="127.0.0.1", user_agent="", now=AT_23 - A_DAY)
    watch(AT_23, AFTER_24, AFTER_24 + A_DAY)
    found = db.session.get_one(Firm, firm_id)
    assert (found.active_at, found.inactive_warned) == (AT_23 - A_DAY, 0)
    assert [kind for kind, _state in told()].count("firm_inactive") == 2


def test_use_within_a_login_counts_once_an_hour(firm, make):
    owner = make.owner(firm)
    token = logins.open_login(owner, ip="", user_agent="", now=AT_22)
    db.session.commit()
    for minutes, seen in ((59, 0), (61, 61)):
        now = AT_22 + timedelta(minutes=minutes)
        logins.touch(logins.find(token, now=now), now=now)
        db.session.refresh(firm)
        assert firm.active_at == AT_22 + timedelta(minutes=seen)


@pytest.mark.parametrize("why", ["off", "sample", "suspended", "arrived", "leaving"])
def test_whose_time_does_not_run(app, firm, make, monkeypatch, why):
    if why == "off":
        monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], INACTIVE_MONTHS=0))
    elif why == "sample":
        firm.is_sample = True
    elif why == "suspended":
        suspending.suspend(firm.public_id, "late_payment", by="command", now=USED)
    elif why == "arrived":  # from another installation, which had warned long ago
        firm.inactive_warned = 23
        home = {"installation": "a", "left_at": USED, "archive_sha256": "", "seq": 0, "link": ""}
        db.session.add(EarlierHome(firm_id=firm.id, n=1, arrived_at=AFTER_24, **home))
    else:
        dates = {"confirmed_at": USED, "effective_at": USED, "erase_after": AFTER_24 + 400 * A_DAY}
        db.session.add(Closing(firm_id=firm.id, public_id=new_public_id(), **dates))
    db.session.commit()
    before = len(told())
    watch(AT_22, AT_23, AFTER_24 + A_DAY, AFTER_24 + 40 * A_DAY, post=False)
    assert len(told()) == before


def test_firms_of_before_the_count_begin_at_their_newest_entry(firm, make):
    old = make.firm("Gammal Bygg")
    old.active_at, old.created_at = None, USED - 1000 * A_DAY
    db.session.commit()
    suspending.suspend(old.public_id, "request", by="command", now=USED)
    suspending.restore(old.public_id, by="command", now=USED)
    old.active_at, old_id = None, old.id
    db.session.commit()
    watch(USED + A_DAY)
    assert db.session.get_one(Firm, old_id).active_at == USED
