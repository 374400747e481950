"""The queue wakes the worker, and its failure never reaches the one who pressed a button."""

from __future__ import annotations

import dataclasses
import logging
import os
import sqlite3
import sys
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from extensions import db
from jobs import JobResult, schedule
from jobs.queue import Queue, Turn, _remove_broken
from jobs.worker import Rarely
from mail import letters
from models import Letter
from services import heartbeat, outbox, transaction
from services.clock import utc_now
from services.keys import Secrets


@pytest.fixture
def queue(app):
    queue = Queue(app)
    queue.huey.storage.flush_all()  # of processes that other tests started
    yield queue
    queue.huey.storage.flush_all()
    queue.huey.storage.close()


@pytest.fixture
def woken(app, monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setitem(app.extensions, "wake", names.append)
    return names


def work_off(queue: Queue) -> int:
    """Do what the worker does, until nothing waits. Returns how many tasks there were."""
    count = 0
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
        count += 1
    return count


def test_a_letter_wakes_the_worker_when_it_is_committed(make, woken):
    firm_id = make.firm().id
    outbox.queue("x", "a@example.se", {}, firm_id=firm_id, now=utc_now())
    db.session.flush()
    assert woken == []
    transaction.commit()
    assert woken == ["send_mail"]
    make.customer(make.firm())
    assert woken == ["send_mail"], "other commits wake nobody"


def test_a_letter_that_was_rolled_back_wakes_nobody(make, woken):
    firm_id = make.firm().id
    outbox.queue("x", "a@example.se", {}, firm_id=firm_id, now=utc_now())
    db.session.flush()
    transaction.rollback()
    transaction.commit()
    assert woken == []


def test_woken_the_worker_sends(app, make, queue, monkeypatch):
    monkeypatch.setitem(app.extensions, "wake", queue.wake)
    monkeypatch.setitem(letters.LETTERS, "x", lambda params: letters.Letter("Hej", "text"))
    letter = outbox.queue("x", "a@example.se", {}, firm_id=make.firm().id, now=utc_now())
    transaction.commit()
    assert work_off(queue) == 1
    assert db.session.get_one(Letter, letter.id).state == "sent"


def test_woken_later_it_waits_for_its_time(queue):
    queue.wake("send_held", 30)
    task = queue.huey.dequeue()
    assert task.args == ("send_held",)
    assert not queue.huey.ready_to_run(task)
    assert queue.huey.ready_to_run(task, task.eta + timedelta(seconds=1))
    queue.wake("send_held")
    assert queue.huey.ready_to_run(queue.huey.dequeue())


def test_the_tick_gives_a_sign_of_life_and_wakes_what_is_due(queue):
    before = utc_now()
    queue.tick()
    seen = heartbeat.last()
    assert seen is not None
    assert seen > before - timedelta(seconds=1)
    assert queue.huey.pending_count() >= 1


def test_a_queue_that_cannot_be_opened_hurts_nobody(app, tmp_path, monkeypatch, caplog):
    (tmp_path / "queue.db").mkdir()
    broken = dataclasses.replace(
        app.config["SETTINGS"],
        DATA_DIR=tmp_path,
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
        if "postgresql" in app.config["SETTINGS"].database_url
        else "",
    )
    monkeypatch.setitem(app.config, "SETTINGS", broken)
    Queue(app).wake("send_mail")
    assert "waits for the next minute" in caplog.text


def test_a_task_signed_with_another_key_is_not_run(app, queue, monkeypatch):
    assert queue.huey.dequeue() is None
    secrets: Secrets = app.config["SECRETS"]
    monkeypatch.setitem(app.config, "SECRETS", dataclasses.replace(secrets, secret_keys=("x" * 64,)))
    stranger = Queue(app)
    stranger.wake("send_mail")
    stranger.huey.storage.close()
    with pytest.raises(ValueError, match="mismatch"):
        queue.huey.dequeue()


def test_an_unknown_job_is_not_run(queue):
    queue.run("../../etc/passwd")


def test_a_job_that_breaks_down_is_logged_and_can_run_again(queue, monkeypatch, caplog):
    monkeypatch.setitem(schedule.WHEN, "nowhere", schedule.every_minute)
    queue = Queue(queue.app)
    queue.run("nowhere")
    queue.run("nowhere")
    assert caplog.text.count("nowhere broke down") == 2


def test_asked_while_it_runs_it_runs_once_more():
    turn = Turn()
    assert turn.begin()
    assert not turn.begin()
    assert not turn.begin()
    assert turn.end(), "once more"
    assert not turn.end()
    assert turn.begin()


@pytest.mark.parametrize(("job", "times"), [("send_mail", 1440), ("clean_up", 24), ("sweep_files", 1)])
def test_how_often_in_a_day(job, times):
    ticks = [datetime.fromisoformat("2026-11-20T00:00:30+00:00") + timedelta(minutes=n) for n in range(1441)]
    assert sum(job in schedule.due(now, since) for since, now in pairwise(ticks)) == times


NIGHT = datetime.fromisoformat("2026-11-20T01:37:00+00:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "now", "is_due"),
    [
        (NIGHT - MINUTE, NIGHT, True),
        (NIGHT, NIGHT + MINUTE, False),
        (NIGHT - MINUTE, NIGHT + 7 * MINUTE, True),  # both threads were busy
        (NIGHT - 3 * MINUTE, NIGHT + DAY / 3, True),  # down over the night
        (NIGHT - 9 * DAY, NIGHT - MINUTE, True),  # and for days: once
        (NIGHT + MINUTE, NIGHT + DAY - MINUTE, False),
        (NIGHT + DAY, NIGHT + MINUTE, False),  # the clock was set back
        (None, NIGHT + MINUTE, False),  # a first start
        (None, NIGHT + MINUTE / 2, True),
    ],
)
def test_what_was_missed_while_nobody_worked_is_due(since, now, is_due):
    due = schedule.due(now, since)
    assert ("sweep_files" in due) == is_due
    assert "send_mail" in due
    assert len(due) == len(set(due))


def test_a_start_makes_up_for_the_night(queue):
    """The sign of life tells when the clock was last heard; what was due since is woken at the first tick."""
    queue.tick()
    file = queue.settings.DATA_DIR / "worker.alive"
    os.utime(file, (file.stat().st_mtime - DAY.total_seconds(),) * 2)
    while queue.huey.dequeue():
        pass
    queue.tick()
    woken = []
    while task := queue.huey.dequeue():
        woken += task.args
    assert {"sweep_files", "verify_evidence", "close_firms"} <= set(woken)


@pytest.mark.parametrize("name", sorted(schedule.WHEN))
def test_every_job_runs_when_there_is_nothing_to_do(app, name):
    assert schedule.run(name, utc_now()) == JobResult()


@pytest.mark.parametrize("left", [b"no database" * 500, b"SQLite format 3\0" + bytes(5000)])
def test_a_queue_that_a_power_cut_broke_is_begun_anew(tmp_path, left):
    file = tmp_path / "queue.db"
    file.write_bytes(left)
    _remove_broken(file)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(file).execute("CREATE TABLE task (id)").connection.close()
    _remove_broken(file)
    assert file.exists()


def test_a_queue_that_was_away_for_a_moment_is_asked_again(queue, monkeypatch, caplog):
    """After PostgreSQL was started anew the first question on an old connection fails, and the next opens another."""
    queue.huey  # noqa: B018  (opens it)
    real, faults = queue._run_task, [sqlite3.OperationalError("closed")]
    monkeypatch.setattr(queue, "_run_task", lambda job: raises(faults.pop()) if faults else real(job))
    queue.wake("send_mail")
    assert (work_off(queue), caplog.messages) == (1, [])


def raises(error: Exception) -> None:
    raise error


def test_what_huey_says_of_a_database_that_is_away_does_not_fill_the_disk():
    said, told = Rarely(), []
    for second in (0.0, 0.5, 59.0, 61.0):
        try:
            raise ConnectionError("of karin@kund.example")
        except ConnectionError:
            record = logging.LogRecord("huey", logging.ERROR, "", 0, "Error reading", (), sys.exc_info())
        record.created = 1000 + second
        if said.filter(record):
            told.append((second, logging.Formatter().format(record)))
    assert [second for second, _line in told] == [0.0, 61.0]
    assert all(line.startswith("Error reading ConnectionError at ") and "\n" not in line for _second, line in told)
    assert "karin" not in str(told)
