"""For tests of the evidence: an entry more in a chain, whose signature it is, and tables without their guard."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select, text

from extensions import db
from models import Firm
from services import events
from services.actors import system
from services.clock import utc_now
from services.sealing import keys
from tests.conftest import IS_POSTGRESQL


def act(firm_public_id: str, what: str = "export.made", *, at: datetime | None = None) -> None:
    """Add an entry to the firm's chain and commit."""
    firm = db.session.scalars(select(Firm).where(Firm.public_id == firm_public_id)).one()
    actor = system(firm.id, firm_public_id)
    events.record(what, f"firm:{firm_public_id}", actor=actor, at=at or utc_now(), data={})
    db.session.commit()


def is_signed(body: bytes, signature: str, name: str) -> bool:
    """Whether the published key of that name has signed."""
    pem = next(one["pem"] for one in keys.published() if one["id"] == name)
    key: Any = load_pem_public_key(pem.encode())
    try:
        key.verify(base64.b64decode(signature), body)
    except InvalidSignature:
        return False
    return True


@contextmanager
def unlock(table: str) -> Iterator[None]:
    """The trigger that refuses changes is taken off, as somebody with the database could."""
    if IS_POSTGRESQL:
        db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        db.session.commit()
        yield
        db.session.rollback()
        db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        db.session.commit()
        return
    named = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    made = db.session.execute(named, {"table": table}).all()
    assert made
    for name, _ in made:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    db.session.commit()
    yield
    db.session.rollback()
    db.session.execute(text(f"SELECT count(*) FROM {table}"))  # a connection that knows the triggers looks again
    for _, sql in made:
        db.session.execute(text(sql))
    db.session.commit()
