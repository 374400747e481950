"""The receipt of an erasure: signed, sealed, without a name, checked by anyone and without us."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from documents import erasure_receipt
from domain import canonical
from domain.authenticity import By, Result
from extensions import db
from jobs import close_firms, send_mail
from models import ErasureReceipt
from services import transaction
from services.checking import verifying
from services.clock import utc_now
from services.errors import NotFound
from services.privacy import receipts
from services.sealing import keys
from tests import mailed
from tests.conftest import empty_database
from tests.erasing import AFTER, MARKS, NOW, a_leaver, forget_erasures, put_back, rows_of_all
from tests.factories import Make

EVIDENCE = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"


@pytest.fixture(scope="module")
def left(_app) -> tuple[dict[str, list[Any]], dict[str, bytes]]:
    """The rows and papers that are left of a firm whose owners read different languages."""
    transaction.may_write()
    forget_erasures()
    make = Make(_app)
    make.user(a_leaver(make), email="second@firma.example", role="owner", language="en")
    close_firms.run(AFTER)
    row = db.session.query(ErasureReceipt).one()
    found = rows_of_all(), {code: receipts.paper(row, code) for code in ("sv", "en")}
    empty_database()
    return found


@pytest.fixture
def row(app, left) -> ErasureReceipt:
    """The receipt of that firm."""
    rows, papers = left
    put_back(rows)
    row = db.session.query(ErasureReceipt).one()
    receipts.keep(row.number, papers)
    return row


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_it_says_what_was_erased_and_what_is_kept_and_names_nobody(app, row):
    told = receipts.told(row)
    assert told is not None
    assert canonical.dumps(told).decode() == row.receipt
    assert (told["schema"], told["number"], told["firm"]) == ("handslag.erasure/1", row.number, row.firm_public_id)
    assert (told["confirmed_at"], told["erased_at"]) == ("2026-11-20T09:14:00.000Z", "2026-12-20T23:07:59.999Z")
    assert (told["installation"], told["choice"]) == (keys.installation_id(), "erase_all")
    assert (told["rows"]["agreement"], told["rows"]["firm"], told["places"]["keys"]) == (1, 1, 1)
    assert sum(told["rows"].values()) == json.loads(row.counts)["rows"]
    assert [(one["what"], one["law"], one["until"]) for one in told["kept"]] == [
        ("receipt", "GDPR 5.2", None),
        ("checkpoints", "GDPR 17.3 e", None),
    ]
    assert told["backups_until"] == "2027-01-25"
    papers = [receipts.paper(row, code) for code in ("sv", "en")]
    assert ["Kvitto på radering" in text_of(papers[0]), "Receipt of erasure" in text_of(papers[1])] == [True, True]
    everything = row.receipt + "".join(map(text_of, papers))
    assert not [mark for mark in MARKS.all() if mark in everything]


def test_anyone_checks_it_without_us(app, row):
    """By the words of docs/evidence.md, with the published keys and nothing of ours."""
    (code,) = re.findall(r"```python\n(.*?)```", EVIDENCE.read_text(), re.DOTALL)
    files = {"kvitto.json": receipts.file(row), "nycklar.json": keys.nycklar()}

    def run(files: dict[str, bytes]) -> None:
        exec(code, {"open": lambda name: io.StringIO(files[name].decode())})  # noqa: S102  (our own paper's words)

    run(files)
    with pytest.raises(Exception, match=r"^$"):
        run({**files, "kvitto.json": files["kvitto.json"].replace(b'"agreement":1', b'"agreement":2')})


def test_kontrollera_knows_the_paper(app, row):
    pdf = receipts.paper(row, "sv")
    found = verifying.check(pdf, now=utc_now()).verdict
    assert (found.result, found.by) == (Result.AUTHENTIC, By.HASH)
    assert found.paper is not None
    assert (found.paper.paper, found.paper.number) == ("erasure", row.number)
    db.session.delete(row)  # and by its seal where nothing is left of the row
    db.session.commit()
    assert verifying.check(pdf, now=utc_now()).verdict.by is By.SEAL


def test_the_last_letters_carry_it_each_in_its_language(app, row):
    assert send_mail.run(AFTER).failed == 0
    row = db.session.query(ErasureReceipt).one()
    kept = mailed.letters()
    assert len(kept) == 2
    for letter, words in zip(sorted(kept, key=lambda one: one.subject), ("Kontot", "The account"), strict=True):
        pdf, signed = letter.attachments
        assert words in letter.subject
        assert pdf.content == receipts.paper(row, "sv" if words == "Kontot" else "en")
        assert json.loads(signed.content)["receipt"] == receipts.told(row)
        assert f"/kvitto/{row.number}" in letter.text


def test_the_page_hands_it_out_for_years(app, row, client):
    page = client.get(f"/kvitto/{row.number}")
    assert (page.status_code, row.number in page.text) == (200, True)
    assert not [mark for mark in MARKS.all() if mark in page.text]
    assert client.get(f"/kvitto/{row.number}.pdf").data == receipts.paper(row, "sv")
    assert json.loads(client.get(f"/kvitto/{row.number}.json").data)["signatures"] == json.loads(row.signature)
    checked = client.post("/kontrollera", data={"fil": (io.BytesIO(receipts.paper(row, "sv")), "kvitto.pdf")})
    assert f"/kvitto/{row.number}" in checked.text
    for address in ("x" * 22, "x" * 22 + ".pdf", "x" * 22 + ".json", "../../secrets", "."):
        assert client.get(f"/kvitto/{address}").status_code == 404


def test_one_of_before_has_a_page_and_no_files(app, client):
    counts = json.dumps({"rows": 40, "files": 13})
    times = {"confirmed_at": NOW, "erased_at": AFTER}
    db.session.add(ErasureReceipt(number="o" * 22, firm_public_id="f" * 22, counts=counts, **times))
    db.session.commit()
    assert "40" in client.get(f"/kvitto/{'o' * 22}").text
    assert client.get(f"/kvitto/{'o' * 22}.pdf").status_code == 404
    assert client.get(f"/kvitto/{'o' * 22}.json").status_code == 404
    assert receipts.by_sha256(["0" * 64]) == {}
    with pytest.raises(NotFound):
        receipts.find("n" * 22)


def test_the_same_content_gives_the_same_paper():
    kept = {"what": "bookkeeping", "files": 2, "law": "BFL 7:2", "until": date(2033, 12, 31).isoformat()}
    told = {
        "number": "n" * 22,
        "firm": "f" * 22,
        "installation": "0" * 16,
        "address": "https://handslag.example",
        "confirmed_at": "2026-11-20T09:14:00.000Z",
        "erased_at": "2026-12-20T23:07:59.999Z",
        "rows": {"quote": 1300, "a_table_of_later": 2},
        "places": {"files": 3},
        "kept": [kept],
        "backups_until": "2027-01-25",
    }
    first = erasure_receipt.render(told, operator="Drift AB")
    assert first == erasure_receipt.render(told, operator="Drift AB")
    shown = text_of(first)
    assert "31 december 2033" in shown
    assert "bokföringslagen (1999:1078) 7 kap. 2 §" in shown
