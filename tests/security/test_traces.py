"""C-51, C-52, C-60, C-20: what is left behind where nobody should find it: database file, files, logs."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import OperationalError

from extensions import db
from jobs import draw_agreements, make_exports, send_mail
from models import Applicant, EventValue, Letter, OnceKey
from scripts.web import options, without_tokens
from services import events, outbox, vault
from services.clock import utc_now
from services.deal import letter_parts
from services.errors import place_of
from tests import mailed
from tests.conftest import IS_POSTGRESQL
from tests.factories import PASSWORD
from tests.routes.deal.conftest import MAIL, make_sent, token_of
from tests.security.web import crawl, everything

OWN, OTHERS = "198406012388", "198502152393"
SPELLINGS = [
    spelling
    for number in (OWN, OTHERS)
    for spelling in (number, f"{number[:8]}-{number[8:]}", number[2:], f"{number[2:8]}-{number[8:]}")
]


@pytest.fixture
def agreed(app, make):
    """Two applicants who each typed the own number, in different spellings, with wrong tries before."""
    sent = make_sent(app, make)
    sent.post("/godkann", sent.step2(personnummer="840601-2389"))
    sent.post("/godkann", sent.step2(personnummer="19840601-2388", fastighetsbeteckning=""))
    typed = {"personnummer": "840601-2388", "co-0-name": "Erik Almgren", "co-0-email": "erik@kund.example"}
    sent.post("/godkann/summa", sent.step2(**typed))
    form = sent.step2(**typed, shares="rot:1656+1656")
    assert sent.post("/godkann", form).status_code == 303
    own = sent.post("/medsokande/2/oppna").location
    for number in ("19850215-2394", "19850215-2393"):
        given = sent.client.post(own, data={"personnummer": number, "statement": "y"})
    assert given.status_code == 303
    assert draw_agreements.run(utc_now()).failed == 0
    assert send_mail.run(utc_now()).failed == 0
    return sent


def found_in(data: bytes) -> list[str]:
    return [spelling for spelling in SPELLINGS if spelling.encode() in data]


def test_c51_no_personnummer_in_any_row(agreed):
    assert found_in(everything().encode()) == []
    assert db.session.query(OnceKey).count() > 0
    assert db.session.query(Letter).count() > 0


def test_c51_no_personnummer_in_database_file_log_or_files(app, agreed, settings):
    """SQLite's file and its log, the queue, papers, mailbox; on PostgreSQL all but its own files."""
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    own = [] if IS_POSTGRESQL else [database, *database.parent.glob("*-wal")]
    files = [path for path in (*own, *settings.DATA_DIR.rglob("*")) if path.is_file()]
    assert len(files) > 5
    assert {path.name: found_in(path.read_bytes()) for path in files if found_in(path.read_bytes())} == {}
    assert db.session.query(Applicant).filter(Applicant.personnummer.is_not(None)).count() == 2


def test_c51_no_personnummer_in_pages_letters_and_papers(app, make, agreed):
    """Masked everywhere, until somebody of the firm asks; that is noted in the chain."""
    owner = app.test_client().log_in(make.owner(agreed.firm))
    n = agreed.quote.n
    pages = crawl(owner, "/", f"/offerter/{n}", "/kunder", "/konto") | crawl(agreed.client, agreed.url("/avtal"))
    assert [path for path, body in pages.items() if found_in(body.encode())] == []
    assert "19840601-••••" in pages[f"/offerter/{n}"]
    kept = mailed.letters()
    for letter in kept:
        assert found_in((letter.text + letter.html + letter.subject).encode()) == []
        assert [file.name for file in letter.attachments if found_in(pdf_text(file.content).encode())] == []
    before = agreed.acts()
    shown = owner.post(f"/offerter/{n}/personnummer", data={"reason": "check"})
    assert "19840601-2388" in shown.text
    assert len(agreed.acts()) == len(before) + 1
    worker = app.test_client().log_in(make.user(agreed.firm, role="worker"))
    assert worker.post(f"/offerter/{n}/personnummer").status_code == 403


