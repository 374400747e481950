"""The approval: one press, one row; what differs from what was shown is never signed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from domain import canonical
from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, Applicant, Closing, Event, EventValue
from services.clock import utc_now
from services.deal import agreements
from tests import mailed
from tests.chance import without_drawn
from tests.factories import PERSONNUMMER
from tests.routes.deal.conftest import MAIL, make_sent, send


def agreement_of(sent) -> Agreement:
    db.session.rollback()
    return db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()


def test_approving_with_rot(sent):
    sent.post("/tillval", {"tillval": "4"})
    form = sent.step2()
    answer = sent.post("/godkann", form)
    assert answer.status_code == 303
    assert answer.location == sent.url("/avtal")
    agreement = agreement_of(sent)
    agreed = json.loads(agreement.agreed)
    assert canonical.sha256_hex(agreement.agreed.encode()) == agreement.agreed_sha256
    assert agreed["picked"] == ["4"]
    assert agreed["total_ore"] == agreement.gross_ore == (16 * 690 + 3900 + 8900) * 100
    assert agreed["applicants"] == [{"order": 1, "name": "Karin Almgren", "rot_kr": 3312, "rut_kr": 0}]
    assert PERSONNUMMER[0] not in agreement.agreed
    assert sent.quote.status == "accepted"
    assert sent.quote.turn == "firm"


def test_the_chain_tells_it_and_names_nobody(sent):
    sent.post("/godkann", sent.step2())
    acts = sent.acts()
    assert acts[:2] == ["doc.frozen", "quote.sent"]
    assert acts[2:] == ["link.opened", "doc.viewed", "consent.given", "deduction.details_given", "quote.accepted"]
    rows = db.session.query(Event).order_by(Event.seq).all()
    entry = json.loads(rows[-1].entry)
    assert entry["data"]["agreed_sha256"] == agreement_of(sent).agreed_sha256
    assert entry["actor"] == f"link:{sent.link.public_id}"
    whole = without_drawn("".join(row.entry for row in db.session.query(Event)))
    for personal in (MAIL, "karin", "Almgren", "840601", "192.0.2.1"):
        assert personal not in whole
    sealed = b"".join(row.sealed for row in db.session.query(EventValue))
    assert b"karin" not in sealed.lower()


def test_a_co_applicant_shows_the_new_shares_before_it_is_signed(sent):
    typed = {"co-0-name": "Erik Almgren", "co-0-email": "erik@kund.example"}
    form = sent.step2(**typed)
    first = sent.post("/godkann", form)
    assert first.status_code == 409
    assert "Inget är godkänt än" in first.text
    assert "erik@kund.example" in first.text
    assert "LILLHAMRA 3:14" in first.text
    assert db.session.query(Agreement).count() == 0
    assert "1\u00a0656\u00a0kr var" in first.text
    form |= {"shares": "rot:1656+1656"}
    assert sent.post("/godkann", form).status_code == 303
    rows = db.session.query(Applicant).order_by(Applicant.position).all()
    assert [(row.name, row.rot_kr) for row in rows] == [("Karin Almgren", 1656), ("Erik Almgren", 1656)]
    assert agreements.number_of(sent.firm.public_id, rows[0]) == "198406012388"
    assert rows[1].personnummer is None
    assert "applicant_link" in sent.letters()


def test_used_allowance_changes_the_sum_first(sent):
    form = sent.step2(used_rot="49 000")
    first = sent.post("/godkann", form)
    assert first.status_code == 409
    assert "Du betalar nu 13\u00a0940\u00a0kr i stället för 11\u00a0628\u00a0kr" in first.text
    form |= {"shares": "rot:1000", "to_pay": "1394000"}
    assert sent.post("/godkann", form).status_code == 303
    assert agreement_of(sent).deduction_ore == 100000


def test_count_again_without_scripts_keeps_everything_and_signs_nothing(sent):
    page = sent.post("/godkann", sent.step2(used_rot="49000", act="count"))
    assert page.status_code == 200
    assert "13\u00a0940" in page.text
    assert 'value="rot:1000"' in page.text
    assert "19840601-2388" in page.text
    assert db.session.query(Agreement).count() == 0


def test_the_sum_for_htmx_is_out_of_band(sent):
    part = sent.post("/godkann/summa", sent.step2(used_rot="49000"), headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert 'id="summan"' in part.text
    assert "13\u00a0940" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "2"),
        ("json_sha256", "ab" * 32),
        ("picked", "4"),
        ("shares", "rot:3313"),
        ("total", "1"),
        ("to_pay", "1162900"),
        ("to_pay", "gratis"),
    ],
)
def test_any_mismatch_is_409_and_signs_nothing(sent, field, value):
    answer = sent.post("/godkann", sent.step2(**{field: value}))
    assert answer.status_code == 409
    assert db.session.query(Agreement).count() == 0
    assert sent.quote.status == "sent"


def test_a10_a_new_version_between_page_and_press(sent):
    form = sent.step2()
    send(sent.make, sent.quote)
    answer = sent.post("/godkann", form)
    assert answer.status_code == 409
    assert "Offerten har ändrats" in answer.text
    assert db.session.query(Agreement).count() == 0


def test_pressing_twice_is_pressing_once(sent):
    form = sent.step2()
    assert sent.post("/godkann", form).status_code == 303
    again = sent.post("/godkann", form)
    assert again.status_code == 303
    assert again.location == sent.url("/avtal")
    assert db.session.query(Agreement).count() == 1
    assert sent.acts().count("quote.accepted") == 1


def test_a09_fifty_at_once_make_one(app, sent):
    form = sent.step2()
    token = sent.client.get_cookie(f"l-{sent.deal_id}").value

    def press(_):
        with app.app_context():
            client = app.test_client()
            client.set_cookie(f"l-{sent.deal_id}", token)
            return client.post(sent.url("/godkann"), data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(50)))
    assert set(answers) == {303}
    db.session.rollback()
    assert db.session.query(Agreement).count() == 1
    assert sent.acts().count("quote.accepted") == 1
    draw_agreements.run(utc_now())
    draw_agreements.run(utc_now())
    assert sent.letters().count("quote_approved") == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Skriv ditt namn"),
        ({"e_signature": ""}, "Kryssa i att du har läst och skriver under"),
        ({"personnummer": "19840601-2389"}, "Sista siffran stämmer inte"),
        ({"personnummer": "1984"}, "Personnumret ska ha 12 siffror"),
        ({"personnummer": "20150101-2384"}, "Sista siffran"),
        ({"fastighetsbeteckning": ""}, "Skriv fastighetsbeteckningen"),
        ({"home": "flat", "brf_orgnr": "123"}, "Organisationsnumret har tio siffror"),
        ({"home": "flat", "brf_orgnr": "799900-0040", "flat_number": ""}, "Lägenhetsnumret har fyra siffror"),
        ({"statement": ""}, "Kryssa i att uppgifterna stämmer"),
        ({"co-0-email": "erik@kund.example"}, "Skriv medsökandes namn"),
        ({"co-0-name": "Erik", "co-0-email": "erik"}, "Skriv en e-postadress med @"),
        ({"co-0-name": "Erik", "co-0-used_rot": "mycket"}, "Skriv beloppet med siffror"),
        ({"co-0-name": "Erik", "own_share": "70", "co-0-share": "40"}, "Andelarna ska bli 100 procent"),
        ({"co-0-name": "Erik", "own_share": "100"}, "Andelarna ska bli 100 procent"),
        ({"co-0-name": "Erik", "own_share": "halva"}, "Skriv andelen i hela procent"),
        ({"used_rot": "mycket"}, "Skriv beloppet med siffror"),
        ({"used_rot": "-5"}, "mellan 0 och 100"),
    ],
)
def test_bad_input_is_422_with_the_typed_text_kept(sent, typed, words):
    page = sent.post("/godkann", sent.step2(**typed))
    assert page.status_code == 422
    assert words in page.text
    assert "<title>Fel: " in page.text
    for value in typed.values():
        assert value in page.text
    assert db.session.query(Agreement).count() == 0


def test_a_flat_without_its_number(sent):
    form = sent.step2(home="flat", brf_orgnr="7999000040", flat_unknown="y")
    assert sent.post("/godkann", form).status_code == 303
    agreement = agreement_of(sent)
    assert (agreement.home, agreement.brf_orgnr, agreement.flat_number) == ("flat", "799900-0040", "")


def test_data_of_the_deduction_can_come_later(sent):
    form = sent.step2(later="y", personnummer="", fastighetsbeteckning="")
    assert sent.post("/godkann", form).status_code == 303
    assert agreement_of(sent).home == "later"
    assert sent.get("/rot").status_code == 200
    bad = sent.post("/rot", {"home": "house", "personnummer": "1"})
    assert bad.status_code == 422
    good = {"home": "house", "fastighetsbeteckning": "LILLHAMRA 3:14", "personnummer": "198406012388", "statement": "y"}
    assert sent.post("/rot", good).status_code == 303
    agreement = agreement_of(sent)
    assert (agreement.home, agreement.fastighetsbeteckning) == ("house", "LILLHAMRA 3:14")
    row = db.session.query(Applicant).one()
    assert agreements.number_of(sent.firm.public_id, row) == "198406012388"
    assert "deduction.details_given" in sent.acts()
    assert sent.post("/rot", good).status_code == 409


def test_a_company_orders_by_another_button(app, make):
    sent = make_sent(app, make, kind="company", basis="excl")
    page = sent.get("/godkann").text
    assert "Godkänn och beställ" in page
    assert "betalningsskyldighet" not in page
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert agreement_of(sent).withdraw_until is None


def test_a_consumer_sees_the_words_of_the_law(sent):
    assert ">Beställ med betalningsskyldighet</button>" in sent.get("/godkann").text


def test_start_within_the_period_is_a_tick_of_its_own(app, make, today):
    sent = make_sent(app, make, starts_on=today + timedelta(days=3), finishes_on=today + timedelta(days=6))
    page = sent.get("/godkann").text
    assert 'name="start_within_period"' in page
    assert 'name="right_ends_when_done"' in page
    refused = sent.post("/godkann", sent.step2(right_ends_when_done="y"))
    assert refused.status_code == 422
    form = sent.step2(right_ends_when_done="y", start_within_period="y")
    assert sent.post("/godkann", form).status_code == 303
    agreement = agreement_of(sent)
    assert agreement.start_now
    assert agreement.right_ends
    given = {row["kind"]: row["value"] for row in json.loads(agreement.agreed)["consents"]}
    assert given == {"e_signature": True, "start_within_period": True, "right_ends_when_done": True}
    assert sent.acts().count("consent.given") == 3


def test_no_tick_is_set_beforehand(app, make, today):
    sent = make_sent(app, make, starts_on=today + timedelta(days=3), finishes_on=today + timedelta(days=6))
    assert " checked" not in sent.get("/godkann").text.split('id="h-sig"')[1]


def test_forbidden_fields_are_not_stored(sent):
    extra = {"firm_id": "9", "id": "9", "role": "owner", "status": "draft", "number": "1", "signed_at": "x"}
    assert sent.post("/godkann", sent.step2(**extra)).status_code == 303
    assert sent.quote.number == f"{stockholm_date(utc_now()).year}-001"
    assert sent.quote.status == "accepted"


def test_after_the_last_day_it_is_a_late_answer(app, make, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    form = sent.step2()
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        page = sent.get()
        assert "Be om ny tid" in page.text
        assert sent.post("/godkann", form).status_code == 303
        assert sent.quote.status == "late_acceptance"
        assert "Ditt svar väntar på bekräftelse" in sent.get("/avtal").text
        assert draw_agreements.run(utc_now()).done == 0
        assert sent.letters() == ["quote_sent", "late_answer_to_firm", "late_answer"]
        assert "quote.accepted" not in sent.acts()


def test_both_get_the_paper(sent):
    sent.post("/godkann", sent.step2())
    waiting = sent.get("/avtal")
    assert "Avtalet görs i ordning" in waiting.text
    assert sent.get("/avtal.pdf").status_code == 404
    assert sent.get("/avtal/filer").status_code == 200
    result = draw_agreements.run(utc_now())
    assert (result.done, result.failed) == (1, 0)
    agreement = agreement_of(sent)
    assert agreement.pdf_id is not None
    pdf = sent.get("/avtal.pdf")
    assert pdf.mimetype == "application/pdf"
    assert canonical.sha256_hex(pdf.data) == agreement.pdf_sha256
    assert pdf.data.startswith(sent.get("/offert.pdf").data)
    assert sent.get("/angerblankett.pdf").data[:4] == b"%PDF"
    assert "Avtalet är klart" in sent.get("/avtal").text
    assert sent.get("/avtal/filer").status_code == 286
    assert "receipt.sent" in sent.acts()
    number, owner = sent.quote.number, sent.make.owner(sent.firm).email
    assert send_mail.run(utc_now()).failed == 0
    letters = mailed.letters(firm=sent.firm.public_id)
    names = {(letter.to, file.name) for letter in letters for file in letter.attachments}
    paper, blank = f"Avtal {number}.pdf", f"Angerblankett {number}.pdf"
    assert names == {(MAIL, paper), (MAIL, blank), (owner, paper)}
    assert not [letter.to for letter in letters if letter.to == owner and "/l/" in letter.text]


def test_refused_while_the_firm_is_leaving(sent):
    form = sent.step2()
    now = utc_now()
    db.session.rollback()
    row = Closing(
        firm_id=sent.firm.id,
        user_id=sent.make.owner(sent.firm).id,
        choice="erase_all",
        confirmed_at=now,
        effective_at=now,
        erase_after=now + timedelta(days=30),
    )
    db.session.add(row)
    db.session.commit()
    assert sent.post("/godkann", form).status_code == 409
    assert "avslutar sitt konto" in sent.get().text
    assert "Till godkännande" not in sent.get().text
    assert sent.get("/offert.pdf").status_code == 200
