"""Several who sign: their roles, the order they are in, and what each link may do meanwhile."""

from __future__ import annotations

import json
import re

import pytest

from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, QuoteVersion, Recipient
from services import mailbox
from services.clock import utc_now
from services.quotes import drafting, recipient_rows, sharing
from services.quotes.sharing import Given
from tests.documents.reading import words as in_paper
from tests.routes.deal.conftest import actor_of, send
from tests.routes.deal.test_parties import SHARED, approvals, come, sent_to, step2, words

NAMES = {"co_decides": "Anna Holm", "signatory": "Sven Ek", "witness": "Vera Lind", "copy": "Lena Fors"}


@pytest.fixture
def signing(app, make):
    """Makes a sent quote and a phone for each: the customer's first, then the others' by role.

    `order`: by role, "" for the customer, where they sign one after the other.
    """

    def make_it(*roles: str, order: tuple[str, ...] = (), kind: str = "private", email: str = SHARED):
        firm = make.firm()
        quote = make.quote(firm, make.customer(firm, kind=kind))
        for line in drafting.load(firm.id, quote.n).lines:
            line.deduction = line.work_type = None
        db.session.commit()
        firm_id, n, actor = firm.id, quote.n, actor_of(make, firm)
        keys = {"": ""}
        for role in roles:
            row = sharing.add(firm_id, n, Given(NAMES[role], email, role), actor=actor, now=utc_now())
            keys[role] = row.public_id
        if order:
            sharing.arrange(firm_id, n, in_order=True, actor=actor, now=utc_now())
            for role in order:  # each to the end, in turn
                for _step in order:
                    sharing.move(firm_id, n, keys[role], up=False, actor=actor, now=utc_now())
        quote = send(make, drafting.get(firm_id, n), email=email)
        ids = [row.id for row in db.session.query(Recipient).filter_by(quote_id=quote.id).order_by(Recipient.id)]
        return [come(app, make, drafting.get(firm_id, n), one) for one in (None, *ids)]

    return make_it


def sign(phone, name: str):
    return phone.post("/godkann", step2(phone, name))


def pressed_early(phone, name: str):
    """What somebody posts whose page had no form."""
    return phone.post("/godkann", {"once": "x" * 22, "version": "1", "name": name, "e_signature": "y"})


def test_in_a_set_order_each_waits_for_the_one_before(signing):
    roles = ("signatory", "co_decides", "witness")
    karin, sven, anna, vera = signing(*roles, order=("signatory", "", "co_decides"), kind="company")
    (version,) = db.session.query(QuoteVersion).filter_by(quote_id=karin.quote_id)
    frozen = json.loads(version.content)["deciders"]
    assert [(one["name"], one["role"], one["order"]) for one in frozen] == [
        ("Sven Ek", "signatory", 1),
        ("Anna Holm", "co_decides", 3),
        ("Vera Lind", "witness", 4),
    ]
    turn = [(sven, "Sven Ek"), (karin, "Karin Almgren"), (anna, "Anna Holm"), (vera, "Vera Lind")]
    for place, (phone, name) in enumerate(turn):
        for late, late_name in turn[place + 1 :]:
            page = words(late)
            assert f"Väntar på {name}." in page
            assert f'href="{late.url("/godkann")}"' not in page
            assert late.get("/godkann").status_code == 302
            refused = pressed_early(late, late_name)
            assert refused.status_code == 409
            assert "inte din tur" in refused.get_data(as_text=True)
        assert len(approvals(karin)) == place
        assert sign(phone, name).status_code == 303
    assert karin.quote.status == "accepted"
    assert [(row.name, row.role) for row in approvals(karin)] == [
        ("Sven Ek", "signatory"),
        ("Karin Almgren", "decides"),
        ("Anna Holm", "co_decides"),
        ("Vera Lind", "witness"),
    ]
    assert karin.acts()[-2:] == ["doc.witnessed", "doc.all_signed"]
    assert len(sent_to(karin, "your_turn")) == 3  # one each, when it was theirs


