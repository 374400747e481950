"""The register of all places that hold something outside the database's tables (those: register.py).

Each says what it holds and who ends it, or why nothing of a person is there. The erasure of a firm walks those that
hold something of one firm. A house test refuses a file in DATA_DIR that no place names.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct
from sqlalchemy import or_, select

from extensions import db
from mail import local_mailbox
from models import Arrival
from services import keys, storage
from services.installation import settings


class Place(Struct, frozen=True):
    """`where`: patterns of names under DATA_DIR; empty: it lies elsewhere. `of_firm`: its files of one firm."""

    name: str
    where: tuple[str, ...]
    holds: str
    ends: str
    of_firm: Callable[[str], Iterator[Path]] | None = None
    erase: Callable[[str], None] | None = None


def _files(firm_public_id: str) -> Iterator[Path]:
    return (path for path in storage.folder(firm_public_id).rglob("*") if path.is_file())


def _erase_files(firm_public_id: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(storage.folder(firm_public_id))


def _key(firm_public_id: str) -> Iterator[Path]:
    return settings().keys_dir.glob(f"{firm_public_id}.key")


def _erase_key(firm_public_id: str) -> None:
    keys.destroy_firm_key(settings(), firm_public_id)


def _mailbox(firm_public_id: str) -> Iterator[Path]:
    return (settings().DATA_DIR / "mailbox" / firm_public_id).glob("*")


def _erase_mailbox(firm_public_id: str) -> None:
    local_mailbox.forget(settings().DATA_DIR / "mailbox", firm_public_id)


def _arrivals(firm_public_id: str) -> Iterator[Path]:
    mine = or_(Arrival.firm_public_id == firm_public_id, Arrival.asker_firm == firm_public_id)
    for public_id in db.session.scalars(select(Arrival.public_id).where(mine)).all():
        yield from (settings().DATA_DIR / "arrivals").glob(f"{public_id}*")


def _erase_arrivals(firm_public_id: str) -> None:
    for path in _arrivals(firm_public_id):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    db.session.rollback()


KEYS = Place(
    "keys",
    ("keys/*",),  # or KEYS_DIR
    "one wrapped data key per firm; archive-<number>.key: of locked bookkeeping",
    "destroyed first, so that what is left of the encrypted anywhere cannot be read; an archive's with its last item",
    _key,
    _erase_key,
)
FILES = Place(
    "files",
    ("files/*",),
    "papers, pictures, exports and price lists that wait, encrypted under the firm's data key",
    "removed with the firm; before that by the terms of the tables that name them",
    _files,
    _erase_files,
)
MAILBOX = Place(
    "mailbox",
    ("mailbox/*",),
    "letters of a trial without a mail server; in mailbox/_ those of no firm, as the last one to an erased firm",
    "removed with the firm; those of no firm after 30 days, as delivered letters",
    _mailbox,
    _erase_mailbox,
)
ARRIVALS = Place(
    "arrivals",
    ("arrivals/*",),
    "archives that firms bring from another installation, encrypted, until they are taken in",
    "removed when it is done or refused, and with the firm",
    _arrivals,
    _erase_arrivals,
)
OF_A_FIRM = (KEYS, FILES, MAILBOX, ARRIVALS)  # in the order of erasing

PLACES = (
    *OF_A_FIRM,
    Place(
        "database",
        ("handslag.db", "handslag.db-wal", "handslag.db-shm"),
        "the tables (register.py), the write-ahead log and free pages",
        "rows with the firm; pages and log by VACUUM and a truncated log within the hour (vacuum.due), "
        "on PostgreSQL by autovacuum",
    ),
    Place(
        "archive",
        ("archive/*",),
        "bookkeeping of firms that chose to lock it, encrypted under a key of its own; in clear random ids and dates",
        "each item on the day after its legal date, the key with the last (services/bookkeeping/archive.py)",
    ),
    Place(
        "receipts",
        ("receipts/*",),
        "PDFs of the receipts of erasures: random ids, times and counts",
        "kept: nothing of a person is in them",
    ),
    Place(
        "journal",
        ("erasures.jsonl",),
        "erasures that began, are done, or whose firm has come back: random ids, times, counts",
        "kept: it cleans restored backups",
    ),
    Place(
        "checkpoints",
        ("checkpoints.jsonl",),
        "signed hashes over the ends of the chains: random ids and hashes",
        "kept: others' evidence rests on it",
    ),
    Place(
        "secrets",
        ("secrets/*",),
        "the installation's own keys",
        "nothing of a person is in them",
    ),
    Place("rules", ("rules.json",), "rates and caps of the law that the operator has added", "nothing of a person"),
    Place(
        "queue",
        ("queue.db", "queue.db-wal", "queue.db-shm", "queue.db-journal"),
        "names of jobs to wake; on PostgreSQL huey's own tables in the database",
        "nothing of a person is put in; a task is removed when it is taken",
    ),
    Place(
        "marks",
        ("worker.alive", "evidence.checked", "vacuum.due", ".checking-?"),
        "empty files whose time or lock counts",
        "nothing is in them",
    ),
    Place(
        "templates",
        ("cache/*",),
        "the product's own templates, compiled",
        "nothing that anybody has typed",
    ),
    Place(
        "memory of the processes",
        (),
        "opened data keys, logins and links seen lately by their signed text (random ids), telephone numbers as they "
        "are spelled, without whose they are",
        "opened keys go when the key's file does; all of it with the process, and the newest few hundred push it out",
    ),
    Place(
        "temporary files",
        (),
        "an upload on its way in, above half a megabyte, and lists while an archive is written: files without a name",
        "the system frees them when their process is done, however it ends; child processes get bytes and write none",
    ),
    Place(
        "logs",
        (),
        "standard error: acts, ids, errors by kind and place (services/errors.py place_of); no address, no typed text",
        "by the operator's own terms; nothing of a person is in them (tests/security/test_traces.py)",
    ),
    Place(
        "letters that were sent",
        (),
        "with who received them, and with the operator's mail server for as long as that keeps its logs",
        "out of reach; the address of the last letter is cleared here on delivery",
    ),
    Place(
        "backups",
        (),
        "whatever the operator copies: database and files, and apart from them keys and the journal",
        "deleted by the operator within BACKUP_DAYS, keys within days (docs/operations.md); the receipt says when",
    ),
)


def of(path: Path) -> Place | None:
    """The place that a file in DATA_DIR belongs to."""
    name = path.relative_to(settings().DATA_DIR).as_posix()
    return next((place for place in PLACES if any(fnmatchcase(name, pattern) for pattern in place.where)), None)


def counts(firm_public_id: str) -> dict[str, int]:
    """How many files each place holds of a firm."""
    found = {}
    for place in OF_A_FIRM:
        assert place.of_firm is not None  # noqa: S101  (that is what they are)
        found[place.name] = sum(1 for _ in place.of_firm(firm_public_id))
    return found


def erase(firm_public_id: str, *, arrivals: bool = True) -> None:
    """Erase what the places hold of a firm; again does no harm. `arrivals` False: it may just be coming."""
    for place in OF_A_FIRM:
        if place.erase is not None and (arrivals or place is not ARRIVALS):
            place.erase(firm_public_id)
