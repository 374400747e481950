"""No job touches a firm that is still arriving from another installation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from extensions import db
from jobs import schedule
from models import Base, Firm
from services import standing, storage
from services.clock import utc_now
from tests.whole_firm import Markers, fill

OF_FIRMS = [table for table in Base.metadata.sorted_tables if table.name == "firm" or "firm_id" in table.columns]
SOME_THAT_ACT = ("expire_quotes", "clean_up")


@pytest.fixture
def firm(make) -> tuple[int, str]:
    firm = make.firm("Anländ Bygg")
    fill(make, firm, Markers())
    firm.standing = "arriving"
    db.session.commit()
    return firm.id, firm.public_id


def everything(firm_id: int, public_id: str) -> dict[str, list[str]]:
    """Rows and files of the firm, by table."""
    db.session.rollback()
    found = {}
    for table in OF_FIRMS:
        mine = table.c.id == firm_id if table.name == "firm" else table.c.firm_id == firm_id
        rows = db.session.execute(table.select().where(mine).order_by(*table.primary_key.columns))
        found[table.name] = [repr(tuple(row)) for row in rows]
    files = storage.folder(public_id).rglob("*")
    return found | {"files": sorted(path.name for path in files)}


def test_what_arrives_is_left_alone(app, firm):
    before, now = everything(*firm), utc_now()
    for at in (now + timedelta(hours=1), now + timedelta(days=4 * 365)):
        for name in schedule.WHEN:
            schedule.run(name, at)
            assert everything(*firm) == before, name
    assert not standing.may_do_business(firm[0], now)
    db.session.get_one(Firm, firm[0]).standing = "active"
    db.session.commit()
    for name in SOME_THAT_ACT:
        schedule.run(name, now + timedelta(days=4 * 365))
    after = everything(*firm)
    assert {"event", "quote", "once_key", "login"} <= {name for name in before if before[name] != after[name]}
