"""Nothing of the database's own is in an archive: each whole number in a table is a rank, a key, or just a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Integer, LargeBinary

from services.exporting import rows, schemas
from services.exporting.ranks import WITHOUT_KEY, references

TABLES = rows.tables()
WORDS = (Path(__file__).parents[2] / "templates" / "konto" / "las-mig.txt").read_text(encoding="utf-8")
# Columns that are keys and mean the same anywhere.
NATURAL_KEYS = {("event", "seq"), ("counter", "series")}
# Whole numbers that name no row by its key: amounts, counts, places, numbers within the firm or the quote. A new column
# that is not here may be one that names a row: then it needs a foreign key, or a line in ranks.WITHOUT_KEY.
NUMBERS = {
    *("n", "clauses_n", "line_n", "section_n", "seq", "first_bad_seq", "position", "rev"),
    *("version", "seen_version", "seen_before", "sent_version"),
    *("gross_ore", "net_ore", "to_pay_ore", "deduction_ore", "cap_ore", "unit_price_ore", "purchase_price_ore"),
    *("rot_kr", "rut_kr", "green_kr", "used_rot_kr", "used_rut_kr", "used_green_kr", "weight", "year", "home_year"),
    *("quantity_milli", "quantity_min_milli", "quantity_max_milli"),
    *("vat_percent", "discount_bp", "markup_bp", "limit_percent", "progress_percent"),
    *("added", "changed", "attempts", "paper_tries", "reminded", "sent", "days", "score", "value"),
    *("size_bytes", "width", "height"),
    *("default_remind_days", "default_valid_days", "fiscal_year_ends", "inactive_warned"),
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_whole_number_is_known(table):
    columns = rows.sql_table(table).columns
    whole = {column.name for column in columns if isinstance(column.type, Integer)}
    assert whole - {"id", "firm_id"} - references(table.name).keys() - NUMBERS == set()
    # a column that is named as a key is one, but for ids that are texts
    assert {name for name in whole if name.endswith("_id")} - {"firm_id"} <= references(table.name).keys()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_key_is_a_rank_or_natural(table):
    keys = {column.name for column in rows.sql_table(table).primary_key.columns} - {"firm_id"}
    assert keys <= {"id"} or {(table.name, name) for name in keys} <= NATURAL_KEYS


def test_no_number_is_listed_that_is_in_no_table():
    columns = {(table.name, column.name) for table in TABLES for column in rows.sql_table(table).columns}
    assert {name for _table, name in columns} >= NUMBERS
    assert columns >= {(table, name) for table, names in WITHOUT_KEY.items() for name in names}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_is_in_the_archive(table):
    """In its file, or opened in one of its own (tests/services/exporting/test_archive.py)."""
    handed_out = {column.name for column in table.columns if column.exported == "clear"} - {"firm_id"}
    assert handed_out <= schemas.schema(table)["properties"].keys()
    assert f"\n{table.name} " in WORDS
    columns = rows.sql_table(table).columns
    assert not [name for name in handed_out if isinstance(columns[name].type, LargeBinary)]