def pdf_text(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_c51_a_sealed_value_opens_only_in_its_place(agreed):
    row = db.session.query(EventValue).order_by(EventValue.id).first()
    firm, other = agreed.firm.public_id, agreed.make.firm("Annan").public_id
    assert vault.unseal(firm, row.sealed, "event_value", str(row.seq), row.field)
    wrong = [
        (firm, ("event_value", str(row.seq + 1), row.field)),
        (firm, ("event_value", str(row.seq), "other")),
        (firm, ("applicant", str(row.seq), row.field)),
        (other, ("event_value", str(row.seq), row.field)),
    ]
    for firm_id, place in wrong:
        with pytest.raises(InvalidTag):
            vault.unseal(firm_id, row.sealed, *place)


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("handslag", "handslag.jobs", "gunicorn.error"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_c52_the_logs_of_a_day_with_faults(app, make, log, monkeypatch):
    """A walk in which everything breaks once: the log names kind and place, nothing that anyone typed."""
    sent = make_sent(app, make)
    sent.client.environ_base.pop("handslag.raise_errors")
    token, form = token_of(sent.quote), sent.step2()
    secret = "Hemlig fråga om lönen"

    def fail(*given, **named):
        raise ValueError(f"{given} {named} {token} {OWN} {PASSWORD} {MAIL}")

    def database(*given, **named):
        raise OperationalError(f"INSERT {secret}", {"a": OWN}, Exception(f"{MAIL} is full"))

    for fault in (fail, database):
        with monkeypatch.context() as broken:
            broken.setattr(events, "record", fault)
            assert sent.post("/godkann", form).status_code in (500, 503)
            assert sent.post("/fraga", {"question": secret}).status_code in (500, 503)
            login = {"email": sent.make.owner(sent.firm).email, "password": PASSWORD}
            assert app.test_client().post("/logga-in", data=login).status_code in (500, 503)
            broken.setattr(outbox, "accepted", fault)
            broken.setattr(letter_parts, "facts", fault)
            send_mail.run(utc_now())
            broken.setattr("services.exporting.making.make", fault)
            make_exports.run(utc_now())
        app.test_client().get(f"/l/{token}x")
    sent.post("/godkann", form)
    with monkeypatch.context() as broken:
        broken.setattr("services.storage.take", fail)
        assert draw_agreements.run(utc_now()).failed == 1
    assert "ValueError at" in log.text
    assert "database: " in log.text
    own_cookie = sent.client.get_cookie(f"l-{sent.deal_id}").value
    for secret_text in (*SPELLINGS, token, own_cookie, PASSWORD, MAIL, secret, "Karin", "INSERT"):
        assert secret_text not in log.text, secret_text


def test_c60_a_log_line_is_one_line(app, client, log, monkeypatch):
    """Line breaks and escapes in what a visitor sends never reach the log."""

    def fail():
        raise ValueError("x\nERROR handslag: all is well\x1b[31m")

    monkeypatch.setitem(app.view_functions, "accounts.login", fail)
    client.get("/logga-in?next=%0aERROR%20x%1b[31m", headers={"User-Agent": "a\x1b[31mb"})
    lines = [record.getMessage() for record in log.records if record.name.startswith("handslag")]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert "\x1b" not in lines[0]
    assert "all is well" not in lines[0]


def test_c52_the_text_of_an_sql_error_holds_no_values(app, make):
    from sqlalchemy import text

    with pytest.raises(Exception, match="hidden") as caught:
        db.session.execute(text("INSERT INTO nowhere VALUES (:a)"), {"a": OWN})
    assert OWN not in str(caught.value)
    assert OWN not in place_of(caught.value)
    db.session.rollback()


def test_c20_the_web_server_logs_no_address(app, settings):
    """A mailed link's first address holds its token: no access log, and errors without the path."""
    chosen = options(settings, 0)
    assert chosen["accesslog"] is None
    for level, text, given in (
        (logging.ERROR, "Error handling request %s %s", ("GET", "/l/WyJxdW90ZSIsImFiYyJd.aBc.xyz")),
        (logging.ERROR, "Error handling request %s", ("/bekrafta/WyJj.aBc.xyz?q=1",)),
        (
            logging.WARNING,
            "Invalid request from ip=1.2.3.4: Invalid HTTP request line: 'GET /nytt-losenord/WyJ.a.z'",
            (),
        ),
    ):
        try:
            raise ValueError("/l/WyJxdW90ZSIsImFiYyJd.aBc.xyz")
        except ValueError as error:
            record = logging.LogRecord("gunicorn.error", level, "", 0, text, given, (ValueError, error, None))
        assert without_tokens(record)
        line = logging.Formatter().format(record)
        assert not re.search(r"WyJ|xyz|\n", line), line
    logger = chosen["logger_class"]
    from gunicorn.config import Config

    made = logger(Config())  # type: ignore[operator]
    assert without_tokens in made.error_log.filters
    made.error_log.removeFilter(without_tokens)
