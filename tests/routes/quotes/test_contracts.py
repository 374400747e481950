"""A draft sent as a contract: what it needs, its clauses, the firm's signature, and one made of an accepted quote."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import timedelta

import pytest
import time_machine

from domain.clock import stockholm_date
from extensions import db
from jobs import send_held
from models import Event, HeldSending, Quote, QuoteLine, QuoteVersion, StoredFile
from services import contract_templates, storage
from services.clock import utc_now
from services.installation import settings
from tests.documents.reading import words as words_of
from tests.routes.deal.conftest import actor_of, make_sent, token_of
from tests.routes.quotes.conftest import fresh

MAIL = "karin.almgren@kund.example"


@pytest.fixture
def draft(make, firm):
    day = stockholm_date(utc_now())
    return make.quote(
        firm, make.customer(firm), starts_on=day + timedelta(days=20), finishes_on=day + timedelta(days=40)
    )


@pytest.fixture
def held(app, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], SEND_HOLD_SECONDS=30))


def as_contract(client, quote):
    assert client.post(f"/offerter/{quote.n}/slag", data={"kind": "contract"}).status_code == 200
    return client.get(f"/offerter/{quote.n}/granska").text


def form_of(client, quote, **typed) -> dict[str, str]:
    html = client.get(f"/offerter/{quote.n}/granska").text
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', html))
    until = (stockholm_date(utc_now()) + timedelta(days=30)).isoformat()
    return {**hidden, "email": MAIL, "valid_until": until, "message": "Hej Karin."} | typed


def send(client, quote, **typed):
    return client.post(f"/offerter/{quote.n}/skicka", data=form_of(client, quote, **typed))


def test_the_review_asks_for_what_a_contract_needs(owner, make, firm):
    quote = make.quote(firm, make.customer(firm))
    page = as_contract(owner, quote)
    for words in ("Ett kontrakt säger när arbetet börjar.", "Skriv slutdag", "Handslags villkor", "Er underskrift"):
        assert words in page
    assert send(owner, quote).status_code == 409  # nothing goes while it lacks them
    assert fresh(quote).version == 0
    quote.starts_on = stockholm_date(utc_now())
    db.session.commit()
    answer = owner.post(f"/offerter/{quote.n}/kontrakt", data={"mall": "", "utan-slut": "y"})
    assert answer.status_code == 200
    assert "Det här måste rättas" not in owner.get(f"/offerter/{quote.n}/granska").text
    assert fresh(quote).open_ended


def test_who_signs_without_a_name_is_led_to_write_one(owner, make, firm, draft):
    make.owner(firm).name = ""
    db.session.commit()
    assert 'href="/installningar/mig">Skriv ditt namn' in as_contract(owner, draft)
    make.owner(firm).name = "Eva Ek"
    db.session.commit()
    assert "Skriv ditt namn" not in as_contract(owner, draft)


def test_one_tap_makes_it_a_contract_and_what_is_typed_stays(owner, draft):
    path = f"/offerter/{draft.n}/slag"
    typed = form_of(owner, draft, email="ny@kund.example", message="Vi ses på måndag.", way="mail")
    page = owner.post(path, data={**typed, "kind": "contract"})
    assert page.status_code == 200
    for words in ('value="ny@kund.example"', "Vi ses på måndag.", "Skicka kontraktet", 'aria-pressed="true">Kontrakt'):
        assert words in page.text
    assert fresh(draft).kind == "contract"
    assert owner.get(path).location == f"/offerter/{draft.n}/granska"  # a browser that is opened again


def test_the_greeting_of_quotes_is_not_said_of_a_contract(owner, draft, firm):
    firm.default_message = draft.message = "Här kommer offerten."
    db.session.commit()
    path = f"/offerter/{draft.n}/slag"
    typed = form_of(owner, draft, message="Här kommer offerten.")
    assert "Här kommer offerten." not in owner.post(path, data={**typed, "kind": "contract"}).text
    assert "Här kommer offerten." not in owner.get(f"/offerter/{draft.n}/granska").text
    assert "Här kommer offerten." in owner.post(path, data={**typed, "message": "", "kind": "quote"}).text


def test_what_is_chosen_and_not_saved_is_kept_and_read_before_it_goes(owner, draft):
    as_contract(owner, draft)
    chosen = {"mall": "", "utan-slut": "y"}
    first = send(owner, draft, **chosen)
    assert first.status_code == 409
    assert "Inget är skickat än." in first.text
    assert (fresh(draft).open_ended, fresh(draft).version) == (True, 0)
    assert send(owner, draft, **chosen).status_code == 303
    assert fresh(draft).version == 1


def test_it_is_sent_with_the_firms_signature(owner, draft, firm):
    as_contract(owner, draft)
    assert send(owner, draft).status_code == 303  # logged in just now: the password is fresh
    quote = fresh(draft)
    version = db.session.query(QuoteVersion).filter_by(quote_id=quote.id).one()
    content = json.loads(version.content)
    contract = content["contract"]
    assert contract["firm_signer"]["way"] == "password"
    assert contract["template"]["sha256"]
    assert [one["code"] for one in contract["clauses"]][:3] == ["parties", "signing", "site"]
    assert "{{" not in json.dumps(contract)
    rows = db.session.query(Event).filter_by(obj=f"quote:{quote.public_id}").order_by(Event.seq)
    assert [row.act for row in rows] == ["doc.frozen", "contract.signed", "contract.sent"]
    signed = json.loads(rows[1].entry)
    assert signed["actor"].startswith("user:")
    assert signed["data"]["json_sha256"] == version.json_sha256
    assert contract["firm_signer"]["name"] not in rows[1].entry
    paper = words_of(storage.read(firm.public_id, db.session.get_one(StoredFile, version.pdf_id)))
    for words in ("Kontraktsvillkor", "Underskrifter", "Ångerblankett", "inloggad i Handslag med lösenord"):
        assert words in paper


def test_without_a_fresh_login_the_password_is_asked(owner, draft):
    as_contract(owner, draft)
    with time_machine.travel(utc_now() + timedelta(minutes=settings().FRESH_MINUTES + 1)):
        for typed, words in (("", "Skriv ditt lösenord för att skriva under."), ("fel", "Lösenordet stämmer inte.")):
            answer = send(owner, draft, password=typed)
            assert answer.status_code == 422
            again = send(owner, draft, password=typed, email="karin").text  # another fault, and the password is lost
            assert again.count("Skriv lösenordet igen") == (2 if typed else 0)
            assert words in answer.text
            assert "Hej Karin." in answer.text  # what was typed stays
            assert fresh(draft).version == 0
        assert db.session.query(Event).filter_by(act="contract.signed").count() == 0


def test_undone_it_leaves_no_signature(owner, draft, held):
    as_contract(owner, draft)
    assert send(owner, draft).status_code == 303
    assert db.session.query(HeldSending).one().signed_way == "password"
    owner.post(f"/offerter/{draft.n}/angra-utskick", data={"version": "0"})
    db.session.rollback()
    assert db.session.query(HeldSending).count() == 0
    assert db.session.query(Event).filter_by(act="contract.signed").count() == 0


def test_what_waited_goes_with_the_signature_of_the_press(owner, draft, held):
    as_contract(owner, draft)
    send(owner, draft)
    pressed = db.session.query(HeldSending).one().signed_at
    send_held.run(utc_now() + timedelta(seconds=31))
    db.session.rollback()
    contract = json.loads(db.session.query(QuoteVersion).one().content)["contract"]
    assert contract["firm_signer"]["at"][:19] == pressed.isoformat()[:19]
    assert db.session.query(Quote).one().status == "sent"


def test_a_small_house_is_paid_for_as_it_is_built(owner, draft):
    draft.is_smahus = True
    db.session.commit()
    page = as_contract(owner, draft)
    assert "minst en tiondel efter godkänd slutbesiktning" in page
    assert "Slutbesiktning" in page
    assert send(owner, draft).status_code == 409
    plan = [
        {"trigger": "stage", "text": "Grunden är gjuten", "share_bp": 5000, "amount_ore": None, "on": None},
        {"trigger": "inspection", "text": "", "share_bp": None, "amount_ore": None, "on": None},
    ]
    quote = fresh(draft)
    quote.payment_plan = json.dumps(plan)
    db.session.commit()
    assert send(owner, draft).status_code == 303


def test_the_firms_own_template_is_used_and_named(owner, draft, make, firm):
    actor = actor_of(make, firm)
    made = contract_templates.create("Badrum", "consumer", actor=actor, now=utc_now())
    n = made.n
    contract_templates.write(n, "insurance", "Försäkring", "Vi på {{företag}}.", version=1, actor=actor, now=utc_now())
    page = as_contract(owner, draft)
    assert f"Vi på {firm.name}." in page
    send(owner, draft)
    db.session.rollback()
    contract = json.loads(db.session.query(QuoteVersion).one().content)["contract"]
    assert (contract["template"]["name"], contract["template"]["version"]) == ("Badrum", 2)
    contract_templates.write(n, "insurance", "Försäkring", "Annat.", version=2, actor=actor, now=utc_now())
    db.session.rollback()
    assert "Annat." not in db.session.query(QuoteVersion).one().content


def test_the_terms_of_quotes_are_left_out_and_come_back(owner, draft, firm):
    firm.default_terms = "Villkor för alla offerter."
    draft.terms = firm.default_terms
    db.session.commit()
    as_contract(owner, draft)
    assert fresh(draft).terms == ""
    owner.post(f"/offerter/{draft.n}/slag", data={"kind": "quote"})
    assert fresh(draft).terms == "Villkor för alla offerter."


def test_once_sent_it_stays_what_it_is(owner, draft):
    send(owner, draft)
    assert owner.post(f"/offerter/{draft.n}/slag", data={"kind": "contract"}).status_code == 409
    assert fresh(draft).kind == "quote"


def test_a_contract_is_made_of_an_accepted_quote(app, make, client):
    day = stockholm_date(utc_now())
    sent = make_sent(app, make, starts_on=day + timedelta(days=20), finishes_on=day + timedelta(days=40))
    draft, owner = sent.quote, client.log_in(make.owner(sent.firm))
    path = f"/offerter/{draft.n}/gor-kontrakt"
    assert owner.post(path, data={"once": "a"}).status_code == 409
    sent.post("/tillval", {"tillval": "4"})
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert "Gör kontrakt av offerten" in owner.get(f"/offerter/{draft.n}").text
    first, second = (owner.post(path, data={"once": "b"}) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location  # pressed twice it is one
    db.session.rollback()
    made = db.session.query(Quote).filter_by(kind="contract").one()
    number = fresh(draft).number
    assert made.from_number == number
    quote = fresh(draft)
    assert (made.starts_on, made.finishes_on, made.gross_ore) == (quote.starts_on, quote.finishes_on, quote.gross_ore)
    lines = db.session.query(QuoteLine).filter_by(quote_id=made.id, removed_at=None).all()
    assert not any(line.is_option for line in lines)  # what was chosen is in it
    assert len(lines) == 3
    assert f"Offert {number}" in owner.get(f"/offerter/{made.n}/granska").text


@pytest.mark.parametrize(
    ("path", "form"),
    [("slag", {"kind": "contract"}), ("kontrakt", {"mall": ""}), ("gor-kontrakt", {"once": "x"})],
)
def test_others_may_not(app, make, firm, draft, path, form):
    address = f"/offerter/{draft.n}/{path}"
    worker = app.test_client().log_in(make.user(firm, role="worker"))
    assert worker.post(address, data=form).status_code == 403
    stranger = app.test_client().log_in(make.owner(make.firm("Annan Snickeri")))
    assert stranger.post(address, data=form).status_code == 404
    assert fresh(draft).kind == "quote"


@pytest.mark.parametrize("form", [{"kind": "document"}, {"kind": ""}, {"kind": "x" * 400}])
def test_no_other_kind_is_taken(owner, draft, form):
    assert owner.post(f"/offerter/{draft.n}/slag", data=form).status_code == 404


@pytest.mark.parametrize("typed", ["999", "x", "-1", "1e3", "9" * 40])
def test_no_other_template_is_taken(owner, draft, typed):
    as_contract(owner, draft)
    assert owner.post(f"/offerter/{draft.n}/kontrakt", data={"mall": typed}).status_code == 404


def test_the_customer_reads_the_clauses_and_who_has_signed(app, owner, draft, firm):
    as_contract(owner, draft)
    assert "Kontraktsvillkor" in owner.get(f"/offerter/{draft.n}/som-kund").text
    send(owner, draft)
    token = token_of(fresh(draft))
    customer = app.test_client()
    customer.environ_base["handslag.raise_errors"] = True
    customer.get(f"/l/{token}")
    path = f"/o/{fresh(draft).public_id}"
    page = customer.get(path).text
    for words in (f"skrev under för {firm.name}", "Inget avtal finns förrän alla har skrivit under.", "1. Parter"):
        assert words in page
    assert "14. Ångerrätt" in customer.get(f"{path}/villkor").text
    english = customer.get(f"{path}?sprak=en").text
    assert "There is no agreement until everyone has signed." in english
