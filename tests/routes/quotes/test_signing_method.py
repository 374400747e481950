"""What the firm asks for when it sends, and what its rules ask for: on the review page and of a yes given elsewhere."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from extensions import db
from models import Agreement, Quote, QuoteVersion, Recipient
from services.clock import utc_now
from tests.routes.deal.conftest import Sent, send
from tests.routes.quotes.test_manual import PDF, record
from tests.routes.quotes.test_review import form_of

PHONE = "+46701740605"


def rule(firm, from_kr: int, method: str) -> None:
    firm.signing_rules = json.dumps([{"from_kr": from_kr, "method": method}])
    db.session.commit()


def frozen() -> dict[str, object]:
    db.session.rollback()
    return json.loads(db.session.query(QuoteVersion).one().content)["signing"]


def test_a_stronger_method_for_this_one(make, firm, owner):
    quote = make.quote(firm, make.customer(firm, phone=PHONE))
    page = owner.get(f"/offerter/{quote.n}/granska").text
    assert "Med sitt namn och en engångskod" in page
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, signing="link_code")).status_code == 303
    assert frozen() == {"method": "link_code", "rules": []}
    db.session.rollback()
    assert db.session.query(Quote).one().signing_method == "link_code", "the next version begins with it"


@pytest.mark.parametrize("typed", ["", "bankid", "manual_scan"])
def test_what_is_not_offered_changes_nothing(make, firm, owner, typed):
    quote = make.quote(firm, make.customer(firm))
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, signing=typed)).status_code == 303
    assert frozen()["method"] == "link"


@pytest.mark.parametrize(
    ("given", "typed"),
    [({}, {}), ({"phone": "+4640123456"}, {}), ({"email": ""}, {"way": "sms", "phone": "070-174 06 05", "email": ""})],
)
def test_nothing_is_sent_while_nobody_could_get_the_code(make, firm, owner, given, typed):
    rule(firm, 20_000, "link_code")  # reached with the option: 23 840 kr
    quote = make.quote(firm, make.customer(firm, **given))
    assert "er regel för beloppet kräver det" in owner.get(f"/offerter/{quote.n}/granska").text
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, **typed))
    assert answer.status_code == 422
    assert "Karin Almgren kan inte få någon kod" in answer.text
    assert "Hej Karin." in answer.text
    assert db.session.query(QuoteVersion).count() == 0


def test_below_the_rule_nothing_is_asked(make, firm, owner):
    rule(firm, 30_000, "link_code")
    quote = make.quote(firm, make.customer(firm))
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote)).status_code == 303
    assert frozen() == {"method": "link", "rules": [{"from_kr": 30000, "method": "link_code"}]}


def test_without_text_messages_here_the_code_is_not_offered(make, firm, owner, monkeypatch):
    monkeypatch.setattr(type(owner.application.config["SETTINGS"]), "sends_texts", False)
    quote = make.quote(firm, make.customer(firm, phone=PHONE))
    assert "Med sitt namn och en engångskod" not in owner.get(f"/offerter/{quote.n}/granska").text
    rule(firm, 0, "link_code")
    assert "Sms är inte påslaget på den här installationen" in owner.get(f"/offerter/{quote.n}/granska").text
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote))
    assert answer.status_code == 422
    assert "sms är inte påslaget" in answer.text


@pytest.mark.parametrize(
    ("asked", "channel", "with_file", "method"),
    [
        (None, "phone", False, "oral"),
        (None, "letter", True, "manual_scan"),
        ("link", "phone", False, None),
        ("link", "phone", True, None),
        ("link", "mail", True, "manual_scan"),
        ("link_code", "letter", False, None),
        ("link_code", "letter", True, "manual_scan"),
    ],
)
def test_a_yes_given_elsewhere(make, firm, owner, asked, channel, with_file, method):
    if asked:
        rule(firm, 0, asked)
    quote = make.quote(firm, make.customer(firm, phone=PHONE))
    quote = send(make, quote, now=utc_now() - timedelta(hours=2))
    sent = Sent(make, firm.id, quote.id, quote.public_id, owner)
    file = {"attachment": (io.BytesIO(PDF), "avtal.pdf")} if with_file else {}
    answer = record(sent, channel=channel, **file)
    db.session.rollback()
    if method is None:
        assert answer.status_code == 422
        assert "kräver mer än ett muntligt ja" in answer.text
        assert db.session.query(Agreement).count() == 0
    else:
        assert answer.status_code == 303
        row = db.session.query(Agreement).one()
        assert (row.method, json.loads(row.agreed)["signing"]["method"]) == (method, method)


def test_all_who_sign_must_be_able_to_get_one(make, firm, owner):
    """Another who decides has the link by mail, and needs a number; who only reads or attests needs none."""
    quote = make.quote(firm, make.customer(firm, phone=PHONE), is_shared=True)
    for name, role in (("Anna Holm", "co_decides"), ("Bo Ek", "copy"), ("Vera Vik", "witness")):
        db.session.add(
            Recipient(
                firm_id=firm.id, quote_id=quote.id, name=name, email="a@kund.example", role=role, created_at=utc_now()
            )
        )
    db.session.commit()
    form = form_of(owner, quote, signing="link_code")
    answer = owner.post(f"/offerter/{quote.n}/skicka", data=form)
    assert answer.status_code == 422
    assert "Anna Holm kan inte få någon kod" in answer.text
    db.session.query(Recipient).filter_by(name="Anna Holm").one().phone = PHONE
    db.session.commit()
    assert owner.post(f"/offerter/{quote.n}/skicka", data=form_of(owner, quote, signing="link_code")).status_code == 303
