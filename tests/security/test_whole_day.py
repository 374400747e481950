"""C-51, C-52, C-28: a whole day of a firm, and then the personnummer are looked for wherever the day left something."""

from __future__ import annotations

import logging
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import request, request_finished

from domain import rot_rut
from extensions import db
from jobs import schedule
from models import Applicant, Letter
from services.clock import utc_now
from services.privacy import compacting
from tests import mailed
from tests.conftest import IS_POSTGRESQL
from tests.factories import PASSWORD
from tests.routes.deal.conftest import Sent, make_sent
from tests.routes.deal.test_applicants import ERIK, approve, guest
from tests.security.test_traces import found_in, pdf_text
from tests.security.web import crawl, everything, stored

OWN = "19840601-2388"
REVEALED = "/personnummer"


class Trail:
    """What requests leave with browsers and on the way: addresses, headers, pages."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.heads: list[str] = []
        self.bodies: list[tuple[str, bytes]] = []

    def note(self, sender, response, **more) -> None:
        self.addresses.append(request.url)
        self.heads.append(str(response.headers))
        if not response.direct_passthrough:
            self.bodies.append((f"{request.method} {request.path}", response.get_data()))


@pytest.fixture
def trail(app):
    found = Trail()
    with request_finished.connected_to(found.note, app):
        yield found


@pytest.fixture
def log(caplog):
    """Everything that anything logs, the statements too."""
    for name in (None, "handslag", "handslag.jobs", "gunicorn.error", "werkzeug"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.INFO, logger="sqlalchemy.engine")
    return caplog


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go, and what stood in those that are gone again."""
    folder, gone = tmp_path / "temporary", []
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    for remove in ("unlink", "remove"):
        real = getattr(os, remove)

        def watched(path, *given, real=real, **named):
            if str(path).startswith(str(folder)):
                gone.append(Path(path).read_bytes())
            return real(path, *given, **named)

        monkeypatch.setattr(os, remove, watched)
    return folder, gone


def work(now) -> None:
    """Every job there is, as the day goes on."""
    for name in schedule.WHEN:
        assert schedule.run(name, now).failed == 0, name


def a_day(app, make) -> tuple[Sent, str]:
    """Wrong tries, two who share, one who fills in later, one who withdraws, a firm that looks, exports and is paid."""
    sent = make_sent(app, make)
    owner = app.test_client().log_in(make.owner(sent.firm))
    sent.post("/godkann", sent.step2(personnummer="840601-2389"))
    sent.post("/godkann", sent.step2(personnummer=OWN, fastighetsbeteckning=""))
    sent.post("/fraga", {"question": f"Mitt personnummer är {OWN}"})
    sent.get("/godkann?personnummer=")
    approve(sent, personnummer="840601-2388")
    work(utc_now())
    erik, own = guest(app, sent)
    erik.post(own, data={"personnummer": "850215-2394", "statement": "y"})
    erik.post(own, data={"personnummer": OWN, "statement": "y"})  # the other's number
    assert erik.post(own, data={"personnummer": ERIK, "statement": "y"}).status_code == 303
    work(utc_now())

    later = make_sent(app, make)
    assert later.post("/godkann", later.step2(later="y", personnummer="", fastighetsbeteckning="")).status_code == 303
    form = {"home": "house", "fastighetsbeteckning": "LILLHAMRA 3:14", "personnummer": ERIK, "statement": "y"}
    later.get("/rot")
    later.post("/rot", form)
    with time_machine.travel(utc_now() + timedelta(days=2), tick=False):
        work(utc_now())
    typed = {"name": "Erik Almgren", "email": "erik@kund.example", "contract": "1", "once": "withdraw-1"}
    assert later.post("/angra", typed).status_code == 303

    n = sent.quote.n
    owner.post(f"/offerter/{n}/svara", data={"answer": f"Ditt nummer är {ERIK}"})
    owner.post("/kunder", data={"kind": "private", "name": f"Karin {OWN}"})
    assert owner.get(f"/kunder?q={OWN[:8]}").status_code == 200
    assert OWN in owner.post(f"/offerter/{n}{REVEALED}", data={"reason": "check"}).text
    owner.post("/losenord", data={"password": PASSWORD})
    owner.post("/konto/export")
    work(utc_now())
    crawl(owner, "/", f"/offerter/{n}", "/kunder", "/konto", "/installningar/foretag")
    crawl(sent.client, sent.url(), sent.url("/avtal"))
    crawl(erik, own)
    return sent, own


