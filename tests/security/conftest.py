"""Two firms: one that has quotes in all states and attacks, one that is full of markers and must not be seen."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements
from models import Applicant, Article, Counter, Customer, Firm, Login, Photo, Quote, QuoteLink, Upload, UploadPage, User
from services import article_import, contract_templates, storage, text_blocks, transaction
from services.clock import utc_now
from services.deal import links
from services.exporting import asking
from services.quotes import drafting, sharing, templates
from services.quotes.sharing import Given
from services.text_blocks import TextInput
from tests.client import Client
from tests.evidence import act
from tests.factories import Make
from tests.routes.deal.conftest import Sent, actor_of, send, token_of
from tests.whole_firm import Markers, fill

B_MARKS = Markers(name="Bmarknamn", email="bmarkmejl", customer="Bmarkkund Kvistlund", line="Bmarkrad rivning")
B_NUMBERS = 700  # where the numbers of firm B begin, so that none of them is one of A's
OTHER_MARKS = ("Bmark", "bmark", "Markgatan 77", "Markfråga", "Marknej", "Markbläddrare", "Markfil", "00000991")


@dataclass
class FirmOfTest:
    """A firm with what stands in its addresses."""

    make: Make
    firm_id: int
    names: dict[str, Any]  # the values of its addresses, by the arguments of the routes

    @property
    def firm(self) -> Firm:
        return db.session.get_one(Firm, self.firm_id)

    @property
    def owner(self) -> User:
        return self.make.owner(self.firm)


@pytest.fixture
def alfa(app, make) -> FirmOfTest:
    """Firm A: a draft, a quote with the customer, an approved, a declined and a recalled one, a logo, an export."""
    firm = make.firm("Alfa Snickeri")
    firm.logo_id = logo(firm)
    db.session.commit()
    return filled(app, make, firm)


@pytest.fixture
def beta(app, make) -> FirmOfTest:
    """Firm B: every table holds its markers, and its numbers begin where A's do not reach."""
    firm = make.firm("Bmarkfirman Beta", orgnr="556703-7485", email="bmarkfirman@beta.example")
    year = stockholm_date(utc_now()).year
    for series in ("customer", "article", "quote", "template", "text", "contract_template", f"quote-{year}"):
        db.session.merge(Counter(firm_id=firm.id, series=series, value=B_NUMBERS))
    db.session.commit()
    fill(make, firm, B_MARKS)
    act(firm.public_id, "terms.accepted")  # it has come from elsewhere, and sends here
    firm.logo_id = logo(firm)  # one that can be drawn
    db.session.commit()
    customer = first(Customer, firm_id=firm.id)
    quote = make.quote(firm, customer, title="Bmarkjobbet")
    photo(firm, quote)
    firm_id, quote_id = firm.id, send(make, quote, email="bmarkmejl@kund.example").id
    return with_names(make, firm_id, quote_id)


def filled(app, make: Make, firm: Firm) -> FirmOfTest:
    firm_id, customer = firm.id, make.customer(firm)
    make.article(firm)
    with_customer = make.quote(firm, customer, title="Hos kunden")
    photo(firm, with_customer)
    quote_id = send(make, with_customer).id
    make.quote(firm, customer, title="Ett utkast")
    agreed = deal_of(app, make, firm, send(make, make.quote(firm, customer, title="Godkänt")))
    assert agreed.post("/godkann", agreed.step2()).status_code == 303
    declined = deal_of(app, make, firm, send(make, make.quote(firm, customer, title="Nekat")))
    assert declined.post("/nej", {"version": "1", "reason": "price"}).status_code == 303
    recalled = send(make, make.quote(firm, customer, title="Tillbaka"))
    owner = app.test_client().log_in(make.owner(firm))
    assert owner.post(f"/offerter/{recalled.n}/ta-tillbaka").status_code == 303
    draw_agreements.run(utc_now())  # ends the session
    return with_names(make, firm_id, quote_id)


