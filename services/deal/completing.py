"""Completing a signature: the paper is drawn, sealed with its proof inside, kept, and mailed to all parties.

The worker does it, one after the other. Drawing, packing and sealing lie outside any write transaction; then one binds
the files to the agreement by a conditional update, writes `doc.sealed` and queues the letters. So it may be killed
anywhere and begun again by anyone: nothing is "Klart" before its sealed file is kept, and the first one bound stays.
What fails is tried again, and says why it waits.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import DBAPIError

from documents.kinds import noun
from domain.deal_kinds import DealKind
from domain.uploads import BESIDE, MOST_BESIDE_BYTES
from extensions import db
from languages import gettext as _
from languages import speaking
from models import Agreement, Event, Quote, StoredFile
from services import checkpoints, events, nudge, scope, standing, storage, transaction
from services.actors import system
from services.checkpoint_rows import Checkpoint
from services.clock import Clock
from services.deal import agreements, parties
from services.errors import DiskFull, place_of
from services.installation import settings
from services.proof import package, reading
from services.sealing import keys, making
from services.sealing.keys import SealKey

log = logging.getLogger("handslag.seal")

LONGEST_WAIT = timedelta(minutes=30)
# why a paper waits (Agreement.paper_fault)
DRAW, KEY, SEAL, DISK = "draw", "key", "seal", "disk"


class _Drawn(Struct, frozen=True):
    """A paper that is ready to be sealed, and what it was drawn from."""

    agreement_id: int
    firm_id: int
    firm_public_id: str
    agreed_sha256: str
    obj: str
    names: tuple[str, str]  # of the paper and the package
    paper: making.Paper
    package: bytes


def waiting(now: datetime) -> list[int]:
    """Ids of the agreements without a paper whose turn it is, oldest first.

    A late answer has none until the firm confirms it, nor has what only some of several have approved.
    """
    with transaction.reading():
        statement = (
            select(Agreement.id)
            .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
            .where(
                Agreement.pdf_id.is_(None),
                Quote.status.not_in(parties.PENDING),
                is_due(now),
                standing.of_those_here(Agreement),
            )
            .order_by(Agreement.id)
        )
        return list(db.session.scalars(statement))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether it is an agreement's turn. A wait longer than any was set by a clock that has been set back since."""
    at = Agreement.paper_next_at
    return or_(at.is_(None), at <= now, at > now + LONGEST_WAIT)


def waiting_papers() -> tuple[int, str, int]:
    """How many papers could not be sealed when it was tried, why, and how many sealed ones got no time stamp."""
    tried = select(func.count(), func.max(Agreement.paper_fault)).where(Agreement.paper_tries > 0)
    unsealed, why = db.session.execute(tried.where(Agreement.pdf_id.is_(None))).one()
    unstamped, _why = db.session.execute(tried.where(Agreement.pdf_id.is_not(None))).one()
    return unsealed, why or "", unstamped


def complete(ids: Iterable[int], *, now: datetime) -> tuple[int, int]:
    """Make the papers of these agreements; how many are made, and how many failed. Again changes nothing. Commits.

    One paper is held at a time. All lean on one checkpoint, and are sealed by one process.
    """
    clock, done, failed = Clock(now), 0, 0
    way = cache(lambda: _Way(checkpoints.cover(now)))  # a fault is not kept: each paper says why it waits
    with making.Sealer() as sealer:
        for agreement_id in ids:
            try:
                key = keys.seal_key()  # they may be rotated meanwhile
                drawn = _draw(agreement_id, way())
                if drawn is not None:
                    _bind(drawn, sealer.seal(drawn.paper, key), key, clock.now())
                done += 1
            except Exception as error:  # whatever is wrong with one paper, the others are made
                _put_off(agreement_id, error, now)
                failed += 1
    return done, failed


class _Way:
    """How each firm's chain leads to one checkpoint."""

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self.checkpoint = checkpoint
        self._of = lru_cache(maxsize=64)(self._read)  # each time a tree of all firms

    def of(self, facts: reading.Facts) -> dict[str, Any] | None:
        """None where it does not reach the agreement: a chain that broke, or that was restored from before its leaf,
        is followed no more until the operator has closed the incident.
        """
        proof = self._of(facts.firm.public_id)
        if proof is None:
            return None
        leaf = proof["leaf"]
        held = scope.columns(Event, facts.firm.id, Event.link).where(Event.seq == leaf["seq"])
        is_reached = leaf["seq"] >= facts.made_by.seq and db.session.scalar(held) == leaf["link"]
        return proof if is_reached else None

    def _read(self, firm_public_id: str) -> dict[str, Any] | None:
        try:
            return checkpoints.proof_of(firm_public_id, self.checkpoint) if self.checkpoint else None
        except LookupError:
            return None


