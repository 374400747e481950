"""Erase a firm: its rows, files, letters and key, so that nothing of it is found again but a receipt.

The order makes every step safe to repeat; the firm's and the termination's rows go last, since they are the task:

1. a line in the journal (journal.py): random ids, times and counts
2. where the owner chose so, bookkeeping is moved under a key of its own (services/bookkeeping/archive.py)
3. the data key: what backups still hold of encrypted values and files is unreadable from here on
4. the other places outside the database, by their register (places.py)
5. the rows, some thousands at a time, so that other firms do not wait
6. the receipt is signed and sealed; in one commit: the last rows, its row, the last letter
7. the journal's second line, which holds the receipt
8. on SQLite VACUUM and an emptied write-ahead log, so that no page keeps an old text (compacting.py)

One process at a time does it; another waits, and then finds nothing to do. Cut off anywhere it is finished by the next
round, or before the first request of the next start.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, func, or_, select, tuple_

from domain.standing import Standing
from extensions import db
from models import Arrival, Base, Closing, ErasureReceipt, Firm, new_public_id
from services import disk, keys, leaving_letters, scope, transaction, users
from services.bookkeeping import archive
from services.errors import DiskFull, place_of
from services.installation import settings
from services.privacy import compacting, journal, places, receipts
from services.privacy.journal import Done, Entry
from services.privacy.register import TABLES, Table
from services.sealing import keys as sealing_keys
from services.sealing.making import SealFailed

log = logging.getLogger("handslag.erasure")
LOCK_BOOKKEEPING = "lock_bookkeeping"
ROWS_AT_A_TIME = 2000
LAST = ("closing", "user", "firm")  # needed until the end: the task, the addresses of the last letter, the firm


def tables() -> list[Table]:
    """The register's tables of firms, in the order of erasing: those that refer to others first."""
    return [TABLES[table.name] for table in reversed(Base.metadata.sorted_tables) if TABLES[table.name].of_firm]


def due(now: datetime) -> list[int]:
    """Ids of the firms whose last day for undo has passed, suspended or not: the owner was promised the day."""
    statement = (
        select(Closing.firm_id)
        .join(Firm, Firm.id == Closing.firm_id)
        .where(Closing.undone_at.is_(None), Closing.erase_after < now, Firm.standing != Standing.ARRIVING.value)
    )
    found = sorted(set(db.session.scalars(statement)))
    transaction.rollback()
    return found


def has_begun(firm_public_id: str) -> bool:
    """Whether there is no way back any more. Asked under the lock of the firm's row, it stays so until the commit."""
    entry = journal.read().erased.get(firm_public_id)
    return entry is not None and entry.number not in _receipts()


def erase(firm_id: int, *, now: datetime) -> None:
    """Erase a firm whose time is out. Does nothing for one that has undone its termination, or is not here yet.

    Raises KeysMissing, before anything is erased, where no receipt could be signed.
    """
    with disk.alone(settings().DATA_DIR):
        sealing_keys.key_id()
        firm = db.session.get(Firm, firm_id, with_for_update=True)  # an owner undoes it, or is too late: one of both
        closing = scope.find(Closing, firm_id, Closing.undone_at.is_(None), Closing.erase_after < now)
        if firm is None or closing is None or firm.standing == Standing.ARRIVING:
            transaction.rollback()
            return
        known = journal.read()
        entry = known.erased.get(firm.public_id)
        if entry is None or entry.number in _receipts():  # the first time, or it has come back since
            entry = _begin(firm, closing)
        transaction.rollback()
        archived = _lock_bookkeeping(entry, firm_id, now)
        _erase(entry, firm_id, archived, now, known.done.get(entry.number))


