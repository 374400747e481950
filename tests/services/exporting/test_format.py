"""handslag.export/2: rows by rank, each stored file once, schemas that hold, and the same bytes whoever asks."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from domain.clock import STOCKHOLM
from exchange import manifests
from extensions import db
from languages import speaking
from models import Base, StoredFile
from services import moving, scope, transaction
from services.clock import utc_now
from services.exporting import archive, making, schemas
from services.exporting.ranks import references
from services.exporting.rows import tables
from services.sealing import keys
from tests.whole_firm import Markers, fill, json_lines

MARKS = Markers()
DOCS = Path(__file__).parents[3] / "docs" / "export.md"


@pytest.fixture
def firm(make):
    """Its rows lie among another firm's, so that no rank is the key."""
    other = make.firm("Annanfirma")
    fill(make, other, Markers(email="annan"))
    firm = make.firm(MARKS.name)
    fill(make, firm, MARKS, quotes=2)
    return firm


def made(firm, *, now=None) -> zipfile.ZipFile:
    with transaction.snapshot():
        return zipfile.ZipFile(io.BytesIO(b"".join(archive.parts(making.owner_of(firm.id, now or utc_now()), len_of))))


def len_of(count: int) -> None:
    assert count > 0


def manifest_of(zipped: zipfile.ZipFile) -> manifests.Read:
    return manifests.read(zipped.open("manifest.json"))


def test_rows_are_named_by_their_rank(firm):
    zipped = made(firm)
    followed = set()
    for table in tables():
        rows = Base.metadata.tables[table.name]
        lines = json_lines(zipped.read(f"data/{table.name}.jsonl"))
        assert not [line for line in lines if "firm_id" in line], table.name
        if "id" not in rows.c:
            continue
        assert [line["id"] for line in lines] == list(range(1, len(lines) + 1)), table.name
        if table.name == "firm":
            mine = db.session.execute(select(rows).where(rows.c.id == firm.id)).mappings().all()
        else:
            mine = (
                db.session.execute(select(rows).where(rows.c.firm_id == firm.id).order_by(rows.c.id)).mappings().all()
            )
        for column, other in references(table.name).items():
            others = Base.metadata.tables[other]
            keys_of = db.session.scalars(select(others.c.id).where(others.c.firm_id == firm.id).order_by(others.c.id))
            ranks = {key: rank for rank, key in enumerate(keys_of, 1)} | {None: None}
            assert [line[column] for line in lines] == [ranks[row[column]] for row in mine], (table.name, column)
            if any(line[column] for line in lines):
                followed.add((table.name, column))
    assert ("firm", "logo_id") in followed
    assert len(followed) > 40


def test_every_stored_file_is_there_once(firm):
    _manifest, files = manifest_of(made(firm))
    found = [(file.of, file.size_bytes, file.sha256) for file in files if file.of]
    rows = scope.rows(StoredFile, firm.id)
    assert sorted(found) == sorted((row.public_id, row.size_bytes, row.sha256) for row in rows)


def test_every_line_fits_its_schema(firm):
    zipped = made(firm)
    for table in tables():
        schema = json.loads(zipped.read(f"scheman/{table.name}.schema.json"))
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        lines = json_lines(zipped.read(f"data/{table.name}.jsonl"))
        faults = [(error.json_path, error.message) for line in lines for error in validator.iter_errors(line)]
        assert not faults, table.name
        for name in schema["required"] if lines else ():
            assert not validator.is_valid(lines[0] | {name: {}}), (table.name, name)
            assert not validator.is_valid({key: value for key, value in lines[0].items() if key != name})
        assert not validator.is_valid((lines[0] if lines else {}) | {"more": 1})


def test_schemas_say_what_the_constraints_say():
    by_name = {table.name: schemas.schema(table)["properties"] for table in tables()}
    assert by_name["quote_line"]["vat_percent"] == {"type": "integer", "enum": [0, 6, 12, 25]}
    assert by_name["quote_line"]["deduction"]["enum"] == ["rot", "rut", "green", None]
    assert by_name["quote_line"]["discount_bp"] == {"type": "integer", "minimum": 0, "maximum": 10000}
    assert by_name["quote"]["customer_id"] == {"type": ["integer", "null"], "minimum": 1, "x-refers-to": "customer"}
    assert by_name["customer"]["email"] == {"type": "string", "maxLength": 254, "x-personal": True}


def test_the_manifest_says_where_it_comes_from_and_what_is_under_way(firm):
    now = utc_now()
    manifest, files = manifest_of(made(firm, now=now))
    assert (manifest.firm, manifest.firm_name) == (firm.public_id, firm.name)
    assert (manifest.installation, manifest.address) == (keys.installation_id(), "http://localhost")
    assert abs(manifest.made_at - now) < timedelta(milliseconds=1)
    assert (manifest.homes[0].installation, manifest.homes[0].seq) == ("0" * 16, 0)
    assert manifest.rows == archive.counts(firm.id)
    assert list(manifest.rows) == [table.name for table in tables()]
    assert set(manifest.under_way) == set(moving.STOPS)
    assert manifest.under_way["login"] == 1  # not ended
    assert manifest.under_way["held_sending"] == 0  # stopped already
    names = [file.name for file in files]
    assert names[0] == "LÄS-MIG.txt"
    assert names.index("scheman/withdrawal.schema.json") < names.index("data/firm.jsonl")


def test_it_is_the_same_whoever_asks_and_when(firm):
    """Language and time are in no file of the archive but the manifest."""
    now = utc_now()
    with speaking("en"):
        one = made(firm, now=now)
    two = made(firm, now=now + timedelta(days=1))
    assert manifests.differences(manifest_of(one), manifest_of(two)) == []
    assert [info.filename for info in one.infolist()] == [info.filename for info in two.infolist()]
    text = two.read("LÄS-MIG.txt").decode()
    assert "localhost" not in text
    assert str(now.astimezone(STOCKHOLM).year) not in text.replace("2026-001", "").replace("2020-12", "")


def test_the_reader_of_the_docs_reads_it(firm, tmp_path, capsys, monkeypatch):
    """What docs/export.md shows is run as it stands."""
    path = tmp_path / "a.zip"
    with transaction.snapshot():
        path.write_bytes(b"".join(archive.parts(making.owner_of(firm.id, utc_now()), len_of)))
    (program,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    monkeypatch.setattr(sys, "argv", ["read", str(path)])
    exec(compile(program, f"<{DOCS.name}>", "exec"), {})  # noqa: S102
    assert f"2026-002\t{MARKS.customer}\t1290.5" in capsys.readouterr().out.splitlines()
