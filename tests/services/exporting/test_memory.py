"""The export's memory does not grow with the firm. Full size is measured by `bench`."""

from __future__ import annotations

import tracemalloc

import pytest
from sqlalchemy import insert

from extensions import db
from models import Quote, QuoteLine, QuoteSection, QuoteVersion, new_public_id
from services import storage, transaction
from services.clock import utc_now
from services.exporting import archive, making
from services.exporting.archive import Owner

MIB = 1024 * 1024
FEW, MANY = 110, 300  # the smaller one already fills a chunk of rows
LINES = 4


def bulk(make, firm, count: int) -> None:
    """Quotes with some lines, and a version with a PDF of 10 kB each."""
    model = make.quote(firm, number="2026-000")
    now, today = utc_now(), model.valid_until
    section = db.session.query(QuoteSection).filter_by(quote_id=model.id).one()
    db.session.execute(
        insert(Quote),
        [
            {
                "firm_id": firm.id,
                "public_id": new_public_id(),
                "n": 1000 + number,
                "number": f"2026-{number:03d}",
                "user_id": model.user_id,
                "valid_until": today,
                "created_at": now,
                "touched_at": now,
                "terms": "Villkor " * 100,
            }
            for number in range(1, count + 1)
        ],
    )
    quotes = [row.id for row in db.session.query(Quote.id).filter(Quote.n > 1000, Quote.firm_id == firm.id)]
    db.session.execute(
        insert(QuoteLine),
        [
            {
                "firm_id": firm.id,
                "quote_id": quote_id,
                "section_id": section.id,
                "n": n,
                "position": n,
                "text": f"Rad {n} " * 5,
                "changed_at": now,
            }
            for quote_id in quotes
            for n in range(LINES)
        ],
    )
    for quote_id in quotes:
        pdf = storage.put(
            firm.id, firm.public_id, bytes(10_000), purpose="quote", name="x", media_type="application/pdf", now=now
        )
        db.session.flush()
        version = {"version": 1, "content": "{" + " " * 5000 + "}", "json_sha256": "", "pdf_sha256": ""}
        sums = {"gross_ore": 1, "to_pay_ore": 1, "valid_until": today, "created_at": now}
        ids = {"firm_id": firm.id, "quote_id": quote_id, "pdf_id": pdf.id}
        db.session.execute(insert(QuoteVersion).values(**version, **sums, **ids))
    db.session.commit()


@pytest.fixture
def owners(make) -> tuple[Owner, Owner]:
    found = []
    for count in (FEW, MANY):
        firm = make.firm(f"Firma {count}")
        bulk(make, firm, count)
        found.append(making.owner_of(firm.id, utc_now()))
    return found[0], found[1]


def peak_bytes(owner: Owner) -> tuple[int, int]:
    """Peak of memory and size of the ZIP."""
    with transaction.snapshot():
        archive_parts = archive.parts(owner, lambda count: None)
        tracemalloc.start()
        try:
            size = sum(len(part) for part in archive_parts)
            return tracemalloc.get_traced_memory()[1], size
        finally:
            tracemalloc.stop()


def test_memory_is_constant(owners):
    few, many = owners
    peak_bytes(few)  # what is loaded once
    small, small_size = peak_bytes(few)
    # the lesser of two: a table of the interpreter's that happens to grow (2 MiB, once in a run) is not the export's
    large, large_size = min(peak_bytes(many), peak_bytes(many))
    assert large_size - small_size > 1.5 * MIB
    assert large - small < MIB, f"{small / MIB:.1f} MiB, then {large / MIB:.1f} MiB"
