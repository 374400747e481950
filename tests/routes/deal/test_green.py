"""Grön teknik from the line of the builder to the customer's yes: apart from rot, by each applicant, in every paper."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pypdfium2
import pytest

from extensions import db
from jobs import draw_agreements
from models import Agreement, Applicant, QuoteSection, StoredFile
from services import storage
from services.clock import utc_now
from tests.routes.deal.conftest import Sent, send, token_of
from tests.routes.deal.test_applicants import GIVEN, applicants, approve, guest
from tests.routes.deal.test_same_sums import opened, plain, read_after, read_before, says
from tests.routes.quotes.test_manual import record

SUM = "Preliminärt skatteavdrag grön teknik, solceller 15 %"


def make_green(make, firm, *, rot: bool = True):
    """15 000 of 100 000 for solar, 7 275 of a charger at a total price, and 3 312 of rot."""
    quote = make.quote(firm, make.customer(firm), lines=False)
    section = QuoteSection(firm_id=firm.id, quote_id=quote.id, n=1, position=1, title="Solceller")
    db.session.add(section)
    db.session.flush()
    solar = {"deduction": "green", "work_type": "solceller"}
    charger = {"deduction": "green", "work_type": "laddningspunkt_totalpris"}
    make.line(quote, section, n=2, text="Solpaneler", unit="st", unit_price_ore=9_000_000, kind="material", **solar)
    make.line(quote, section, n=3, text="Montering", unit="st", unit_price_ore=1_000_000, kind="labour", **solar)
    make.line(quote, section, n=4, text="Laddbox", unit="st", unit_price_ore=1_500_000, kind="other", **charger)
    if rot:
        electric = {"deduction": "rot", "work_type": "el", "quantity_milli": 16000, "unit": "tim"}
        make.line(quote, section, n=5, text="Ny elcentral", unit_price_ore=69_000, kind="labour", **electric)
    db.session.commit()
    return quote


@pytest.fixture
def green(app, make):
    return sent_of(app, make, rot=True)


def sent_of(app, make, *, rot):
    quote = send(make, make_green(make, make.firm(), rot=rot))
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client)


def words_of(sent, file: StoredFile) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(storage.read(sent.firm.public_id, file)))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_customers_page_shows_it_apart(green):
    html = green.get().text
    assert SUM in html
    assert "−15\u00a0000\u00a0kr" in html
    assert "−7\u00a0275\u00a0kr" in html
    assert "ROT-avdrag, dras direkt" in html
    assert "GREEN" not in html
    assert (
        "solceller: 15 % av underlaget 100\u00a0000\u00a0kr inkl. moms är 15\u00a0000\u00a0kr"
        in green.get("/villkor").text
    )


def test_step_2_asks_for_the_home_and_what_is_used(app, make):
    sent = sent_of(app, make, rot=False)
    html = sent.get("/godkann").text
    assert "Fastighetsbeteckning" in html
    assert 'name="used_green"' in html
    assert SUM in html


def test_the_question_is_not_asked_without_it(sent):
    assert "used_green" not in sent.get("/godkann").text


def test_the_home_must_be_named(app, make):
    sent = sent_of(app, make, rot=False)
    answer = sent.post("/godkann", sent.step2(fastighetsbeteckning=""))
    assert answer.status_code == 422


def test_what_is_agreed_and_kept_for_each_applicant(green):
    assert green.post("/godkann", green.step2()).status_code == 303
    agreement = db.session.query(Agreement).one()
    agreed = json.loads(agreement.agreed)
    assert agreed["applicants"] == [
        {"order": 1, "name": "Karin Almgren", "rot_kr": 3312, "rut_kr": 0, "green_kr": 22275}
    ]
    assert (agreement.home, agreement.deduction_ore) == ("house", 100 * (3312 + 22275))
    assert [(row.rot_kr, row.green_kr) for row in db.session.query(Applicant)] == [(3312, 22275)]
    html = green.get("/avtal").text
    assert "Grön teknik-avdrag" in html
    assert "GREEN" not in html


def test_what_is_used_already_changes_the_sum_first(green):
    form = green.step2(used_green="40 000")
    first = green.post("/godkann", form)
    assert first.status_code == 409
    assert "10\u00a0000\u00a0kr" in first.text
    form |= {"shares": "rot:3312 green:10000 green:0", "to_pay": str(12_604_000 - 1_331_200)}
    assert green.post("/godkann", form).status_code == 303
    (row,) = db.session.query(Applicant)
    assert (row.green_kr, row.used_green_kr) == (10_000, 40_000)


def test_quote_and_agreement_say_it_on_paper(green):
    quote = words_of(green, db.session.query(StoredFile).filter_by(purpose="quote").one())
    assert "Skatteavdrag grön teknik, solceller −15 000 kr 15 %, preliminärt" in quote
    assert "−7 275 kr laddningspunkt 50 %, preliminärt" in quote
    assert "Med grön teknik-avdrag" in quote
    assert "97 procent av ett fast totalpris" in quote
    assert "ROT och grön teknik-avdrag" in quote
    green.post("/godkann", green.step2())
    draw_agreements.run(utc_now())
    agreement = words_of(green, db.session.query(StoredFile).filter_by(purpose="agreement").one())
    assert "Namn Personnummer ROT-avdrag Grön teknik-avdrag" in agreement
    assert "3 312 kr 22 275 kr" in agreement
    assert "GREEN" not in quote + agreement


def test_the_same_krona_everywhere(app, make):
    sent, read = opened(app, make, make_green(make, make.firm()))
    says(read_before(sent, read), "100 453 kr", never=("GREEN",))
    after = read_after(sent, **{"co-0-name": "Erik Almgren"})
    says(after, "100 453 kr", never=("GREEN",))
    rows = applicants(sent)
    assert [(row.rot_kr, row.green_kr) for row in rows] == [(1656, 11_138), (1656, 11_137)]
    desk = app.test_client()
    desk.log_in(make.owner(sent.firm))
    page = plain(desk.get(f"/offerter/{sent.quote.n}").text)
    assert "ROT 1 656 kr, Grön teknik 11 138 kr" in page


def test_a_co_applicant_says_what_is_used_and_the_shares_follow(app, make):
    sent = sent_of(app, make, rot=True)
    approve(sent)
    erik, own = guest(app, sent)
    page = erik.get(own).text
    assert 'name="used_green"' in page
    assert "Din del av Grön teknik-avdraget, preliminärt" in page
    assert erik.post(own, data=GIVEN | {"used_green": "45 000"}).status_code == 303
    first, second = applicants(sent)
    assert (second.used_green_kr, second.green_kr) == (45_000, 5_000)
    assert first.green_kr == 17_274  # of 17 275: a krona is given up where two share


def test_a_yes_on_the_phone_keeps_the_share(make, app):
    firm = make.firm()
    quote = send(make, make_green(make, firm), now=utc_now() - timedelta(hours=2))
    desk = app.test_client()
    desk.log_in(make.owner(firm))
    assert record(Sent(make, firm.id, quote.id, quote.public_id, desk)).status_code == 303
    db.session.rollback()
    assert [(row.rot_kr, row.green_kr) for row in db.session.query(Applicant)] == [(3312, 22_275)]


def test_two_see_how_each_part_is_shared(green):
    first = green.post("/godkann", green.step2(**{"co-0-name": "Erik Almgren"}))
    assert first.status_code == 409
    page = plain(first.text)
    assert "Ni delar ROT lika: 1 656 kr var." in page
    assert "Ni delar Grön teknik (solceller) lika: 7 500 kr var." in page
    assert "Grön teknik (laddningspunkt) delas så här: du 3 638 kr, Erik Almgren 3 637 kr." in page
    assert "GREEN" not in page


def test_it_is_said_in_english(green):
    html = green.get("?sprak=en").text
    assert "Preliminary tax deduction for green technology, solar cells 15%" in html
    assert "teknik" not in green.get("/villkor").text