def replay(now: datetime) -> int:
    """Erase again what an older backup brought back, and finish what was cut off; how many firms.

    A firm whose receipt the database knows is here since: it has come back by an import. Receipts that an older
    database lacks come back too.
    """
    with disk.alone(settings().DATA_DIR):
        known = journal.read()
        if not known.begun:
            return 0
        there = {row.public_id: row for row in db.session.execute(select(Firm.public_id, Firm.id, Firm.standing))}
        mine = _receipts()
        transaction.rollback()
        back = [
            (entry, there[entry.firm].id)
            for entry in known.erased.values()
            if entry.firm in there and entry.number not in mine and there[entry.firm].standing != Standing.ARRIVING
        ]
        for entry, firm_id in back:
            try:
                archived = _lock_bookkeeping(entry, firm_id, now, again=entry.number in known.done)
                _erase(entry, firm_id, archived, now, known.done.get(entry.number))
            except (keys.KeyMissing, sealing_keys.KeysMissing, SealFailed, DiskFull, OSError) as error:
                transaction.rollback()  # no reason not to start; what was cut off once more is tried by the hour
                log.error("Erasure %s could not be finished yet: %s", entry.number, place_of(error))
        for public_id in known.erased.keys() - there.keys():  # files and keys may have been restored by themselves
            places.erase(public_id, arrivals=False)
        _bring_back([done for done in known.done.values() if done.number not in mine])
    if back:
        compacting.compact()
    return len(back)


def follow() -> None:
    """Give the journal what the database knows and it lacks: a line that was cut off, or a journal that was lost."""
    known = journal.read()
    with transaction.reading():
        # of a firm that left twice the last line counts
        in_order = select(ErasureReceipt).order_by(ErasureReceipt.erased_at, ErasureReceipt.id)
        lacking = [row for row in db.session.scalars(in_order) if row.number not in known.done]
        for row in lacking:
            if row.number not in known.begun:
                log.warning("The journal of erasures lacked %s; it is there again", row.number)
            _note_done(row)


def returned(firm_public_id: str, now: datetime) -> None:
    """A firm that was erased here has come back by an import: from now on it is like any other."""
    journal.returned(firm_public_id, now)


def gone() -> set[str]:
    """Public ids of the firms that were erased here and are not here now."""
    known = journal.read()
    with transaction.reading():
        receipts_of = db.session.execute(select(ErasureReceipt.number, ErasureReceipt.firm_public_id)).all()
        there = set(db.session.scalars(select(Firm.public_id)))
    unknown = {row.firm_public_id for row in receipts_of if row.number not in known.begun}  # of a journal that was lost
    return (set(known.erased) | unknown) - there


def unknown_to_journal() -> set[str]:
    """Numbers that a row or a paper tells of and the journal does not: it was lost, or is an old copy."""
    return (_receipts() | receipts.numbers_of_papers()) - journal.read().begun.keys()


def discard(firm_id: int, firm_public_id: str) -> None:
    """Erase what there is of a firm that never was open here, as after an import that failed. No receipt, no letter."""
    compacting.call_for()
    places.erase(firm_public_id, arrivals=False)
    _erase_tables(firm_id)
    delete_rows(firm_id)
    transaction.commit()
    places.erase(firm_public_id, arrivals=False)


def delete_rows(firm_id: int) -> None:
    """Every row of a firm, in the running transaction. Never commits."""
    for table in tables():
        rows = Base.metadata.tables[table.name]
        mine = rows.c.id == firm_id if table.name == "firm" else rows.c.firm_id == firm_id
        db.session.execute(delete(rows).where(mine))


def _begin(firm: Firm, closing: Closing) -> Entry:
    """Count what there is, and write the journal's first line."""
    counted = {
        table.name: select(func.count()).where(Base.metadata.tables[table.name].c.firm_id == firm.id).scalar_subquery()
        for table in tables()
        if table.name != "firm"
    }
    found = db.session.execute(select(*counted.values())).one()
    rows = {"firm": 1, **dict(zip(counted, map(int, found), strict=True))}
    held = places.counts(firm.public_id)
    entry = Entry(
        firm.public_id,
        new_public_id(),
        closing.confirmed_at,
        sum(rows.values()),
        held[places.FILES.name],
        closing.choice or "erase_all",
        {name: count for name, count in rows.items() if count},
        held,
    )
    journal.append(entry.line())
    return entry


