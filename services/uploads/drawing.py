"""The worker's half: take a document that waits, under a lease, and have its pages drawn in a process of its own.

Files are written before the commit that names them; what a crash leaves between is drawn again after the lease, and
the night's sweep removes files without a row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from msgspec import Struct

from domain.uploads import Refusal
from extensions import db
from models import Quote, StoredFile, Upload, UploadPage
from services import children, leases, scope
from services.leases import Order

LEASE = timedelta(seconds=180)
WALL_SECONDS = 120
CHILD = Path(__file__).with_name("child.py")


class Page(Struct, frozen=True):
    """The picture of a page, a JPEG, and its size in points."""

    width: int
    height: int
    picture: bytes


class Refused(Exception):
    """What came in is no document that can be signed here. The first argument is a `Refusal`."""


def claim(now: datetime) -> Order | None:
    """Take the oldest document that waits; one whose workers have all gone is refused. Commits."""
    while (order := leases.claim(Upload, Upload.file_id, lease=LEASE, now=now)) and order.is_given_up:
        _finish(order, Refusal.HEAVY, now=now)
    return order


def draw(order: Order, *, now: datetime) -> None:
    """Draw the pages and keep them, or say why they cannot be. Commits; doing it again is harmless."""
    try:
        _finish(order, _drawn(order), now=now)
    except Exception:  # no fault of the document
        leases.give_back(Upload, order)
        raise


def _drawn(order: Order) -> list[Page] | Refusal:
    try:
        return in_child(leases.read(order))
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

    def note(upload: Upload) -> list[str]:
        gone = _note(upload, result, files, order.file)
        touch(upload, now=now)
        return gone

    leases.finish(Upload, order, files, note)


def touch(upload: Upload, *, now: datetime) -> None:
    """Tell the open pages of the firm that something has happened."""
    change = scope.change(Quote, upload.firm_id).where(Quote.id == upload.quote_id)
    db.session.execute(change.values(touched_at=now))


def _written(order: Order, pages: Sequence[Page], now: datetime) -> list[StoredFile]:
    return leases.keep(order, (("document_page", page.picture) for page in pages), now)


def _note(upload: Upload, result: Sequence[Page] | Refusal, files: list[StoredFile], original: str) -> list[str]:
    """What came of the document; the public id of the file that goes."""
    upload.lease_until = None
    if isinstance(result, Refusal):
        upload.state, upload.reason = "refused", result
        file_id, upload.file_id = upload.file_id, None
        db.session.flush()
        db.session.execute(scope.remove(StoredFile, upload.firm_id).where(StoredFile.id == file_id))
        return [original] if original else []
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
    return []
