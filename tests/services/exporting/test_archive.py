"""The ZIP holds everything of the firm, nothing of another's, and says itself what it holds."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from extensions import db
from jobs import make_exports
from models import Acceptance, ChainHead, Event, Export, Letter, Quote, StoredFile
from services import checkpoints, events, legal, logins, scope, storage, transaction
from services.actors import system
from services.clock import utc_now
from services.errors import NotFound
from services.exporting import archive, asking
from tests.evidence import act, is_signed
from tests.whole_firm import Markers, fill, json_lines

MARKS = Markers()


@pytest.fixture
def firm(make):
    firm = make.firm(f"{MARKS.name} & Söner")
    fill(make, firm, MARKS, quotes=2)
    return firm


def export(make, firm) -> Export:
    """Ask as the owner and let the worker make it."""
    owner = make.owner(firm)
    asked = asking.ask(owner, actor=system(firm.id, firm.public_id), now=utc_now())
    number = asked.id
    assert make_exports.run(utc_now()).failed == 0
    return db.session.get_one(Export, number)


@pytest.fixture
def zipped(make, firm) -> zipfile.ZipFile:
    return zip_of(make, firm)


def zip_of(make, firm) -> zipfile.ZipFile:
    ready = export(make, firm)
    data = b"".join(storage.stream(firm.public_id, ready.public_id))
    assert (ready.state, ready.size_bytes, ready.sha256) == ("ready", len(data), hashlib.sha256(data).hexdigest())
    return zipfile.ZipFile(io.BytesIO(data))


def sheet(zipped, name) -> list[dict[str, str]]:
    data = zipped.read(f"csv/{name}.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_archive_is_whole(zipped):
    assert zipped.testzip() is None
    names = zipped.namelist()
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith("/") or ".." in name]


def test_the_manifest_names_every_file_and_its_hash(zipped, firm):
    manifest = json.loads(zipped.read("manifest.json"))
    assert {file["name"] for file in manifest["files"]} == set(zipped.namelist()) - {"manifest.json"}
    for file in manifest["files"]:
        data = zipped.read(file["name"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size_bytes"], file["sha256"]), file["name"]
    assert manifest["firm"] == {"id": firm.public_id, "name": firm.name}
    assert manifest["unreadable"] == []
    assert manifest["schema"]


def test_counts_equal_the_database(zipped, firm):
    manifest = json.loads(zipped.read("manifest.json"))
    for table in archive.tables():
        rows = json_lines(zipped.read(f"data/{table.name}.jsonl"))
        assert len(rows) == manifest["rows"][table.name], table.name
        assert len(sheet(zipped, table.name)) == len(rows), table.name
        if table.name not in ("closing",):
            assert rows, f"nothing in {table.name} was tried"
    quotes = json_lines(zipped.read("data/quote.jsonl"))
    assert sum(row["gross_ore"] for row in quotes) == sum(row.gross_ore for row in scope.rows(Quote, firm.id))


def test_no_secret_is_in_it(zipped):
    data = b"".join(zipped.read(name) for name in zipped.namelist())
    for secret in (b"$argon2", b"password_hash", b"token_sha256", b"personnummer_index"):
        assert secret not in data


def test_personnummer_lie_in_a_folder_of_their_own(zipped):
    with_number = {name for name in zipped.namelist() if MARKS.personnummer.encode() in zipped.read(name)}
    assert with_number == {"personnummer/personnummer.jsonl"}
    rows = json_lines(zipped.read("personnummer/personnummer.jsonl"))
    assert [row["personnummer"] for row in rows] == [MARKS.personnummer] * 2
    assert b"19840601-2388" in zipped.read("personnummer/personnummer.csv")
    assert "personnummer/" in zipped.read("LÄS-MIG.txt").decode()


def test_the_readme_names_every_folder_and_the_firm_in_clear(zipped, firm):
    text = zipped.read("LÄS-MIG.txt").decode()
    folders = {name.split("/")[0] + "/" for name in zipped.namelist() if "/" in name}
    assert not [folder for folder in folders if folder not in text]
    assert firm.name in text
    assert "{{" not in text


def test_what_was_accepted_is_there_word_for_word(make, firm):
    owner = make.owner(firm)
    legal.accept_all(owner, actor=logins.actor_of(owner, ip="", user_agent=""), now=utc_now())
    elsewhere = {"user_id": owner.id, "document": "terms", "version": "2019-01-01", "text_sha256": "0" * 64}
    other = {"user_id": owner.id, "document": "../secret", "version": "2026-11-20", "text_sha256": "0" * 64}
    for row in (elsewhere, other):
        db.session.add(Acceptance(firm_id=firm.id, accepted_at=utc_now(), ip="", **row))
    db.session.commit()
    zipped = zip_of(make, firm)
    told = {f"villkor/{row['document']}-{row['version']}.txt": row["text_sha256"] for row in lines_of(zipped)}
    texts = {name for name in zipped.namelist() if name.startswith("villkor/")}
    assert len(texts) == len(legal.ACCEPTED)
    assert {hashlib.sha256(zipped.read(name)).hexdigest() for name in texts} == {told[name] for name in texts}


def lines_of(zipped):
    return json_lines(zipped.read("data/acceptance.jsonl"))


def test_papers_have_their_numbers_and_bytes(zipped):
    assert zipped.read("pdf/2026-001-v1.pdf").startswith(b"%PDF-1.7")
    assert zipped.read("avtal/2026-002.pdf").endswith(b"avtal")
    assert zipped.read("bilder/logotyp.png").startswith(b"\x89PNG")


def test_frozen_json_is_exact(zipped):
    versions = zipped.read("json/versioner.jsonl").splitlines()
    listed = json_lines(zipped.read("data/quote_version.jsonl"))
    assert [hashlib.sha256(line).hexdigest() for line in versions] == [row["json_sha256"] for row in listed]
    agreed = zipped.read("json/avtal.jsonl").splitlines()
    listed = json_lines(zipped.read("data/agreement.jsonl"))
    assert [hashlib.sha256(line).hexdigest() for line in agreed] == [row["agreed_sha256"] for row in listed]


def test_the_chain_can_be_checked_by_an_outsider(zipped):
    """By LÄS-MIG.txt alone: hashes, links, and the values behind the commitments."""
    link = bytes(32)
    commitments: dict[tuple[int, str], str] = {}
    for line in zipped.read("bevis/kedja.jsonl").splitlines():
        row = json.loads(line)
        exact = line[line.index(b'"entry":') + 8 : line.rindex(b',"link":')]
        content = hashlib.sha256(b"\x00" + exact).digest()
        link = hashlib.sha256(b"\x01" + link + content).digest()
        assert (row["content"], row["link"]) == (content.hex(), link.hex())
        commitments |= {(row["entry"]["seq"], field): value for field, value in row["entry"]["data"].items()}
    manifest = json.loads(zipped.read("manifest.json"))
    assert manifest["chain"]["link"] == link.hex()
    values = json_lines(zipped.read("data/event_value.jsonl"))
    assert MARKS.question in {row["value"] for row in values}
    for row in values:
        digest = hmac.new(bytes.fromhex(row["salt"]), row["value"].encode(), hashlib.sha256).hexdigest()
        assert commitments[(row["seq"], row["field"])] == f"c:{digest}"


def test_nothing_of_another_firm_is_in_it(make, firm):
    other = make.firm("Annanfirma")
    other_marks = Markers(
        **{name: f"Främmande {name}"[:20] for name in Markers.__dataclass_fields__ if name != "personnummer"}
    )
    fill(make, other, other_marks)
    ready = export(make, firm)
    data = zipfile.ZipFile(io.BytesIO(b"".join(storage.stream(firm.public_id, ready.public_id))))
    for name in data.namelist():
        content = data.read(name)
        assert b"mmande" not in content, name
        assert other.public_id.encode() not in content
        assert b"Annanfirma" not in content


@pytest.mark.parametrize("name", ["=1+1", "@SUM(1)", "-2", "\t=1", "+46", "\r=2", "\n=3"])
def test_a_formula_stays_a_text(make, name):
    firm = make.firm()
    make.customer(firm, name)
    ready = export(make, firm)
    zipped = zipfile.ZipFile(io.BytesIO(b"".join(storage.stream(firm.public_id, ready.public_id))))
    assert [row["Namn"] for row in sheet(zipped, "customer")] == ["'" + name]
    assert json_lines(zipped.read("data/customer.jsonl"))[0]["name"] == name


def test_numbers_stay_numbers(make):
    firm = make.firm()
    make.article(firm, unit_price_ore=-129050)
    make.quote(firm)
    ready = export(make, firm)
    zipped = zipfile.ZipFile(io.BytesIO(b"".join(storage.stream(firm.public_id, ready.public_id))))
    (article,) = sheet(zipped, "article")
    assert article["À-pris, kr"] == "-1290,50"
    lines = sheet(zipped, "quote_line")
    assert Decimal(lines[0]["Antal"].replace(",", ".")) == 16
    assert lines[0]["Tillval"] == "nej"
    assert json_lines(zipped.read("data/article.jsonl"))[0]["unit_price_ore"] == -129050


def test_a_lost_file_is_said_and_the_rest_comes(make, firm):
    lost = scope.rows(StoredFile, firm.id, StoredFile.purpose == "quote")[0]
    storage.remove(firm.public_id, lost.public_id)
    damaged = min(scope.rows(StoredFile, firm.id, StoredFile.purpose == "agreement"), key=lambda file: file.id)
    path = storage.path(firm.public_id, damaged.public_id)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    lost_id, damaged_id = lost.public_id, damaged.public_id
    db.session.rollback()
    ready = export(make, firm)
    zipped = zipfile.ZipFile(io.BytesIO(b"".join(storage.stream(firm.public_id, ready.public_id))))
    assert json.loads(zipped.read("manifest.json"))["unreadable"] == [
        f"stored_file {lost_id} pdf/2026-001-v1.pdf",
        f"stored_file {damaged_id} avtal/2026-001.pdf",
    ]
    assert zipped.testzip() is None
    assert "pdf/2026-002-v1.pdf" in zipped.namelist()


def test_making_leaves_an_event_and_a_letter(make, firm):
    ready = export(make, firm)
    assert ready.ready_at is not None
    assert ready.expires_at == ready.ready_at + timedelta(hours=24)
    made = events.of_object(firm.id, f"export:{ready.public_id}")
    assert [event.act for event in made] == ["export.made"]
    letters = db.session.query(Letter).filter_by(kind="export_ready").all()
    assert [letter.to_address for letter in letters] == [make.owner(firm).email]
    assert events.verify(firm) is None


def test_a_newer_one_replaces_the_older(make, firm):
    older, newer = export(make, firm), export(make, firm)
    db.session.refresh(older)
    assert (older.state, newer.state) == ("gone", "ready")


def test_asking_twice_gives_the_one_on_its_way(make, firm):
    owner, actor = make.owner(firm), system(firm.id, firm.public_id)
    first = asking.ask(owner, actor=actor, now=utc_now()).id
    assert asking.ask(owner, actor=actor, now=utc_now()).id == first


def test_another_user_does_not_find_it(make, firm):
    ready = export(make, firm)
    with pytest.raises(NotFound):
        asking.get(make.user(firm, email="annan@tumbredd.example"), ready.public_id)
    with pytest.raises(NotFound):
        asking.get(make.owner(make.firm("Annan")), ready.public_id)


def test_after_its_time_it_is_gone(make, firm):
    ready = export(make, firm)
    late = ready.expires_at
    assert late is not None
    with pytest.raises(NotFound):
        asking.open_file(ready, actor=system(firm.id, firm.public_id), now=late)
    assert asking.seen(make.owner(firm), late) == (None, None)


def test_what_fails_three_times_has_failed(make, firm, monkeypatch):
    asked = asking.ask(make.owner(firm), actor=system(firm.id, firm.public_id), now=utc_now())
    now = utc_now()

    def broken(*given):
        raise OSError("disk")

    monkeypatch.setattr(storage, "write", broken)
    for number in range(5):
        make_exports.run(now + timedelta(hours=number))
    db.session.refresh(asked)
    assert (asked.state, asked.attempts) == ("failed", 3)
    assert not storage.path(firm.public_id, asked.public_id).exists()


def test_all_tables_are_of_one_moment(make, firm):
    """A row that is committed while the export reads is in none of its files."""
    with transaction.snapshot():
        before = archive.counts(firm.id)
        with transaction.beside() as connection:
            connection.execute(
                insert(Event).values(
                    firm_id=firm.id, seq=999, act="x", obj="x", at=utc_now(), entry="{}", content="", link=""
                )
            )
        assert archive.counts(firm.id) == before
    assert archive.counts(firm.id)["event"] == before["event"] + 1
    assert db.session.get_one(ChainHead, firm.id).seq < 999


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Tumbredd Snickeri", "tumbredd-snickeri"), ("Åkes Måleri & Co", "akes-maleri-co"), ("北京", "handslag")],
)
def test_the_file_is_named_after_the_firm(make, name, slug):
    firm = make.firm(name)
    owner = make.owner(firm)
    row = Export(firm_id=firm.id, user_id=owner.id, created_at=utc_now().replace(year=2026, month=11, day=16, hour=9))
    assert asking.file_name(firm.name, row) == f"{slug}-2026-11-16.zip"


def test_photos_lie_by_their_quote(zipped):
    names = [name for name in zipped.namelist() if name.startswith("foton/")]
    assert len(names) == 6
    assert {name.split("/")[1] for name in names} == {"2026-001", "2026-002"}
    assert zipped.read(next(name for name in names if "-" in name and name.endswith("-liten.jpg"))).endswith(b"thumb")
    (caption,) = {json.loads(line)["caption"] for line in zipped.read("data/photo.jsonl").decode().splitlines()}
    assert caption == "Markfoto av hallen"


def test_the_way_to_the_newest_checkpoint_is_with_it(make, firm):
    """By LÄS-MIG.txt alone, with the standard library and the published key."""
    act(firm.public_id)
    made = checkpoints.cover(utc_now())
    act(firm.public_id)  # a chain that has moved on is still covered as far as it was
    zipped = zip_of(make, firm)
    proof = json.loads(zipped.read("bevis/checkpoint.json"))
    chain = [json.loads(line) for line in zipped.read("bevis/kedja.jsonl").splitlines()]
    leaf = proof["leaf"]
    assert chain[leaf["seq"] - 1]["link"] == leaf["link"]
    told = f'{{"firm":"{leaf["firm"]}","link":"{leaf["link"]}","seq":{leaf["seq"]}}}'
    node = hashlib.sha256(b"\x02" + told.encode()).digest()
    for side, other in proof["path"]:
        pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
        node = hashlib.sha256(b"\x03" + pair).digest()
    assert node.hex() == proof["checkpoint"]["root"]
    body = json.dumps(proof["checkpoint"], sort_keys=True, separators=(",", ":")).encode()
    for name, signature in proof["signatures"].items():
        assert is_signed(body, signature, name)
    (row,) = json_lines(zipped.read("bevis/kontrollpunkter.jsonl"))
    assert (row["checkpoint"], row["head"]["link"]) == (made.content, leaf["link"])
    assert json.loads(zipped.read("manifest.json"))["checkpoint"] == 1
    assert json.loads(zipped.read("bevis/nycklar.json"))["keys"]
