"""Issue 6: kill -9 of web or worker at every step of completing a signature. Never signed but lost, or different."""

from __future__ import annotations

import pytest

from extensions import db
from jobs import draw_agreements
from models import Agreement, Event, Letter, StoredFile
from services import storage
from services.clock import utc_now
from services.deal import agreements
from services.proof import package, reading
from services.sealing import keys, making
from tests.conftest import IS_POSTGRESQL
from tests.killing import killed_at
from tests.routes.deal.conftest import Sent, make_sent

FEWEST = 40
STRIDE = 3 if IS_POSTGRESQL else 1  # its server outlives a killed client: what differs by point is ours, and on SQLite


def found() -> tuple[Agreement | None, list[str], list[str]]:
    """The agreement, what the chain says of it, and the letters."""
    db.session.rollback()
    acts = [row.act for row in db.session.query(Event).order_by(Event.seq)]
    letters = [row.kind for row in db.session.query(Letter).order_by(Letter.id)]
    return db.session.query(Agreement).one_or_none(), acts, letters


def paper_of(sent: Sent) -> bytes:
    row = db.session.query(Agreement).one()
    file = db.session.get_one(StoredFile, row.pdf_id)
    paper = storage.read(sent.firm.public_id, file)
    assert file.sha256 == row.pdf_sha256
    return paper


def test_the_web_process_is_killed_while_it_approves(app, make):
    sent = make_sent(app, make)
    form, point, before = sent.step2(), 0, found()[1:]
    while True:
        point += STRIDE
        alive = not killed_at(point, lambda: sent.post("/godkann", form))
        agreement, acts, letters = found()
        if agreement is None:
            assert (acts, letters) == before
        else:
            assert acts.count("quote.accepted") == 1
            assert sent.quote.status == "accepted"
        if alive:
            break
    assert point > FEWEST // 2
    assert sent.post("/godkann", form).status_code == 303
    assert found()[1].count("quote.accepted") == 1


def test_the_worker_is_killed_while_it_completes(app, make, monkeypatch):
    sent = make_sent(app, make)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    _, acts, letters = found()
    now, point, kills = utc_now(), 0, 0
    _remember(monkeypatch)
    while True:
        point += STRIDE
        alive = not killed_at(point, lambda: draw_agreements.run(now))
        agreement, acts_now, letters_now = found()
        assert agreement is not None
        if agreement.pdf_id is None:
            assert (acts_now, letters_now) == (acts, letters)
        if alive:
            break
        kills += 1
    assert kills * STRIDE >= FEWEST
    paper = paper_of(sent)
    draw_agreements.run(now)
    draw_agreements.run(now)
    assert paper_of(sent) == paper
    agreement, acts_now, letters_now = found()
    assert agreement is not None
    assert acts_now.count("doc.sealed") == 1
    assert sorted(letters_now) == sorted([*letters, "quote_approved", "quote_approved_to_firm"])


def _remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw, pack and seal once, here: what is killed is what writes."""
    row = db.session.query(Agreement).one()
    found = agreements.without_paper(row.id)
    assert found is not None
    facts = reading.facts(row)
    pdf = agreements.render(*found, facts.pdf)
    whole = package.build_of(facts, checkpoint=None)
    (sealed,) = making.seal([making.Paper(pdf)], keys.seal_key())
    monkeypatch.setattr(making.Sealer, "seal", lambda *_rest: sealed)
    monkeypatch.setattr(agreements, "render", lambda *_rest, **_named: pdf)
    monkeypatch.setattr(package, "build_all", lambda *_rest, **_named: [whole, whole])
