"""The password that a firm may put on its archive: which ones do, where it lies until the ZIP is made, and its use."""

from __future__ import annotations

import re
import secrets as randomness
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from domain.clock import STOCKHOLM, stockholm_date
from models import Export
from services import passwords, vault
from services.passwords import WeakPassword

if TYPE_CHECKING:  # the worker alone makes archives
    from services.exporting.archive import Owner

LONGEST = 99  # what 7-Zip takes
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def suggested() -> str:
    """A password that nobody guesses, 79 bits: for whoever does not want to think of one."""
    return "-".join("".join(randomness.choice(SIGNS) for _ in range(4)) for _ in range(4))


def check(password: str, *known_words: str) -> None:
    """Raise WeakPassword: the product's own rule, and `signs` for letters that programs read in different ways."""
    if not (password.isascii() and password.isprintable()):
        raise WeakPassword("signs")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    passwords.check(password, *known_words)


def keep(export: Export, firm_public_id: str, password: str) -> None:
    """Seal it into the row, where it lies until the ZIP is made, or is not to be."""
    export.is_locked = True
    export.password = vault.seal(firm_public_id, password.encode(), "export", export.public_id, "password")


def of_export(export: Export, firm_public_id: str) -> str:
    """The password, or nothing for an archive that anybody opens."""
    if not export.is_locked:
        return ""
    if export.password is None:  # a locked one is never made open
        raise ValueError("the password is gone")
    return vault.unseal(firm_public_id, export.password, "export", export.public_id, "password").decode()


def with_password(pieces: Iterable[bytes], owner: Owner, password: str) -> Iterable[bytes]:
    """The archive as it is, or locked."""
    if not password:
        return pieces
    from exchange import locked_zip  # as above

    local = owner.at.astimezone(STOCKHOLM)
    stamp = (local.year, local.month, local.day, local.hour, local.minute, local.second)
    return locked_zip.locked(pieces, name=file_name(owner.name, owner.at), password=password, stamp=stamp)


def file_name(firm_name: str, made_at: datetime, *, is_locked: bool = False) -> str:
    """tumbredd-snickeri-2026-11-20.zip. A locked one has another name than what is in it: both may lie in a folder."""
    plain = unicodedata.normalize("NFKD", firm_name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "handslag"
    return f"{slug}-{stockholm_date(made_at).isoformat()}{'-med-losenord' if is_locked else ''}.zip"
