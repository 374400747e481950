"""./run: what its user sees when it starts, is stopped, and breaks."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from app import create_app
from config import Settings
from extensions import db
from models import Letter
from scripts.prepare import prepare
from services import outbox, transaction
from services.clock import utc_now
from tests.factories import Make
from tests.ground.product import get, is_gone, wait_for
from tests.smtp import Sink, free_port, serving


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_what_is_missing_and_the_second_changes_nothing(start, never_ran):
    data = Path(never_ran["DATA_DIR"])
    product = start()
    address = product.address()
    status, page = get(f"{address}/dev/mejl")
    assert (status, "Lokal brevlåda" in page) == (200, True)
    product.process.terminate()
    assert product.ends() == 0, product.said

    secrets = sorted((data / "secrets").iterdir())
    names = [re.sub(r"-[0-9a-f]{16}", "", path.name) for path in secrets]
    assert names == ["ed25519.key", "index.key", "installation.key", "published.json", "seal.p12", "secret.key"]
    assert {mode(path) for path in secrets} == {0o600}
    assert {mode(path) for path in (data, data / "secrets", data / "keys")} == {0o700}
    assert {mode(path) for path in data.iterdir() if path.is_file()} <= {0o600}
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in secrets}

    again = start()
    get(f"{again.address()}/dev/mejl")
    again.process.terminate()
    assert again.ends() == 0
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in sorted((data / "secrets").iterdir())} == before
    assert "Setting up" not in "".join(again.said)


def test_when_the_background_work_dies_all_ends(start):
    product = start()
    get(f"{product.address()}/dev/mejl")
    family = product.whole_family()
    os.kill(product.worker(), signal.SIGKILL)
    assert product.ends() == 1
    wait_for(lambda: all(map(is_gone, family)) or None)
    assert "background work ended" in "".join(product.said)


def test_when_a_web_process_dies_all_ends(start):
    product = start()
    get(f"{product.address()}/dev/mejl")
    family = product.whole_family()
    os.kill(product.web()[0], signal.SIGKILL)
    assert product.ends() == 1
    wait_for(lambda: all(map(is_gone, family)) or None)
    assert "web ended" in "".join(product.said)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_asked_to_end_at_any_moment_it_leaves_nobody_behind(start, sent):
    product = start()
    product.address()  # the web's processes are just being made
    product.process.send_signal(sent)
    assert product.ends() == 0, product.said
    assert product.children() == []


def test_killed_itself_it_leaves_nobody_behind(start):
    product = start()
    get(f"{product.address()}/dev/mejl")
    family = product.whole_family()
    product.process.kill()
    wait_for(lambda: all(map(is_gone, family)) or None)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_returns_when_the_job_in_hand_is_done(start, environment, sent):
    port = free_port()
    mail = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "p@handslag.example",
    }
    product = start(**mail)
    product.address()

    def slowly() -> None:
        product.process.send_signal(sent)
        time.sleep(1.5)
        assert product.process.poll() is None, "it waits for the letter"

    with serving(sink := Sink(answers=["250 taken at last"], at_data=slowly), port):
        letter = Queued(environment)
        assert product.ends() == 0, product.said
        assert letter.state() == ("sent", "250 taken at last")
    assert len(sink.got) == 1


def test_a_taken_port_is_one_sentence(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        product = start(PORT=str(port))
        assert product.ends() == 1
        assert product.said == [f"Port {port} is taken; choose another: PORT={port + 1} ./run\n"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "http"}, "PORT must be a whole number, not 'http'.\n"),
        ({"PRODUCTION": "1"}, "PRODUCTION needs a BASE_URL that begins with https://.\n"),
        ({"DATA_DIR": "/dev/null/x"}, "Cannot keep data in /dev/null/x: Not a directory."),
    ],
)
def test_a_setting_it_cannot_use_is_one_sentence(start, given, sentence):
    product = start(**given)
    assert product.ends() == 1
    (said,) = product.said
    assert said.startswith(sentence)
    assert said.count("\n") == 1


def test_a_database_that_was_put_back_by_somebody_else(tmp_path, monkeypatch, capsys):
    """SQLite opens it, and every act would fail."""
    (tmp_path / "handslag.db").touch()
    monkeypatch.setattr(os, "umask", lambda mask: 0)
    monkeypatch.setattr(os, "access", lambda file, how: False)  # who runs the tests may be root, who may write it
    with pytest.raises(SystemExit):
        prepare(Settings(DATA_DIR=tmp_path))
    assert capsys.readouterr().err == (
        f"{tmp_path}/handslag.db is not this user's to write; chown what was put back from a backup.\n"
    )


def test_another_word_gets_the_usage(copy, environment):
    ended = subprocess.run([copy / "run", "sart"], env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Usage: ./run")


def test_a_command_runs_where_it_is_typed(copy, environment, tmp_path):
    (tmp_path / "cases.json").write_text("{}")
    (tmp_path / "app.py").write_text("raise SystemExit('the wrong app')")
    ended = subprocess.run(
        [copy / "run", "flask", "rules", "check", "cases.json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "0 of 0 hold" in ended.stdout, ended.stderr


class Queued:
    """A letter put into the outbox of the running product by another process: this one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.app = create_app(Settings.from_environment(environment))
        with self.app.app_context():
            make = Make(self.app)
            firm = make.firm()
            user = make.owner(firm)
            letter = outbox.queue(
                "password_changed", user.email, {"user": user.public_id}, firm_id=firm.id, now=utc_now()
            )
            db.session.flush()
            self.id = letter.id
            transaction.commit()
            self.app.extensions["queue"].huey.storage.close()
            db.session.remove()
            db.engine.dispose()

    def state(self) -> tuple[str, str]:
        with self.app.app_context():
            letter = db.session.get_one(Letter, self.id)
            found = (letter.state, letter.reply)
            db.session.remove()
            db.engine.dispose()
        return found
