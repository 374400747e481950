"""What a line is taken to be by its unit and by the firm's usual work."""

from __future__ import annotations

import pytest

from extensions import db
from models import Quote, QuoteLine
from services import transaction


@pytest.fixture
def turned(seller, quote, line_data):
    """Save line 3 (other) with what is typed, and read it back: kind, deduction, type of work."""

    def save(**typed):
        data = line_data(**{"kind": "other", "was_kind": "other", "deduction": "", **typed})
        assert seller.post(f"/offerter/{quote.n}/rader/3", data=data).status_code in (200, 303)
        db.session.rollback()
        transaction.may_write()
        db.session.expire_all()
        line = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=3).one()
        return line.kind, line.deduction, line.work_type

    return save


def test_a_cleaners_labour_is_rut(turned, firm):
    firm.default_work_type = "stadning"
    db.session.commit()
    assert turned(kind="labour") == ("labour", "rut", "stadning")


def test_a_plumbers_labour_is_rot(turned, firm):
    firm.default_work_type = "vvs"
    db.session.commit()
    assert turned(kind="labour") == ("labour", "rot", "vvs")


def test_hours_are_labour(turned):
    assert turned(unit="tim", was_unit="st") == ("labour", "rot", "bygg")


def test_distance_is_travel(turned):
    assert turned(unit="km", was_unit="st", kind="material", was_kind="material") == ("other", None, None)


def test_labour_in_a_rented_home_is_no_rot(turned, quote):
    db.session.get_one(Quote, quote.id).home = "rented"
    db.session.commit()
    assert turned(kind="labour") == ("labour", None, None)


def test_the_settings_offer_the_work_of_rot_and_rut(owner):
    page = owner.get("/installningar/offert").text
    assert 'value="stadning"' in page
    assert "RUT, Städning" in page
    assert "ROT, Bygg" in page