def test_a_witness_orders_nothing_and_signs_last(signing):
    karin, vera = signing("witness")
    assert "Väntar på Karin Almgren." in words(vera)
    assert sent_to(karin, "your_turn") == []
    sign(karin, "Karin Almgren")
    assert karin.quote.status == "partly_signed"
    assert "Väntar på Vera Lind" in words(karin)
    page = words(vera, "/godkann")
    assert "Jag har sett att Karin Almgren har skrivit under" in page
    for ordered in ("Beställ", "betalningsskyldighet", "personnummer", "ångerrätt", "Du betalar"):
        assert ordered not in page
    assert vera.post("/tillval", {"tillval": "4"}).status_code == 409
    assert vera.post("/nej", {"version": "1"}).status_code == 409
    assert sign(vera, "Vera Lind").status_code == 303
    (agreement,) = db.session.query(Agreement).filter_by(quote_id=karin.quote_id)
    agreed = json.loads(agreement.agreed)
    assert (agreed["deciders"], agreed["witnesses"]) == (["Karin Almgren"], ["Vera Lind"])
    assert agreed["name"] == "Karin Almgren"
    (tick,) = json.loads(approvals(karin)[1].consents)
    assert tick["text"].startswith("Jag har sett att Karin Almgren har skrivit under")
    assert vera.get("/angra").status_code == 302  # nothing of hers to withdraw


def test_paper_and_letters_tell_the_witness_apart(signing):
    karin, vera = signing("witness", email="alla@kund.example")
    sign(karin, "Karin Almgren")
    sign(vera, "Vera Lind")
    draw_agreements.run(utc_now())
    text = re.sub(r"\s+", " ", in_paper(karin.get("/avtal.pdf").data))
    assert "Vera Lind (vittne)" in text
    offer = re.sub(r"\s+", " ", in_paper(karin.get("/offert.pdf").data))
    assert "Sist bevittnas underskrifterna av Vera Lind." in offer
    send_mail.run(utc_now())
    letters = [kept for kept in mailbox.newest() if kept.to == "alla@kund.example"]
    (turn,) = [kept for kept in letters if "nu väntar vi på dig" in kept.subject]
    assert "Till Vera Lind" in turn.text
    (first,) = [kept for kept in letters if "Till Vera Lind" in kept.text and "Offert:" in kept.subject]
    assert "Du är vittne" in re.sub(r"\s+", " ", first.text)
    assert "Karin Almgren skriver under före dig" in re.sub(r"\s+", " ", first.text)


def test_in_any_order_all_but_the_witness_have_the_turn(signing):
    karin, anna, vera = signing("co_decides", "witness")
    sign(anna, "Anna Holm")
    assert sent_to(karin, "your_turn") == [SHARED]
    assert "Väntar på Karin Almgren." in words(vera)
    sign(karin, "Karin Almgren")
    assert len(sent_to(karin, "your_turn")) == 2
    assert "Nu väntar vi på dig" in words(vera)


def test_the_customer_moves_among_the_others_and_the_witness_stays_last(make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    firm_id, n, actor = firm.id, quote.n, actor_of(make, firm)
    rows = [
        sharing.add(firm_id, n, Given(NAMES[role], SHARED, role), actor=actor, now=utc_now()).public_id
        for role in ("witness", "co_decides")
    ]
    vera, anna = rows

    def standing() -> list[str]:
        db.session.rollback()
        return recipient_rows.in_turn(recipient_rows.of_quote(drafting.get(firm_id, n)))

    assert standing() == ["", anna, vera]
    sharing.move(firm_id, n, "", up=False, actor=actor, now=utc_now())
    assert standing() == [anna, "", vera]
    for key in (vera, anna):  # at an end of their kind
        sharing.move(firm_id, n, key, up=True, actor=actor, now=utc_now())
    assert standing() == [anna, "", vera]
    sharing.remove(firm_id, n, anna, actor=actor, now=utc_now())
    assert standing() == ["", vera]
    assert [one["order"] for one in recipient_rows.frozen(drafting.get(firm_id, n))] == [0]


def test_only_a_company_has_signatories(make, app):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    seller = app.test_client().log_in(make.owner(firm))
    path = f"/offerter/{quote.n}/mottagare"
    assert "Firmatecknare" not in seller.get(path).text
    form = {"m-name": "Sven Ek", "m-email": "sven@kund.example", "m-role": "signatory"}
    assert seller.post(path, data=form).status_code == 422
    assert db.session.query(Recipient).count() == 0
