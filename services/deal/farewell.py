"""Customers learn in time that the pages of their agreements will go, and that they stay when the firm stays after all.

One letter for each way in to each agreement. They are queued some at a time, and which ones are there is asked of the
outbox itself: a round that is cut off goes on where it was, and two rounds at once write none twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from domain.clock import stockholm_date
from domain.closing_dates import CUSTOMERS_TOLD_AFTER
from domain.quote_states import AGREED, QuoteStatus
from extensions import db
from models import Agreement, Closing, EarlierHome, Event, Firm, Letter, Quote, QuoteLink
from services import events, outbox, scope, standing, transaction
from services.actors import system
from services.deal.links import ON_SITE, SMS

CLOSES, STAYS = "page_closes", "page_stays"
KINDS = {kind: (kind, f"{kind}_sms") for kind in (CLOSES, STAYS)}
AT_A_TIME = 50
# what customers keep a paper of, whatever became of it
WITH_PAPER = AGREED | {QuoteStatus.WITHDRAWN, QuoteStatus.CANCELLED, QuoteStatus.RESCINDED, QuoteStatus.REPLACED}
_AGREED = exists().where(Agreement.firm_id == Quote.firm_id, Agreement.quote_id == Quote.id)
LOOK_BACK = timedelta(days=30)  # how long after an undo letters are still looked for: a worker may have been down


def due(now: datetime) -> list[int]:
    """Ids of the firms whose customers are to be told: a day after the termination was confirmed or entered here."""
    entered = exists().where(
        Event.firm_id == Closing.firm_id,
        Event.obj == "closing:" + Closing.public_id,
        Event.act == "firm.close_asked",
        Event.at <= now - CUSTOMERS_TOLD_AFTER,
    )
    with transaction.reading():
        statement = select(Closing.firm_id).where(
            Closing.undone_at.is_(None),
            Closing.told_at.is_(None),
            Closing.erase_after > now,
            entered,
            standing.of_those_here(Closing),
        )
        return sorted(db.session.scalars(statement))


def tell(firm_id: int, *, now: datetime) -> None:
    """Write to everyone with a way in to an agreement of the firm. Commits some at a time."""
    last = 0
    while (closing := _lock(firm_id)) is not None and closing.told_at is None:
        some = _untold(closing, last)
        for quote in some:
            _write(CLOSES, quote, closing, now)
        if len(some) < AT_A_TIME:
            _record_told(closing, now)
        last = some[-1].id if some else last
        transaction.commit()
    transaction.rollback()


def due_to_calm(now: datetime) -> list[int]:
    """Ids of the terminations that were undone after customers had been written to, and not all know it yet.

    Undone here: one that a firm brought from elsewhere ended by moving, and the page there does go.
    """
    came = select(func.coalesce(func.max(EarlierHome.seq), 0)).where(EarlierHome.firm_id == Closing.firm_id)
    undone = exists().where(
        Event.firm_id == Closing.firm_id,
        Event.obj == "closing:" + Closing.public_id,
        Event.act == "firm.close_undone",
        Event.seq > came.scalar_subquery(),
    )
    with transaction.reading():
        statement = select(Closing.id).where(
            Closing.undone_at > now - LOOK_BACK, undone, exists().where(_worried(Closing.firm_id, Closing.public_id))
        )
        return sorted(db.session.scalars(statement))


def calm(closing_id: int, *, now: datetime) -> None:
    """Tell those who were told that their page stays. Commits some at a time."""
    last = 0
    while (closing := db.session.get(Closing, closing_id, with_for_update=True)) is not None:
        told = select(Letter.quote_id).where(_worried(closing.firm_id, closing.public_id), Letter.quote_id > last)
        found = db.session.scalars(told.distinct().order_by(Letter.quote_id).limit(AT_A_TIME))
        some = [quote_id for quote_id in found if quote_id is not None]
        for quote in scope.rows(Quote, closing.firm_id, Quote.id.in_(some)):
            _write(STAYS, quote, closing, now)
        transaction.commit()
        if not some:
            return
        last = some[-1]
    transaction.rollback()


def last_day(closing: Closing) -> str:
    """As letters name it: brought forward, everyone is told anew."""
    return stockholm_date(closing.erase_after).isoformat()


def has_pages(firm_id: int, now: datetime) -> bool:
    """Whether any customer has a way in to an agreement."""
    way = exists().where(
        QuoteLink.firm_id == Quote.firm_id,
        QuoteLink.quote_id == Quote.id,
        QuoteLink.way != ON_SITE,
        QuoteLink.revoked_at.is_(None),
        QuoteLink.expires_at >= now,
    )
    statement = scope.columns(Quote, firm_id, Quote.id).where(Quote.status.in_(WITH_PAPER), _AGREED, way).limit(1)
    return db.session.scalar(statement) is not None


def _lock(firm_id: int) -> Closing | None:
    """The termination that runs, while an undo waits."""
    db.session.execute(select(Firm.id).where(Firm.id == firm_id).with_for_update())
    return scope.find(Closing, firm_id, Closing.undone_at.is_(None))


def _untold(closing: Closing, last: int) -> Sequence[Quote]:
    """The next quotes with an agreement that have no letter about this termination."""
    letters = and_(_letters(CLOSES, closing.public_id), Letter.params.contains(f'"{last_day(closing)}"'))
    told = exists().where(Letter.firm_id == Quote.firm_id, Letter.quote_id == Quote.id, letters)
    statement = scope.of(Quote, closing.firm_id).where(Quote.id > last, Quote.status.in_(WITH_PAPER), _AGREED, ~told)
    return db.session.scalars(statement.order_by(Quote.id).limit(AT_A_TIME)).all()


def _worried(firm_id: object, closing: object) -> ColumnElement[bool]:
    """Letters that said the page will go, and have gone, without one that says it stays."""
    calmed = aliased(Letter)
    return and_(
        Letter.firm_id == firm_id,
        Letter.state == "sent",
        _letters(CLOSES, closing),
        ~exists().where(
            calmed.firm_id == Letter.firm_id,
            calmed.quote_id == Letter.quote_id,
            calmed.kind.in_(KINDS[STAYS]),
            calmed.params.contains(closing),
        ),
    )


def _letters(kind: str, closing: object) -> ColumnElement[bool]:
    return and_(Letter.kind.in_(KINDS[kind]), Letter.params.contains(closing))


def _write(kind: str, quote: Quote, closing: Closing, now: datetime) -> None:
    """To each person's newest way in; one that was handed over has the address that the customer gave, if any."""
    ways = scope.rows(
        QuoteLink,
        quote.firm_id,
        QuoteLink.quote_id == quote.id,
        QuoteLink.way != ON_SITE,
        QuoteLink.revoked_at.is_(None),
        QuoteLink.expires_at >= now,
    )
    newest = {link.recipient_id: link for link in sorted(ways, key=lambda link: link.id)}
    for link in newest.values():
        params = {"link": link.public_id, "closing": closing.public_id, "last_day": last_day(closing)}
        way, to = (f"{kind}_sms", link.phone) if link.way == SMS else (kind, link.email or _given(quote, link))
        if to:
            outbox.queue(way, to, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def _given(quote: Quote, link: QuoteLink) -> str:
    agreement = scope.find(Agreement, quote.firm_id, Agreement.quote_id == quote.id, Agreement.link_id == link.id)
    return agreement.email if agreement else ""


def _record_told(closing: Closing, now: datetime) -> None:
    firm = db.session.get_one(Firm, closing.firm_id)
    closing.told_at = now
    written = select(func.count()).where(Letter.firm_id == firm.id, _letters(CLOSES, closing.public_id))
    events.record(
        "firm.close_told",
        f"closing:{closing.public_id}",
        actor=system(firm.id, firm.public_id),
        at=now,
        data={
            "letters": db.session.scalar(written) or 0,
            "last_day": last_day(closing),
        },
    )