def _draw(agreement_id: int, way: _Way) -> _Drawn | None:
    """The paper with the package that lies in it, and the firm's own. None where it is made already, or gone."""
    with transaction.reading():
        found = agreements.without_paper(agreement_id)
        if found is None:
            return None
        agreement, quote, version, firm = found
        facts = reading.facts(agreement)
        proof = way.of(facts)
        with speaking(quote.language):
            pdf = agreements.render(
                agreement, quote, version, firm, facts.pdf, checkpoint=way.checkpoint if proof else None
            )
            names = (
                _("Avtal %(n)s", n=quote.number) + ".pdf",
                _("Bevispaket %(n)s", n=quote.number) + ".zip",
            )
            words = _("Allt som visar hur avtalet kom till")
            reason = _("Sigillet visar att inget är ändrat. Det är ingen parts underskrift.")
        shared, whole = package.build_all(facts, (package.SHARED, package.FIRM), checkpoint=proof)
        return _Drawn(
            agreement_id,
            firm.id,
            firm.public_id,
            agreement.agreed_sha256,
            f"quote:{quote.public_id}:v{agreement.version}",
            names,
            making.Paper(pdf, (making.Attachment(package.NAME, shared, words), *_original(quote, facts)), reason),
            whole,
        )


def _original(quote: Quote, facts: reading.Facts) -> list[making.Attachment]:
    """The signed file itself, where the paper does not begin with it. A large one lies in the package alone."""
    if quote.kind != DealKind.DOCUMENT or len(facts.pdf) > MOST_BESIDE_BYTES:
        return []
    return [making.Attachment(BESIDE, facts.pdf, noun(quote.kind))]


def _bind(one: _Drawn, sealed: bytes, key: SealKey, now: datetime) -> None:
    """Keep both files, and bind them unless another worker was quicker or the late answer was refused. Commits."""
    transaction.rollback()
    files: list[StoredFile] = []
    is_bound = False
    try:
        for data, purpose, name, media_type in (
            (sealed, "agreement", one.names[0], "application/pdf"),
            (one.package, "package", one.names[1], package.MEDIA_TYPE),
        ):
            kept = storage.take(
                one.firm_id, one.firm_public_id, [data], purpose=purpose, name=name, media_type=media_type, now=now
            )
            storage.describe(kept, data)
            files.append(kept)
        is_bound = _bound(one, files[0], files[1], key, now)
        if is_bound:
            transaction.commit()
    except DBAPIError:  # a full disk, say
        is_bound = is_bound and _is_kept(files[0])
        raise
    finally:
        if not is_bound:
            transaction.rollback()
            for file in files:
                storage.remove(one.firm_public_id, file.public_id)


def _is_kept(file: StoredFile) -> bool:
    """Whether a commit was made whose answer was lost. Where nobody can tell, the sweep will."""
    firm_id, public_id = file.firm_id, file.public_id
    try:
        with transaction.reading():
            return scope.find(StoredFile, firm_id, StoredFile.public_id == public_id) is not None
    except DBAPIError:
        return True


def _bound(one: _Drawn, pdf: StoredFile, whole: StoredFile, key: SealKey, now: datetime) -> bool:
    db.session.add_all((pdf, whole))
    db.session.flush()
    own = scope.change(Agreement, one.firm_id).where(
        Agreement.id == one.agreement_id, Agreement.pdf_id.is_(None), Agreement.agreed_sha256 == one.agreed_sha256
    )
    sealed = {"pdf_id": pdf.id, "pdf_sha256": pdf.sha256, "package_id": whole.id, "package_sha256": whole.sha256}
    tried = {"paper_tries": 0, "paper_fault": "", "paper_next_at": None}
    done = db.session.execute(
        own.values(**sealed, **tried, seal_id=key.id, sealed_at=now).returning(Agreement.id)
    ).all()
    if not done:
        return False
    events.record(
        "doc.sealed",
        one.obj,
        actor=system(one.firm_id, one.firm_public_id),
        at=now,
        data={"pdf_sha256": pdf.sha256, "evidence_sha256": whole.sha256, "certificate_id": key.id},
    )
    agreements.mail(one.agreement_id, one.firm_id, pdf.sha256, now)
    if settings().TSA_URL:
        nudge.after_commit("stamp_papers")
    return True


def _put_off(agreement_id: int, error: Exception, now: datetime) -> None:
    """Note that it failed and when it is tried again: in a minute, then ever later. Commits."""
    transaction.rollback()
    log.error("The paper of agreement %d waits: %s", agreement_id, place_of(error))
    try:
        agreement = db.session.scalars(
            select(Agreement).where(Agreement.id == agreement_id, Agreement.pdf_id.is_(None)).with_for_update()
        ).one_or_none()
        if agreement is not None:
            agreement.paper_next_at = now + wait_after(agreement.paper_tries)
            agreement.paper_tries += 1
            agreement.paper_fault = _kind(error)
        transaction.commit()
    except Exception as again:  # the database's own disk is full: the next minute finds it as it was
        log.error("And that cannot be kept: %s", place_of(again))
        transaction.rollback()


def wait_after(tries: int) -> timedelta:
    """A minute after the first try, then twice as long each time."""
    return min(timedelta(minutes=2 ** min(tries, 10)), LONGEST_WAIT)


def _kind(error: Exception) -> str:
    if isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return DISK
    if isinstance(error, keys.KeysMissing):
        return KEY
    return SEAL if isinstance(error, making.SealFailed) else DRAW
