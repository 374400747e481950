"""Fill the sample firm, or give a new password to the one that is there. For trial installations alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from flask import current_app
from msgspec import Struct
from sqlalchemy import select

from domain.clock import STOCKHOLM, stockholm_date
from extensions import db
from models import Firm
from services import (
    firms,
    legal,
    logins,
    new_passwords,
    registering,
    tokens,
    transaction,
    user_tokens,
    users,
)
from services.demo.acts import Played, Stage, owner
from services.demo.firm import COMPANY, EMAIL, MARK, MESSAGE, NAME, USER
from services.demo.stories import STORIES
from services.errors import RuleBroken
from services.installation import settings

IP = "127.0.0.1"
BROWSER = "./run demo"
REGISTERED_DAYS_AGO = 90
SHOWN_PAGES = ("Badrum, Granstigen 4", "Kök, Björkgatan 11", "Kök, Ågatan 7")


class CannotFill(RuleBroken):
    """`code`: production, mail_server (real letters would leave), or address_taken."""


class Sample(Struct, frozen=True):
    """How to log in, and what to look at: (title of the quote, address of its customer's page)."""

    is_new: bool
    email: str
    password: str
    pages: tuple[tuple[str, str], ...] = ()


def fill(*, now: datetime) -> Sample:
    """Make the sample firm as if it had worked here for three months. One that is there only gets a new password.

    Call it within a request context: letters hold addresses. Commits many times. Raises CannotFill.
    """
    if settings().PRODUCTION:
        raise CannotFill("production")
    if settings().SMTP_HOST:
        raise CannotFill("mail_server")
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    firm = db.session.scalars(select(Firm).where(Firm.is_sample).order_by(Firm.id.desc())).first()
    with _without_worker():
        if firm is not None:
            return Sample(False, _new_password(firm, password, now), password)
        if logins.find_user(EMAIL) is not None:
            raise CannotFill("address_taken")
        stage = _register(password, _at(now, REGISTERED_DAYS_AGO, 8, 15))
        played = _play(stage, now)
        stage.be_asked(now=now)
    pages = ((play.story.title, play.address()) for play in played if play.story.title in SHOWN_PAGES)
    return Sample(True, EMAIL, password, tuple((title, address) for title, address in pages if address))


def _register(password: str, now: datetime) -> Stage:
    """The firm with its owner, the address confirmed and all settings filled in."""
    given = registering.Registration(NAME, EMAIL, password, secrets.token_urlsafe(16), IP, BROWSER)
    registering.register(given, now=now)
    user = logins.find_user(EMAIL)
    assert user is not None  # noqa: S101  (registered a moment ago)
    user.firm.is_sample = True
    link = user_tokens.issue(user, user_tokens.CONFIRM_EMAIL, now=now)
    token = tokens.sign(link.purpose, link.public_id)
    transaction.commit()
    registering.confirm_email(token, ip=IP, user_agent=BROWSER, now=now)
    actor = logins.actor_of(user, ip=IP, user_agent=BROWSER)
    for login in logins.of_user(user):
        logins.end(user, login.public_id, actor=actor, now=now)
    users.change_own(user, **USER, actor=actor, now=now)
    texts = firms.values(user.firm, firms.QUOTE)
    texts |= {"default_message": MESSAGE, "default_terms": f"{MARK}\n\n{legal.default_quote_terms()}"}
    for names, new in ((firms.COMPANY, COMPANY), (firms.QUOTE, texts)):
        seen = firms.fingerprint(firms.values(user.firm, names))
        firms.change(names, new, seen=seen, actor=actor, now=now)
    stage = Stage(user.firm, user, logins.actor_of(user, ip=IP, user_agent=BROWSER))
    stage.furnish(now=now)
    return stage


def _play(stage: Stage, now: datetime) -> list[Played]:
    """All steps of all stories in the order in which they happened, as the firm's chain must tell them."""
    played = [Played(stage, story) for story in STORIES]
    steps = [
        (_at(now, step.days_ago, step.hour, step.minute), step.act, step.words, play)
        for play in played
        for step in play.story.steps
    ]
    for at, act, words, play in sorted(steps, key=lambda step: step[0]):
        play.play(act, words, at)
    return played


def _new_password(firm: Firm, password: str, now: datetime) -> str:
    """The sample user's address; its password is the new one and its logins have ended."""
    user = owner(firm)
    email = user.email
    link = user_tokens.issue(user, user_tokens.RESET_PASSWORD, now=now)
    token = tokens.sign(link.purpose, link.public_id)
    transaction.commit()
    new_passwords.reset(token, password, ip=IP, user_agent=BROWSER, now=now)
    return email


def _at(now: datetime, days_ago: int, hour: int, minute: int) -> datetime:
    """That time of the day in Stockholm, so many days before today."""
    day = stockholm_date(now) - timedelta(days=days_ago)
    return datetime.combine(day, time(hour, minute), STOCKHOLM).astimezone(now.tzinfo)


@contextmanager
def _without_worker() -> Iterator[None]:
    """What commits would wake the worker for is done here, at its own time."""
    wake = current_app.extensions["wake"]
    current_app.extensions["wake"] = lambda job, delay=0: None
    try:
        yield
    finally:
        current_app.extensions["wake"] = wake
