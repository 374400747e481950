"""More than one who gets the quote: one of them beside the firm's phone, or a yes that the firm writes down."""

from __future__ import annotations

from domain.clock import STOCKHOLM
from extensions import db
from jobs import draw_agreements
from models import StoredFile
from services import storage
from services.clock import utc_now
from tests.documents.reading import words as in_paper
from tests.routes.deal.conftest import Sent
from tests.routes.deal.test_parties import agreements, among, sent_to, step2, words

__all__ = ["among"]  # a fixture


def beside(app, make, karin: Sent) -> Sent:
    """The firm's phone, shown to the customer."""
    client = app.test_client().log_in(make.owner(karin.firm))
    client.environ_base["handslag.raise_errors"] = True
    assert client.post(f"/offerter/{karin.quote.n}/visa-for-kund").status_code == 303
    return Sent(make, karin.firm_id, karin.quote_id, karin.deal_id, client)


def paper(karin: Sent) -> str:
    file = db.session.get_one(StoredFile, agreements(karin)[0].pdf_id)
    return in_paper(storage.read(karin.firm.public_id, file))


def test_the_customer_approves_on_the_screen_and_the_other_by_link(app, make, among):
    karin, anna = among("co_decides")
    shown = beside(app, make, karin)
    assert "Du läser som Karin Almgren" in words(shown)
    assert shown.post("/godkann", step2(shown, "Karin Almgren")).status_code == 303
    assert karin.quote.status == "partly_signed"
    assert "Lämna tillbaka telefonen" in words(shown)
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert karin.quote.status == "accepted"
    draw_agreements.run(utc_now())
    text = paper(karin)
    assert "På plats, på en av företagets enheter" in text
    assert "Jonas Ek lämnade över den." in text
    assert "var för sig" in words(anna, "/avtal")


def test_the_last_to_approve_stands_beside_the_phone(app, make, among):
    karin, anna = among("co_decides")
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    shown = beside(app, make, karin)
    assert shown.post("/godkann", step2(shown, "Karin Almgren")).status_code == 303
    draw_agreements.run(utc_now())
    assert "Jonas Ek lämnade över den." in paper(karin)


def test_a_note_of_one_yes_is_not_taken_where_several_decide(app, make, among):
    karin, anna = among("co_decides")
    client = app.test_client().log_in(make.owner(karin.firm))
    for ask in (client.get, client.post):
        refused = ask(f"/offerter/{karin.quote.n}/sagt-ja")
        assert refused.status_code == 409
        assert "då räcker inte en persons" in refused.get_data(as_text=True)
    assert "sagt ja på annat sätt" not in client.get(f"/offerter/{karin.quote.n}").get_data(as_text=True)
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert client.get(f"/offerter/{karin.quote.n}/sagt-ja").status_code == 409


def test_who_only_reads_is_told_what_was_written_down(app, make, among):
    karin, reader = among("copy", emails=("per@kund.example",))
    client = app.test_client().log_in(make.owner(karin.firm))
    html = client.get(f"/offerter/{karin.quote.n}/sagt-ja").get_data(as_text=True)
    hidden = {name: html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("once", "seen")}
    now = utc_now().astimezone(STOCKHOLM)
    data = {**hidden, "name": "Karin Almgren", "channel": "phone", "on": now.date().isoformat(), "at": f"{now:%H.%M}"}
    assert client.post(f"/offerter/{karin.quote.n}/sagt-ja", data=data).status_code == 303
    draw_agreements.run(utc_now())
    assert sent_to(karin, "quote_recorded") == ["hemma@kund.example"]
    assert sent_to(karin, "agreement_copy") == ["per@kund.example"]
    for phone in (karin, reader):
        assert "har antecknat att Karin Almgren sa ja på telefon" in words(phone, "/avtal")
