"""The ways a quote goes: mail, sms, a shared link, a QR code; each link a row of its own, its address shown once."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements, send_mail
from models import Event, Letter, QuoteLink
from services import outbox
from services.clock import utc_now
from tests import mailed
from tests.routes.quotes.conftest import fresh, names_of

PHONE = "+46701740605"


@pytest.fixture
def quote(make, firm):
    return names_of(make.quote(firm, make.customer(firm, phone=PHONE)))


@pytest.fixture
def by_mobile(make, firm):
    """The quote of a customer who has no address of mail."""
    return names_of(make.quote(firm, make.customer(firm, email="", phone=PHONE)))


@pytest.fixture
def no_provider(app, monkeypatch) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], SMTP_HOST="127.0.0.1")
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def form_of(client, quote, **typed) -> dict[str, str]:
    html = client.get(f"/offerter/{quote.n}/granska").text
    hidden = dict(re.findall(r'name="(once|seen)"[^>]*value="([^"]*)"', html))
    until = (stockholm_date(utc_now()) + timedelta(days=30)).isoformat()
    return {**hidden, "valid_until": until, "message": "Hej Karin."} | typed


def press(client, quote, **typed):
    return client.post(f"/offerter/{quote.n}/skicka", data=form_of(client, quote, **typed))


def offered(client, quote) -> list[tuple[str, bool]]:
    html = client.get(f"/offerter/{quote.n}/granska").text
    return [(way, bool(on)) for way, on in re.findall(r'name="way" value="(\w+)"( checked)?', html)]


def address_in(page: str) -> str:
    found = re.search(r'id="adress" readonly value="http://localhost(/l/[^"]+)"', page)
    assert found
    return found[1]


HERE = ("on_site", False)  # always last: it is for the customer who stands here


def test_the_way_used_last_comes_first_and_is_chosen(app, owner, make, firm, quote):
    assert offered(owner, quote) == [("mail", True), ("sms", False), ("link", False), ("qr", False), HERE]
    press(owner, quote, way="sms", phone="070-174 06 05")
    other = names_of(make.quote(firm, make.customer(firm, phone=PHONE)))
    assert offered(owner, other) == [("sms", True), ("mail", False), ("link", False), ("qr", False), HERE]
    seller = app.test_client().log_in(make.user(firm, role="seller"))
    assert offered(seller, other)[0] == ("mail", True), "each user has an own one"
    by_mail = names_of(make.quote(firm, make.customer(firm)))
    assert ("mail", True) in offered(owner, by_mail), "who has no mobile is not sent a text"


def test_a_mobile_alone_is_enough(owner, by_mobile):
    assert ("sms", True) in offered(owner, by_mobile)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"way": "sms", "phone": ""}, "Skriv ett mobilnummer"),
        ({"way": "sms", "phone": "12"}, "Skriv ett telefonnummer"),
        ({"way": "sms", "phone": "08-123 456"}, "Det numret tar inte emot sms"),
        ({"way": "mail", "email": "", "phone": PHONE}, "Skriv en e-postadress med @"),
        ({"way": "hemligt", "email": ""}, "Skriv en e-postadress med @"),
    ],
)
def test_bad_input(owner, quote, typed, words):
    answer = press(owner, quote, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Hej Karin." in answer.text
    assert fresh(quote).version == 0


def test_what_the_other_way_would_need_does_not_count(owner, quote):
    assert press(owner, quote, way="sms", phone=PHONE, email="inte en adress").status_code == 303
    assert fresh(quote).version == 1


def test_a_quote_by_sms_says_who_what_and_where_and_no_price(app, owner, by_mobile):
    answer = press(owner, by_mobile, way="sms", phone="070-174 06 05")
    assert "Skickat med sms till 070-174 06 05" in owner.get(answer.location).text
    row = db.session.query(Letter).one()
    assert (row.kind, row.to_address) == ("quote_sent_sms", PHONE)
    assert '"channel":"sms"' in db.session.query(Event).filter_by(act="quote.sent").one().entry
    assert PHONE not in "".join(one.entry for one in db.session.query(Event))
    assert send_mail.run(utc_now()).failed == 0
    text = mailed.letters(to=PHONE)[0].text
    assert re.fullmatch(r"Tumbredd Snickeri: offert Badrum, Granstigen 4\. Läs och svara: http://\S+/l/\S+\s*", text)
    assert "kr" not in text.partition("http")[0]
    customer = app.test_client()
    assert customer.get(re.search(r"http://localhost(/l/\S+)", text)[1]).status_code == 303


def test_from_a_mobile_alone_to_the_papers(app, owner, by_mobile):
    """Sent by sms, a question answered, approved, the papers mailed to the address that is asked for then."""
    press(owner, by_mobile, way="sms", phone=PHONE)
    deal = f"/o/{by_mobile.public_id}"
    send_mail.run(utc_now())
    customer = app.test_client()
    customer.get(re.search(r"http://localhost(/l/\S+)", mailed.letters(to=PHONE)[0].text)[1])

    owner.post(f"/offerter/{by_mobile.n}/svara", data={"answer": "Vi kan börja vecka 3."})
    assert db.session.query(Letter).filter_by(kind="answer_to_customer_sms").one().to_address == PHONE

    html = customer.get(f"{deal}/godkann").text
    assert "Hit skickar vi avtalet" in html
    names = "once|version|json_sha256|picked|quantities|shares|total|to_pay|words"
    form = dict(re.findall(rf'name="({names})"[^>]*value="([^"]*)"', html))
    ticks = {name: "y" for name in re.findall(r'type="checkbox"[^>]*name="(\w+)"', html) if "start" not in name}
    form |= ticks | {"name": "Karin Almgren", "home": "later", "later": "y", "email": "karin@kund.example"}
    answer = customer.post(f"{deal}/godkann", data={key: unescape(value) for key, value in form.items()})
    assert answer.status_code == 303, answer.text
    assert draw_agreements.run(utc_now()).failed == 0
    kinds = {(row.kind, row.to_address) for row in db.session.query(Letter)}
    assert ("quote_approved", "karin@kund.example") in kinds
    assert ("quote_approved_sms", PHONE) in kinds
    assert send_mail.run(utc_now()).failed == 0


def test_a_handed_over_link_goes_at_once_and_is_shown_once(app, owner, quote):
    form = form_of(owner, quote, way="link")
    page = owner.post(f"/offerter/{quote.n}/skicka", data=form)
    assert page.status_code == 200
    address = address_in(page.text)
    assert "Lämna över länken nu" in page.text
    assert fresh(quote).version == 1
    link = db.session.query(QuoteLink).one()
    assert (link.way, link.email) == ("handed_over", "")
    assert db.session.query(Letter).count() == 0
    assert '"channel":"link"' in db.session.query(Event).filter_by(act="quote.sent").one().entry
    customer = app.test_client()
    assert customer.get(address).status_code == 303
    assert customer.get(f"/o/{quote.public_id}").status_code == 200
    again = owner.post(f"/offerter/{quote.n}/skicka", data=form)  # the page read anew
    assert again.status_code == 303
    assert "Länken visas bara en gång" in owner.get(again.location).text
    assert (fresh(quote).version, db.session.query(QuoteLink).count()) == (1, 1)
    assert "/l/" not in owner.get(f"/offerter/{quote.n}").text


def test_the_qr_code_is_drawn_here(owner, quote):
    page = press(owner, quote, way="qr").text
    drawn = re.search(r'<svg[^>]*role="img"[^>]*viewBox="-4 -4 (\d+) \1".*?</svg>', page, re.DOTALL)
    assert drawn
    assert 'fill="#fff"' in drawn[0], "white ground also in the dark"
    assert "style=" not in drawn[0]
    assert "Be kunden öppna kameran" in page
    assert '"channel":"qr"' in db.session.query(Event).filter_by(act="quote.sent").one().entry


def test_the_code_holds_the_address(owner, quote):
    """Read back from the drawn path: the same modules as the code of this address."""
    import segno

    page = press(owner, quote, way="qr").text
    address = "http://localhost" + address_in(page)
    side, path = re.search(r'viewBox="-4 -4 (\d+) .*?<path d="([^"]+)" fill="#000"', page, re.DOTALL).groups()
    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for step in range(int(length))
    }
    code = segno.make_qr(address, error="m", mask=2, boost_error=False)
    assert int(side) - 8 == len(code.matrix)
    assert dark == {(x, y) for y, row in enumerate(code.matrix) for x, bit in enumerate(row) if bit}


def test_without_a_provider_the_own_phone_sends_it(no_provider, owner, by_mobile):
    assert ("own_sms", True) in offered(owner, by_mobile)
    page = press(owner, by_mobile, way="own_sms", phone="070-174 06 05").text
    link = unescape(re.search(r'href="(sms:[^"]+)"', page)[1])
    number, _, body = link.partition("?&body=")
    assert number == f"sms:{PHONE}"
    assert unquote(body).startswith(
        "Tumbredd Snickeri: offert Badrum, Granstigen 4. Läs och svara: http://localhost/l/"
    )
    assert '"channel":"own_sms"' in db.session.query(Event).filter_by(act="quote.sent").one().entry
    again = owner.post(f"/offerter/{by_mobile.n}/sms", data={"phone": PHONE})
    assert "sms:" in again.text
    assert db.session.query(QuoteLink).count() == 2


def test_every_handed_over_link_is_a_row_of_its_own(owner, quote):
    press(owner, quote, way="mail", email="karin@kund.example")
    for way in ("link", "qr", "own_sms", "hemligt"):
        page = owner.post(f"/offerter/{quote.n}/lank", data={"way": way})
        assert page.status_code == 200
        assert address_in(page.text)
    assert db.session.query(QuoteLink).filter_by(way="handed_over").count() == 4
    resent = db.session.query(Event).filter_by(act="doc.resent").order_by(Event.seq)
    channels = [row.entry.split('"channel":"')[1].split('"')[0] for row in resent]
    assert channels == ["link", "qr", "own_sms", "link"]


def test_another_number_ends_the_link_to_the_old_one(owner, by_mobile):
    press(owner, by_mobile, way="sms", phone=PHONE)
    assert owner.post(f"/offerter/{by_mobile.n}/sms", data={"phone": "070-174 06 06"}).status_code == 303
    links = db.session.query(QuoteLink).order_by(QuoteLink.id).all()
    assert [(link.phone, bool(link.revoked_at)) for link in links] == [(PHONE, True), ("+46701740606", False)]
    assert owner.post(f"/offerter/{by_mobile.n}/sms", data={"phone": "08-123 456"}).status_code == 422
    bad = owner.post(f"/offerter/{by_mobile.n}/sms", data={"phone": "nyss"})
    assert bad.status_code == 422
    assert "nyss" in bad.text


@pytest.mark.parametrize(("way", "others"), [("mail", ("sms", "link", "qr")), ("sms", ("mail", "link", "qr"))])
def test_what_did_not_arrive_offers_the_three_other_ways(owner, quote, way, others):
    email = "karin.almgren@kund.example"
    press(owner, quote, way=way, email=email, phone=PHONE)
    outbox.refused(db.session.query(Letter).one(), "550 nej", now=utc_now())
    assert fresh(quote).mail_failed_at is not None
    page = owner.get(f"/offerter/{quote.n}").text
    block = page.partition("kom inte fram")[2].partition("</div>\n</div>")[0]
    ways = {"sms": 'id="sms"', "link": 'id="kopiera"', "qr": 'id="qr"', "mail": "Skicka med e-post"}
    for other in others:
        assert ways[other] in block
    assert ways[way] not in block
    posts = {
        "sms": ("/sms", {"phone": PHONE}),
        "link": ("/lank", {"way": "link"}),
        "qr": ("/lank", {"way": "qr"}),
        "mail": ("/skicka-igen", {"email": email}),
    }
    path, data = posts[others[0]]
    assert owner.post(f"/offerter/{quote.n}{path}", data=data).status_code == 303
    assert fresh(quote).mail_failed_at is None
    assert fresh(quote).turn == "customer"


def test_a_lost_answer_is_told_on_the_timeline(owner, quote):
    press(owner, quote, way="sms", phone=PHONE)
    from mail.letters import LOST

    row = db.session.query(Letter).one()
    outbox.accepted(row, f"200 s1; {LOST}", now=utc_now())
    assert "Sms:et kan ha gått iväg ändå, och kommer då två gånger." in owner.get(f"/offerter/{quote.n}").text


def test_a_closed_sms_link_is_lost_and_sent_again_by_sms(app, owner, by_mobile):
    press(owner, by_mobile, way="sms", phone=PHONE)
    visitor = app.test_client()
    visitor.post(f"/o/{by_mobile.public_id}/lank-igen", data={})
    page = visitor.get(f"/o/{by_mobile.public_id}")
    action = re.search(r'action="(/o/[^"]+)"', page.text)
    assert action
    visitor.post(action[1])
    kinds = [row.kind for row in db.session.query(Letter).order_by(Letter.id)]
    assert kinds == ["quote_sent_sms", "link_again_sms"]


@pytest.mark.parametrize(("path", "data"), [("lank", {"way": "qr"}), ("sms", {"phone": PHONE})])
def test_who_may(app, make, firm, owner, quote, path, data):
    press(owner, quote, way="mail", email="karin@kund.example")
    url = f"/offerter/{quote.n}/{path}"
    assert app.test_client().post(url, data=data).status_code == 303
    assert app.test_client().log_in(make.user(firm, role="worker")).post(url, data=data).status_code == 403
    assert app.test_client().log_in(make.owner(make.firm("Annan"))).post(url, data=data).status_code == 404
    assert owner.post(url, data=data, csrf=False).status_code == 403
    assert owner.get(url).status_code == 405
    assert db.session.query(QuoteLink).count() == 1
