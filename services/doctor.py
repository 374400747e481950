"""Looks at an installation as its operator should: what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
import stat
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import DBAPIError

from domain.clock import stockholm_date
from extensions import db
from mail.transport import SmtpTransport, Unreachable
from models import Firm, Letter
from services import (
    checkpoint_rows,
    firm_list,
    heartbeat,
    incidents,
    keys,
    late_letters,
    restored,
    rule_rows,
    schema,
    transaction,
    verification,
)
from services.deal import completing
from services.delivery import smtp_server
from services.installation import secrets, settings
from services.sealing import keys as sealing

SILENT_AFTER = timedelta(minutes=3)
FAILED_WITHIN = timedelta(days=7)
UNCHECKED_AFTER = timedelta(days=3)
CLOCK_SLACK = timedelta(minutes=1)
MIB = 1024 * 1024


class Finding(Struct, frozen=True):
    """`is_wrong` None is a reminder: nothing the product can see."""

    about: str
    is_wrong: bool | None
    sentence: str


def examine(now: datetime) -> Iterator[Finding]:
    """Every check in turn; those that read rows are left out while the database cannot be read."""
    yield from _secrets()
    yield from _sealing_keys(now)
    yield from _disk()
    yield from _proxies()
    found = list(_database())
    yield from found
    if not any(finding.is_wrong for finding in found):
        with transaction.reading():
            yield from _firm_keys()
            yield from _standing()
            yield from _letters(now)
            yield from _papers()
            yield from _evidence(now)
            yield from _erasures()
            yield from _clock(now)
        yield from _restored()
    yield from _mail()
    yield from _background_work(now)
    yield from _backup()
    yield from _rules(now)


def _good(about: str, sentence: str) -> Finding:
    return Finding(about, False, sentence)


def _wrong(about: str, sentence: str) -> Finding:
    return Finding(about, True, sentence)


def _secrets() -> Iterator[Finding]:
    open_to_others = [
        path
        for folder in (settings().secrets_dir, settings().keys_dir)
        for path in (folder, *sorted(folder.glob("*")))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_to_others:
        yield _wrong("secrets", f"{path} can be read by others; run: chmod go= {path}")
    if not open_to_others:
        yield _good("secrets", f"{settings().secrets_dir} and {settings().keys_dir} are readable by their owner only.")


def _sealing_keys(now: datetime) -> Iterator[Finding]:
    fault = sealing.fault()
    if fault:
        yield _wrong(
            "seal",
            f"{fault} Nothing can be sent. Put back {settings().secrets_dir} from its backup, and if there is none:"
            " ./run flask keys rotate. What is sealed already can still be checked.",
        )
    elif sealing.newest_at() < now - sealing.ROTATE_AFTER:
        day = f"{sealing.newest_at():%Y-%m-%d}"
        yield Finding("seal", None, f"The keys are from {day}, more than a year old; run: ./run flask keys rotate")
    else:
        yield _good("seal", "The keys for seals and checkpoints open.")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings().DATA_DIR).free // MIB
    if free < settings().DISK_FREE_MIB:
        yield _wrong(
            "disk", f"{free} MiB are free, uploads and exports are refused; make room in {settings().DATA_DIR}."
        )
    else:
        yield _good("disk", f"{free} MiB are free.")


def _proxies() -> Iterator[Finding]:
    if settings().is_https and not settings().PROXIES:  # Handslag speaks no TLS, so there is one
        yield _wrong(
            "proxies",
            "All visitors count as the proxy, with one limit on tries and one address in the evidence; set PROXIES=1.",
        )


def _database() -> Iterator[Finding]:
    try:
        yield _written()
        transaction.rollback()
        current, newest = schema.current(), schema.newest()
    except DBAPIError as error:
        yield _wrong("database", f"It does not answer ({error.orig}); look at DATABASE_URL and DATA_DIR.")
        return
    finally:
        transaction.rollback()
    if current == newest:
        yield _good("migrations", f"The database is at the newest ({newest}).")
    else:
        yield _wrong("migrations", f"The database is at {current}, not at {newest}; ./run brings it there.")


def _written() -> Finding:
    transaction.start_writing()
    if db.engine.dialect.name == "sqlite":
        fault = db.session.scalar(text("PRAGMA quick_check(1)"))
        if fault != "ok":
            return _wrong("database", f"SQLite finds a fault ({fault}); stop Handslag and restore the last backup.")
    db.session.execute(text("CREATE TABLE doctor (id INTEGER)"))  # rolled back; a temporary one lies elsewhere
    return _good("database", f"{db.engine.dialect.name} answers and can be written.")


def _firm_keys() -> Iterator[Finding]:
    missing = []
    for public_id in db.session.scalars(select(Firm.public_id).order_by(Firm.id)):
        try:
            keys.firm_cipher(settings(), secrets(), public_id)
        except keys.KeyMissing:
            missing.append(public_id)
    for public_id in missing:
        yield _wrong("keys", f"The data key of firm {public_id} does not open; restore {settings().keys_dir}.")
    if not missing:
        yield _good("keys", "Every firm's data key opens.")


def _standing() -> Iterator[Finding]:
    suspended, warned = firm_list.counts()
    if suspended:
        yield Finding("firms", None, f"{suspended} are suspended; they stand at /drift/foretag.")
    if warned:
        yield Finding("firms", None, f"{warned} are warned that nobody has used them for long (INACTIVE_MONTHS).")


def _letters(now: datetime) -> Iterator[Finding]:
    late = late_letters.find(now)
    if late:
        why = f"the mail server: {late.why}" if late.why else "is Handslag running?"
        yield _wrong("letters", f"{late.count} letters wait since {late.since:%Y-%m-%d %H:%M} UTC; {why}")
    samples = select(Firm.id).where(Firm.is_sample)  # ./run demo lets a letter fail
    failed = db.session.scalar(
        select(func.count()).where(
            Letter.state == "failed",
            Letter.done_at > now - FAILED_WITHIN,
            or_(Letter.firm_id.is_(None), Letter.firm_id.not_in(samples)),
        )
    )
    if failed:
        yield _wrong("letters", f"{failed} letters failed within a week; the reasons stand on the quotes' timelines.")
    if not failed and not late:
        yield _good("letters", "None is late.")


def _papers() -> Iterator[Finding]:
    unsealed, why, unstamped = completing.waiting_papers()
    if unsealed:
        told = {completing.KEY: "the key does not open", completing.DISK: "the disk is full"}.get(why, "see the log")
        yield _wrong("papers", f"{unsealed} agreements have no sealed paper yet ({told}); it is tried again by itself.")
    else:
        yield _good("papers", "None waits for its seal.")
    if unstamped:
        sentence = f"{unstamped} sealed papers wait for a time stamp; does {settings().TSA_URL} answer?"
        yield Finding("time stamps", None, sentence)


def _erasures() -> Iterator[Finding]:
    from services.bookkeeping import archive
    from services.privacy import erasure, journal  # what only this command and the worker load

    missing = erasure.unknown_to_journal()
    if missing:
        yield _wrong(
            "erasures",
            f"{journal.path()} lacks {len(missing)} erasures that are known otherwise; put back its newest"
            " copy, then: ./run flask firm replay-erasures. Without it a backup brings erased firms back for good.",
        )
    else:
        yield _good("erasures", "The journal knows every one that is known otherwise.")
    for number in archive.locked_out():
        yield _wrong("archive", f"The key of archive {number} does not open; restore {settings().keys_dir}.")


def _clock(now: datetime) -> Iterator[Finding]:
    try:
        zoneinfo.ZoneInfo("Europe/Stockholm")
    except zoneinfo.ZoneInfoNotFoundError:
        yield _wrong("clock", "Europe/Stockholm is unknown; run ./run setup again (package tzdata).")
    newest = db.session.scalar(select(func.max(Letter.created_at)))
    if newest is not None and newest > now + CLOCK_SLACK:
        yield _wrong(
            "clock", f"It shows {now:%Y-%m-%d %H:%M} UTC, but a letter is from {newest:%Y-%m-%d %H:%M}; set it."
        )
    else:
        yield _good("clock", f"It shows {now:%Y-%m-%d %H:%M} UTC; time servers should keep it (timedatectl).")


def _evidence(now: datetime) -> Iterator[Finding]:
    count, checked, newest = len(incidents.open_ones()), verification.last(), checkpoint_rows.newest()
    if count:
        yield _wrong("evidence", f"Open incidents: {count}; look at /drift/incidenter (./run flask operator link).")
    if newest is not None and newest.at > now + CLOCK_SLACK:
        yield _wrong("clock", f"A checkpoint is from {newest.at:%Y-%m-%d %H:%M} UTC, which is yet to come; set it.")
    if checked is not None and checked < now - UNCHECKED_AFTER:
        yield _wrong("evidence", f"It was last verified {checked:%Y-%m-%d}; is the background work running by night?")
    elif not count:
        seen = f"last verified {checked:%Y-%m-%d %H:%M} UTC" if checked else "verified for the first time tonight"
        yield _good("evidence", f"No incident is open; {seen}.")


def _restored() -> Iterator[Finding]:
    """In a transaction of its own: the file is read first, and a checkpoint made meanwhile is in both."""
    with transaction.reading():
        is_older = restored.is_older()
    if is_older:
        yield _wrong("evidence", "The database is older than checkpoints.jsonl; run ./run flask evidence check.")


def _rules(now: datetime) -> Iterator[Finding]:
    found = rule_rows.lacks(stockholm_date(now))
    for lack in found:
        if lack.is_missing:
            yield _wrong("rules", f"No row of {lack.table} for all of {lack.year}; add it to {rule_rows.NAME}.")
    unsure = ", ".join(f"{lack.table} {lack.year}" for lack in found if not lack.is_missing)
    if unsure:
        sentence = f"Only likely: {unsure}. Look at ./run flask rules show; add what is decided to {rule_rows.NAME}."
        yield Finding("rules", None, sentence)
    if not found:
        yield _good("rules", "Rates, caps and deadlines of this year and the next are certain.")


def _mail() -> Iterator[Finding]:
    server = smtp_server()
    if server is None:
        sentence = "No mail server is set: letters stay in the local mailbox. Set SMTP_HOST and MAIL_FROM."
        yield Finding("mail", True if settings().PRODUCTION else None, sentence)
        return
    transport = SmtpTransport(server)
    try:
        yield _good("mail", transport.check())
    except Unreachable as error:
        yield _wrong("mail", f"{server.host}:{server.port} does not take us ({error}); look at the SMTP_ settings.")
    finally:
        transport.close()


def _background_work(now: datetime) -> Iterator[Finding]:
    seen = heartbeat.last()
    if seen is None or seen < now - SILENT_AFTER:
        yield _wrong("background work", "It has not been heard of for minutes; start Handslag with ./run.")
    else:
        yield _good("background work", f"It was last heard of at {seen:%H:%M:%S} UTC.")


def _backup() -> Iterator[Finding]:
    yield Finding(
        "backup",
        None,
        f"Back up {settings().secrets_dir} and {settings().keys_dir} apart from the rest: the database and the files"
        " cannot be read without them.",
    )
