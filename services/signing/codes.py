"""One-time codes: six digits that go another way than the link, to who is about to sign.

A code is good for one link, one version and the figures that the page showed, for ten minutes and five tries, and once.
The newest of a link is the one that lives. Its digits are reckoned from the row's random id with the installation's
key, so they stand nowhere: not in the database, the outbox, a log or an export.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func

from domain import masking
from domain.signing_methods import other_channel
from extensions import db
from models import Recipient, SigningCode
from services import events, limits, outbox, scope, transaction, vault
from services.deal import deals, parties, viewing
from services.deal.deals import Deal
from services.errors import RuleBroken, TooMany
from services.installation import settings

MAIL, SMS = "mail", "sms"
LIVES = timedelta(minutes=10)
MOST_TRIES = 5
WAIT = timedelta(seconds=30)  # before another goes to the same link
PER_LINK = 5  # codes in a window of limits.py
PER_DAY = 12  # of one link: with five tries each, one chance in 16,000
PER_RECEIVER = 10  # codes to one address or number in a window, over all deals
LETTERS = {MAIL: "signing_code", SMS: "signing_code_sms"}
May = Callable[[Deal, datetime], None]


class NotProven(Exception):
    """The code does not prove anything. `reason`: missing, wrong, old (expired, used up, for something else)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoWay(RuleBroken):
    """Nobody knows another way to the customer than the one the link came by."""

    code = "no_way_for_code"


class Asked(Struct, frozen=True):
    """A code is asked for. `to` is masked; empty where none can go. `sent_at`: of the one that lives."""

    channel: str
    to: str
    sent_at: datetime | None = None

    @property
    def can_send(self) -> bool:
        return bool(self.to)


def receiver(deal: Deal) -> tuple[str, str]:
    """(channel, address) that a code to who has come takes, as the version froze it; empty where there is none."""
    email, phone = _addresses(deal)
    return way_to(deal.link.way, email=email, phone=phone)


def way_to(link_way: str, *, email: str, phone: str) -> tuple[str, str]:
    """The same for a link of this way; no text message where the installation sends none or the number takes none."""
    from domain.phones import takes_texts  # large tables: loaded where a code is asked for

    can_text = bool(phone) and settings().sends_texts and takes_texts(phone)
    return other_channel(link_way, email=email, phone=phone if can_text else "")


def digits(firm_public_id: str, public_id: str) -> str:
    """The six digits of a code."""
    keyed = vault.blind_index(firm_public_id, f"signing_code\0{public_id}")
    return f"{int.from_bytes(keyed) % 10**6:06d}"


def asked(deal: Deal, terms: str, *, now: datetime) -> Asked:
    """What the page says of the code."""
    channel, to = receiver(deal)
    row = _newest(deal)
    sent_at = row.created_at if row and _is_live(row, deal, terms, now) else None
    return Asked(channel, _masked(channel, to), sent_at)


def send(deal: Deal, terms: str, *, may: May | None = None, now: datetime) -> None:
    """Send a code for what the page says; one that is just sent is left alone. The ones before die. Commits.

    `may`: raises where it cannot be used; without it, where nothing can be signed.
    Raises TooMany, NoWay, RuleBroken("not_open" | "copy_only" | "closed" | "suspended").
    """
    check = may or _check_open
    check(deal, now)
    if _is_just_sent(_newest(deal), deal, terms, now):
        return
    channel, to = receiver(deal)
    if not to:
        raise NoWay
    limits.count_with_address("code", deal.found.link_public_id, deal.actor.ip, limit=PER_LINK, now=now)
    limits.count("code to", to, limit=PER_RECEIVER, now=now)  # ends the transaction
    deals.lock(deal)
    check(deal, now)
    if _is_just_sent(_newest(deal), deal, terms, now):  # the other of two presses was quicker
        transaction.rollback()
        return
    _check_day(deal, now)
    row = SigningCode(
        firm_id=deal.found.firm_id,
        quote_id=deal.found.quote_id,
        link_id=deal.found.link_id,
        version=deal.found.version,
        terms_sha256=terms,
        channel=channel,
        created_at=now,
        expires_at=now + LIVES,
    )
    db.session.add(row)
    db.session.flush()
    deals.seen(deal, now=now)
    letter = {"firm_id": deal.found.firm_id, "now": now, "quote_id": deal.found.quote_id}
    outbox.queue(LETTERS[channel], to, {"code": row.public_id}, **letter)  # type: ignore[arg-type]
    _record("code.sent", deal, row, now, to=to)
    transaction.commit()


