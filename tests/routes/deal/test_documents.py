"""A document made elsewhere, by the customer's link: read as pictures, downloaded whole, signed, and sealed beside."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest

from extensions import db
from jobs import draw_agreements, draw_documents, send_mail
from models import Agreement, Event, QuoteVersion
from services import transaction
from services.clock import utc_now
from services.deal import links
from services.uploads import intake, rows
from services.uploads.intake import Incoming
from tests import mailed
from tests.chance import without_drawn
from tests.papers import pdf
from tests.routes.deal.conftest import Sent, actor_of, send, token_of

DATA = pdf(3)
NOTHING = "0\u00a0kr"


def uploaded(make, firm, customer, *, data=DATA, is_order=False):
    """A draft that is a document, looked into by the worker."""
    actor = actor_of(make, firm)
    transaction.only_read()
    db.session.rollback()
    n = intake.create(
        Incoming("Ritning A.pdf", BytesIO(data)), "Ritningen", customer.n, firm, key="", actor=actor, now=utc_now()
    )
    transaction.may_write()
    draw_documents.run(utc_now())
    if is_order:
        intake.save(n, "Ritningen", is_order=True, rev=1, actor=actor, now=utc_now())
    return n


def opened(app, make, firm, quote):
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, firm.id, quote.id, quote.public_id, client)


@pytest.fixture
def document(app, make):
    return sent(app, make)


def sent(app, make, *, is_order=False, **given):
    from services.quotes import drafting

    firm = make.firm()
    n = uploaded(make, firm, make.customer(firm, **given), is_order=is_order)
    quote = send(make, drafting.get(firm.id, n))
    return opened(app, make, firm, quote)


def test_what_is_sent_is_the_file_as_it_came(document):
    version = db.session.query(QuoteVersion).one()
    content = json.loads(version.content)
    sha256 = hashlib.sha256(DATA).hexdigest()
    assert version.pdf_sha256 == content["document"]["sha256"] == sha256
    assert [page["n"] for page in content["document"]["pages"]] == [1, 2, 3]
    assert content["kind"] == "document"
    assert (content["sections"], content["withdrawal"]["right"]) == ([], False)
    answer = document.get("/offert.pdf")
    assert answer.data == DATA
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert any("sandbox" in policy for policy in answer.headers.getlist("Content-Security-Policy"))


def test_a_file_of_the_firms_own_making_is_not_called_authentic(app, make, document):
    """Else an altered paper, sent as a document, would be vouched for by who never wrote it."""
    sent(app, make)  # another firm sends the same later
    send(make, document.quote)  # and the firm itself once more, as it is
    sha256 = hashlib.sha256(DATA).hexdigest()
    answer = document.client.post("/kontrollera/fingeravtryck", data={"sha256": sha256}).text
    assert "Filen har skickats härifrån." in answer
    assert "företagets egna ord" in answer
    for words in ("Filen är äkta.", "Det finns en nyare version."):
        assert words not in answer
    assert f'href="/o/{document.deal_id}"' in answer, "who sent it first is told of"


def test_the_customer_reads_pictures_and_signs(document):
    page = document.get().text
    for words in (
        f"Dokument {document.quote.number} till",
        "Ritningen",
        'alt="Sida 2 av 3"',
        "Till underskrift",
        "Ladda ner originalet",
    ):
        assert words in page
    for words in ("Du betalar", NOTHING, "Ångerrätt", "ROT", "Tid och villkor"):
        assert words not in without_drawn(page)
    picture = document.get("/sida/3.jpg")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert document.get("/sida/4.jpg").status_code == 404
    assert document.get("/sida/0.jpg").status_code == 404
    step2 = document.get("/godkann").text
    for words in ("<h1>Skriv under dokumentet</h1>", "Jag har läst dokumentet", ">Skriv under</button>"):
        assert words in step2
    for words in ("betalningsskyldighet", "ångerrätt", NOTHING):
        assert words not in step2
    form = document.step2()
    assert [document.post("/godkann", form).status_code for _ in range(2)] == [303, 303]
    assert document.quote.status == "signed"
    assert db.session.query(Agreement).count() == 1, "pressed twice it is one"
    entry = json.loads(db.session.query(Event).filter_by(act="contract.signed").one().entry)
    assert entry["data"]["doc_sha256"] == hashlib.sha256(DATA).hexdigest()
    assert NOTHING not in document.get("/avtal").text


def test_the_paper_is_our_own_and_holds_the_file(document, make, client):
    document.post("/godkann", document.step2())
    draw_agreements.run(utc_now())
    send_mail.run(utc_now())
    agreement = db.session.query(Agreement).one()
    assert agreement.pdf_id is not None
    assert agreement.withdraw_until is None
    paper = document.get("/avtal.pdf").data
    assert paper[:5] == b"%PDF-"
    assert not paper.startswith(DATA)
    from pypdf import PdfReader

    text = "".join(one.extract_text() for one in PdfReader(BytesIO(paper)).pages)
    assert hashlib.sha256(DATA).hexdigest() in text.replace("\n", "")
    assert "Ritning 1" not in text, "pages of a stranger are not ours"
    told = mailed.letters(firm=document.firm.public_id)
    assert len(told) == 3
    assert not [letter for letter in told if NOTHING in letter.text + letter.subject]
    client.log_in(make.owner(document.firm))
    page = client.get(f"/offerter/{document.quote.n}").text
    for words in (f"Dokument {document.quote.number}", "Klart", "Ritningen"):
        assert words in page
    assert NOTHING not in page


def test_an_order_by_a_consumer_can_be_withdrawn_from(app, make):
    order = sent(app, make, is_order=True)
    assert "Beställ med betalningsskyldighet" in order.get("/godkann").text
    assert "information om min ångerrätt" in order.get("/godkann").text
    assert "Ångerrätt" in order.get("/villkor").text
    order.post("/godkann", order.step2())
    assert db.session.query(Agreement).one().withdraw_until is not None
    assert "Ångra avtalet här" in order.get("/avtal").text


def test_a_company_has_no_right_even_so(app, make):
    order = sent(app, make, is_order=True, kind="company", name="Bygg AB", orgnr="556703-7485")
    assert ">Skriv under</button>" in order.get("/godkann").text
    order.post("/godkann", order.step2())
    assert db.session.query(Agreement).one().withdraw_until is None


def test_another_file_is_another_version(document, make):
    from services.quotes import drafting

    firm, n = document.firm, document.quote.n
    before = document.step2()
    transaction.only_read()
    db.session.rollback()
    actor = actor_of(make, firm)
    intake.replace(n, Incoming("Ny.pdf", BytesIO(pdf(1, words="Ny"))), actor=actor, now=utc_now())
    transaction.may_write()
    draw_documents.run(utc_now())
    assert document.get("/sida/3.jpg").status_code == 200, "what was sent stays"
    send(make, drafting.get(firm.id, n))
    assert document.get("/sida/2.jpg").status_code == 404
    assert document.get("/version/1/sida/3.jpg").status_code == 200
    assert document.get("/version/1/offert.pdf").data == DATA
    assert 'src="/o/' + document.deal_id + '/version/1/sida/2.jpg"' in document.get("/version/1").text
    assert document.post("/godkann", before).status_code == 409, "the form is of the older file"
    assert document.quote.status == "sent"


def test_files_of_another_deal_are_not_reached(app, make, document):
    firm = document.firm
    other = send(make, make.quote(firm, make.customer(firm)))
    theirs = opened(app, make, firm, other)
    assert theirs.get("/sida/1.jpg").status_code == 404
    assert document.client.get(f"/o/{other.public_id}/sida/1.jpg").status_code == 404
    upload = rows.current(firm.id, document.quote_id)
    owner = app.test_client().log_in(make.owner(firm))
    assert owner.get(f"/offerter/{document.quote.n}/dokument/{upload.public_id}/1.jpg").status_code == 200
    assert owner.get(f"/offerter/{other.n}/dokument/{upload.public_id}/1.jpg").status_code == 404
    links.revoke(document.quote, document.link.public_id, actor=actor_of(make, firm), now=utc_now())
    assert document.get("/sida/1.jpg").status_code == 404
    ranged = owner.get(f"/offerter/{document.quote.n}/offert.pdf", headers={"Range": "bytes=0-4"})
    assert ranged.data in (DATA, DATA[:5])


def test_the_sealed_paper_proves_itself(document, tmp_path):
    """The file lies beside the pages, whole; the checker of the package holds without us."""
    from pypdf import PdfReader

    from exchange import verifiera

    document.post("/godkann", document.step2())
    draw_agreements.run(utc_now())
    paper = document.get("/avtal.pdf").data
    attached = PdfReader(BytesIO(paper)).attachments
    assert attached["dokument.pdf"] == [DATA]
    place = tmp_path / "avtal.pdf"
    place.write_bytes(paper)
    steps = verifiera.check(*verifiera.read(place)[:1], pdf=verifiera.read(place)[1])
    assert [step.name for step in steps if not step.holds] == []
