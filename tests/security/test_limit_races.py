"""Tries counted and given back by many at once: none is lost, none is let through, nobody stands in another's way."""

from __future__ import annotations

from collections import Counter as Tally

import pytest

from extensions import db
from models import Attempt, Event, Firm, Login
from services import events, limits, logins, transaction
from services.clock import utc_now
from services.errors import TooMany
from tests.factories import PASSWORD
from tests.security.test_races import THREADS, together

IP = "192.0.2.7"


def counted() -> list[int]:
    db.session.rollback()
    return sorted(db.session.scalars(db.select(Attempt.count)))


def test_a_household_that_logs_in_at_once(app):
    """The network's row is older than an account's; whoever gives back takes them in the order of who counts."""
    now = utc_now()
    limits.give_back(limits.count_with_address("login", "forst@tumbredd.example", IP, limit=1, now=now))
    transaction.commit()

    def act() -> None:
        for _ in range(60):
            transaction.start_writing(lasts=False)
            tried = limits.count_with_address("login", "eva@tumbredd.example", IP, limit=99, now=now)
            transaction.start_writing(lasts=False)
            limits.give_back(tried)
            transaction.commit()

    together(app, [act] * THREADS)
    assert counted() == [0, 0, 0]


@pytest.mark.parametrize("known", [True, False])
def test_fifty_wrong_passwords_at_once(app, make, known):
    user = make.owner(make.firm())
    email, firm_id = user.email if known else "ingen@tumbredd.example", user.firm_id
    now = utc_now()

    def act() -> str:
        try:
            return logins.log_in(email, "fel lösenord", ip=IP, user_agent="", now=now)
        except (TooMany, logins.WrongPassword) as error:
            return type(error).__name__

    assert Tally(together(app, [act] * 50)) == {"WrongPassword": 10, "TooMany": 40}
    assert db.session.query(Login).count() == 0
    assert db.session.query(Event).filter_by(act="login.failed").count() == (10 if known else 0)
    assert events.verify(db.session.get_one(Firm, firm_id)) is None


def test_the_right_one_among_fifty_waits_too_or_counts_for_nothing(app, make):
    """Nine wrong, forty-one right ones at once: at most ten are tried at a time, and the nine stay counted."""
    email, now = make.owner(make.firm()).email, utc_now()

    def act(password: str) -> str:
        try:
            return "in" if logins.log_in(email, password, ip=IP, user_agent="", now=now) else ""
        except (TooMany, logins.WrongPassword) as error:
            return type(error).__name__

    wrong = Tally(together(app, [lambda: act("fel lösenord")] * 9))
    assert wrong == {"WrongPassword": 9}
    tally = Tally(together(app, [lambda: act(PASSWORD)] * 41))
    assert set(tally) <= {"in", "TooMany"}
    assert tally["in"] >= 1
    assert tally["in"] == db.session.query(Login).count()
    assert max(counted()) == 9 + tally["TooMany"]
