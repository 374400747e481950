"""The firm's own data: what stands on its papers, and what a new quote begins with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from domain import canonical
from extensions import db
from models import Firm, StoredFile
from services import events, legal, scope, storage, transaction
from services.actors import Actor
from services.errors import RuleBroken, Stale

COMPANY = (
    "name", "orgnr", "f_skatt", "vat_number", "street", "postal_code", "city", "seat", "phone", "email", "website",
    "bankgiro", "plusgiro", "fiscal_year_ends",
)  # fmt: skip
QUOTE = (
    "default_valid_days",
    "default_terms",
    "default_message",
    "company_basis",
    "default_work_type",
    "default_remind_days",
)
SIGNING = ("signing_rules",)


class Changed(Stale):
    """Someone else saved since the form was drawn. `values` is what is stored now."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.values = values


def defaults() -> dict[str, Any]:
    """What a new firm's quotes begin with."""
    return {"default_terms": legal.default_quote_terms()}


def values(firm: Firm, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(firm, name) for name in names}


def fingerprint(stored: Mapping[str, Any]) -> str:
    """Names the stored values; a form carries it to learn whether someone else saved meanwhile."""
    return hashlib.sha256(canonical.dumps(dict(stored))).hexdigest()[:16]


def change(names: tuple[str, ...], new: Mapping[str, Any], *, seen: str, actor: Actor, now: datetime) -> None:
    """Store the firm's settings of one form, and which of them changed. Raises Changed."""
    firm = db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    stored = values(firm, names)
    changed = [name for name in names if new[name] != stored[name]]
    if changed and fingerprint(stored) != seen:
        raise Changed(stored)
    for name in changed:
        setattr(firm, name, new[name])
    if changed:
        _record(changed, actor, now)
    transaction.commit()


def take_inquiries(is_open: bool, *, actor: Actor, now: datetime) -> None:
    """Open or close the public form for requests; doing it again is harmless."""
    firm = db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    if firm.takes_inquiries != is_open:
        firm.takes_inquiries = is_open
        _record(["takes_inquiries"], actor, now)
    transaction.commit()


def name_form(slug: str, *, actor: Actor, now: datetime) -> None:
    """The short name in the form's address; empty for none. Raises RuleBroken("slug_taken"). Commits.

    The address with the firm's public id goes on working; one with an older short name does not.
    """
    firm = db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    if (firm.slug or "") != slug:
        firm.slug = slug or None
        try:
            db.session.flush()
        except IntegrityError as error:
            transaction.rollback()
            raise RuleBroken("slug_taken") from error
        _record(["slug"], actor, now)
    transaction.commit()


def set_logo(data: bytes, *, actor: Actor, now: datetime) -> None:
    """Keep a picture as the firm's logo, drawn anew. Raises services.pictures.BadPicture, DiskFull."""
    from services import pictures  # Pillow only where a picture comes in

    drawn, media_type = pictures.logo(data)
    storage.require_disk(len(drawn))
    transaction.start_writing()
    firm = db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    old = _file(firm)
    kept = storage.put(
        firm.id,
        firm.public_id,
        drawn,
        purpose="logo",
        name="logotyp." + media_type.removeprefix("image/"),
        media_type=media_type,
        now=now,
    )
    db.session.flush()
    firm.logo_id = kept.id
    _drop(firm, old, actor, now)


def remove_logo(*, actor: Actor, now: datetime) -> None:
    """The firm's papers go without a logo from now on; doing it again is harmless."""
    firm = db.session.get_one(Firm, actor.firm_id, with_for_update=True)
    old = _file(firm)
    if old is not None:
        firm.logo_id = None
        _drop(firm, old, actor, now)


def logo(firm: Firm) -> tuple[bytes, str] | None:
    """Bytes and media type of the firm's logo, if it has one."""
    file = _file(firm)
    if file is None:
        return None
    try:
        return storage.read(firm.public_id, file), file.media_type
    except FileNotFoundError:  # the nightly sweep reports rows without a file; a page goes without its picture
        return None


def _file(firm: Firm) -> StoredFile | None:
    return scope.find(StoredFile, firm.id, StoredFile.id == firm.logo_id) if firm.logo_id else None


def _drop(firm: Firm, old: StoredFile | None, actor: Actor, now: datetime) -> None:
    """Record the change and commit; then the old picture goes."""
    firm_public_id, old_public_id = firm.public_id, old.public_id if old else ""
    if old is not None:
        db.session.delete(old)
    _record(["logo"], actor, now)
    transaction.commit()
    if old_public_id:
        storage.remove(firm_public_id, old_public_id)


def _record(changed: list[str], actor: Actor, now: datetime) -> None:
    data = {"fields": changed}
    events.record("firm.settings_changed", f"firm:{actor.firm_public_id}", actor=actor, at=now, data=data)
