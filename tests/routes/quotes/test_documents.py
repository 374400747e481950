"""A PDF made elsewhere: taken in, looked into apart, named, replaced, and never built as a quote is."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from domain.uploads import MOST_BYTES, MOST_REQUEST_BYTES, Refusal, clean_name
from jobs import draw_documents
from models import Quote, StoredFile, Upload, UploadPage
from services import leases, scope, storage, transaction
from services.clock import utc_now
from services.uploads import drawing
from tests.papers import HOSTILE, pdf


def send(client, url, data=b"", *, name="Ritning A.pdf", csrf=True, **fields):
    """POST a file; the body is made here, since the test client leaves the temporary file of a large one open."""
    if data is not None:
        fields["fil"] = FileStorage(BytesIO(data), filename=name)
    if csrf:
        fields["csrf_token"] = client.csrf_token()
    boundary, body = encode_multipart(fields)
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def drawn():
    transaction.may_write()
    draw_documents.run(utc_now())


def uploads(firm):
    return sorted(scope.rows(Upload, firm.id), key=lambda row: row.id)


def on_disk(firm):
    folder = storage.folder(firm.public_id)
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()


@pytest.mark.parametrize(("make_one", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_the_matrix_of_uploads(owner, firm, make_one, reason):
    """Each row has its answer, in words that say what to do, and nothing of it stays."""
    data = make_one()
    answer = send(owner, "/dokument/ny", data)
    if reason == "kind":
        assert answer.status_code == 422
        assert "Filen är ingen PDF" in answer.text
        assert (uploads(firm), on_disk(firm)) == ([], set())
        return
    assert answer.status_code == 303
    drawn()
    (upload,) = uploads(firm)
    assert (upload.state, upload.reason) == ("refused", reason)
    assert (scope.rows(UploadPage, firm.id), scope.rows(StoredFile, firm.id), on_disk(firm)) == ([], [], set())
    page = owner.get(answer.headers["Location"]).text
    assert "Dokumentet går inte att använda." in page
    assert "Byt fil" in page


def test_nothing_but_the_child_reads_a_file():
    """Web and worker never load what reads PDFs of strangers."""
    root = Path(drawing.CHILD).parents[2]
    rooms = ("blueprints", "services", "jobs", "documents", "mail", "domain")
    files = [path for room in rooms for path in (root / room).rglob("*.py")]
    assert [path for path in files if "import pypdfium2" in path.read_text()] == [drawing.CHILD]


def test_too_large_empty_and_missing(owner, firm):
    for data, words in ((b"", "Filen är tom"), (pdf() + b"\0" * MOST_BYTES, "för stor"), (None, "Välj en PDF-fil")):
        answer = send(owner, "/dokument/ny", data, title="Min rubrik")
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Min rubrik"' in answer.text
    assert send(owner, "/dokument/ny", b"%PDF-" + b"\0" * MOST_REQUEST_BYTES).status_code == 413
    assert (uploads(firm), on_disk(firm)) == ([], set())


def test_a_document_is_taken_in_and_shown(owner, firm, make):
    data = pdf(3)
    customer = make.customer(firm)
    answer = send(owner, "/dokument/ny", data, kund=str(customer.n), once="x" * 22)
    n = scope.get(Quote, firm.id).n
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/dokument/{n}")
    waiting = owner.get(f"/dokument/{n}").text
    assert "Dokumentet kontrolleras" in waiting
    assert "Karin Almgren" in waiting
    drawn()
    (upload,) = uploads(firm)
    assert (upload.state, upload.name, upload.size_bytes) == ("ready", "Ritning A.pdf", len(data))
    page = owner.get(f"/dokument/{n}").text
    assert 'value="Ritning A"' in page
    assert 'alt="Sida 3 av 3"' in page
    picture = owner.get(f"/offerter/{n}/dokument/{upload.public_id}/2.jpg")
    assert (picture.status_code, picture.mimetype, picture.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert owner.get(f"/offerter/{n}/dokument/{upload.public_id}/4.jpg").status_code == 404
    clear = [
        path for path in storage.folder(firm.public_id).rglob("*") if path.is_file() and b"PDF" in path.read_bytes()
    ]
    assert clear == [], "nothing lies in the clear"


def test_pressed_twice_it_is_one(owner, firm):
    first = send(owner, "/dokument/ny", pdf(), once="k" * 22)
    second = send(owner, "/dokument/ny", pdf(), once="k" * 22)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(uploads(firm)) == 1
    assert len(on_disk(firm)) == 1


@pytest.fixture
def n(owner, firm, make):
    answer = send(owner, "/dokument/ny", pdf(2), kund=str(make.customer(firm).n))
    drawn()
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def test_another_file_takes_its_place(owner, firm, n):
    before = on_disk(firm)
    assert len(before) == 3
    assert send(owner, f"/dokument/{n}/fil", pdf(1, words="Ny"), name="ny.pdf").status_code == 303
    drawn()
    (upload,) = uploads(firm)
    assert (upload.name, upload.state) == ("ny.pdf", "ready")
    assert len(on_disk(firm)) == 2
    assert not before & on_disk(firm)
    assert send(owner, f"/dokument/{n}/fil", b"MZ").status_code == 422
    assert len(on_disk(firm)) == 2


def test_title_and_order_are_saved(owner, firm, n):
    saved = {"title": "Ritning över huset", "is_order": "y", "rev": "1"}
    assert owner.post(f"/dokument/{n}", data=saved).status_code == 303
    assert scope.get(Quote, firm.id).title == "Ritning över huset"
    assert uploads(firm)[0].is_order
    stale = owner.post(f"/dokument/{n}", data={"title": "Något annat", "rev": "1"})
    assert stale.status_code == 409
    onward = owner.post(
        f"/dokument/{n}", data={"title": "Ritning över huset", "is_order": "y", "vidare": "1", "rev": "2"}
    )
    assert onward.headers["Location"] == f"/offerter/{n}/granska"


def test_it_is_not_built_like_a_quote(owner, n):
    assert owner.get(f"/offerter/{n}/redigera").headers["Location"] == f"/dokument/{n}"
    for path in ("uppgifter", "foton", "rader/1"):
        assert owner.get(f"/offerter/{n}/{path}").status_code == 404
    for path, data in (("delar", {}), ("delar/1/rader", {}), ("rubrik", {"title": "x"}), ("moms", {"basis": "excl"})):
        assert owner.post(f"/offerter/{n}/{path}", data=data).status_code == 404
    assert owner.post("/offerter/ny", data={"kopia": str(n), "utan": "1"}).status_code == 404
    assert owner.post("/mallar/spara", data={"offert": str(n), "name": "x"}).status_code in (404, 405)
    assert owner.get(f"/offerter/{n}/kund").status_code == 200


def test_a_quote_is_no_document(owner, firm, make):
    quote = make.quote(firm, make.customer(firm))
    assert owner.get(f"/dokument/{quote.n}").status_code == 404
    assert owner.post(f"/dokument/{quote.n}", data={"title": "x"}).status_code == 404
    assert send(owner, f"/dokument/{quote.n}/fil", pdf()).status_code == 404


def test_others_do_not_reach_it(owner, firm, make, n, app):
    upload_id = uploads(firm)[0].public_id
    paths = (f"/dokument/{n}", f"/offerter/{n}/dokument/{upload_id}/1.jpg")
    nobody, other, worker = (app.test_client() for _ in range(3))
    other.log_in(make.owner(make.firm("En annan firma", orgnr="556703-7485")))
    worker.log_in(make.user(firm, role="worker"))
    assert [nobody.get(path).status_code for path in paths] == [302, 302]
    assert [other.get(path).status_code for path in paths] == [404, 404]
    assert send(other, f"/dokument/{n}/fil", pdf()).status_code == 404
    assert worker.get(paths[0]).status_code == 403
    assert send(worker, "/dokument/ny", pdf()).status_code == 403
    assert send(owner, "/dokument/ny", pdf(), csrf=False).status_code == 403
    theirs = make.customer(make.firm("En tredje", orgnr="556000-4615"))
    assert send(owner, "/dokument/ny", pdf(), kund=str(theirs.n + 77)).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Mina filer\\Avtal.PDF", "Avtal.pdf"),
        ("a\0b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("fakt\u202efdp.exe", "faktfdp.exe.pdf"),
        ('"citat" åäö.pdf', '"citat" åäö.pdf'),
        ("...", "dokument.pdf"),
    ],
)
def test_names_of_files(given, kept):
    assert clean_name(given) == kept


def test_what_falls_is_refused_and_what_stays_waits(monkeypatch, owner, firm):
    """A worker that dies three times gives up; the file does not go round for ever."""
    send(owner, "/dokument/ny", pdf())
    transaction.may_write()
    for _ in range(leases.MOST_ATTEMPTS):
        assert drawing.claim(utc_now()) is not None
        (upload,) = uploads(firm)
        upload.lease_until = None
        transaction.commit()
    assert drawing.claim(utc_now()) is None
    assert (uploads(firm)[0].state, uploads(firm)[0].reason) == ("refused", Refusal.HEAVY)
