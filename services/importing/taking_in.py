"""An archive becomes a firm here: checked whole, laid in small batches, opened at once. Killed anywhere it goes on.

Nothing is written before all of it is checked. Until the opening the firm is *arriving*: nobody logs in, no link leads
to it, no job touches it. What is called off or cannot go on leaves nothing behind.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError

from domain.standing import Standing
from exchange.archive_zip import Archive, BadArchive, opened
from extensions import db
from models import Arrival, Firm, new_public_id
from services import storage, transaction
from services.errors import DiskFull, RuleBroken, place_of
from services.importing import checking, files, kept, opening, undoing
from services.importing.checking import Refused
from services.importing.course import GOING_ON, LEASE, Cancelled, Course, Ending, Failed, Half, Order
from services.importing.laying import Laying, lay_firm, taken_users

log = logging.getLogger("handslag.importing")
MOST_ATTEMPTS = 3  # that came to nothing
WAIT = timedelta(minutes=1)  # for each of them
WAIT_FOR_DISK = timedelta(minutes=15)
LARGER = 4  # times: what the files of an archive may come to, inflated
MOST_FILES = 5_000_000


class Outcome(Struct, frozen=True):
    """What became of an arrival, for who runs the command."""

    state: str
    reason: str
    firm_public_id: str
    report: dict[str, Any]


def claim(now: datetime) -> Order | None:
    """Take the oldest arrival that waits, or whose worker has gone; committed before it is returned."""
    is_over = and_(Arrival.state.in_(("cancelled", "failed")), Arrival.firm_public_id != "")
    statement = (
        select(Arrival)
        .where(
            or_(Arrival.state.in_(GOING_ON), is_over),
            or_(Arrival.lease_until.is_(None), Arrival.lease_until < now),
        )
        .order_by(Arrival.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    arrival = db.session.scalar(statement)
    if arrival is None:
        transaction.rollback()
        return None
    return _taken(arrival, now)


def _taken(arrival: Arrival, now: datetime) -> Order:
    arrival.attempts += 1
    if arrival.attempts > MOST_ATTEMPTS and arrival.state in GOING_ON:
        arrival.state, arrival.reason = "failed", arrival.reason or "fault"
    if arrival.state == "queued":
        arrival.state = "checking"
    arrival.lease_until = now + LEASE
    order = Order(
        arrival.id,
        arrival.public_id,
        arrival.asker,
        arrival.firm_public_id,
        arrival.sha256,
        arrival.state not in GOING_ON,
        arrival.report,
    )
    transaction.commit()
    return order


def take_in(
    order: Order,
    now: datetime,
    *,
    told: Callable[[int], object] = lambda percent: None,
    is_ending: Callable[[], bool] = lambda: False,
) -> None:
    """Do all that is left of it. What may pass is tried again; raised is what nobody has foreseen.

    `told` hears how many percent are done; `is_ending` is asked whether this process must end.
    """
    if order.is_over:
        undoing.undo(order.id, now)
        return
    course = Course(order, now, told=told, is_ending=is_ending)
    with _settled(order, course), kept.open(order.public_id) as file:
        _take_in(opened(file, most_bytes=kept.most_bytes() * LARGER, most_files=MOST_FILES), course, now)


def from_file(
    path: Path, now: datetime, password: str = "", told: Callable[[int], object] = lambda percent: None
) -> Outcome:
    """The same of a file, for the command. An archive that was being taken in is gone on with.

    Raises Unfit, DiskFull, RuleBroken("arriving") where another process has it.
    """
    public_id = new_public_id()
    storage.require_disk(path.stat().st_size)
    with path.open("rb") as file:
        counted = kept.write(public_id, kept.clear_pieces(file, password))
    transaction.start_writing()
    same = and_(Arrival.sha256 == counted.sha256, Arrival.state.in_(GOING_ON))
    arrival = db.session.scalar(select(Arrival).where(same).with_for_update())
    if arrival is not None:
        kept.remove(public_id)
        if arrival.lease_until is not None and arrival.lease_until >= now:
            raise RuleBroken("arriving")
    else:
        arrival = Arrival(
            public_id=public_id, size_bytes=counted.size_bytes, sha256=counted.sha256, created_at=now, attempts=0
        )
        arrival.state, arrival.report = "checking", "{}"
        db.session.add(arrival)
        db.session.flush()
    order = _taken(arrival, now)
    take_in(order, now, told=told)
    return _outcome(order.id)


def _outcome(arrival_id: int) -> Outcome:
    with transaction.reading():
        row = db.session.get_one(Arrival, arrival_id)
        return Outcome(row.state, row.reason, row.firm_public_id, json.loads(row.report))


def _take_in(archive: Archive, course: Course, now: datetime) -> None:
    rows = sum(archive.manifest.rows.values())
    firm = _half(course.order)
    if firm is None:
        course.total = rows * 2
        storage.require_disk(_bytes(archive))
        checking.check(archive, now=now, step=course.step)
        _require_a_way_in(archive, course.order)
        for what in archive.manifest.unreadable:
            course.tell("unreadable", what)
        firm = lay_firm(archive, course)
    else:
        course.total = rows
    laying = Laying(archive, firm, course)
    laying.run()
    files.keep(archive, firm, course)
    opening.open_firm(archive, laying, course)


def _require_a_way_in(archive: Archive, order: Order) -> None:
    """By the command: an owner whose address is free here. By the page the one who asks is let in. Raises Refused."""
    if order.asker:
        return
    owners = [row["email"] for row in archive.rows("user") if row["role"] == "owner"]
    with transaction.reading():
        taken = {row.email for row in taken_users(owners)}
    if taken.issuperset(owners):
        raise Refused("owners_taken", "data/user.jsonl")


def _half(order: Order) -> Half | None:
    """What an earlier try has begun. A restart may have erased it, where it is a firm that was erased here once."""
    if not order.firm_public_id:
        return None
    with transaction.reading():
        of_this = Firm.public_id == order.firm_public_id, Firm.standing == Standing.ARRIVING
        firm_id = db.session.scalar(select(Firm.id).where(*of_this))
    return None if firm_id is None else Half(firm_id, order.firm_public_id)


def _bytes(archive: Archive) -> int:
    return sum(file.size_bytes for file in archive.files())


@contextmanager
def _settled(order: Order, course: Course) -> Iterator[None]:
    """Note what became of it, whatever was raised."""
    try:
        yield
    except Cancelled:
        _end(order, course, "", "")
    except (BadArchive, Refused, Failed) as error:
        _end(order, course, error.code, error.where)
    except RuleBroken as error:
        _end(order, course, error.code, "")
    except (IntegrityError, DataError) as error:
        log.error("An archive does not fit here: %s", place_of(error))
        _end(order, course, "conflict", "")
    except FileNotFoundError:
        _end(order, course, "gone", "")
    except Ending:
        _give_back(order)
    except DiskFull:
        _try_again(order, course, "disk_full")
    except BaseException:
        _try_again(order, course, "")
        raise


def _end(order: Order, course: Course, reason: str, where: str) -> None:
    """It goes no further: refused where nothing was written, else failed, and what was written is taken back."""
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, order.id, with_for_update=True)
    if arrival.state in GOING_ON and reason:
        arrival.state = "failed" if arrival.firm_public_id else "refused"
        arrival.reason = reason
        course.report["where"] = where
        arrival.report = json.dumps(course.report, sort_keys=True)
    is_over = arrival.state not in (*GOING_ON, "done")
    transaction.commit()
    if is_over:
        undoing.undo(order.id, course.now())


def _give_back(order: Order) -> None:
    """The next process takes it at once, and this was no try."""
    transaction.start_writing()
    db.session.execute(update(Arrival).where(Arrival.id == order.id).values(lease_until=None, attempts=0))
    transaction.commit()


def _try_again(order: Order, course: Course, reason: str) -> None:
    """In a while; after the last time nothing of it stays."""
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, order.id, with_for_update=True)
    is_last = arrival.attempts >= MOST_ATTEMPTS and arrival.state in GOING_ON
    arrival.reason = reason
    wait = WAIT_FOR_DISK if reason == "disk_full" else WAIT
    arrival.lease_until = course.now() + wait * max(arrival.attempts, 1)
    if is_last:
        arrival.state, arrival.reason = "failed", reason or "fault"
    transaction.commit()
    if is_last:
        undoing.undo(order.id, course.now())
