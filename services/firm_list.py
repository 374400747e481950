"""The firms of the installation for its operator: who they are, how they stand, how much they keep. No content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, and_, func, or_, select

from domain import standing
from domain.standing import Standing
from extensions import db
from models import Arrival, Closing, Firm, Quote, StoredFile, User
from services.errors import NotFound
from services.standing import IS_HERE

PAGE_SIZE = 30


class Listed(Struct, frozen=True):
    """One firm. Times are UTC."""

    id: int
    public_id: str
    name: str
    city: str
    is_sample: bool
    created_at: datetime
    active_at: datetime | None
    stored: str  # standing, as stored
    standing_at: datetime | None
    reason: str
    effective_at: datetime | None  # of a running termination
    erase_after: datetime | None
    quotes: int
    size_bytes: int  # of the papers and pictures

    def standing(self, now: datetime) -> Standing:
        return standing.of(self.stored, self.effective_at, now)


class Page(Struct, frozen=True):
    rows: list[Listed]
    after: str | None  # key of the next page


class Known(Struct, frozen=True):
    """One firm with what its page shows."""

    firm: Listed
    users: int
    owners: int
    closing: Closing | None
    arrivals: Sequence[Arrival]


_QUOTES = select(func.count()).where(Quote.firm_id == Firm.id).scalar_subquery()
_BYTES = select(func.coalesce(func.sum(StoredFile.size_bytes), 0)).where(StoredFile.firm_id == Firm.id)


def list_page(*, typed: str = "", after: str = "") -> Page:
    """Thirty firms, the newest first, by a part of the name, the whole id or orgnr; `after` is the key before."""
    statement = _all().order_by(Firm.id.desc()).limit(PAGE_SIZE + 1)
    if words := typed.strip():
        forms = {words, words.lower(), words.capitalize()}  # SQLite knows the case of a to z only
        named = [func.lower(Firm.name).contains(words.lower(), autoescape=True)]
        named += [Firm.name.contains(form, autoescape=True) for form in sorted(forms)]
        statement = statement.where(or_(*named, Firm.public_id == words, Firm.orgnr == words))
    if after:
        key = select(Firm.id).where(Firm.public_id == after).scalar_subquery()
        statement = statement.where(Firm.id < key)
    rows = [Listed(*row) for row in db.session.execute(statement)]
    return Page(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].public_id if len(rows) > PAGE_SIZE else None)


def every() -> Iterator[Listed]:
    """All firms, oldest first."""
    return (Listed(*row) for row in db.session.execute(_all().order_by(Firm.id)))


def get(firm_public_id: str) -> Firm:
    """The firm with this id, for an act of the operator. Raises NotFound."""
    firm = db.session.scalar(select(Firm).where(Firm.public_id == firm_public_id, IS_HERE))
    if firm is None:
        raise NotFound
    return firm


def known(firm_public_id: str) -> Known:
    """What its page shows. Raises NotFound."""
    row = db.session.execute(_all().where(Firm.public_id == firm_public_id)).one_or_none()
    if row is None:
        raise NotFound
    firm = Listed(*row)
    counted = select(User.role, func.count()).where(User.firm_id == firm.id).group_by(User.role)
    roles = dict(db.session.execute(counted).tuples().all())
    came = or_(Arrival.firm_public_id == firm.public_id, Arrival.asker_firm == firm.public_id)
    running = select(Closing).where(Closing.firm_id == firm.id, Closing.undone_at.is_(None))
    return Known(
        firm=firm,
        users=sum(roles.values()),
        owners=roles.get("owner", 0),
        closing=db.session.scalar(running),
        arrivals=db.session.scalars(select(Arrival).where(came).order_by(Arrival.id.desc())).all(),
    )


def counts() -> tuple[int, int]:
    """How many are suspended, and how many have been warned that nobody uses them."""
    asked = [
        select(func.count()).where(Firm.standing == Standing.SUSPENDED.value).scalar_subquery(),
        select(func.count()).where(Firm.standing == Standing.ACTIVE.value, Firm.inactive_warned > 0).scalar_subquery(),
    ]
    suspended, warned = db.session.execute(select(*asked)).one()
    return suspended, warned


def _all() -> Select[Any]:
    """The columns in the order of Listed."""
    return select(
        Firm.id,
        Firm.public_id,
        Firm.name,
        Firm.city,
        Firm.is_sample,
        Firm.created_at,
        Firm.active_at,
        Firm.standing,
        Firm.standing_at,
        Firm.standing_reason,
        Closing.effective_at,
        Closing.erase_after,
        _QUOTES,
        _BYTES.scalar_subquery(),
    ).outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
