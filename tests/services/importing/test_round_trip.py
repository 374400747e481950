"""Out of one installation, into another, and out again: the same firm, of which nothing is lost and nothing doubled."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.standing import Standing
from exchange import manifests
from extensions import db
from jobs import draw_agreements, stopping, take_in
from models import (
    Agreement,
    Applicant,
    Arrival,
    Base,
    Closing,
    EarlierHome,
    Event,
    Export,
    Firm,
    Letter,
    Quote,
    StoredFile,
    User,
)
from services import checkpoints, events, legal, moving, storage, transaction, vault
from services.clock import utc_now
from services.errors import DiskFull
from services.exporting import operating, rows
from services.importing import checking, opening, taking_in, undoing
from services.importing.course import Course, Order
from services.installation import settings as own_settings
from tests.conftest import empty_database
from tests.factories import Make
from tests.routes.deal.conftest import Sent, actor_of, send, token_of
from tests.second import Home, second_home
from tests.whole_firm import Markers, fill

MARKS = Markers()
SECOND_OWNER = "eva@tumbredd.example"
OPEN = "Badrum som väntar på svar"
# go on where the firm lives next, after all that came; the rest of what may differ is each installation's own
GROWING = {"event", "event_value", "chain_head", "earlier_home", "letter"}
OWN = {
    *(f"{room}/{table}.{ending}" for table in GROWING for room, ending in (("data", "jsonl"), ("csv", "csv"))),
    *("bevis/kedja.jsonl", "bevis/kontrollpunkter.jsonl", "bevis/checkpoint.json", "bevis/nycklar.json"),
    "manifest.json",
}


@pytest.fixture(scope="module")
def second(tmp_path_factory, settings, _app) -> Iterator[Home]:
    with second_home(tmp_path_factory.mktemp("second"), settings) as home:
        yield home


@pytest.fixture(scope="module")
def archive(tmp_path_factory, _app) -> Path:
    """A firm with something in every table, taken out of the first installation, where it is no more."""
    path = tmp_path_factory.mktemp("archive") / "a.zip"
    transaction.may_write()
    make = Make(_app)
    firm = make.firm("Tumbredd Snickeri", slug="tumbredd", takes_inquiries=True)
    make.user(firm, email=SECOND_OWNER)
    send(make, make.quote(firm, make.customer(firm), title=OPEN, number="2026-500"))
    owner = fill(make, firm, MARKS)
    now = utc_now()
    mine: dict[str, Any] = {"firm_id": firm.id, "user_id": owner.id}
    times = dict.fromkeys(("confirmed_at", "effective_at", "erase_after", "undone_at"), now)
    db.session.add(Closing(**mine, channel="settings", **times))
    db.session.add(Export(**mine, state="ready", created_at=now))
    db.session.commit()
    checkpoints.cover(now)
    operating.write(firm.public_id, path, now=now)
    empty_database()
    return path


@pytest.fixture
def home(app, second) -> Iterator[Home]:
    """The second installation, empty again afterwards; inside it."""
    with second.inside():
        yield second
        db.session.rollback()
        empty_database()


def firm_of(archive: Path) -> str:
    with zipfile.ZipFile(archive) as file:
        return str(manifests.read(file.open("manifest.json"))[0].firm)


def table_of(archive: Path, table: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(archive) as file:
        return [json.loads(line) for line in file.read(f"data/{table}.jsonl").splitlines()]


def differences(one: Path, other: Path) -> list[str]:
    with zipfile.ZipFile(one) as a, zipfile.ZipFile(other) as b:
        return manifests.differences(manifests.read(a.open("manifest.json")), manifests.read(b.open("manifest.json")))


def left_of(firm: str) -> list[str]:
    """What there is of a firm in the tables and beside them."""
    db.session.rollback()
    firm_id = db.session.scalar(select(Firm.id).where(Firm.public_id == firm))
    found = [] if firm_id is None else ["firm"]
    if firm_id is None and db.session.scalar(select(func.count()).select_from(StoredFile)):
        found.append("stored_file")
    if any(path.is_file() for path in storage.folder(firm).rglob("*")):
        found.append("files")
    if (own_settings().keys_dir / f"{firm}.key").exists():
        found.append("key")
    return found


def arrival() -> Arrival:
    db.session.rollback()
    return db.session.query(Arrival).order_by(Arrival.id.desc()).first()  # type: ignore[return-value]


def test_a_firm_moves_and_moves_back(archive, home, app, tmp_path):
    public_id, b, c = firm_of(archive), tmp_path / "b.zip", tmp_path / "c.zip"
    outcome = taking_in.from_file(archive, utc_now())
    assert (outcome.state, outcome.reason, outcome.report.get("where")) == ("done", "", None)
    assert not outcome.report.get("problems")
    _nothing_is_missing(archive)
    operating.write(public_id, b, now=utc_now())
    assert differences(archive, b) == []
    _what_was_under_way_is_at_rest(archive, b, outcome.report["stopped"])
    _what_grows_begins_as_it_came(archive, b)
    _lives_here(public_id)

    again = home.app.test_cli_runner().invoke(args=["firm", "import", str(archive)])
    assert again.exit_code == 1
    assert "lives_here: This firm lives here already" in again.output

    with Home(app).inside():
        assert taking_in.from_file(b, utc_now()).state == "done"
        operating.write(public_id, c, now=utc_now())
        assert [row.n for row in db.session.scalars(select(EarlierHome).order_by(EarlierHome.n))] == [1, 2, 3]
        empty_database()
    assert differences(b, c) == []
    with zipfile.ZipFile(b) as one, zipfile.ZipFile(c) as other:
        assert one.namelist() == other.namelist()
        assert [name for name in one.namelist() if name not in OWN and one.read(name) != other.read(name)] == []


def _nothing_is_missing(archive: Path) -> None:
    """Each table of a firm has rows in the archive and as many here: one that the import forgets is noticed."""
    with zipfile.ZipFile(archive) as file:
        about, _files = manifests.read(file.open("manifest.json"))
    assert about.rows.keys() == {table.name for table in rows.tables()}
    assert [table for table, count in about.rows.items() if not count] == []
    db.session.rollback()
    more = {"event": 1, "earlier_home": 1, "letter": 2}  # the arrival's own
    for table, count in about.rows.items():
        there = db.session.scalar(select(func.count()).select_from(Base.metadata.tables[table]))
        assert (table, there) == (table, count + more.get(table, 0))


def _what_was_under_way_is_at_rest(a: Path, b: Path, told: dict[str, int]) -> None:
    now = utc_now()
    stopped: dict[str, int] = {}
    for table, stop in moving.STOPS.items():
        for before, after in zip(table_of(a, table), table_of(b, table), strict=False):
            same = before.keys() - stop.put.keys()
            assert {name: before[name] for name in same} == {name: after[name] for name in same}
            assert stop.change(after, now) is after
            stopped[table] = stopped.get(table, 0) + (stop.change(before, now) is not before)
    assert told == {table: count for table, count in stopped.items() if count}
    assert {"login", "user_token", "export", "article_import", "applicant", "letter"} <= told.keys()


def _what_grows_begins_as_it_came(a: Path, b: Path) -> None:
    for table in GROWING - {"chain_head", "letter"}:
        before, after = table_of(a, table), table_of(b, table)
        assert after[: len(before)] == before
        assert len(after) >= len(before)


def _lives_here(public_id: str) -> None:
    """The chain goes on and holds, files and values open under this installation's keys, nobody has a way in."""
    firm = db.session.scalars(select(Firm)).one()
    assert (firm.public_id, firm.standing, firm.slug) == (public_id, Standing.ACTIVE, "tumbredd")
    assert events.verify(firm) is None
    assert "data.imported" in db.session.scalars(select(Event.act)).all()
    assert checkpoints.cover(utc_now()) is not None
    found = vault.blind_index(public_id, MARKS.personnummer)
    (applicant,) = db.session.scalars(select(Applicant).where(Applicant.personnummer_index == found))
    place = ("applicant", applicant.public_id, "personnummer")
    assert vault.unseal(public_id, applicant.personnummer, *place).decode() == MARKS.personnummer
    files = db.session.scalars(select(StoredFile)).all()
    for file in files:
        assert hashlib.sha256(storage.read(public_id, file)).hexdigest() == file.sha256
    assert db.session.get_one(StoredFile, firm.logo_id).purpose == "logo"
    assert db.session.scalars(select(User.password_hash)).all() == ["", ""]
    told = db.session.scalars(select(Letter.to_address).where(Letter.kind == "firm_arrived")).all()
    assert sorted(told) == sorted(db.session.scalars(select(User.email)).all())


