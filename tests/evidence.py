"""For tests of the evidence: one more entry in a firm's chain, and whose signature it is."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select

from extensions import db
from models import Firm
from services import events
from services.actors import system
from services.clock import utc_now
from services.sealing import keys


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
