"""The local mailbox of a trial installation, as its page shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from services.errors import NotFound
from services.installation import settings

if TYPE_CHECKING:  # whoever reads letters loads what takes them apart
    from mail.local_mailbox import Head, Kept


def newest() -> list[Head]:
    """The latest letters of all firms. Raises NotFound where there is no such page."""
    from mail import local_mailbox

    return local_mailbox.newest(_folder())


def get(firm: str, public_id: str) -> Kept:
    """One letter. Raises NotFound."""
    from mail import local_mailbox

    kept = local_mailbox.find(_folder(), firm, public_id)
    if kept is None:
        raise NotFound
    return kept


def _folder() -> Path:
    if not settings().shows_local_mailbox:
        raise NotFound
    return settings().DATA_DIR / "mailbox"
