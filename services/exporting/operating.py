"""The operator's half: a firm's ZIP in a file, for one who cannot log in any more."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from extensions import db
from models import Firm
from services import events, transaction
from services.actors import Actor
from services.errors import NotFound
from services.exporting import archive, locking, making
from services.exporting.making import Summed


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