def test_a_whole_day_leaves_no_personnummer_anywhere(app, make, settings, trail, log, temporary):
    sent, own = a_day(app, make)
    assert db.session.query(Applicant).filter(Applicant.personnummer.is_not(None)).count() >= 2
    assert db.session.query(Letter).count() > 8

    assert found_in(everything().encode()) == [], "a row"
    db.session.rollback()
    if not IS_POSTGRESQL:
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        beside = [path for path in database.parent.iterdir() if path.name.startswith(database.name)]
        assert {path.name for path in beside} >= {database.name, f"{database.name}-wal"}
        assert [path.name for path in beside if found_in(path.read_bytes())] == []
    left = [path for path in settings.DATA_DIR.rglob("*") if path.is_file()]
    assert len(left) > 10
    assert [path.name for path in left if found_in(path.read_bytes()) or found_in(str(path).encode())] == []

    folder, gone = temporary
    assert [path for path in folder.rglob("*") if path.is_file() and found_in(path.read_bytes())] == []
    assert [data for data in gone if found_in(data)] == []

    kept = mailed.letters()
    assert len(kept) > 8
    for letter in kept:
        assert found_in((letter.text + letter.html + letter.subject).encode()) == []
        assert [file.name for file in letter.attachments if found_in(file.name.encode())] == []
        papers = [file for file in letter.attachments if file.media_type == "application/pdf"]
        assert [file.name for file in papers if found_in(pdf_text(file.content).encode())] == []

    assert len(log.records) > 100
    assert found_in(log.text.encode()) == [], "a log"

    assert [address for address in trail.addresses if found_in(address.encode())] == []
    assert [head for head in trail.heads if found_in(head.encode())] == []
    told = {path for path, body in trail.bodies if found_in(body)}
    own_words = {f"POST {sent.url('/fraga')}", f"POST {sent.url('/godkann')}", f"POST {own}"}
    firms = {f"POST /offerter/{sent.quote.n}{rest}" for rest in (REVEALED, "/svara")} | {"POST /kunder"}
    assert told <= own_words | firms, "only who typed a number gets it back, and the firm that gave a reason"


def test_and_when_nobody_needs_them_they_are_gone(app, make, settings):
    """The sealed numbers go too: no row, no page of the file."""
    sent = make_sent(app, make)
    approve(sent)
    row = db.session.query(Applicant).filter(Applicant.personnummer.is_not(None)).one()
    sealed, index = bytes(row.personnummer), bytes(row.personnummer_index)
    db.session.rollback()
    year = utc_now().year + 3
    with time_machine.travel(utc_now().replace(year=year, month=3, day=1), tick=False):
        assert rot_rut.last_closed_year(utc_now().date()) == year - 1
        assert schedule.run("clean_up", utc_now()).failed == 0
    db.session.rollback()
    assert db.session.query(Applicant).filter(Applicant.personnummer.is_not(None)).count() == 0
    if not IS_POSTGRESQL:
        compacting.empty_log()
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        data = b"".join(path.read_bytes() for path in database.parent.iterdir() if path.name.startswith(database.name))
        assert index not in data
        assert sealed not in data


def test_what_is_written_to_the_other_takes_no_number(app, make):
    """It is mailed: a question, an answer, a reason for no. The text that was typed comes back to its writer."""
    sent = make_sent(app, make)
    owner = app.test_client().log_in(make.owner(sent.firm))
    before = stored()
    for spelling in (OWN, "8406012388", "840601 2388"):
        text = f"Numret är {spelling}, ring mig"
        asked = sent.post("/fraga", {"question": text})
        declined = sent.post("/nej", {"version": "1", "comment": text})
        answered = owner.post(f"/offerter/{sent.quote.n}/svara", data={"answer": text})
        for page in (asked, declined, answered):
            assert page.status_code == 422
            assert "Skriv inte personnummer här" in page.text
            assert text in page.text
    assert stored() == before
    assert sent.post("/fraga", {"question": "Kan ni börja 2026-12-01, kl. 8? Ring 070-123 45 67"}).status_code == 303
