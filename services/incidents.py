"""Evidence that does not hold becomes an incident: opened once, told to the operator, closed by them with a reason.

The firm's own chain takes the entry too, broken or not: it goes on at its end, and a walk of it still names the break.
Where not even that can be written the incident says so (`in_chain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.exc import IntegrityError, NoResultFound

from extensions import db
from models import Firm, Incident, Letter, new_public_id
from services import events, outbox, scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.installation import settings

CHAIN_BROKEN, CHAIN_BEHIND = "chain_broken", "chain_behind"
FILE_MISSING, FILE_CHANGED = "file_missing", "file_changed"
CHECKPOINT_CHANGED, DATABASE_OLDER = "checkpoint_changed", "database_older"
FILES = (FILE_MISSING, FILE_CHANGED)
MOST_OF_A_NOTE = 2000
LETTER = "incidents_to_operator"


class Finding(Struct, frozen=True):
    """One thing that does not hold. `about`: public id of a file, number of a checkpoint."""

    kind: str
    firm_id: int | None = None
    firm: str = ""  # public id
    about: str = ""
    seq: int | None = None  # first bad entry

    def __str__(self) -> str:
        about = {FILE_MISSING: "file ", FILE_CHANGED: "file "}.get(self.kind, "checkpoint ") + self.about
        parts = [self.firm, self.kind, about if self.about else "", f"entry {self.seq}" if self.seq else ""]
        return " ".join(part for part in parts if part)


def note_all(findings: Iterable[Finding], *, now: datetime) -> int:
    """Open what is new of the findings and tell the operator; how many were opened. Commits."""
    transaction.start_writing()
    opened = sum(_note(finding, now) for finding in findings)
    if opened:
        _tell(now)
    transaction.commit()
    return opened


def open_ones() -> list[Incident]:
    """Those that nobody has closed, oldest first."""
    return list(db.session.scalars(select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id)))


def newest(limit: int) -> list[tuple[Incident, str | None]]:
    """With the public id of the firm, the open ones first."""
    in_order = _with_firm().order_by(Incident.closed_at.is_not(None), Incident.id.desc())
    return [row._t for row in db.session.execute(in_order.limit(limit))]


def case_of(case: str) -> tuple[Incident, str | None]:
    """One with the public id of its firm. Raises NotFound."""
    row = db.session.execute(_with_firm().where(Incident.public_id == case)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _with_firm() -> Select[Any]:
    return select(Incident, Firm.public_id).outerjoin(Firm, Firm.id == Incident.firm_id)


def of_firm(firm_id: int) -> list[Incident]:
    """The firm's own, newest first, and those of the whole installation that are open."""
    shared = and_(Incident.firm_id.is_(None), Incident.closed_at.is_(None))
    statement = select(Incident).where(or_(Incident.firm_id == firm_id, shared))
    return list(db.session.scalars(statement.order_by(Incident.id.desc())))


def known_breaks(firm_id: int) -> set[int]:
    """Seqs of breaks of the firm's chain that the operator has closed: a walk goes on after them."""
    closed = scope.columns(Incident, firm_id, Incident.first_bad_seq).where(
        Incident.kind == CHAIN_BROKEN, Incident.closed_at.is_not(None)
    )
    return {seq for seq in db.session.scalars(closed) if seq is not None}


def first_missing(firm_id: int, about: str) -> int | None:
    """The entry that was named when a chain was found to end before this checkpoint."""
    told = Incident.kind == CHAIN_BEHIND, Incident.about == about
    return db.session.scalars(scope.columns(Incident, firm_id, Incident.first_bad_seq).where(*told)).first()


def close(case: str, note: str, *, now: datetime) -> None:
    """By the operator, with a reason that the firm reads; again changes nothing. Raises NotFound, RuleBroken."""
    transaction.start_writing()
    row = db.session.scalars(select(Incident).where(Incident.public_id == case)).one_or_none()
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        transaction.rollback()
        return
    if not note.strip() or len(note) > MOST_OF_A_NOTE:
        raise RuleBroken("incident_needs_reason")
    row.note, row.closed_at = note.strip(), now
    firm = db.session.get(Firm, row.firm_id) if row.firm_id is not None else None
    if firm is not None:
        _record("incident.closed", case, firm.id, firm.public_id, now)
    transaction.commit()


def operator_address() -> str:
    """The operator's address of mail, where the contact holds one."""
    found = re.search(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", settings().OPERATOR_CONTACT)
    return found.group() if found else ""


def _note(finding: Finding, now: datetime) -> bool:
    """Whether it was opened now. One that is known is only seen again, open or closed.

    Of missing files one per firm is open at a time: a disk that is not there is one incident, not a thousand.
    """
    same = Incident.kind == finding.kind, Incident.firm_id.is_not_distinct_from(finding.firm_id)
    what = [Incident.about == finding.about]
    if finding.kind != CHAIN_BEHIND:  # which goes on meanwhile: the entry that is missing first is filled by another
        what.append(Incident.first_bad_seq.is_not_distinct_from(finding.seq))
    row = db.session.scalars(select(Incident).where(*same, *what)).first()
    if row is not None:
        row.seen_at = now
        return False
    is_open = select(Incident.id).where(*same, Incident.closed_at.is_(None)).limit(1)
    if finding.kind in FILES and db.session.scalar(is_open) is not None:
        return False
    case = new_public_id()
    in_chain = finding.firm_id is not None and _record("incident.opened", case, finding.firm_id, finding.firm, now)
    db.session.add(
        Incident(
            firm_id=finding.firm_id,
            public_id=case,
            kind=finding.kind,
            about=finding.about,
            first_bad_seq=finding.seq,
            opened_at=now,
            seen_at=now,
            in_chain=in_chain,
        )
    )
    db.session.flush()
    return True


def _record(act: str, case: str, firm_id: int, firm_public_id: str, now: datetime) -> bool:
    """Whether the firm's chain took the entry: one whose end was moved may not."""
    actor = Actor(firm_id=firm_id, firm_public_id=firm_public_id, ref="system")
    if act == "incident.closed":
        actor = Actor(firm_id=firm_id, firm_public_id=firm_public_id, ref="operator:page")
    try:
        with db.session.begin_nested():
            db.session.connection()  # the savepoint is made here; entries are written past the session
            events.record(act, f"incident:{case}", actor=actor, at=now, data={"case": case})
    except (IntegrityError, NoResultFound):
        return False
    return True


def _tell(now: datetime) -> None:
    """One letter, however many there are; it says what is open when it is sent."""
    address = operator_address()
    waiting = select(Letter.id).where(Letter.kind == LETTER, Letter.state == "queued").limit(1)
    if address and db.session.scalar(waiting) is None:
        outbox.queue(LETTER, address, {}, firm_id=None, now=now)