def _interrupt(monkeypatch: pytest.MonkeyPatch, after: int, error: type[BaseException]) -> list[int]:
    """Raise after so many batches; set the only number of the list to go on."""
    commit, left = Course.commit, [after]

    def committing(course: Course, count: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise error
        commit(course, count)

    monkeypatch.setattr(Course, "commit", committing)
    return left


def test_it_goes_on_where_it_was_interrupted(archive, home, tmp_path, monkeypatch):
    """Every few batches it ends; no row comes twice, and what was checked once is not checked again."""
    left, now, tries = _interrupt(monkeypatch, 9, KeyboardInterrupt), utc_now(), 1
    with pytest.raises(KeyboardInterrupt):
        taking_in.from_file(archive, now)
    monkeypatch.setattr(checking, "check", None)
    assert db.session.scalars(select(Firm.standing)).one() == Standing.ARRIVING
    now += timedelta(minutes=10)
    with monkeypatch.context() as ending:
        ending.setattr(stopping, "is_set", lambda: True)  # the worker is asked to end
        take_in.run(now)
    assert (arrival().state, arrival().lease_until) == ("running", None)
    while arrival().state != "done":
        now, tries, left[0] = now + timedelta(minutes=10), tries + 1, 9
        with suppress(KeyboardInterrupt):
            take_in.run(now)
    assert tries > 4
    operating.write(firm_of(archive), tmp_path / "b.zip", now=utc_now())
    assert differences(archive, tmp_path / "b.zip") == []
    assert take_in.run(now).done == 0


def test_called_off_it_leaves_nothing(archive, home, monkeypatch):
    """Called off in the last moment, when all rows and files are there."""
    public_id, now, opened = firm_of(archive), utc_now(), opening.open_firm

    def called_off(*given: Any) -> None:
        assert left_of(public_id) == ["firm", "files", "key"]
        arrival().state = "cancelled"
        db.session.commit()
        opened(*given)

    monkeypatch.setattr(opening, "open_firm", called_off)
    monkeypatch.setattr(undoing, "undo", lambda *_given: None)  # and then the worker is killed
    assert taking_in.from_file(archive, now).state == "cancelled"
    monkeypatch.undo()
    assert take_in.run(now + timedelta(minutes=10)).done == 1
    assert left_of(public_id) == []
    assert [table for table in rows.tables() if rows_of(table.name)] == []
    assert not list((own_settings().DATA_DIR / "arrivals").iterdir())
    assert taking_in.from_file(archive, now).state == "done"
    assert take_in.run(now + timedelta(days=1)).done == 0  # the one that was called off touches nothing of it


def test_a_full_disk_waits_and_then_leaves_nothing(archive, home, monkeypatch):
    left, now = _interrupt(monkeypatch, 20, DiskFull), utc_now()
    outcome = taking_in.from_file(archive, now)
    assert (outcome.state, outcome.reason) == ("running", "disk_full")
    for hours in range(1, 5):
        left[0] = 0
        take_in.run(now + timedelta(hours=hours))
    assert (arrival().state, arrival().reason) == ("failed", "disk_full")
    assert left_of(firm_of(archive)) == []


def test_an_archive_does_not_say_much_of_itself():
    course = Course(Order(1, "", "", "", ""), utc_now())
    for _one in range(1000):
        course.tell("unreadable", "x" * 100_000)
    assert len(json.dumps(course.report)) < 60_000


def test_addresses_and_names_that_are_taken_here(archive, home):
    users = [user["email"] for user in table_of(archive, "user")]
    neighbour = home.make.firm("Granne Måleri", slug="tumbredd")
    home.make.user(neighbour, email=SECOND_OWNER)
    own = home.make.owner(neighbour)
    own.email = next(email for email in users if email != SECOND_OWNER)
    db.session.commit()
    command = ["firm", "import", str(archive)]
    told = home.app.test_cli_runner().invoke(args=command)
    assert (told.exit_code, "owners_taken" in told.output) == (1, True)
    own.email = "granne@maleri.example"
    db.session.commit()

    told = home.app.test_cli_runner().invoke(args=command)
    assert told.exit_code == 0
    assert "to look at: slug_taken firm\nto look at: address_taken user 2\n" in told.output
    came = db.session.scalars(select(Firm).where(Firm.public_id == firm_of(archive))).one()
    assert came.slug is None
    held, free = sorted(
        db.session.scalars(select(User.email).where(User.firm_id == came.id)), key=lambda one: "@tum" in one
    )
    assert held.endswith("@upptagen.invalid")
    assert db.session.scalars(select(Letter.to_address).where(Letter.kind == "firm_arrived")).all() == [free]


def test_a_quote_that_was_out_goes_on_here(archive, home):
    """A new version, a new link, a yes, and a paper that this installation seals."""
    public_id, now = firm_of(archive), utc_now()
    assert taking_in.from_file(archive, now).state == "done"
    firm = db.session.scalars(select(Firm)).one()
    owner = home.make.owner(firm)
    firm.logo_id = None  # it holds a marker and is no picture
    legal.accept_all(owner, actor=actor_of(home.make, firm), now=now)
    quote = db.session.scalars(select(Quote).where(Quote.title == OPEN)).one()
    quote.title, quote.changed_since = f"{OPEN}, igen", True
    db.session.commit()
    quote = send(home.make, quote)
    sent = Sent(home.make, firm.id, quote.id, quote.public_id, home.app.test_client())
    assert (quote.version, sent.link.revoked_at) == (2, None)
    assert sent.client.get(f"/l/{token_of(quote)}").status_code == 303
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert draw_agreements.run(now).failed == 0
    db.session.rollback()
    agreement = db.session.scalars(select(Agreement).where(Agreement.quote_id == sent.quote_id)).one()
    assert agreement.seal_id
    paper = storage.read(public_id, db.session.get_one(StoredFile, agreement.pdf_id))
    assert hashlib.sha256(paper).hexdigest() == agreement.pdf_sha256
    assert events.verify(db.session.get_one(Firm, sent.firm_id)) is None


def rows_of(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0
