"""Time stamps on sealed papers (PAdES B-T), fetched afterwards: outside any transaction, after the letters have gone.

The stamped paper is a file of its own that begins with the bytes of the sealed one, which all parties have by mail.
A service that does not answer leaves the seal as it is, and is asked again later.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select

from extensions import db
from models import Agreement, Firm, StoredFile
from services import scope, standing, storage, transaction
from services.deal.completing import is_due, wait_after
from services.errors import place_of
from services.installation import settings
from services.sealing import making

log = logging.getLogger("handslag.seal")

AT_ONCE = 10  # the worker waits for them all before it ends, and for each as long as the service may take


def waiting(now: datetime) -> list[int]:
    """Ids of the sealed papers whose turn it is to get a time stamp, oldest first; none where no service is set."""
    if not settings().TSA_URL:
        return []
    with transaction.reading():
        statement = (
            select(Agreement.id)
            .where(
                Agreement.sealed_at.is_not(None),
                Agreement.stamped_id.is_(None),
                is_due(now),
                standing.of_those_here(Agreement),
            )
            .order_by(Agreement.id)
            .limit(AT_ONCE)
        )
        return list(db.session.scalars(statement))


def stamp(ids: Sequence[int], *, now: datetime) -> int:
    """Fetch and keep time stamps, all by one child; how many there were none for. Commits."""
    failed = 0
    with making.Sealer() as sealer:
        for agreement_id in ids:
            try:
                one = _read(agreement_id)
                if one is not None:
                    _keep(one, sealer.stamp(one.pdf, tsa=settings().TSA_URL), now)
            except Exception as error:  # its file is gone, a full disk: the others are stamped
                _put_off(agreement_id, error, now)
                failed += 1
    return failed


class _Sealed(NamedTuple):
    agreement_id: int
    firm_id: int
    firm_public_id: str
    name: str
    pdf: bytes


def _read(agreement_id: int) -> _Sealed | None:
    """A sealed paper; None where it has its stamp, or is gone."""
    with transaction.reading():
        found = db.session.execute(
            select(StoredFile, Firm.id, Firm.public_id)
            .join(Agreement, and_(Agreement.firm_id == StoredFile.firm_id, Agreement.pdf_id == StoredFile.id))
            .join(Firm, Firm.id == Agreement.firm_id)
            .where(Agreement.id == agreement_id, Agreement.stamped_id.is_(None))
        ).one_or_none()
        if found is None:
            return None
        file, firm_id, firm_public_id = found
        return _Sealed(agreement_id, firm_id, firm_public_id, file.name, storage.read(firm_public_id, file))


def _keep(one: _Sealed, stamped: bytes, now: datetime) -> None:
    """Bind the stamped paper unless another worker was quicker. Commits."""
    transaction.rollback()
    is_bound = False
    file = storage.put(
        one.firm_id,
        one.firm_public_id,
        stamped,
        purpose="agreement",
        name=one.name.removesuffix(".pdf") + "-tidsstamplat.pdf",
        media_type="application/pdf",
        now=now,
    )
    try:
        db.session.flush()
        own = scope.change(Agreement, one.firm_id).where(
            Agreement.id == one.agreement_id, Agreement.stamped_id.is_(None)
        )
        done = own.values(stamped_id=file.id, stamped_sha256=file.sha256, paper_tries=0, paper_next_at=None)
        is_bound = bool(db.session.execute(done.returning(Agreement.id)).all())
        if is_bound:
            transaction.commit()
    finally:
        if not is_bound:
            transaction.rollback()
            storage.remove(one.firm_public_id, file.public_id)


def _put_off(agreement_id: int, error: Exception, now: datetime) -> None:
    """Note when it is tried again. Commits."""
    log.error("The time stamp of agreement %d waits: %s", agreement_id, place_of(error))
    transaction.rollback()
    agreement = db.session.scalars(
        select(Agreement).where(Agreement.id == agreement_id).with_for_update()
    ).one_or_none()
    if agreement is not None:
        agreement.paper_next_at = now + wait_after(agreement.paper_tries)
        agreement.paper_tries += 1
    transaction.commit()
