"""C-01, C-03, C-04, C-05: every form of every page, each text field in turn with what an attacker would type."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote as percent

import pytest

from extensions import db
from jobs import draw_agreements, send_mail
from models import Customer, Letter, Quote
from services.clock import utc_now
from services.installation import settings
from tests import mailed
from tests.security.conftest import deal_of, send
from tests.security.web import Form, Parts, crawl, filled, form_on, own_path

SCRIPT = '"><img src=x onerror=alert(1)>{{71*1911147}}${71*1911147}{%for%}<script>'
PRODUCT = str(71 * 1911147)  # what a template engine would make of it
HEADER = "Nils\r\nBcc: x@evil.example\r\n\r\n<b>"
ODD = "‮ltr‬\u2028\u0085\u200bå\u0301\U0001f600﷽'--;\\"
LONG = "lång " * 2500
NEVER = ("/logga-ut", "/konto/avsluta/bekrafta", "/konto/export", "/losenord", "/registrera", "/glomt")


@pytest.fixture
def owner(app, alfa):
    client = app.test_client().log_in(alfa.owner)
    client.environ_base["handslag.raise_errors"] = True
    return client


@pytest.fixture
def customer(app, make, alfa):
    quote = db.session.query(Quote).filter_by(title="Hos kunden").one()
    return deal_of(app, make, alfa.firm, quote)


def forms(client, *starts: str) -> list[Form]:
    """Each form with text fields once, as the pages give it."""
    found: dict[str, Form] = {}
    for path, body in crawl(client, *starts).items():
        for form in Parts(body, path).forms if "<form" in body else []:
            if form.method == "post" and not any(part in form.action for part in NEVER):
                action = own_path(form.action, path)
                found.setdefault(re.sub(r"\d+", "#", action), replace(form, action=action))
    return [form for form in found.values() if form.typed]


def is_escaped(body: str) -> bool:
    return body.startswith(("%PDF", "\x89PNG", "\ufeff")) or _is_escaped(body)


def _is_escaped(body: str) -> bool:
    return "<img src=x" not in body and PRODUCT not in body and "<script>" not in body


def test_every_field_of_the_firm(app, owner, alfa):
    starts = ["/", "/offerter", "/offerter/ny", "/kunder/ny", "/prislista/ny", "/installningar/foretag"]
    found = forms(owner, *starts, "/offerter/2/redigera", "/offerter/2/uppgifter", "/offerter/2/rader/2")
    fields = 0
    for form in found:
        for name in sorted(form.typed):
            answer = owner.post(form.action, data={**filled(form), name: SCRIPT + HEADER + ODD})
            assert answer.status_code in (200, 204, 303, 409, 422), (form.action, name, answer.status_code)
            assert is_escaped(answer.text), (form.action, name)
            fields += 1
        everything = dict.fromkeys({**form.values, **dict.fromkeys(form.typed)}, LONG)
        answer = owner.post(form.action, data={**everything, "csrf_token": owner.csrf_token()}, csrf=False)
        # 404: a hidden field named a quote; 413: so many fields are together more than a form may hold
        assert answer.status_code in (200, 303, 404, 409, 413, 422), form.action
    assert len(found) > 10
    assert fields > 40
    stored = [row.name for row in db.session.query(Customer)]
    assert [name for name in stored if "onerror" in name], "what is typed is kept as it is"
    for path, body in crawl(owner, "/", "/offerter", "/kunder", "/prislista", "/konto", "/installningar/mig").items():
        assert is_escaped(body), path


def test_every_field_of_the_customer(app, make, owner, customer, alfa):
    starts = [customer.url(rest) for rest in ("", "/godkann", "/nej")]
    found = [form for form in forms(customer.client, *starts) if not form.action.endswith("/nej")]
    for form in found:
        for name in sorted(form.typed):
            for payload in (SCRIPT + HEADER + ODD, LONG):
                answer = customer.client.post(form.action, data={**filled(form), name: payload})
                assert answer.status_code in (200, 303, 409, 422, 429), (form.action, name)
                assert is_escaped(answer.text), (form.action, name)
    assert {form.action.rpartition("/")[2] for form in found} >= {"fraga", "godkann"}
    assert customer.post("/godkann", customer.step2(name=SCRIPT)).status_code == 303
    typed = {"name": HEADER, "contract": SCRIPT[:60], "email": "karin@kund.example"}
    assert customer.post("/angra", typed).status_code == 303
    draw_agreements.run(utc_now())
    for path, body in crawl(owner, f"/offerter/{customer.quote.n}", "/offerter").items():
        assert is_escaped(body), path
    for rest in ("/avtal", "/angrat", "/villkor", "/uppgifter"):
        assert is_escaped(customer.get(rest).text), rest
    check_letters(alfa.firm.public_id)


def test_marks_that_nobody_sees_turn_nothing_round(owner, customer, alfa):
    form = form_on(owner, "/kunder/ny", "/kunder")
    typed = filled(form) | {"name": "Brf \u202e000 1\u202c\u200b\x1b[2J Ögat", "email": "brf@kund.example"}
    assert owner.post(form.action, data=typed).status_code == 303
    assert db.session.query(Customer.name).filter_by(email="brf@kund.example").scalar() == "Brf 000 1[2J Ögat"
    unseen = customer.post("/godkann", customer.step2(name="\u202e\u200b\u2060"))
    assert unseen.status_code == 422
    assert "Skriv ditt namn" in unseen.text


def test_letters_and_papers_of_a_hostile_firm(app, make, owner, alfa):
    """The firm's name, the customer's and the title stand in subjects, senders and papers."""
    form = form_on(owner, "/installningar/foretag", "/foretag")
    typed = filled(form) | {"name": "Alfa\r\nBcc: x@evil.example", "city": SCRIPT[:80]}
    assert owner.post(form.action, data=typed).status_code == 303
    firm = alfa.firm
    customer = make.customer(firm, SCRIPT, contact=HEADER)
    quote = make.quote(firm, customer, title=SCRIPT[:60], message=HEADER, terms=SCRIPT)
    db.session.commit()
    sent = deal_of(app, make, firm, send(make, quote))
    assert is_escaped(sent.get().text)
    assert sent.get("/offert.pdf").data.startswith(b"%PDF")
    assert sent.post("/fraga", {"question": SCRIPT}).status_code == 303
    assert sent.post("/godkann", sent.step2(name="Karin\r\nBcc: x@evil.example")).status_code == 303
    assert draw_agreements.run(utc_now()).failed == 0
    check_letters(sent.firm.public_id)


def check_letters(firm_public_id: str) -> None:
    """Each letter has one recipient, the one of its row; nothing in its HTML is the sender's own."""
    assert send_mail.run(utc_now()).failed == 0
    assert db.session.query(Letter).filter(Letter.state != "sent").count() == 0
    intended = {row.public_id: row.to_address for row in db.session.query(Letter)}
    kept = mailed.letters(firm=firm_public_id)
    assert len(kept) > 3
    for letter in kept:
        assert letter.to == intended[letter.id]
        assert is_escaped(letter.html)
        assert PRODUCT not in letter.text
        for value in (letter.subject, letter.sender, letter.reply_to):
            assert "\n" not in value
            assert "\r" not in value
    for file in (settings().DATA_DIR / "mailbox" / firm_public_id).glob("*.eml"):
        head = file.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")[0]
        assert b"\nBcc" not in head
        assert b"\nbcc" not in head.lower()