def _lock_bookkeeping(entry: Entry, firm_id: int, now: datetime, *, again: bool = False) -> archive.Archive | None:
    """Move bookkeeping where the owner chose so. `again`: a restored firm, whose key may be gone for good."""
    if entry.choice != LOCK_BOOKKEEPING:
        return None
    try:
        archive.move(firm_id, entry.firm, entry.number, now)
    except keys.KeyMissing:
        if not again:
            raise
        log.error("The bookkeeping of erasure %s could not be archived again: its key is gone", entry.number)
    return archive.read(entry.number)


def _erase(entry: Entry, firm_id: int, archived: archive.Archive | None, now: datetime, done: Done | None) -> None:
    """`done`: it was erased before, its receipt stands, and its owners have been told."""
    places.erase(entry.firm)
    compacting.call_for()
    _erase_tables(firm_id)
    row = _row(done) if done else _made(entry, archived, now)
    _erase_last(row, firm_id, now, is_told=done is not None)
    places.erase(entry.firm)  # what a request under way wrote meanwhile
    if done is None:
        with transaction.reading():
            _note_done(receipts.find(entry.number))
    log.info("Erased one firm; receipt %s", entry.number)


def _erase_tables(firm_id: int) -> None:
    for table in tables():
        if table.name not in LAST:
            _erase_rows(Base.metadata.tables[table.name], firm_id)


def _erase_rows(table: SqlTable, firm_id: int) -> None:
    key = list(table.primary_key.columns)
    some = select(*key).where(table.c.firm_id == firm_id).limit(ROWS_AT_A_TIME)
    while True:
        chosen = [tuple(row) for row in db.session.execute(some)]
        if chosen:
            condition = key[0].in_([row[0] for row in chosen]) if len(key) == 1 else tuple_(*key).in_(chosen)
            db.session.execute(delete(table).where(table.c.firm_id == firm_id, condition))
        transaction.commit()
        if len(chosen) < ROWS_AT_A_TIME:
            return


def _erase_last(row: ErasureReceipt, firm_id: int, now: datetime, *, is_told: bool) -> None:
    """The rows that were the task, whatever was written meanwhile, the receipt and the letter: one commit."""
    owners = {user.email: user.language for user in users.owners(firm_id)}
    public_id = row.firm_public_id
    delete_rows(firm_id)
    db.session.execute(delete(Arrival).where(or_(Arrival.asker_firm == public_id, Arrival.firm_public_id == public_id)))
    db.session.add(row)
    if not is_told:
        leaving_letters.queue_firm_erased(owners, row.number, now=now)
    transaction.commit()


def _made(entry: Entry, archived: archive.Archive | None, now: datetime) -> ErasureReceipt:
    """The receipt of this moment; its papers are in their place."""
    transaction.rollback()
    made = receipts.make(entry, archived, now=now)
    counts = {"rows": entry.rows, "files": entry.files, "papers": receipts.keep(entry.number, made.papers)}
    times = {"confirmed_at": entry.confirmed_at, "erased_at": now}
    texts = {"counts": json.dumps(counts), "receipt": made.receipt.decode(), "signature": made.signature}
    return ErasureReceipt(number=entry.number, firm_public_id=entry.firm, **times, **texts)


def _row(done: Done) -> ErasureReceipt:
    times = {"confirmed_at": done.confirmed_at, "erased_at": done.erased_at}
    texts = {"counts": done.counts, "receipt": done.receipt, "signature": done.signature}
    return ErasureReceipt(number=done.number, firm_public_id=done.firm, **times, **texts)


def _note_done(row: ErasureReceipt) -> None:
    times = (row.confirmed_at, row.erased_at)
    journal.append(Done(row.firm_public_id, row.number, *times, row.counts, row.receipt, row.signature).line())


def _bring_back(lacking: list[Done]) -> None:
    there = _receipts()
    for done in lacking:
        if done.number not in there:
            db.session.add(_row(done))
    transaction.commit()


def _receipts() -> set[str]:
    """Numbers of the receipts that the database knows."""
    return set(db.session.scalars(select(ErasureReceipt.number)))
