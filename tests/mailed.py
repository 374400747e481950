"""The letters of the local mailbox, read whole."""

from __future__ import annotations

from mail import local_mailbox
from services.installation import settings


def letters(**fitting: str) -> list[local_mailbox.Kept]:
    """Those whose head fits, newest first: letters(firm=..., to=...)."""
    folder = settings().DATA_DIR / "mailbox"
    heads = [head for head in local_mailbox.newest(folder) if all(getattr(head, k) == v for k, v in fitting.items())]
    return [kept for head in heads if (kept := local_mailbox.find(folder, head.firm, head.id))]
