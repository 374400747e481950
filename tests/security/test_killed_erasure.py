"""Issue 7: kill -9 at a dozen points of an erasure. What goes on after it ends the same: one receipt, one letter."""

from __future__ import annotations

from extensions import db
from jobs import close_firms
from models import ErasureReceipt, Firm, Letter
from services.bookkeeping import archive
from services.installation import settings
from services.privacy import compacting, erasure, journal, receipts
from tests.conftest import IS_POSTGRESQL
from tests.erasing import AFTER, OTHERS, a_leaver, checksum, forget_erasures, found_in_rows, found_on_disk
from tests.killing import killed_at
from tests.whole_firm import fill

FEWEST = 12
STEPS = 13  # further at each try: what was done before is gone through again, and a little more


def run() -> None:
    """What comes after a kill, in turn: the next start, and the job's next hour."""
    erasure.replay(AFTER)
    close_firms.run(AFTER)


def test_killed_anywhere_it_is_finished_and_told_once(app, make):
    forget_erasures()
    other = make.firm(OTHERS.name, orgnr="", vat_number="")
    fill(make, other, OTHERS)
    firm = a_leaver(make, choice="lock_bookkeeping")
    public_id, before, deaths, point = firm.public_id, checksum(other), 0, 3
    while killed_at(point, run):
        deaths += 1
        point += STEPS
        db.session.rollback()
        if db.session.query(Firm).filter_by(public_id=public_id).first():
            assert db.session.query(ErasureReceipt).count() == 0
            assert db.session.query(Letter).filter_by(kind="firm_erased").count() == 0
    assert deaths >= FEWEST
    receipt = db.session.query(ErasureReceipt).one()
    assert db.session.query(Letter).filter_by(kind="firm_erased").count() == 1
    known = journal.read()
    assert (list(known.begun), list(known.done)) == ([receipt.number], [receipt.number])
    assert receipts.has_paper(receipt, "sv")
    assert [one.number for one in archive.listed()] == [receipt.number]
    assert not (settings().DATA_DIR / compacting.VACUUM_DUE).exists()
    assert found_in_rows() == set()
    assert IS_POSTGRESQL or found_on_disk() == set()
    assert checksum(other) == before
    forget_erasures()
