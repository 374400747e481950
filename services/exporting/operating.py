"""The operator's half: which firms there are, and a firm's ZIP in a file, for one who cannot log in any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import and_, func, select

from domain.clock import stockholm_date
from extensions import db
from models import Closing, Firm, Quote
from services import events, scope, standing, transaction
from services.actors import Actor
from services.errors import NotFound
from services.exporting import archive, locking, making
from services.exporting.making import Summed


@dataclass(frozen=True, slots=True)
class Listed:
    """One firm in the operator's list."""

    public_id: str
    name: str
    since: date
    quotes: int
    last_day: date | None  # of a running termination


def firms() -> Iterator[Listed]:
    """All firms, oldest first."""
    statement = (
        select(Firm.id, Firm.public_id, Firm.name, Firm.created_at, Closing.erase_after)
        .outerjoin(Closing, and_(Closing.firm_id == Firm.id, Closing.undone_at.is_(None)))
        .order_by(Firm.id)
    )
    for row in db.session.execute(statement).all():
        yield Listed(
            public_id=row.public_id,
            name=row.name,
            since=stockholm_date(row.created_at),
            quotes=db.session.scalar(scope.columns(Quote, row.id, func.count())) or 0,
            last_day=stockholm_date(row.erase_after) if row.erase_after else None,
        )


def find(firm_public_id: str) -> Firm:
    """The firm with this id, for an act of the operator. Raises NotFound."""
    firm = db.session.scalar(select(Firm).where(Firm.public_id == firm_public_id, standing.IS_HERE))
    if firm is None:
        raise NotFound
    return firm


def write(firm_public_id: str, path: Path, *, now: datetime, password: str = "") -> str:
    """Write the firm's ZIP to a new file that only its owner can read, locked where there is a password; its SHA-256.

    The act stands in the firm's own chain. Raises NotFound, WeakPassword, FileExistsError.
    """
    firm_id = db.session.scalar(select(Firm.id).where(Firm.public_id == firm_public_id))
    transaction.rollback()
    if firm_id is None:
        raise NotFound
    if password:
        locking.check(password)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, transaction.snapshot():
            rows = sum(archive.counts(firm_id).values())
            owner = making.owner_of(firm_id, now)
            stream = Summed(locking.with_password(archive.parts(owner, lambda count: None), owner, password))
            for piece in stream:
                file.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    actor = Actor(firm_id=firm_id, firm_public_id=firm_public_id, ref="operator:command")
    sha256 = stream.digest.hexdigest()
    fields = {"kind": "zip_by_operator", "rows": rows, "sha256": sha256}
    events.record("export.made", f"firm:{firm_public_id}", actor=actor, at=now, data=fields)
    transaction.commit()
    return sha256
