"""The owner's half: ask for an export, see how far it is, download it. Bound to the user and the firm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import and_, or_

from extensions import db
from models import Export, Firm, User, new_public_id
from services import events, nudge, scope, storage, transaction
from services.actors import Actor
from services.errors import DiskFull, NotFound
from services.exporting import contents, locking
from services.keys import KeyMissing

WAITING = ("queued", "running")


class UnderWay(Exception):
    """Another user of the firm has one on its way."""


def ask(user: User, *, actor: Actor, now: datetime, password: str = "") -> Export:
    """Queue an export, locked with a password or open; the user's own that is already on its way is the answer.

    Raises UnderWay, WeakPassword, DiskFull.
    """
    if password:
        locking.check(password, user.firm.name, user.email, user.name)  # slow: before anything is locked
    transaction.start_writing()
    db.session.get_one(Firm, actor.firm_id, with_for_update=True)  # two taps take turns
    if running := scope.find(Export, actor.firm_id, Export.state.in_(WAITING)):
        if running.user_id != user.id:
            raise UnderWay
        return running
    storage.require_disk(contents.of_firm(actor.firm_id).estimated_bytes)
    export = Export(firm_id=actor.firm_id, user_id=user.id, public_id=new_public_id(), created_at=now)
    if password:
        locking.keep(export, actor.firm_public_id, password)
    db.session.add(export)
    nudge.after_commit("make_exports")
    transaction.commit()
    return export


def cancel(user: User, public_id: str, *, actor: Actor, now: datetime) -> None:
    """End one that waits or is being made: no file, no letter. One that has ended already stays as it is.

    A worker that is at it sees so within a second and removes what it has written. Raises NotFound.
    """
    export = scope.get(Export, user.firm_id, Export.public_id == public_id, Export.user_id == user.id, lock=True)
    if export.state not in WAITING:
        return
    is_being_made = export.state == "running" and export.lease_until is not None and export.lease_until >= now
    export.state, export.lease_until, export.password = "cancelled", None, None
    events.record("export.cancelled", f"export:{public_id}", actor=actor, at=now, data={})
    transaction.commit()
    if not is_being_made:
        storage.remove(actor.firm_public_id, public_id, halves=True)


def waits_for(export: Export) -> str:
    """What one that was put back waits for: `room` on the disk, or its turn `again`. Empty for all others."""
    if export.state != "queued" or export.lease_until is None:
        return ""
    try:
        storage.require_disk(contents.of_firm(export.firm_id).estimated_bytes)
    except DiskFull:
        return "room"
    return "again"


def get(user: User, public_id: str) -> Export:
    """Raises NotFound, also for another user's of the same firm."""
    return scope.get(Export, user.firm_id, Export.public_id == public_id, Export.user_id == user.id)


def seen(user: User, now: datetime) -> tuple[Export | None, tuple[Export, str] | None]:
    """What the page shows: the user's newest, if there is more to say of it, and what a colleague has on its way.

    A colleague comes with name or address. One statement: while another's is on its way nobody asks for a newer one.
    """
    statement = (
        scope.columns(Export, user.firm_id, Export, User.name, User.email)
        .join(User, and_(User.firm_id == Export.firm_id, User.id == Export.user_id))
        .where(or_(Export.user_id == user.id, Export.state.in_(WAITING)))
        .order_by(Export.id.desc())
        .limit(2)
    )
    found = db.session.execute(statement).all()
    others = [(export, name or email) for export, name, email in found if export.user_id != user.id]
    own = next((export for export, *_rest in found if export.user_id == user.id), None)
    if own is not None and (own.state == "cancelled" or has_gone(own, now)):
        own = None
    return own, others[0] if others else None


def has_gone(export: Export, now: datetime) -> bool:
    return export.state == "gone" or (export.expires_at is not None and now >= export.expires_at)


def begin_download(export: Export, *, actor: Actor, now: datetime) -> None:
    """Note in the chain that the file goes out. Commits. Raises NotFound when it is not there (any more)."""
    open_file(export, actor=actor, now=now)
    data = {"sha256": export.sha256}
    events.record("export.downloaded", f"export:{export.public_id}", actor=actor, at=now, data=data)
    transaction.commit()


def open_file(export: Export, *, actor: Actor, now: datetime) -> Iterator[bytes]:
    """The clear bytes, with constant memory. Raises NotFound when the file is not there (any more)."""
    if export.state != "ready" or has_gone(export, now):
        raise NotFound
    pieces = storage.stream(actor.firm_public_id, export.public_id)
    try:
        first = next(pieces)  # opens file and key here: the rest is sent when this request's context has ended
    except (FileNotFoundError, StopIteration, KeyMissing):  # the firm is being erased
        raise NotFound from None
    return chain([first], pieces)


def file_name(firm_name: str, export: Export) -> str:
    """What it is saved as."""
    return locking.file_name(firm_name, export.created_at, is_locked=export.is_locked)
