"""What of a firm's papers is bookkeeping material, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime

from extensions import db
from models import Agreement, StoredFile
from services.bookkeeping import material
from tests.whole_firm import Markers, fill


def test_sealed_papers_and_packages_by_their_day(make):
    firm, other = make.firm("Alfa"), make.firm("Annan")
    fill(make, firm, Markers(), quotes=2)
    fill(make, other, Markers(orgnr=""))
    first, second = db.session.query(Agreement).filter_by(firm_id=firm.id).order_by(Agreement.id)
    first.accepted_at = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
    second.accepted_at = datetime(2026, 6, 30, 22, 1, tzinfo=UTC)  # the first of July in Stockholm
    second.stamped_id = None
    firm.fiscal_year_ends = 6
    db.session.commit()
    found = list(material.pieces(firm.id))
    assert [piece.until for piece in found] == [date(2033, 12, 31)] * 2 + [date(2034, 12, 31)] * 2
    named = {db.session.get(StoredFile, n).public_id for n in (first.stamped_id, first.package_id)}
    assert {piece.file for piece in found[:2]} == named
    assert material.counted(firm.id) == material.Material(papers=2, packages=2, last=date(2034, 12, 31))
    assert material.counted(make.firm("Tom").id) == material.Material(0, 0, None)