def prove(deal: Deal, typed: str, terms: str, *, now: datetime) -> None:
    """Use up the code. The deal is locked; a wrong one is counted and committed. Raises NotProven."""
    row = _newest(deal)
    code = "".join(sign for sign in typed if not sign.isspace())
    if not code or row is None:
        raise NotProven("missing")
    if not _is_live(row, deal, terms, now):
        raise NotProven("old")
    if not hmac.compare_digest(code.encode(), digits(deal.found.firm_public_id, row.public_id).encode()):
        row.attempts += 1
        _record("code.failed", deal, row, now)
        is_dead = row.attempts >= MOST_TRIES
        transaction.commit()
        raise NotProven("old" if is_dead else "wrong")
    row.used_at = now
    deals.settle(deal, has_code=True)
    _record("code.ok", deal, row, now)


def _addresses(deal: Deal) -> tuple[str, str]:
    """(mail, phone) of who has come: the customer's as the version says, another's of the own row."""
    if deal.found.recipient_id is None:
        customer = deal.content["customer"]
        return customer["email"], customer["phone"]
    row = scope.get(Recipient, deal.found.firm_id, Recipient.id == deal.found.recipient_id)
    return row.email, row.phone


def _newest(deal: Deal) -> SigningCode | None:
    statement = (
        scope.columns(SigningCode, deal.found.firm_id, SigningCode)
        .where(SigningCode.link_id == deal.found.link_id)
        .order_by(SigningCode.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    found: SigningCode | None = db.session.scalars(statement).first()
    return found


def _is_live(row: SigningCode, deal: Deal, terms: str, now: datetime) -> bool:
    is_for_this = row.version == deal.found.version and row.terms_sha256 == terms
    return is_for_this and row.used_at is None and row.attempts < MOST_TRIES and now < row.expires_at


def _is_just_sent(row: SigningCode | None, deal: Deal, terms: str, now: datetime) -> bool:
    return row is not None and _is_live(row, deal, terms, now) and now < row.created_at + WAIT


def _check_open(deal: Deal, now: datetime) -> None:
    deal.check_may_sign()
    parties.check_turn(deal)
    deal.check_business(now)
    if deal.agreement is not None or viewing.state(deal, now) not in ("open", "past"):
        raise RuleBroken("not_open")


def _check_day(deal: Deal, now: datetime) -> None:
    since = now - timedelta(days=1)
    where = SigningCode.link_id == deal.found.link_id, SigningCode.created_at > since
    statement = scope.columns(SigningCode, deal.found.firm_id, func.count(), func.min(SigningCode.created_at))
    sent, first = db.session.execute(statement.where(*where)).one()
    if sent >= PER_DAY:
        transaction.rollback()
        raise TooMany(int((first + timedelta(days=1) - now).total_seconds()) + 1)


def _record(act: str, deal: Deal, row: SigningCode, now: datetime, *, to: str = "") -> None:
    data = {"channel": row.channel, "attempt": row.attempts, "link_id": deal.found.link_public_id}
    events.record(act, deal.obj, actor=deal.actor, at=now, data=data, personal={"to": to} if to else {})


def _masked(channel: str, to: str) -> str:
    if not to:
        return ""
    return masking.phone(to) if channel == SMS else masking.email(to)


def find(firm_id: int, public_id: str) -> SigningCode | None:
    """A code by its public id, or None."""
    return scope.find(SigningCode, firm_id, SigningCode.public_id == public_id)


def is_newest(row: SigningCode) -> bool:
    """Whether no other code has been sent to the same link since."""
    newer = SigningCode.link_id == row.link_id, SigningCode.id > row.id
    return not scope.rows(SigningCode, row.firm_id, *newer)
