"""Give the customer of an expired quote new time: what was sent, sent once more with a later last day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from domain import canonical
from domain.clock import stockholm_date
from domain.quote_states import OPEN, QuoteStatus
from models import Firm, StoredFile, User
from services import scope
from services.actors import Actor
from services.errors import RuleBroken
from services.quotes import content, holding, reviewing
from services.quotes.holding import Pressed
from services.quotes.reviewing import Review
from services.quotes.sending import Sending

DATED = ("version", "dated_on", "valid_until", "paid_on")  # what the new version says otherwise


def new_day(firm: Firm, now: datetime) -> date:
    """The last day that the firm gives with one press: as long as a new quote is valid."""
    return stockholm_date(now) + timedelta(days=firm.default_valid_days)


def extend(firm: Firm, n: int, *, actor: Actor, now: datetime) -> tuple[date, Pressed]:
    """Send the quote as a new version that differs in its day alone; the new last day, and when it goes. Commits.

    Pressed twice it is sent once. Raises NotFound, what `holding.press` raises, RuleBroken("not_open"), and
    RuleBroken("not_as_sent") where prices, texts or the firm's details have changed since: that is for the review.
    """
    day = new_day(firm, now)
    found = reviewing.load(firm, n, now=now)
    quote = found.draft.quote
    sent = content.version_of(quote)
    is_open = quote.status in OPEN
    if is_open and sent.version > 1 and sent.valid_until == day:  # the second press
        return day, Pressed()
    if not (quote.status == QuoteStatus.EXPIRED or (is_open and sent.valid_until < stockholm_date(now))):
        raise RuleBroken("not_open")
    before = content.read(sent.content)
    is_paid_before = quote.paid_on is not None and quote.paid_on < day  # the rates may be those of another year
    if is_paid_before or not found.sent_to or _lasting(_built(found, firm, before, day, now)) != _lasting(before):
        raise RuleBroken("not_as_sent")
    asked = Sending(email=found.sent_to, valid_until=day, message=before["message"], seen=found.fingerprint)
    key = f"extend-{quote.public_id}-{quote.version}"
    return day, holding.press(firm.id, n, asked, actor=actor, key=key, now=now)


def _built(found: Review, firm: Firm, before: dict[str, Any], day: date, now: datetime) -> dict[str, Any]:
    """The version as it would be sent: another day can mean another rate, and with it another sum."""
    quote = found.draft.quote
    logo = scope.find(StoredFile, firm.id, StoredFile.id == firm.logo_id) if firm.logo_id else None
    built = content.build(
        found.draft,
        firm,
        scope.get(User, firm.id, User.id == quote.user_id),
        number=before["number"],
        version=quote.version + 1,
        today=stockholm_date(now),
        logo_sha256=logo.sha256 if logo else None,
        email=found.sent_to,
        valid_until=day,
        message=before["message"],
    )
    return content.read(canonical.dumps(built).decode())


def _lasting(whole: dict[str, Any]) -> dict[str, Any]:
    """What may not differ: all but the dates, and the address that the letter goes to."""
    customer = {name: value for name, value in whole["customer"].items() if name != "email"}
    return {name: value for name, value in whole.items() if name not in DATED} | {"customer": customer}
