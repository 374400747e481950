"""/kontrollera: anyone may ask; what is answered names nobody, whatever is sent."""

from __future__ import annotations

import hashlib
import json
import zipfile
from contextlib import ExitStack
from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from domain.authenticity import By, Known, Result, Verdict, Where
from domain.findings import Home, Seal
from extensions import db
from jobs import draw_agreements
from models import Agreement, Attempt, QuoteVersion, StoredFile
from services import storage
from services.checking import looking, verifying
from services.checking.verifying import Checked
from services.clock import utc_now
from tests.papers import pdf
from tests.routes.deal.conftest import make_sent

SECRETS = ("Karin", "Almgren", "Tumbredd", "Badrum", "kund.example")


@pytest.fixture
def sent(app, make):
    return make_sent(app, make)


@pytest.fixture
def paper(sent) -> bytes:
    """The bytes of the quote as it was sent."""
    version = db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).one()
    return storage.read(sent.firm.public_id, db.session.get_one(StoredFile, version.pdf_id))


def upload(client, content: bytes, name: str = "papper.pdf", **more):
    return client.post("/kontrollera", data={"fil": (BytesIO(content), name), **more})


def test_the_page_is_for_anyone_and_shows_the_way_without_scripts(client):
    page = client.get("/kontrollera")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert "kontrollera" in client.get("/kontrollera", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("way", ["file", "fingerprint"])
def test_a_sent_quote_is_authentic_and_nobody_is_named(client, sent, paper, way):
    if way == "file":
        answer = upload(client, paper)
    else:  # as people copy it: in groups, in capitals
        sha256 = hashlib.sha256(paper).hexdigest().upper()
        answer = client.post("/kontrollera/fingeravtryck", data={"sha256": f" {sha256[:32]} {sha256[32:]}\n"})
    assert answer.status_code == 200
    assert "Filen är äkta." in answer.text
    assert "byte för byte" in answer.text
    assert not [word for word in SECRETS if word in answer.text]
    assert sent.deal_id not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_has_the_link_is_led_to_the_deal(client, sent, paper):
    assert f'href="/o/{sent.deal_id}"' in upload(sent.client, paper).text
    other = sent.client.application.test_client()
    other.set_cookie(f"l-{sent.deal_id}", "forged")
    assert sent.deal_id not in upload(other, paper).text


def test_who_holds_several_links_of_the_deal_is_led_there_too(sent, paper):
    held = sent.client.get_cookie(f"l-{sent.deal_id}").value
    sent.client.set_cookie(f"l-{sent.deal_id}", f"{held}~{held}")  # several sign on one phone
    assert f'href="/o/{sent.deal_id}"' in upload(sent.client, paper).text


def test_what_stands_after_a_known_paper_is_told(client, sent, paper):
    answer = upload(client, paper + b"\n% more\n%%EOF\n")
    assert "Filen är ändrad." in answer.text
    assert "lagts till efter" in answer.text
    assert "Avtal" not in answer.text
    assert not [word for word in SECRETS if word in answer.text]


def test_an_unknown_fingerprint_asks_for_the_file(client):
    answer = client.post("/kontrollera/fingeravtryck", data={"sha256": "ab" * 32})
    assert answer.status_code == 200
    assert 'form="kontroll"' in answer.text


@pytest.mark.parametrize("typed", ["", "x" * 64, "ab" * 31, "ab" * 33, "ab" * 32 + "'--", "å" * 64])
def test_what_is_no_fingerprint_is_refused_and_kept(client, typed):
    answer = client.post("/kontrollera/fingeravtryck", data={"sha256": typed})
    assert answer.status_code == 422
    assert "64 tecken" in answer.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "Den är tom.", id="nothing"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", "varken en PDF", id="a page"),
        pytest.param(b"MZ" + bytes(4000), "varken en PDF", id="a program"),
        pytest.param(b"%PDF-1.7\n", "har inget sigill", id="the beginning of a PDF"),
        pytest.param(pdf(2), "har inget sigill", id="another's PDF"),
        pytest.param(b"PK\x03\x04" + bytes(300), "trasig", id="the beginning of a ZIP"),
        pytest.param(b"%PDF-1.7 <0>/ByteRange [0 9 12 99999999]", "Slutet av filen saknas", id="a cut seal"),
    ],
)
def test_files_of_all_kinds_are_answered_calmly(client, content, words):
    answer = upload(client, content)
    assert answer.status_code == 200
    assert words in answer.text


def test_no_file_is_said(client):
    for data in ({}, {"fil": "text"}, {"fil": (BytesIO(b""), "")}):
        assert client.post("/kontrollera", data=data).status_code == 422


def test_doubled_fields_count_once(client, paper):
    token = client.csrf_token()
    files = [("fil", (BytesIO(paper), "a.pdf")), ("fil", (BytesIO(b"x"), "b.pdf")), ("csrf_token", token)]
    assert "Filen är äkta." in client.post("/kontrollera", data=MultiDict(files)).text


def test_too_large_is_said(client, monkeypatch):
    monkeypatch.setattr(looking, "MOST_BYTES", 1000)
    assert "för stor" in upload(client, bytes(1001)).text


