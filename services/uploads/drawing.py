"""The worker's half: take a document that waits, under a lease, and have its pages drawn in a process of its own.

Files are written before the commit that names them; what a crash leaves between is drawn again after the lease, and
the night's sweep removes files without a row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select

from domain.uploads import Refusal
from extensions import db
from models import Firm, Quote, StoredFile, Upload, UploadPage
from services import children, scope, storage, transaction

LEASE = timedelta(seconds=180)
MOST_ATTEMPTS = 3
WALL_SECONDS = 120
CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Order:
    """A document that this worker has taken."""

    id: int
    firm_id: int
    firm_public_id: str
    file: str  # public id


@dataclass(frozen=True, slots=True)
class Page:
    """The picture of a page, a JPEG, and its size in points."""

    width: int
    height: int
    picture: bytes


class Refused(Exception):
    """What came in is no document that can be signed here. The first argument is a `Refusal`."""


def claim(now: datetime) -> Order | None:
    """Take the oldest document that waits, or whose worker has gone; committed before it is returned."""
    statement = (
        select(Upload, Firm.public_id, StoredFile.public_id)
        .join(Firm, Firm.id == Upload.firm_id)
        .outerjoin(StoredFile, (StoredFile.firm_id == Upload.firm_id) & (StoredFile.id == Upload.file_id))
        .where(Upload.state == "waiting", or_(Upload.lease_until.is_(None), Upload.lease_until < now))
        .order_by(Upload.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Upload)
    )
    found = db.session.execute(statement).first()
    if found is None:
        transaction.rollback()
        return None
    upload, firm_public_id, file = found
    upload.attempts += 1
    upload.lease_until = now + LEASE
    order = Order(upload.id, upload.firm_id, firm_public_id, file or "")
    is_last = upload.attempts > MOST_ATTEMPTS
    transaction.commit()
    if is_last:
        _finish(order, Refusal.HEAVY, now=now)
        return claim(now)
    return order


def draw(order: Order, *, now: datetime) -> None:
    """Draw the pages and keep them, or say why they cannot be. Commits; doing it again is harmless."""
    try:
        _finish(order, _drawn(order), now=now)
    except Exception:  # a full disk, say: tried again after the lease, and no fault of the document
        transaction.rollback()
        own = scope.change(Upload, order.firm_id).where(Upload.id == order.id, Upload.state == "waiting")
        db.session.execute(own.values(attempts=Upload.attempts - 1))
        transaction.commit()
        raise


def _drawn(order: Order) -> list[Page] | Refusal:
    try:
        data = b"".join(storage.stream(order.firm_public_id, order.file)) if order.file else b""
        return in_child(data)
    except Refused as refused:
        return Refusal(refused.args[0])
    except (FileNotFoundError, InvalidTag):
        return Refusal.BROKEN


def in_child(data: bytes) -> list[Page]:
    """The pages of a document, drawn by services/uploads/child.py. Raises Refused."""
    answer = children.ask(CHILD, data, seconds=WALL_SECONDS)
    if answer.status is None:
        raise Refused(Refusal.HEAVY)
    pages, is_whole = _read(answer.out)
    if not is_whole:  # it fell, or was stopped at its limits
        # 1 is an exception of Python's; without memory a library ends it by a signal or with a status of its own
        raise Refused(Refusal.BROKEN if answer.status in (0, 1) else Refusal.HEAVY)
    return pages


def _read(told: bytes) -> tuple[list[Page], bool]:
    """The pages that the child told of, and whether it said that these are all. Raises Refused."""
    pages: list[Page] = []
    at = 0
    while (end := told.find(b"\n", at)) >= 0:
        head = json.loads(told[at:end])
        if "refused" in head:
            raise Refused(Refusal(head["refused"]))
        if "done" in head:
            return pages, True
        at = end + 1 + head["bytes"]
        pages.append(Page(head["width"], head["height"], told[end + 1 : at]))
    return pages, False


def _finish(order: Order, result: Sequence[Page] | Refusal, *, now: datetime) -> None:
    """One commit: the pages and `ready`, or `refused`; then the file of one that is refused goes."""
    files = [] if isinstance(result, Refusal) else _written(order, result, now)
    gone = ""
    try:
        upload = scope.find(Upload, order.firm_id, Upload.id == order.id, lock=True)
        is_mine = upload is not None and upload.state == "waiting"
        if upload is not None and is_mine:
            gone = _note(upload, result, files, order.file)
            touch(upload, now=now)
        transaction.commit()
    except BaseException:
        transaction.rollback()
        _remove(order, files)
        raise
    if not is_mine:  # another worker was quicker, or another file has taken its place
        _remove(order, files)
    if gone:
        storage.remove(order.firm_public_id, gone)


def touch(upload: Upload, *, now: datetime) -> None:
    """Tell the open pages of the firm that something has happened."""
    change = scope.change(Quote, upload.firm_id).where(Quote.id == upload.quote_id)
    db.session.execute(change.values(touched_at=now))


def _written(order: Order, pages: Sequence[Page], now: datetime) -> list[StoredFile]:
    files: list[StoredFile] = []
    try:
        for page in pages:
            file = storage.take(
                order.firm_id,
                order.firm_public_id,
                [page.picture],
                purpose="document_page",
                now=now,
                media_type="image/jpeg",
            )
            storage.describe(file, page.picture)
            files.append(file)
    except BaseException:
        _remove(order, files)
        raise
    return files


def _note(upload: Upload, result: Sequence[Page] | Refusal, files: list[StoredFile], original: str) -> str:
    """What came of the document; the public id of the file that goes."""
    upload.lease_until = None
    if isinstance(result, Refusal):
        upload.state, upload.reason = "refused", result
        file_id, upload.file_id = upload.file_id, None
        db.session.flush()
        db.session.execute(scope.remove(StoredFile, upload.firm_id).where(StoredFile.id == file_id))
        return original
    db.session.add_all(files)
    db.session.flush()
    for n, (page, file) in enumerate(zip(result, files, strict=True), 1):
        db.session.add(
            UploadPage(
                firm_id=upload.firm_id,
                upload_id=upload.id,
                n=n,
                file_id=file.id,
                width=page.width,
                height=page.height,
                sha256=file.sha256,
            )
        )
    upload.state = "ready"
    return ""


def _remove(order: Order, files: Sequence[StoredFile]) -> None:
    for file in files:
        storage.remove(order.firm_public_id, file.public_id)
