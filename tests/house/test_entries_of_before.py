"""Agreements from before there was a ledger of allowances stand in it after the upgrade."""

from __future__ import annotations

from app import create_app
from config import Settings
from extensions import db
from models import AllowanceEntry, Customer, Firm
from services import schema
from tests.conftest import IS_POSTGRESQL
from tests.factories import Make
from tests.services.test_allowance import ERIK, KARIN, agree

BEFORE = "c41d7e9a52b8"


def test_agreements_of_before_are_entered(tmp_path):
    if IS_POSTGRESQL:
        from tests.postgres import new_database

        with new_database() as url:
            _enter(tmp_path, url)
    else:
        _enter(tmp_path, "")


def _enter(folder, url):
    settings = Settings(DATA_DIR=folder, DATABASE_URL=url, DISK_FREE_MIB=0, ARGON2_MEMORY_KIB=64, ARGON2_TIME=1)
    app = create_app(settings)
    with app.app_context():
        migrations = schema.tools()
        migrations.upgrade()
        make = Make(app)
        firm = make.firm()
        make.customer(firm, "Nils Ny")
        customer = make.customer(firm)
        agree(make, customer, (KARIN, 12_000, 500), (ERIK, 7_000, 0), paid_on="2026-12-20")
        agree(make, customer, (KARIN, 3_000, 0), status="late_acceptance")
        agree(make, customer, (KARIN, 2_000, 0), status="withdrawn", paid_on="2027-01-02")
        wanted = _entries()
        firm_id = firm.id
        db.session.remove()
        migrations.downgrade(revision=BEFORE)
        migrations.upgrade()
        assert _entries() == wanted
        assert len(wanted) == 4
        flags = db.session.query(Customer.name, Customer.has_allowance).order_by(Customer.id).all()
        assert [tuple(flag) for flag in flags] == [("Nils Ny", False), ("Karin Almgren", True)]
        assert db.session.get(Firm, firm_id) is not None
        db.session.remove()
        db.engine.dispose()


def _entries():
    rows = db.session.query(AllowanceEntry).order_by(AllowanceEntry.applicant_id)
    return [(row.applicant_id, row.year, row.state, row.rot_kr, row.rut_kr, row.changed_at.date()) for row in rows]
