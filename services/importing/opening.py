"""The moment a firm that has come is here: its chain goes on, its owners are told, its doors open."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import func, insert

from domain.standing import Standing
from exchange.archive_zip import Archive
from extensions import db
from models import Arrival, ChainHead, EarlierHome, Firm
from services import account_letters, events, scope, transaction, users
from services.actors import Actor
from services.importing import kept, merging
from services.importing.course import Cancelled, Course
from services.importing.laying import Laying
from services.privacy import journal


def open_firm(archive: Archive, laying: Laying, course: Course) -> None:
    """All in one transaction: before it nobody sees the firm, after it it is here. Raises Cancelled, NotEmpty."""
    now = course.now()
    row = next(iter(archive.rows("firm")))
    with transaction.reading():
        logo_id = laying.id_of("stored_file", row["logo_id"]) if row.get("logo_id") else None
    home = _home(archive, course.order.sha256, now)
    transaction.start_writing()
    arrival = db.session.get_one(Arrival, course.order.id, with_for_update=True)
    if arrival.state != "running":
        transaction.rollback()
        raise Cancelled
    firm = db.session.get_one(Firm, laying.firm_id)
    firm.logo_id, firm.standing = logo_id, Standing.ACTIVE
    _go_on(archive, firm, home, arrival, now)
    merging.merge(arrival, firm, now)
    for owner in users.owners(firm.id):
        account_letters.queue_firm_arrived(owner, now=now)
    course.report["rows"] = sum(archive.manifest.rows.values())
    arrival.state, arrival.progress_percent, arrival.lease_until = "done", 100, None
    arrival.report, arrival.reason, arrival.done_at = json.dumps(course.report, sort_keys=True), "", now
    journal.returned(firm.public_id, now)  # before the commit: a firm that is here must not be erased by the next start
    transaction.commit()
    clear_up(arrival)


def clear_up(arrival: Arrival) -> None:
    """What lies beside the database and has served its time. Safe to do again."""
    kept.remove(arrival.public_id)
    merging.clear_up(arrival)
    transaction.rollback()


def _go_on(archive: Archive, firm: Firm, home: EarlierHome, arrival: Arrival, now: datetime) -> None:
    """The chain with its end as it came, where it was made, and the first entry that is made here."""
    about = archive.manifest
    db.session.execute(insert(ChainHead), {"firm_id": firm.id, "seq": about.seq, "link": about.link})
    homes = db.session.scalar(scope.columns(EarlierHome, firm.id, func.coalesce(func.max(EarlierHome.n), 0)))
    home.firm_id, home.n = firm.id, int(homes or 0) + 1
    db.session.add(home)
    db.session.flush()
    events.record(
        "data.imported",
        f"firm:{firm.public_id}",
        actor=Actor(firm.id, firm.public_id, "system" if arrival.asker else "operator:command"),
        at=now,
        data={
            "installation": about.installation,
            "archive_sha256": home.archive_sha256,
            "seq": about.seq,
            "rows": sum(about.rows.values()),
        },
    )


def _home(archive: Archive, archive_sha256: str, now: datetime) -> EarlierHome:
    about = archive.manifest
    return EarlierHome(
        installation=about.installation,
        address=about.address,
        left_at=about.made_at,
        arrived_at=now,
        archive_sha256=archive_sha256,
        seq=about.seq,
        link=about.link,
        keys=_text(archive, "bevis/nycklar.json") or "[]",
        checkpoints=_text(archive, "bevis/kontrollpunkter.jsonl"),
        proof=_text(archive, "bevis/checkpoint.json"),
    )


def _text(archive: Archive, name: str) -> str:
    return b"".join(archive.pieces(name)).decode() if archive.has(name) else ""