def with_names(make: Make, firm_id: int, quote_id: int) -> FirmOfTest:
    """Ask for an export and collect what stands in the firm's addresses."""
    firm = db.session.get_one(Firm, firm_id)
    export = asking.ask(make.owner(firm), actor=actor_of(make, firm), now=utc_now())
    text = f"Namn;Pris\n{firm.name} sak;1\n".encode()
    waiting = article_import.keep(text, "incl", actor=actor_of(make, firm), now=utc_now())
    transaction.may_write()
    quote = db.session.get_one(Quote, quote_id)
    template = templates.save(
        quote.n, f"{firm.name} mall", once_key="", removes_draft=False, actor=actor_of(make, firm), now=utc_now()
    )
    given = TextInput("terms", f"{firm.name} text", f"{firm.name} villkor")
    words = text_blocks.create(given, actor=actor_of(make, firm), now=utc_now())
    clauses = contract_templates.create(f"{firm.name} kontrakt", "consumer", actor=actor_of(make, firm), now=utc_now())
    given_to = Given(f"{firm.name} läsare", "las@kund.example", "copy")
    reader = sharing.add(firm_id, quote.n, given_to, actor=actor_of(make, firm), now=utc_now())
    login = first(Login, firm_id=firm_id)
    names = {
        "quote_n": quote.n,
        "section_n": 1,
        "line_n": 2,
        "deal_id": quote.public_id,
        "link_id": first(QuoteLink, quote_id=quote_id).public_id,
        "recipient_id": reader.public_id,
        "photo_id": db.session.query(Photo).filter_by(quote_id=quote_id).one().public_id,
        "photo_size": "liten",
        **document(firm, quote),
        "version_n": 1,
        "customer_n": first(Customer, firm_id=firm_id).n,
        "article_n": first(Article, firm_id=firm_id).n,
        "template_n": template.n,
        "text_n": words.n,
        "contract_n": clauses.n,
        "clause_code": "price",
        "export_id": export.public_id,
        "import_id": waiting,
        "login_id": login.public_id,
        "user_id": first(User, firm_id=firm_id).public_id,
        "token": token_of(quote),
        "position": 2,
        "applicant_id": first(Applicant, firm_id=firm_id).public_id,
    }
    db.session.rollback()
    return FirmOfTest(make, firm_id, names)


def first(model: Any, **fitting: int) -> Any:
    """The oldest row of these values."""
    return db.session.query(model).filter_by(**fitting).order_by(model.id).limit(1).one()


def document(firm: Firm, quote: Quote) -> dict[str, Any]:
    """A document and a picture of its page, by what stands in their addresses."""
    file = storage.put(
        firm.id,
        firm.public_id,
        b"\xff\xd8sida",
        purpose="document_page",
        name="",
        media_type="image/jpeg",
        now=utc_now(),
    )
    db.session.flush()
    facts = {"name": "a.pdf", "sha256": "0" * 64, "size_bytes": 9, "state": "ready", "created_at": utc_now()}
    upload = Upload(firm_id=firm.id, quote_id=quote.id, **facts)
    db.session.add(upload)
    db.session.flush()
    page = {"upload_id": upload.id, "n": 1, "file_id": file.id, "width": 9, "height": 9, "sha256": "0" * 64}
    db.session.add(UploadPage(firm_id=firm.id, **page))
    db.session.commit()
    return {"upload_id": upload.public_id, "page_n": 1}


def deal_of(app, make: Make, firm: Firm, quote: Quote) -> Sent:
    """A browser that came by the mailed link of a quote."""
    client: Client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True  # type: ignore[assignment]  # any value
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, firm.id, quote.id, quote.public_id, client)


def logo(firm: Firm) -> int:
    return picture(firm, "logo", "PNG")


def photo(firm: Firm, quote: Quote) -> None:
    """A photo of the draft, drawn as the worker draws it."""
    sizes = {"large_id": "photo", "paper_id": "photo_paper", "thumb_id": "photo_thumb"}
    db.session.add(
        Photo(
            firm_id=firm.id,
            quote_id=quote.id,
            position=1,
            caption=f"Hallen hos {firm.name}",
            state="ready",
            source_sha256="0" * 64,
            sha256="0" * 64,
            width=40,
            height=20,
            created_at=utc_now(),
            **{name: picture(firm, purpose, "JPEG") for name, purpose in sizes.items()},
        )
    )
    db.session.commit()


def picture(firm: Firm, purpose: str, kind: str) -> int:
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(data, kind)
    row = storage.put(
        firm.id,
        firm.public_id,
        data.getvalue(),
        purpose=purpose,
        name=f"bild.{kind.lower()}",
        media_type=f"image/{kind.lower()}",
        now=utc_now(),
    )
    db.session.flush()
    return row.id


def fresh(quote: Quote) -> Quote:
    """The row as it is now."""
    firm_id, n = quote.firm_id, quote.n
    db.session.rollback()
    db.session.expire_all()
    return drafting.get(firm_id, n)


__all__ = ["FirmOfTest", "actor_of", "deal_of", "fresh", "links", "send", "token_of", "transaction"]
