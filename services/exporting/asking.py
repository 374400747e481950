"""The owner's half: ask for an export, see how far it is, download it. Bound to the user and the firm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from domain.clock import stockholm_date
from extensions import db
from models import Export, Firm, User
from services import events, nudge, scope, storage, transaction
from services.actors import Actor
from services.errors import NotFound
from services.exporting import contents

WAITING = ("queued", "running")


def ask(user: User, *, actor: Actor, now: datetime) -> Export:
    """Queue an export; one that is already on its way is the answer. Raises DiskFull."""
    db.session.get_one(Firm, actor.firm_id, with_for_update=True)  # two taps take turns
    if running := scope.find(Export, actor.firm_id, Export.user_id == user.id, Export.state.in_(WAITING)):
        return running
    storage.require_disk(contents.of_firm(actor.firm_id).estimated_bytes)
    export = Export(firm_id=actor.firm_id, user_id=user.id, created_at=now)
    db.session.add(export)
    nudge.after_commit("make_exports")
    transaction.commit()
    return export


def get(user: User, public_id: str) -> Export:
    """Raises NotFound, also for another user's of the same firm."""
    return scope.get(Export, user.firm_id, Export.public_id == public_id, Export.user_id == user.id)


def newest(user: User, now: datetime) -> Export | None:
    """What the page shows: one on its way, one to download, or one that failed last."""
    statement = scope.of(Export, user.firm_id).where(Export.user_id == user.id).order_by(Export.id.desc()).limit(1)
    export = db.session.scalar(statement)
    return None if export is None or has_gone(export, now) else export


def has_gone(export: Export, now: datetime) -> bool:
    return export.state == "gone" or (export.expires_at is not None and now >= export.expires_at)


def open_file(export: Export, *, actor: Actor, now: datetime) -> Iterator[bytes]:
    """The clear bytes, with the download in the chain. Raises NotFound when the file is not there (any more)."""
    if export.state != "ready" or has_gone(export, now):
        raise NotFound
    firm_public_id, public_id = actor.firm_public_id, export.public_id
    pieces = storage.stream(firm_public_id, public_id)
    try:
        first = next(pieces)  # opens file and key here: the rest is sent when this request's context has ended
    except (FileNotFoundError, StopIteration):
        raise NotFound from None
    events.record("export.downloaded", f"export:{public_id}", actor=actor, at=now, data={"sha256": export.sha256})
    transaction.commit()
    return chain([first], pieces)


def file_name(firm_name: str, export: Export) -> str:
    """tumbredd-snickeri-2026-11-20.zip"""
    plain = unicodedata.normalize("NFKD", firm_name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "handslag"
    return f"{slug}-{stockholm_date(export.created_at).isoformat()}.zip"
