"""One-time codes at step 2: another way than the link, for one link, one version and one sum, and once."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine

from domain import canonical
from domain.clock import stockholm_date
from exchange import verifiera
from extensions import db
from jobs import draw_agreements, send_mail
from mail.letters import LETTERS
from models import Agreement, Customer, Event, Letter, QuoteLink, Recipient, SigningCode
from services import limits, outbox, signing, tokens, transaction
from services.clock import utc_now
from services.deal import links
from services.quotes import drafting, sending
from services.signing import codes
from tests.chance import without_drawn
from tests.routes.deal.conftest import MAIL, Sent, actor_of, send, token_of, without_deduction

PHONE = "+46701740605"


def come(app, quote, token) -> Sent:
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    assert client.get(f"/l/{token}").status_code == 303
    return Sent(None, quote.firm_id, quote.id, quote.public_id, client)  # type: ignore[arg-type]


def handed_over(app, sent) -> Sent:
    """The same customer by a link that the firm has handed over: the code goes by mail."""
    db.session.rollback()
    transaction.may_write()
    row = links.handed_over(sent.quote, now=utc_now())
    token = tokens.sign("quote", row.public_id)
    db.session.commit()
    return come(app, sent.quote, token)


def make_coded(app, make, *, phone=PHONE, **given) -> Sent:
    firm = make.firm()
    customer = make.customer(firm, phone=phone)
    quote = make.quote(firm, customer, **{"signing_method": "link_code"} | given)
    quote = send(make, quote)
    return come(app, quote, token_of(quote))


@pytest.fixture
def coded(app, make) -> Sent:
    return make_coded(app, make)


def newest() -> SigningCode:
    db.session.rollback()
    row = db.session.query(SigningCode).order_by(SigningCode.id.desc()).first()
    assert row is not None
    return row


def newest_letter() -> Letter:
    db.session.rollback()
    row = db.session.query(Letter).order_by(Letter.id.desc()).first()
    assert row is not None
    return row


def refuse_newest() -> None:
    outbox.refused(newest_letter(), "550 no", now=utc_now())


def digits(sent) -> str:
    return codes.digits(sent.firm.public_id, newest().public_id)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def agreements() -> list[Agreement]:
    db.session.rollback()
    return db.session.query(Agreement).all()


def test_a_code_by_text_message_and_the_yes(coded):
    page = coded.get("/godkann").text
    assert "Skicka kod" in page
    assert re.search(r'<input[^>]*name="code"[^>]*>', page)[0].count("one-time-code") == 1
    assert "autofocus" not in page, "it begins at its beginning"
    answer = coded.post("/kod", coded.step2(name="Karin Åkesson Almgren", personnummer="1984"))
    assert answer.status_code == 200
    assert "Koden är skickad med sms till …05" in answer.text
    assert 'value="Karin Åkesson Almgren"' in answer.text
    assert 'value="1984"' in answer.text, "what is typed is kept, and not judged"
    assert "errsum" not in answer.text
    code = digits(coded)
    form = coded.step2(code=f" {code[:3]} {code[3:]} ")
    assert coded.post("/godkann", form).location == coded.url("/avtal")
    (agreement,) = agreements()
    assert (agreement.method, agreement.level) == ("link_code", "simple")
    assert '"method":"link_code"' in agreement.agreed
    acts = coded.acts()
    assert acts.index("code.sent") < acts.index("code.ok") < acts.index("quote.accepted")
    assert newest().used_at is not None
    assert "Med namn och engångskod, via länk" in coded.get("/avtal").text


def test_the_digits_stand_in_no_row(coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    for model in (SigningCode, Letter, Event):
        for row in db.session.query(model):
            kept = [getattr(row, column.name) for column in model.__table__.columns]
            kept = [value for value in kept if not isinstance(value, datetime)]  # its microseconds have six digits too
            assert code not in without_drawn(repr(kept))
    assert PHONE not in "".join(row.entry for row in db.session.query(Event))


def test_five_wrong_tries_end_a_code_and_a_new_one_begins(coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    for attempt in range(1, 6):
        answer = coded.post("/godkann", coded.step2(code=other(code), name="Karin A"))
        assert answer.status_code == 422
        assert ("Koden stämmer inte" if attempt < 5 else "Koden har gått ut") in answer.text
        assert 'value="Karin A"' in answer.text
    answer = coded.post("/godkann", coded.step2(code=code))
    assert answer.status_code == 422
    assert "Koden har gått ut" in answer.text
    assert coded.acts().count("code.failed") == 5
    assert not agreements()
    coded.post("/kod", coded.step2())  # a dead one need not be waited for
    assert digits(coded) != code
    assert coded.post("/godkann", coded.step2(code=digits(coded))).status_code == 303


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Skriv koden med sex siffror"), ("12345", "stämmer inte"), ("åäö€", "stämmer inte")]
)
def test_what_is_no_code(coded, typed, words):
    coded.post("/kod", coded.step2())
    answer = coded.post("/godkann", coded.step2(code=typed))
    assert answer.status_code == 422
    assert words in answer.text
    assert not agreements()


def test_without_asking_for_a_code_there_is_no_yes(coded):
    answer = coded.post("/godkann", coded.step2(code="000000"))
    assert answer.status_code == 422
    assert "välj Skicka kod" in answer.text
    assert not agreements()


def test_too_late(coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    with time_machine.travel(utc_now() + timedelta(minutes=11)):
        assert "Koden har gått ut" in coded.post("/godkann", coded.step2(code=code)).text
        send_mail.run(utc_now())
    db.session.rollback()
    assert db.session.query(Letter).filter_by(kind="signing_code_sms").one().state == "dropped"
    assert not agreements()


def test_for_other_figures_it_proves_nothing(coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    coded.post("/tillval", {"tillval": "4"})
    answer = coded.post("/godkann", coded.step2(code=code))
    assert answer.status_code == 422
    assert "Skicka en ny" in answer.text


def test_for_another_version_it_proves_nothing(coded, make):
    coded.post("/kod", coded.step2())
    code, stale = digits(coded), coded.step2(code=digits(coded))
    quote = coded.quote
    quote.title = "Badrum och hall"
    db.session.commit()
    send(make, quote)
    assert coded.post("/godkann", stale).status_code == 409
    assert coded.post("/kod", stale).status_code == 409, "step 2 is shown anew before a code goes"
    assert "Koden har gått ut" in coded.post("/godkann", coded.step2(code=code)).text
    assert not agreements()


def test_another_link_has_a_code_of_its_own(app, make, coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    second = handed_over(app, coded)
    assert "mejlar den till k…@kund.example" in second.get("/godkann").text, "it may have come to the phone"
    assert second.post("/godkann", second.step2(code=code)).status_code == 422
    second.post("/kod", second.step2())
    assert second.post("/godkann", second.step2(code=code)).status_code == 422
    assert not agreements()


def test_many_guesses_at_once_are_five(app, coded):
    coded.post("/kod", coded.step2())
    code = digits(coded)
    form = coded.step2(code=other(code))
    token = coded.client.get_cookie(f"l-{coded.deal_id}").value

    def press(_):
        with app.app_context():
            client = app.test_client()
            client.set_cookie(f"l-{coded.deal_id}", token)
            return client.post(coded.url("/godkann"), data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(16))) == {422}
    assert newest().attempts == 5
    assert coded.acts().count("code.failed") == 5


def test_a_double_click_sends_one(app, coded):
    form, token = coded.step2(), coded.client.get_cookie(f"l-{coded.deal_id}").value

    def press(_):
        with app.app_context():
            client = app.test_client()
            client.set_cookie(f"l-{coded.deal_id}", token)
            return client.post(coded.url("/kod"), data=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {200}
    db.session.rollback()
    assert db.session.query(SigningCode).count() == 1
    assert coded.letters().count("signing_code_sms") == 1
    assert coded.acts().count("code.sent") == 1


def test_too_many_codes(coded):
    now = utc_now()
    window = limits.WINDOW.total_seconds()
    start = now + timedelta(seconds=window - now.timestamp() % window + 1)  # all in one window
    for n in range(codes.PER_LINK):
        with time_machine.travel(start + timedelta(seconds=31 * n)):
            assert coded.post("/kod", coded.step2()).status_code == 200
    with time_machine.travel(start + timedelta(seconds=31 * codes.PER_LINK)):
        answer = coded.post("/kod", coded.step2(name="Karin A"))
    assert answer.status_code == 429
    assert "Det blev många koder. Vänta" in answer.text
    assert 'value="Karin A"' in answer.text
    db.session.rollback()
    assert db.session.query(SigningCode).count() == codes.PER_LINK


def test_without_another_way_nothing_is_sent(coded, monkeypatch):
    monkeypatch.setattr(codes, "way_to", lambda *_args, **_given: ("", ""))
    sent = coded
    page = sent.get("/godkann").text
    assert "går en annan väg än länken" in page
    assert "Skicka kod" not in page
    assert sent.post("/kod", sent.step2()).status_code == 409
    assert sent.post("/godkann", sent.step2(code="123456")).status_code == 422
    assert sent.letters() == ["quote_sent"]


def test_a_link_by_text_message_has_its_code_by_mail(app, make):
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm, phone=PHONE), signing_method="link_code")
    now, user = utc_now(), make.owner(firm)
    seen = sending.fingerprint(drafting.load(firm.id, quote.n), firm, user, now=now)
    given = sending.Sending("", stockholm_date(now) + timedelta(days=30), "Hej", seen, way="sms", phone=PHONE)
    transaction.only_read()
    db.session.rollback()
    firm_id, n = quote.firm_id, quote.n
    sending.send(firm_id, n, given, actor=actor_of(make, firm), key="k", now=now)
    transaction.may_write()
    db.session.rollback()
    quote = drafting.get(firm_id, n)
    link = db.session.query(QuoteLink).filter_by(quote_id=quote.id).one()
    sent = come(app, quote, tokens.sign("quote", link.public_id))
    assert "Koden är mejlad till k…@kund.example" in sent.post("/kod", sent.step2()).text
    assert sent.letters()[-1] == "signing_code"
    send_mail.run(utc_now())
    db.session.rollback()
    assert db.session.query(Letter).filter_by(kind="signing_code").one().state == "sent"
    assert sent.post("/godkann", sent.step2(code=digits(sent))).status_code == 303


@pytest.mark.parametrize(
    ("way", "kind", "to", "words"),
    [
        ("mail", "signing_code_sms", PHONE, "Rätta numret och skicka en ny version."),
        ("handed_over", "signing_code", MAIL, "Rätta adressen och skicka en ny version."),
    ],
)
def test_the_firm_is_told_which_code_did_not_arrive(app, make, coded, way, kind, to, words):
    """Another link does not bring it: it goes where the version says, so no other way to send the link is offered."""
    sent = coded if way == "mail" else handed_over(app, coded)
    owner = app.test_client().log_in(make.owner(coded.firm))
    sent.post("/kod", sent.step2())
    assert coded.letters()[-1] == kind
    lost = newest_letter().public_id
    refuse_newest()
    page = owner.get(f"/offerter/{coded.quote.n}").text
    block = page.partition("Koden kom inte fram.")[2].partition("</div>")[0]
    assert to in block
    assert words in block
    assert "svar: 550 no" in block
    assert f'href="/offerter/{coded.quote.n}/redigera"' in block
    assert 'href="#h-lank"' not in page
    assert 'id="qr"' not in page
    assert '<details class="more inset" open' not in page
    waiting = owner.get("/").text
    assert 'class="chip bad">Koden kom inte fram. Se varför' in waiting
    assert "Skicka på ett annat sätt" not in waiting
    assert coded.letters()[-1] == "bounced_to_firm"
    with app.test_request_context():
        letter = LETTERS["bounced_to_firm"]({"firm_id": coded.firm_id, "letter": lost})
    assert words in letter.text
    assert "lämna länken" not in letter.text


def test_a_new_version_with_the_right_number_settles_it(app, make, coded):
    coded.post("/kod", coded.step2())
    refuse_newest()
    quote = coded.quote
    assert quote.mail_failed_at is not None
    db.session.get_one(Customer, quote.customer_id).phone = "+46701740606"
    db.session.commit()
    assert send(make, quote).mail_failed_at is None
    coded.post("/kod", coded.step2())
    assert newest_letter().to_address == "+46701740606"


def test_a_code_that_came_settles_one_that_did_not(coded):
    coded.post("/kod", coded.step2())
    refuse_newest()
    with time_machine.travel(utc_now() + codes.WAIT):
        coded.post("/kod", coded.step2())
        assert coded.post("/godkann", coded.step2(code=digits(coded))).status_code == 303
    assert coded.quote.mail_failed_at is None


def test_the_plain_link_asks_for_no_code(app, make):
    sent = make_coded(app, make, signing_method="link")
    assert "Engångskod" not in sent.get("/godkann").text
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert agreements()[0].method == "link"


def test_what_is_chosen_can_reach_the_amount_of_a_rule(app, make):
    """16 × 690 + 3 900 = 14 940 kr, with the option 23 840 kr."""
    firm = make.firm()
    firm.signing_rules = '[{"from_kr":20000,"method":"link_code"}]'
    db.session.commit()
    quote = send(make, make.quote(firm, make.customer(firm, phone=PHONE)))
    sent = come(app, quote, token_of(quote))
    assert "Skicka kod" not in sent.get("/godkann").text
    sent.post("/tillval", {"tillval": "4"})
    assert "Skicka kod" in sent.get("/godkann").text
    assert sent.post("/godkann", sent.step2()).status_code == 422
    assert not agreements()


def test_who_has_the_link_alone_hands_no_place_over(app, make):
    """Else link and code would both go to where somebody new says."""
    firm = make.firm()
    customer = make.customer(firm, kind="company", phone=PHONE)
    quote = send(make, without_deduction(make.quote(firm, customer, signing_method="link_code")))
    sent = come(app, quote, token_of(quote))
    given = {"name": "Sven Ek", "email": "sven@annan.example", "phone": "070-174 06 07"}
    assert "en kod en annan väg än länken, till …05" in sent.get("/lamna-over").text
    refused = sent.post("/lamna-over", given)
    assert refused.status_code == 422
    assert "välj Skicka kod" in refused.text
    sent.post("/kod", sent.step2())
    for_signing = digits(sent)
    assert sent.post("/lamna-over", {**given, "code": for_signing}).status_code == 422
    answer = sent.post("/lamna-over", {**given, "act": "code"})
    assert "Koden är skickad med sms till …05" in answer.text
    assert 'value="Sven Ek"' in answer.text
    code = digits(sent)
    assert sent.post("/godkann", sent.step2(code=code)).status_code == 422, "it signs nothing"
    wrong = sent.post("/lamna-over", {**given, "code": other(code)})
    assert (wrong.status_code, "Koden stämmer inte" in wrong.text) == (422, True)
    assert db.session.query(Recipient).count() == 0
    assert sent.post("/lamna-over", {**given, "code": code}).status_code == 303
    acts = sent.acts()
    assert acts.index("code.failed") < acts.index("code.ok") < acts.index("signer.delegated")
    assert sent.post("/lamna-over", {**given, "act": "code"}).status_code == 409, "it is handed over"


MARK = "M100 40L100 260M220 60L110 150L230 260"


def test_code_and_drawn_signature_hold_in_the_evidence(coded):
    coded.post("/kod", coded.step2())
    form = coded.step2(mark=MARK, code=digits(coded))
    assert coded.post("/godkann", {**form, "name": ""}).text.count(MARK) == 1, "a fault elsewhere keeps it"
    assert coded.post("/godkann", form).status_code == 303
    (row,) = agreements()
    assert row.mark
    assert MARK.encode() not in row.mark
    assert signing.mark_of(coded.firm.public_id, row) == MARK
    assert canonical.sha256_hex(MARK.encode()) in row.agreed
    assert MARK not in row.agreed
    page = coded.get("/avtal").text
    assert f'<path d="{MARK}"' in page
    assert "style=" not in page.split("<figure")[1].split("</figure>")[0]
    draw_agreements.run(utc_now())
    with zipfile.ZipFile(io.BytesIO(coded.get("/bevispaket.zip").data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    steps = verifiera.check(files)
    assert [step for step in steps if step.holds is False] == []
    said = " ".join(step.words for step in steps)
    assert "namn och engångskod" in said
    assert "ritad underskrift" in said
    files = {name: data.replace(MARK.encode(), MARK.replace("M100", "M101").encode()) for name, data in files.items()}
    assert any(step.holds is False for step in verifiera.check(files))


@pytest.mark.parametrize("mark", ["M1 2C3 4", '"><script>alert(1)</script>', "M1 1" + "L1 1" * 3000])
def test_a_hostile_mark_is_refused_and_not_shown_again(app, make, mark):
    sent = make_coded(app, make, signing_method="link")
    answer = sent.post("/godkann", sent.step2(mark=mark))
    assert answer.status_code == 422
    assert "Underskriften gick inte att läsa" in answer.text
    assert mark not in answer.text
    assert not agreements()
    assert "quote.accepted" not in sent.acts()
