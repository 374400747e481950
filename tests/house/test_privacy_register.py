"""Nothing is kept that the privacy register does not know; what belongs to a firm is handed out and erased."""

from __future__ import annotations

import pytest

from models import Base
from services.exporting import archive
from services.privacy import erasure
from services.privacy.register import TABLES


def test_the_register_has_every_column_and_no_other():
    kept = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    listed = [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns]
    assert (kept - set(listed), set(listed) - kept) == (set(), set())
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_says_whose_it_is_and_what_for(table):
    assert table.whose
    assert table.purpose
    assert table.kept


def test_a_table_is_the_firms_when_its_rows_name_a_firm():
    names_firm = {name for name, table in Base.metadata.tables.items() if name == "firm" or "firm_id" in table.columns}
    assert {name for name, table in TABLES.items() if table.of_firm} == names_firm


def test_every_table_of_a_firm_is_exported_and_erased():
    owned = {name for name, table in TABLES.items() if table.of_firm}
    assert {table.name for table in archive.tables()} == owned
    assert {table.name for table in erasure.tables()} == owned


def test_no_means_of_access_is_handed_out():
    withheld = {
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if column.exported == "withheld"
    }
    assert withheld == {
        "user.password_hash",
        "login.token_sha256",
        "once_key.key",
        "held_sending.once_key",
        "export.password",
        "applicant.personnummer_index",
    }


def test_encrypted_columns_are_handed_out_opened():
    opened = {f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if c.exported == "opened"}
    assert opened == {"applicant.personnummer", "event_value.sealed", "agreement.mark", "approval.mark"}