SEARCHES = [
    "' or 1=1--",
    '"',
    "%",
    "_",
    "\\",
    "a" * 10_000,
    "%27%20or",
    "\x1b[31m",
    "😀" * 200,
    "‮",
    "*",
    "(",
    "a b " * 200,
]


SEARCHED = ["/offerter", "/kunder", "/prislista", "/prislista/sok", "/offerter/ny", "/offerter/2/kund"]


def test_c05_every_search_sort_and_filter(owner):
    for path in SEARCHED:
        for typed in SEARCHES:
            for name in ("q", "efter", "sida", "visa", "antal", "del"):
                answer = owner.get(f"{path}?{name}={percent(typed)}", headers={"HX-Request": "true"})
                assert answer.status_code in (200, 303, 404), (path, name, typed[:20])
        assert owner.get(f"{path}?q=%00").status_code == 400
        for query in ("q=%ff%fe%ed%a0%80", "q=a&q=b&q[]=c", "q", "=", "&&&"):
            assert owner.get(f"{path}?{query}").status_code == (404 if path.endswith("/sok") else 200)


def test_c05_signs_of_the_database_mean_themselves(owner, make, alfa):
    make.customer(alfa.firm, "Utan", email="utan@kund.example")
    for number, typed in enumerate(("%", "_", "\\", "a%z", "' or 1=1--")):
        make.customer(alfa.firm, f"Med {typed} i namn{number}", email="med@kund.example")
        page = owner.get(f"/kunder?q={percent(typed)}", headers={"HX-Request": "true"}).text
        assert f"i namn{number}" in page
        assert "Utan" not in page
        assert "Karin" not in page


SCRIPTS = ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https:evil", "vbscript:x", "https://a@b.c"]


def test_c02_addresses_that_are_scripts(owner, alfa):
    values = form_on(owner, "/installningar/foretag", "/foretag")
    for address in SCRIPTS:
        answer = owner.post("/installningar/foretag", data={**filled(values), "website": address})
        assert answer.status_code == 422
        assert f'href="{address}"' not in answer.text
    db.session.expire_all()
    assert alfa.firm.website == ""
