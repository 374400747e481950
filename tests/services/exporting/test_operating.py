"""What the operator's commands do."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile

import pytest

from exchange import locked_zip
from extensions import db
from models import Event
from services import closing, events
from services.actors import system
from services.clock import utc_now
from tests.factories import PASSWORD
from tests.whole_firm import Markers, fill


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["firm", *words])


def test_list(make, run):
    firm = make.firm("Tumbredd Snickeri")
    make.quote(firm)
    public_id = firm.public_id
    closing.ask(make.owner(firm), password=PASSWORD, reason="", actor=system(firm.id, firm.public_id), now=utc_now())
    make.firm("Andra")
    lines = run("list").output.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(public_id)
    assert "1 quotes  closes 20" in lines[0]
    assert lines[0].endswith("Tumbredd Snickeri")


def test_export(make, run, tmp_path):
    firm = make.firm()
    fill(make, firm, Markers())
    public_id, firm_id = firm.public_id, firm.id
    path = tmp_path / "firma.zip"
    answer = run("export", public_id, str(path))
    assert answer.exit_code == 0, answer.output
    assert answer.output.split()[0] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert zipfile.ZipFile(path).testzip() is None
    last = db.session.query(Event).filter_by(firm_id=firm_id).order_by(Event.seq.desc()).first()
    assert last is not None
    assert last.act == "export.made"
    assert '"actor":"operator:command"' in last.entry
    assert [bad for _firm, _length, bad in events.verify_all()] == [None]


def test_export_behind_a_password(make, app, tmp_path):
    public_id, path, typed = make.firm().public_id, tmp_path / "firma.zip", "hyvel spik 7 takstol"

    def export(password: str) -> str:
        words = ["firm", "export", public_id, str(path), "--password"]
        return app.test_cli_runner().invoke(args=words, input=f"{password}\n{password}\n").output

    assert "is easy to guess" in export("lösenord99".replace("ö", "o"))
    assert "a to z" in export("smörgåstårta 77 x")
    assert not path.exists()
    assert typed not in export(typed)
    with path.open("rb") as file:
        inner = b"".join(locked_zip.pieces(file, typed))
    assert zipfile.ZipFile(io.BytesIO(inner)).testzip() is None


@pytest.mark.parametrize("unknown", ["nobody", "-Zobody"])
def test_export_of_nobody(run, tmp_path, unknown):
    answer = run("export", unknown, str(tmp_path / "x.zip"))
    assert answer.exit_code == 1
    assert f"No firm has the id {unknown}" in answer.output
    assert not list(tmp_path.iterdir())


def test_export_never_writes_over_a_file(make, run, tmp_path):
    path = tmp_path / "x.zip"
    path.write_text("mine")
    public_id = make.firm().public_id
    assert "is there already" in run("export", public_id, str(path)).output
    assert path.read_text() == "mine"


def test_replay(run):
    assert run("replay-erasures").output == "0 erased again\n"


def test_compare(make, run, tmp_path):
    public_id, one, other = make.firm().public_id, str(tmp_path / "1.zip"), str(tmp_path / "2.zip")
    run("export", public_id, one)
    run("export", public_id, other)
    assert run("compare", one, one).output == "the same firm\n"
    answer = run("compare", one, other)  # the first export stands in its chain, and it has not moved
    assert answer.exit_code == 1
    assert answer.output.startswith("chain: 1 does not say that it goes on from 0 of ")
    (tmp_path / "x.zip").write_text("no archive")
    assert run("compare", one, str(tmp_path / "x.zip")).exit_code == 1
