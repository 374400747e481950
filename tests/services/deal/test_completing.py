"""Completing a signature when something is in the way: the key, the disk, the child, the clock, another worker."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from exchange import verifiera
from extensions import db
from jobs import JobResult, draw_agreements, send_mail
from models import Agreement, CheckpointHead, Event, Quote, StoredFile
from services import checkpoints, doctor, outbox, storage, transaction
from services.clock import utc_now
from services.deal import agreements, completing
from services.errors import DiskFull
from services.installation import settings
from services.sealing import keys, making
from tests.evidence import unlock
from tests.routes.deal.conftest import Sent, make_sent
from tests.security.web import filled, form_on

TOLD = "Papperet är inte förseglat än."


@pytest.fixture
def signed(app, make) -> Sent:
    sent = make_sent(app, make)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    return sent


def agreement() -> Agreement:
    db.session.rollback()
    return db.session.query(Agreement).one()


def papers(sent: Sent) -> list[str]:
    """Names of the files of agreements on disk."""
    rows = db.session.query(StoredFile).filter(StoredFile.purpose.in_(["agreement", "package"]))
    folder = settings().files_dir / sent.firm.public_id
    lying = {path.name for path in folder.rglob("*") if path.is_file()}
    assert lying == {row.public_id for row in db.session.query(StoredFile).filter_by(firm_id=sent.firm_id)}
    return sorted(row.public_id for row in rows)


def sealings() -> int:
    return db.session.query(Event).filter_by(act="doc.sealed").count()


def fail(*_rest, **_named):
    raise DiskFull


def broken(*_rest, **_named):
    raise ValueError("a paper that cannot be drawn")


def gone(*_rest):
    raise keys.KeysMissing("seal.p12")


def fall(*_rest):
    raise making.SealFailed("exit status -9")


@pytest.mark.parametrize(
    ("place", "name", "fault", "kind", "words"),
    [
        (storage, "write", fail, "disk", "Disken är full."),
        (keys, "seal_key", gone, "key", "Nyckeln för sigillet går inte att öppna."),
        (making.Sealer, "seal", fall, "seal", "Det gick inte, och görs om av sig självt."),
        (outbox, "queue", fail, "disk", "Disken är full."),
        (agreements, "render", broken, "draw", "Det gick inte, och görs om av sig självt."),
    ],
)
def test_what_fails_says_so_and_is_made_later(signed, make, client, monkeypatch, place, name, fault, kind, words):
    """Never shown as finished, never lost: both pages and the operator are told, and it is tried again."""
    now = utc_now()
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fault)
        assert draw_agreements.run(now) == JobResult(0, 1)
    row = agreement()
    assert (row.pdf_id, row.paper_fault, row.paper_tries) == (None, kind, 1)
    assert papers(signed) == []
    assert sealings() == 0
    page = client.log_in(make.owner(signed.firm)).get(f"/offerter/{signed.quote.n}").text
    assert TOLD in page
    assert words in page
    page = signed.get("/avtal").text
    assert TOLD in page
    assert "hx-get" not in page.partition('id="filer"')[2].partition(">")[0]
    assert "1 agreements" in next(one.sentence for one in doctor.examine(now) if one.about == "papers")
    assert completing.waiting(now) == []
    assert draw_agreements.run(now + timedelta(minutes=1)) == JobResult(1, 0)
    assert len(papers(signed)) == 2
    assert TOLD not in signed.get("/avtal").text
    assert [one.is_wrong for one in doctor.examine(now) if one.about == "papers"] == [False]


def test_the_wait_grows_and_ends():
    waits = [completing.wait_after(tries) // timedelta(minutes=1) for tries in (0, 1, 4, 5, 999)]
    assert waits == [1, 2, 16, 30, 30]


def test_the_worker_was_down_for_two_days(signed):
    """What was agreed keeps its time; the seal has its own."""
    at = agreement().accepted_at
    later = utc_now() + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        assert "Tack, du har godkänt" in signed.get("/avtal").text
        assert draw_agreements.run(later) == JobResult(1, 0)
        assert send_mail.run(later).failed == 0
    row = agreement()
    assert row.accepted_at == at
    assert timedelta(0) <= row.sealed_at - later < timedelta(minutes=1)
    letters = signed.letters()
    assert letters.count("quote_approved") == letters.count("quote_approved_to_firm") == 1


def test_two_workers_at_once(app, signed, monkeypatch):
    """Both draw and seal; the first to bind wins, and nothing of the other is left."""
    both = threading.Barrier(2)
    inner = making.Sealer.seal

    def seal(*asked):
        made = inner(*asked)
        both.wait(60)
        return made

    checkpoints.cover(utc_now())
    number = agreement().id
    db.session.remove()

    def work() -> None:
        with app.test_request_context():
            completing.complete([number], now=utc_now())
            db.session.remove()

    monkeypatch.setattr(making.Sealer, "seal", seal)
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    row = agreement()
    assert row.pdf_id is not None
    assert len(papers(signed)) == 2
    assert sealings() == 1
    assert signed.letters().count("quote_approved") == 1
    paper = storage.read(signed.firm.public_id, db.session.get_one(StoredFile, row.pdf_id))
    assert completing.complete([row.id], now=utc_now()) == (1, 0)
    assert storage.read(signed.firm.public_id, db.session.get_one(StoredFile, agreement().pdf_id)) == paper


def test_one_bad_paper_does_not_hold_up_the_others(app, make, signed, monkeypatch):
    other = make_sent(app, make)
    assert other.post("/godkann", other.step2()).status_code == 303
    bad = min(row.id for row in db.session.query(Agreement))
    inner = completing._draw

    def draw(number, *rest):
        if number == bad:
            raise ValueError("a paper that cannot be drawn")
        return inner(number, *rest)

    monkeypatch.setattr(completing, "_draw", draw)
    assert draw_agreements.run(utc_now()) == JobResult(1, 1)
    faults = {row.id: row.paper_fault for row in db.session.query(Agreement)}
    assert faults[bad] == "draw"


def test_nothing_is_sent_without_a_key(app, make, client, monkeypatch):
    """The draft stays as it was typed."""
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    n, quote_id = quote.n, quote.id
    client.log_in(make.owner(firm))
    form = form_on(client, f"/offerter/{n}/granska", "/skicka")
    monkeypatch.setattr(keys, "_ring", gone)
    answer = client.post(form.action, data=filled(form))
    assert answer.status_code == 409
    assert "Utkastet är kvar" in answer.text
    db.session.rollback()
    assert db.session.get_one(Quote, quote_id).status == "draft"
    monkeypatch.undo()
    assert client.post(form.action, data=filled(form)).status_code == 303


def test_a_clock_that_was_set_back(signed):
    """What waits for a time that is far away waits no more; the times on the paper are told as they are."""
    now = utc_now()
    agreement().paper_next_at = now + timedelta(days=365)
    db.session.commit()
    assert draw_agreements.run(now - timedelta(hours=2)) == JobResult(1, 0)
    row = agreement()
    for file_id in (row.pdf_id, row.package_id):
        file = storage.read(signed.firm.public_id, db.session.get_one(StoredFile, file_id))
        steps = verifiera.check(verifiera.unpack(verifiera.inside(file) if file.startswith(b"%PDF") else file))
        assert [step.name for step in steps if not step.holds] == ["Kontrollpunkten är senare än sista underskriften"]
        assert verifiera.verdict(steps) == 2


def test_after_a_restore_papers_lean_on_no_checkpoint_of_before(signed):
    """Its leaf stands where the chain has gone on otherwise: a paper that leant on it would never verify."""
    now = utc_now()
    checkpoints.cover(now)
    with unlock("checkpoint"):
        db.session.execute(update(CheckpointHead).values(link="ab" * 32))
        db.session.commit()
    assert draw_agreements.run(now) == JobResult(1, 0)
    file = db.session.get_one(StoredFile, agreement().package_id)
    steps = verifiera.check(verifiera.unpack(storage.read(signed.firm.public_id, file)))
    assert verifiera.verdict(steps) == 2, verifiera.report(steps)


def test_a_commit_that_fails_leaves_no_file(signed, monkeypatch):
    now = utc_now()
    checkpoints.cover(now)
    inner, faults = transaction.commit, [OperationalError("COMMIT", {}, OSError("disk full"))]

    def commit():
        if faults:
            raise faults.pop()
        inner()

    monkeypatch.setattr(transaction, "commit", commit)
    assert draw_agreements.run(now) == JobResult(0, 1)
    assert (papers(signed), agreement().paper_tries) == ([], 1)


def test_without_a_checkpoint_all_wait_and_say_so(signed, monkeypatch):
    monkeypatch.setattr(checkpoints, "cover", broken)
    assert draw_agreements.run(utc_now()) == JobResult(0, 1)
    assert agreement().paper_fault == "draw"