def test_far_too_large_is_turned_away_unread(client, monkeypatch):
    monkeypatch.setattr("blueprints.checking.MOST_BYTES", -1024 * 1024 + 1000)
    assert upload(client, bytes(2000)).status_code == 413


def test_too_many_are_turned_away(client, monkeypatch):
    monkeypatch.setattr(verifying, "FILES", 1)
    monkeypatch.setattr(verifying, "HASHES", 1)
    assert [upload(client, b"x").status_code for _ in range(2)] == [200, 429]
    asked = [client.post("/kontrollera/fingeravtryck", data={"sha256": "ab" * 32}) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [200, 429]
    assert asked[1].headers["Retry-After"]


def test_nothing_of_a_file_is_kept(client, sent, paper):
    before = db.session.query(StoredFile).count()
    upload(client, paper[:-100] + b"changed")
    assert db.session.query(StoredFile).count() == before
    assert all(len(row.key) == 64 for row in db.session.query(Attempt))


def test_one_that_brings_the_reader_down_is_answered(client, monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit(9)")
    monkeypatch.setattr(looking, "CHILD", child)
    assert "för lång tid" in upload(client, b"%PDF-1.7").text


def test_busy_is_said_at_once_where_no_turn_comes(client, monkeypatch):
    monkeypatch.setattr(looking, "AT_ONCE", 0)
    monkeypatch.setattr(looking, "WAIT_SECONDS", 0)
    assert upload(client, b"%PDF-1.7").status_code == 429


def test_who_looks_and_who_waits_leave_threads_for_the_pages(client):
    with ExitStack() as held:
        for _ in range(looking.THREADS):
            held.enter_context(looking._thread())
        assert upload(client, b"%PDF-1.7").status_code == 429
        assert client.get("/kontrollera").status_code == 200
    assert upload(client, b"%PDF-1.7").status_code == 200


@pytest.mark.parametrize("named", ["\ud800", "\0", "a" * 5000, "' or 1=1"])
def test_a_package_that_names_nonsense_is_answered_calmly(client, named):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bevis.json", json.dumps({"agreement": named}))
    assert "Filen är ändrad." in upload(client, out.getvalue(), "paket.zip").text


def test_an_agreement_tells_how_many_and_how_and_not_who(app, client, sent, tmp_path):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    made = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    files = {"Avtal": made.pdf_sha256, "Bevispaket": made.package_sha256}
    whole = storage.read(sent.firm.public_id, db.session.get_one(StoredFile, made.pdf_id))
    for paper, sha256 in files.items():
        answer = client.post("/kontrollera/fingeravtryck", data={"sha256": sha256})
        for words in ("Filen är äkta.", paper, "1 person", "Med namn, via länk (enkel elektronisk underskrift)"):
            assert words in answer.text
        assert not [word for word in SECRETS if word in answer.text]
    # and from the command line, whose exit status a script can go by
    runner = app.test_cli_runner()
    for content, status, words in (
        (whole, 0, "AUTHENTIC: the same bytes are kept here"),
        (whole + b"%", 1, "ALTERED: something stands after"),
        (b"", 2, "CANNOT BE READ (empty)"),
    ):
        (tmp_path / "paper.pdf").write_bytes(content)
        told = runner.invoke(args=["evidence", "verify", str(tmp_path / "paper.pdf")])
        assert (told.exit_code, told.output.splitlines()[-1].startswith(words)) == (status, True), told.output
    assert runner.invoke(args=["evidence", "verify", str(tmp_path / "none.pdf")]).exit_code == 2


NOW = utc_now()
SEAL = Seal(False, True, "entire_file", "none", True, '"><script>alert(1)</script>', "ab" * 32, NOW, NOW, NOW)
PAPER = Known("agreement", "contract", "x" * 22, "cd" * 32, NOW, ("link", "link_code"))
HOME = Home("https://<script>alert(2)</script>", NOW)
VERDICTS = [
    *(Verdict(Result.AUTHENTIC, by, paper=PAPER, seal=SEAL) for by in (By.HASH, By.SEAL, By.PROOF)),
    *(Verdict(Result.MOVED, by, seal=SEAL, home=HOME) for by in (By.HASH, By.SEAL, By.KEY)),
    Verdict(Result.MOVED, By.KEY, home=Home("", NOW)),
    Verdict(Result.AUTHENTIC, By.SEAL, seal=SEAL),
    *(Verdict(Result.ALTERED, where=where, file="avtal.json", paper=PAPER, seal=SEAL) for where in Where),
    Verdict(Result.OTHER, seal=SEAL),
    Verdict(Result.OTHER),
    *(Verdict(Result.UNKNOWN, why=why) for why in ("kind", "unsealed", "unsigned")),
    *(Verdict(Result.UNREADABLE, why=why) for why in ("empty", "encrypted", "broken", "large", "names")),
]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_each_verdict_has_words_of_its_own(client, monkeypatch, lang):
    said = set()
    for verdict in VERDICTS:
        monkeypatch.setattr(verifying, "upload", lambda data, verdict=verdict, **given: Checked(verdict, "ef" * 32))
        answer = client.post(f"/kontrollera?lang={lang}", data={"fil": (BytesIO(b"x"), "a.pdf")})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        said.add(answer.text.partition('<div id="svar"')[2].partition('<dl class="kv">')[0])
    assert len(said) == len(VERDICTS)
