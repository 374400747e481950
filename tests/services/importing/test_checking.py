"""Nothing of an archive that does not hold comes in: a real one with one thing changed, and why it is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from commands.moving import WHY_NOT_TAKEN_IN
from config import ROOT
from exchange import archive_zip, manifests
from extensions import db
from models import Checkpoint, CheckpointHead, Quote
from services import checkpoints, schema, transaction
from services.clock import utc_now
from services.exporting import archive as exporting
from services.exporting.rows import Owner, tables
from services.importing import checking, proving
from services.importing.columns import BadRow, Columns
from tests import archives
from tests.archives import Put
from tests.conftest import empty_database
from tests.whole_firm import JPEG, PNG, Markers, fill

MARKS = Markers()
Row = dict[str, Any]
_made: list[bytes] = []


@dataclass
class Open:
    """An archive taken apart."""

    about: manifests.Manifest
    files: dict[str, Put]

    def rows(self, table: str) -> list[Row]:
        return [json.loads(line) for line in self.files[f"data/{table}.jsonl"].data.splitlines()]

    def put_rows(self, table: str, rows: list[Row]) -> None:
        self.put(f"data/{table}.jsonl", b"".join(line(row) for row in rows))

    def put(self, name: str, data: bytes) -> None:
        self.files[name] = dataclasses.replace(self.files[name], data=data)

    def check(self) -> int:
        data = archives.made(self.files.values(), self.about)
        archive = archives.opened(data, most_bytes=10**9)
        steps: list[int] = []
        checking.check(archive, now=utc_now(), step=steps.append)
        return sum(steps)

    def refusal(self) -> tuple[str, str]:
        with pytest.raises(checking.Refused) as refused:
            self.check()
        return refused.value.code, refused.value.where


def line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def whole(app, make) -> Open:
    """The archive of a firm with something in every table, which lives nowhere here."""
    if not _made:
        firm = make.firm(MARKS.name)
        fill(make, firm, MARKS, quotes=2)
        checkpoints.cover(utc_now())
        owner = Owner(firm.id, firm.public_id, firm.name, utc_now())
        with transaction.snapshot():
            _made.append(b"".join(exporting.parts(owner, lambda count: None)))
        empty_database()
    archive = archive_zip.opened(io.BytesIO(_made[0]), most_bytes=10**9, most_files=1000)
    files = {one.name: Put(one.name, b"".join(archive.pieces(one)), of=one.of) for one in archive.files()}
    return Open(archive.manifest, files)


def test_a_whole_firm_holds(whole):
    assert whole.check() > sum(whole.about.rows.values()) + sum(bool(one.of) for one in whole.files.values())


ROWS: tuple[tuple[str, str, Any, str], ...] = (
    ("quote", "title", 5, "value"),
    ("quote", "title", None, "value"),
    ("quote", "title", "x" * 121, "value"),
    ("quote", "status", "paid", "value"),
    ("quote", "kind", "invoice", "value"),
    ("quote", "language", "../../etc", "value"),
    ("quote", "valid_until", "2026-02-30", "value"),
    ("quote", "created_at", "2026-11-20T08:14:36+01:00", "value"),
    ("quote", "created_at", "9999-12-31T23:59:59Z", "value"),
    ("quote", "created_at", "0001-01-01T00:00:00Z", "value"),
    ("quote", "gross_ore", True, "value"),
    ("quote", "gross_ore", "1", "value"),
    ("quote", "gross_ore", 2**63, "json"),
    ("quote", "gross_ore", 1.5, "json"),
    ("quote", "is_shared", 1, "value"),
    ("quote", "message", "a\0b", "json"),
    ("quote", "message", "\ud800", "json"),
    ("quote", "public_id", "../../../../etc/passwd", "value"),
    ("quote", "payment_plan", '[{"trigger":"never"}]', "value"),
    ("quote", "payment_plan", "[" * 100_000, "value"),
    ("quote", "customer_id", 99, "rank"),
    ("quote", "customer_id", 0, "rank"),
    ("quote", "customer_id", -1, "rank"),
    ("quote", "id", 7, "rank"),
    ("quote", "firm_id", 1, "columns"),
    ("quote", "sold_at", None, "columns"),
    ("quote_line", "quantity_milli", -1, "value"),
    ("quote_line", "vat_percent", 7, "value"),
    ("quote_line", "section_id", None, "value"),
    ("quote_section", "choice", "any", "value"),
    ("quote_section", "price_mode", "all", "value"),
    ("quote_link", "picked", '"x"', "value"),
    ("quote_link", "phone", "0900-12345", "value"),
    ("firm", "website", "javascript:alert(1)", "value"),
    ("firm", "website", "//evil.example", "value"),
    ("firm", "website", "https://a.example@evil.example", "value"),
    ("firm", "signing_rules", '[{"from_kr":"1"}]', "value"),
    ("firm", "standing", "operator", "value"),
    ("firm", "logo_id", 999, "rank"),
    ("firm", "name", "Någon annans", "manifest"),
    ("firm", "public_id", "x" * 22, "manifest"),
    ("user", "role", "operator", "value"),
    ("acceptance", "document", "start", "value"),
    ("user", "role", "worker", "owner"),
    ("user", "email", "a@b.example\r\nBcc: c@d.example", "value"),
    ("user", "email", "a,b@c.example", "value"),
    ("user", "email", "Agare@tumbredd.example", "value"),
    ("letter", "params", "[]", "value"),
    ("letter", "to_address", "a@b.example, c@d.example", "value"),
    ("stored_file", "media_type", "text/html", "value"),
    ("stored_file", "name", "avtal.pdf\r\nSet-Cookie: a=b", "value"),
    ("stored_file", "purpose", "export", "value"),
    ("stored_file", "sha256", "0" * 64, "files"),
    ("stored_file", "size_bytes", 1, "files"),
    ("stored_file", "public_id", "x" * 22, "files"),
    ("quote_version", "pdf_sha256", "0" * 64, "frozen"),
    ("quote_version", "json_sha256", "0" * 64, "frozen"),
    ("quote_version", "content", "{}", "value"),
    ("agreement", "agreed_sha256", "0" * 64, "frozen"),
    ("agreement", "package_sha256", "0" * 64, "frozen"),
    ("agreement", "agreed", "<p>", "value"),
    ("chain_head", "seq", 1, "chain"),
    ("chain_head", "link", "0" * 64, "chain"),
    ("event", "act", "quote.accepted", "chain"),
    ("event", "at", "2026-11-20T08:14:36.123456Z", "chain"),
    ("event", "entry", "{}", "chain"),
    ("event", "content", "0" * 64, "chain"),
    ("event", "link", "0" * 64, "chain"),
    ("event", "seq", 9, "chain"),
    ("event_value", "value", "192.0.2.99", "opening"),
    ("event_value", "salt", "00" * 32, "opening"),
    ("event_value", "salt", None, "opening"),
    ("event_value", "field", "name", "opening"),
    ("event_value", "seq", 99, "opening"),
    ("earlier_home", "seq", 1, "differ"),
    ("earlier_home", "keys", "{", "value"),
)


def test_a_row_that_does_not_hold(whole):
    for table, column, value, code in ROWS:
        rows = whole.rows(table)
        rows[0] = rows[0] | {column: value}
        changed = deepcopy(whole)
        changed.put(f"data/{table}.jsonl", b"".join(json.dumps(row).encode() + b"\n" for row in rows))
        assert changed.refusal()[0] == code, (table, column, value)


TEXTS: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
    ("data/quote.jsonl", lambda data: data + data.splitlines()[0] + b"\n", "rank"),
    ("data/quote.jsonl", lambda data: data.splitlines()[0] + b"\n", "count"),
    ("data/event.jsonl", lambda data: b"".join(data.splitlines(True)[:-1]), "count"),
    ("data/event.jsonl", lambda data: b"".join(reversed(data.splitlines(True))), "chain"),
    ("json/versioner.jsonl", lambda data: data + b"{}\n", "differ"),
    ("json/avtal.jsonl", lambda data: data.replace(b"Mark", b"Merk"), "differ"),
    ("bevis/kedja.jsonl", lambda data: data[:-1], "differ"),
    ("bevis/nycklar.json", lambda data: b"[]x", "json"),
    ("bevis/nycklar.json", lambda data: b'{"keys":[{"id":"<script>","kind":"seal"}]}', "json"),
    ("bevis/checkpoint.json", lambda data: b"[]", "json"),
    ("bevis/kontrollpunkter.jsonl", lambda data: b"\xff", "json"),
    (
        "personnummer/personnummer.jsonl",
        lambda data: data.replace(MARKS.personnummer[-4:].encode(), b"0000"),
        "value",
    ),
    ("personnummer/personnummer.jsonl", lambda data: data + data, "double"),
    ("underskrifter/underskrifter.jsonl", lambda data: data.replace(b"M1 1", b"<svg"), "value"),
    ("underskrifter/underskrifter.jsonl", lambda data: data.replace(b"agreement", b"firm"), "value"),
)


def test_a_text_that_does_not_hold(whole):
    for name, change, code in TEXTS:
        changed = deepcopy(whole)
        changed.put(name, change(whole.files[name].data))
        assert changed.refusal()[0] == code, (name, code)


def test_a_frozen_version_is_one_that_can_be_shown(whole):
    """The hash is right, but the page could not be drawn from it."""
    changes: tuple[Row, ...] = (
        {"sections": [{}]},
        {"totals": {}},
        {"lang": "xx"},
        {"valid_until": "soon"},
        {"firm": []},
        {"reverse_charge": "yes"},
        {"sections": [json.loads(whole.rows("quote_version")[0]["content"])["sections"][0] | {"choice": "any"}]},
    )
    for change in changes:
        rows = whole.rows("quote_version")
        stored = json.dumps(json.loads(rows[0]["content"]) | change)
        rows[0] |= {"content": stored, "json_sha256": hashlib.sha256(stored.encode()).hexdigest()}
        whole.put_rows("quote_version", rows)
        assert whole.refusal() == ("value", "data/quote_version.jsonl:1 content")


def test_a_draft_has_an_end(whole, monkeypatch):
    monkeypatch.setattr(proving, "MOST_DRAFT_LINES", 0)
    assert whole.refusal() == ("large", "data/quote_line.jsonl:1")


def test_not_everyone_is_a_user(whole, monkeypatch):
    """Letters go to users unasked, and an archive may name strangers."""
    monkeypatch.setattr(proving, "MOST_USERS", 0)
    assert whole.refusal() == ("large", "data/user.jsonl:1")


def test_not_all_of_it_is_still_to_be_drawn(whole, monkeypatch):
    """The worker would draw it first, and others wait."""
    rows = whole.rows("photo")
    rows[0] |= {"state": "waiting"}
    whole.put_rows("photo", rows)
    assert whole.check()
    monkeypatch.setitem(proving._WAITING, "photo", ("state", "waiting", 0))
    assert whole.refusal() == ("large", "data/photo.jsonl:1")


def test_who_lived_here_brings_the_chain_that_was_signed_here(whole):
    """Or anyone could come in the place of a firm that was erased."""
    entry, end = whole.rows("event")[0], whole.about.seq
    db.session.add(Checkpoint(n=1, at=utc_now(), body="{}", signatures="{}"))
    db.session.flush()
    head = CheckpointHead(firm=whole.about.firm, n=1, seq=entry["seq"], link=entry["link"])
    db.session.add(head)
    db.session.commit()
    assert whole.check()
    for seq, link in ((entry["seq"], "1" * 64), (end + 1, entry["link"])):
        head.seq, head.link = seq, link
        db.session.commit()
        assert whole.refusal() == ("chain", f"data/event.jsonl:{seq}")


def test_files_and_rows_are_the_same(whole):
    name = next(one.name for one in whole.files.values() if one.of and one.name.startswith("pdf/"))
    file = whole.files.pop(name)
    assert whole.refusal()[0] == "files"
    whole.about = replace(whole.about, unreadable=(f"stored_file {file.of} {name}",))
    assert whole.check()
    whole.files[name] = file
    assert whole.refusal()[0] == "files"


def test_a_picture_is_no_larger_than_it_may_be_decoded(whole):
    """Its size stands in its first bytes; the hashes are right."""
    name = next(one.name for one in whole.files.values() if one.name.startswith("bilder/logotyp"))
    for data, code in (
        (PNG.replace(b"\0\0\0\x10", b"\0\0\xff\xff"), "large"),
        (JPEG.replace(b"\0\x10\0\x10", b"\xff\xff\xff\xff"), "large"),
        (b"<svg onload='alert(1)'/>", "value"),
        (b"", "value"),
    ):
        changed = deepcopy(whole)
        changed.put(name, data)
        rows = changed.rows("stored_file")
        row = next(row for row in rows if row["public_id"] == whole.files[name].of)
        row |= {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        changed.put_rows("stored_file", rows)
        assert changed.refusal() == (code, name)


def test_ids_are_nobody_elses_here(whole, make):
    firm = make.firm("Andra")
    db.session.add(quote := make.quote(firm, lines=False))
    rows = whole.rows("quote")
    rows[0]["public_id"] = db.session.get_one(Quote, quote.id).public_id
    db.session.commit()
    whole.put_rows("quote", rows)
    assert whole.refusal() == ("taken", "data/quote.jsonl public_id")


def test_no_two_rows_are_alike(whole):
    rows = whole.rows("quote")
    rows[1]["n"] = rows[0]["n"]
    whole.put_rows("quote", rows)
    assert whole.refusal() == ("double", "data/quote.jsonl n")
    rows[1].update({name: rows[0][name] for name in ("public_id", "number")})
    whole.put_rows("quote", rows)
    assert whole.refusal() == ("double", "data/quote.jsonl n"), "of several always the same is told"


def test_it_fits_this_installation(whole, make):
    about = whole.about
    whole.about = replace(about, schema="99991231_0000")
    assert whole.refusal()[0] == "newer"
    whole.about = replace(about, rows={**about.rows, "invoice": 0})
    assert whole.refusal() == ("tables", "invoice")
    whole.about = replace(about, rows={name: count for name, count in about.rows.items() if name != "photo"})
    assert whole.refusal() == ("tables", "photo")
    whole.about = replace(about, rows={**about.rows, "quote": 2**53})
    assert whole.refusal() == ("count", "data/quote.jsonl")
    whole.about = replace(about, seq=about.seq + 1)
    assert whole.refusal()[0] == "chain"
    whole.about = replace(about, address="javascript:alert(1)")
    assert whole.refusal()[0] == "manifest"
    whole.about = about
    firm = make.firm("Bor här")
    firm.public_id = about.firm
    db.session.commit()
    assert whole.refusal()[0] == "lives_here"


def test_an_older_archive_lacks_what_came_since(whole):
    """Columns with a default may be missing, and tables; others may not."""
    rows = whole.rows("quote")
    for row in rows:
        del row["is_shared"]
    whole.put_rows("quote", rows)
    assert whole.refusal() == ("columns", "data/quote.jsonl:1 is_shared")
    whole.about = replace(whole.about, schema=min(schema.known()))
    assert whole.check()
    del whole.files["data/earlier_home.jsonl"]
    whole.about = replace(
        whole.about, homes=(), rows={name: count for name, count in whole.about.rows.items() if name != "earlier_home"}
    )
    assert whole.check()
    for row in rows:
        del row["valid_until"]
    whole.put_rows("quote", rows)
    assert whole.refusal()[0] == "columns"


def test_every_code_has_words(app):
    own = [ROOT / f"services/importing/{name}.py" for name in ("checking", "columns", "proving", "kept")]
    sources = [*(ROOT / "exchange").glob("*zip*.py"), *own]
    text = "".join(path.read_text() for path in sources)
    used = set(re.findall(r'(?:BadArchive|Refused|BadRow)\("(\w+)"', text))
    used |= set(re.findall(r'(?:return|else) \(?"(\w+)"', (ROOT / "services/importing/proving.py").read_text()))
    assert used - checking.CODES == set()
    assert checking.CODES - set(WHY_NOT_TAKEN_IN) == set()
    with app.test_request_context():
        words: Any = app.jinja_env.get_template("konto/_arrival_words.html").module
        assert [code for code in checking.CODES if "Koden" in words.why(code)] == []


NASTY: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**53, "", "x", "<script>alert(1)</script>", "x" * 5000, [], {}, ["x"], {"x": 1}, "[]", "{}"),
    *("[[[[", '{"x":', "2026-02-30", "2026-13-01T00:00:00Z", "\u202e", "null", "0", '[{"trigger":"order"}]', "[1]"),
)


def test_no_value_of_any_column_is_too_much(whole):
    """Whatever stands where: it fits, or is refused with a code."""
    counts = whole.about.rows
    with closing(sqlite3.connect(":memory:")) as database:
        for table in tables():
            rules = Columns(table, counts, database, is_older=False)
            for row in whole.rows(table.name)[:1]:
                rules.check(row, 1)
                for column in row:
                    for value in NASTY:
                        with suppress(BadRow):
                            rules.check(row | {column: value}, 1)
