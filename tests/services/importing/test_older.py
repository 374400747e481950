"""An archive of an older version comes in, and has what came since as a new row has it."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import select

from extensions import db
from models import Customer, Firm, Quote, TextBlock
from services import schema
from services.clock import utc_now
from services.importing import taking_in
from tests import archives
from tests.services.importing.test_checking import whole  # noqa: F401  (a fixture)


def test_what_came_since_takes_its_default(whole, tmp_path):  # noqa: F811
    for table, column in (("quote", "is_shared"), ("customer", "language"), ("firm", "fiscal_year_ends")):
        rows = whole.rows(table)
        for row in rows:
            del row[column]
        whole.put_rows(table, rows)
    del whole.files["data/text_block.jsonl"]
    known = {table: count for table, count in whole.about.rows.items() if table != "text_block"}
    whole.about = replace(whole.about, schema=min(schema.known()), rows=known)
    path = tmp_path / "older.zip"
    path.write_bytes(archives.made(whole.files.values(), whole.about))
    done = taking_in.from_file(path, utc_now())
    assert (done.state, done.reason) == ("done", "")
    assert set(db.session.scalars(select(Quote.is_shared))) == {False}
    assert set(db.session.scalars(select(Customer.language))) == {"sv"}
    assert db.session.scalars(select(Firm.fiscal_year_ends)).all() == [12]
    assert db.session.scalars(select(TextBlock.id)).all() == []
