"""Those who share the deduction: each types the own number, on a page that only the own link opens."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine

from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements, remind, send_mail
from models import Agreement, Applicant, Event, Letter
from services import outbox, transaction
from services.clock import utc_now
from services.deal import agreements, inviting
from tests import mailed
from tests.client import Client
from tests.factories import PASSWORD
from tests.routes.deal.conftest import MAIL, Sent, make_sent, send

ERIK = "19850215-2393"
ERIK_MAIL = "erik@kund.example"
GIVEN = {"personnummer": ERIK, "statement": "y"}


def approve(sent: Sent, *, names=("Erik Almgren",), email: str = ERIK_MAIL, **typed) -> None:
    """Karin approves and shares with others; she presses once more where the sum changed."""
    for place, name in enumerate(names):
        typed |= {f"co-{place}-name": name}
    if email:
        typed["co-0-email"] = email
    form = sent.step2(**typed)
    first = sent.post("/godkann", form)
    if first.status_code == 409:
        form |= carried(first.text)
        first = sent.post("/godkann", form)
    assert first.status_code == 303, first.text


def carried(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(shares|total|to_pay|words)"[^>]*value="([^"]*)"', html))


def applicants(sent: Sent) -> list[Applicant]:
    db.session.rollback()
    agreement = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    return inviting.rows_of(agreement)


def guest(app, sent: Sent, position: int = 2) -> tuple[Client, str]:
    """A browser that came by the personal link, and the address of its page."""
    row = applicants(sent)[position - 1]
    path = inviting.address(row).split("://", 1)[1].split("/", 1)[1]
    db.session.rollback()
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    answer = client.get(f"/{path}")
    assert answer.status_code == 303
    assert answer.location == sent.url(f"/avdrag/{row.public_id}")
    return client, answer.location


def test_a_co_applicant_types_the_own_number(app, sent):
    approve(sent)
    assert [row.personnummer is None for row in applicants(sent)] == [False, True]
    assert sent.letters().count("applicant_link") == 1
    erik, own = guest(app, sent)
    page = erik.get(own)
    assert "Till Erik Almgren" in page.text
    assert "1\u00a0656\u00a0kr" in page.text
    assert not re.search(r"\b1984(0601|\b)", page.text)
    assert "Länken stämmer inte" in erik.get(sent.url()).text  # the deal itself is not his to read
    assert erik.post(own, data=GIVEN).status_code == 303
    thanks = erik.get(own).text
    assert "Tack, dina uppgifter är sparade" in thanks
    assert "19850215" not in thanks
    row = applicants(sent)[1]
    assert agreements.number_of(sent.firm.public_id, row) == "198502152393"
    assert (row.stated, row.remind_at) == ("2026-11-21", None)
    assert row.given_at is not None
    assert sent.acts().count("deduction.details_given") == 2
    given = db.session.query(Event).filter_by(act="deduction.details_given").order_by(Event.seq).all()
    entry = json.loads(given[-1].entry)
    assert entry["actor"] == f"applicant:{row.public_id}"
    assert len(entry["data"]["statement_sha256"]) == 64
    assert sent.letters().count("details_to_firm") == 1
    assert "deduction_changed" not in sent.letters()


def test_nobody_sees_anothers_number(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    erik.post(own, data=GIVEN)
    draw_agreements.run(utc_now())
    for page in (sent.get("/avtal"), sent.get("/medsokande"), sent.get("/godkann"), erik.get(own)):
        assert "19850215" not in page.text
        assert not re.search(r"\b((19)?850215-?)?2393\b", page.text)  # a checksum may hold the four digits
    assert "19840601" not in erik.get(own).text


def test_pressing_twice_keeps_the_first(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    assert erik.post(own, data=GIVEN).status_code == 303
    assert erik.post(own, data=GIVEN | {"personnummer": "19960410-2393"}).status_code == 303
    assert agreements.number_of(sent.firm.public_id, applicants(sent)[1]) == "198502152393"
    assert sent.acts().count("deduction.details_given") == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"personnummer": ""}, "Personnumret ska ha 12 siffror"),
        ({"personnummer": "19850215-2394"}, "Sista siffran stämmer inte"),
        ({"personnummer": "20250215-2396"}, "fylla 18 år"),
        ({"personnummer": "19840601-2388"}, "redan lämnat av någon annan"),
        ({"statement": ""}, "Kryssa i att uppgifterna stämmer"),
        ({"used_rot": "mycket"}, "Skriv beloppet med siffror"),
    ],
)
def test_bad_input_keeps_what_was_typed(app, sent, typed, words):
    approve(sent)
    erik, own = guest(app, sent)
    page = erik.post(own, data=GIVEN | typed)
    assert page.status_code == 422
    assert words in page.text
    assert "<title>Fel: " in page.text
    assert all(value in page.text for value in typed.values())
    assert applicants(sent)[1].personnummer is None


@pytest.mark.parametrize("number", ["850215-2393", "8502152393", "198502152393", "19850275-2390"])
def test_numbers_in_other_spellings(app, sent, number):
    approve(sent)
    erik, own = guest(app, sent)
    answer = erik.post(own, data=GIVEN | {"personnummer": number})
    assert answer.status_code == 303, answer.text


def test_what_he_has_used_moves_the_shares_and_the_customer_is_told(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    erik.post(own, data=GIVEN | {"used_rot": "49 000"})
    assert [row.rot_kr for row in applicants(sent)] == [2312, 999]
    assert "deduction_changed" not in sent.letters()  # all of it still finds room
    assert "999\u00a0kr" in erik.get(own).text


def test_the_customer_is_told_when_less_is_left(app, sent):
    approve(sent, used_rot="49 000")
    assert [row.rot_kr for row in applicants(sent)] == [1000, 2311]
    erik, own = guest(app, sent)
    erik.post(own, data=GIVEN | {"used_rot": "49 500"})
    assert [row.rot_kr for row in applicants(sent)] == [1000, 500]
    assert sent.letters().count("deduction_changed") == 1
    page = sent.get("/avtal").text
    assert "blir avdraget 1\u00a0500\u00a0kr i stället för 3\u00a0311\u00a0kr" in page
    assert "Du betalar då 13\u00a0440\u00a0kr" in page


@pytest.mark.parametrize(("own", "others", "kr"), [("70", "", [2318, 993]), ("", "25", [2484, 828])])
def test_a_chosen_split(app, sent, own, others, kr):
    approve(sent, own_share=own, **{"co-0-share": others})
    assert [row.rot_kr for row in applicants(sent)] == kr
    erik, address = guest(app, sent)
    erik.post(address, data=GIVEN)
    assert [row.rot_kr for row in applicants(sent)] == kr


def test_six_co_applicants_and_no_seventh(app, sent):
    names = tuple(f"Person {place}" for place in range(8))
    approve(sent, names=names, email="")
    rows = applicants(sent)
    assert [row.name for row in rows] == ["Karin Almgren", *names[:6]]
    assert sum(row.rot_kr for row in rows) >= 3312 - 6
    agreed = json.loads(db.session.query(Agreement).one().agreed)
    assert [one["name"] for one in agreed["applicants"]] == [row.name for row in rows]
    assert "Person 5" in sent.get("/medsokande").text


def test_room_for_one_more_comes_with_the_sum(sent):
    assert 'name="co-1-name"' not in sent.get("/godkann").text
    page = sent.post("/godkann", sent.step2(**{"co-0-name": "Erik", "act": "count"}))
    assert 'name="co-1-name"' in page.text
    typed = sent.step2(**{"co-0-name": "Erik"})
    part = sent.post("/godkann/summa", typed, headers={"HX-Request": "true"}).text
    assert 'name="co-1-name"' in part
    assert 'name="co-0-name"' not in part
    part = sent.post("/godkann/summa", typed | {"co-1-name": ""}, headers={"HX-Request": "true"}).text
    assert 'name="co-1-name"' not in part


def test_the_customer_hands_over_a_link(app, sent):
    approve(sent, email="")
    assert "applicant_link" not in sent.letters()
    assert "Personnummer saknas för Erik Almgren." in sent.get("/avtal").text
    page = sent.post("/medsokande/2/lank")
    address = re.search(r'id="adress" readonly value="([^"]+)"', page.text)
    assert address is not None
    path = address.group(1).split("://", 1)[1].split("/", 1)[1]
    assert app.test_client().get(f"/{path}").status_code == 303
    assert "deduction.invited" in sent.acts()


def test_opened_on_the_same_phone(sent):
    approve(sent, email="")
    answer = sent.post("/medsokande/2/oppna")
    assert answer.status_code == 303
    assert "Tillbaka till avtalet" in sent.client.get(answer.location).text
    assert sent.client.post(answer.location, data=GIVEN).status_code == 303
    assert "Har fyllt i sina uppgifter." in sent.get("/medsokande").text
    assert "Personnummer saknas" not in sent.get("/avtal").text
    assert sent.post("/medsokande/2/oppna").status_code == 409


def test_a_corrected_address_ends_the_link_before(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    assert sent.post("/medsokande/2/mejl", {"email": "fel"}).status_code == 422
    assert sent.post("/medsokande/2/mejl", {"email": "ny@kund.example"}).status_code == 303
    assert erik.get(own).status_code == 404
    assert erik.post(own, data=GIVEN).status_code == 404
    assert applicants(sent)[1].email == "ny@kund.example"
    again, own = guest(app, sent)
    assert again.post(own, data=GIVEN).status_code == 303


def test_wrong_links(app, make, sent):
    approve(sent)
    other = make_sent(app, make)
    approve(other)
    erik, own = guest(app, sent)
    stranger, theirs = guest(app, other)
    assert stranger.get(own).status_code == 404
    assert stranger.post(own, data=GIVEN).status_code == 404
    assert stranger.get(f"{own}/uppgifter").status_code == 404
    mixed = theirs.replace(other.deal_id, sent.deal_id)
    assert stranger.get(mixed).status_code == 404
    assert app.test_client().get(own).status_code == 404
    assert app.test_client().get("/a/x").status_code == 404
    token = erik.get_cookie("a-" + own.rsplit("/", 1)[1]).value
    assert app.test_client().get(f"/l/{token}").status_code == 404  # of another purpose
    assert app.test_client().get(f"/a/{sent.client.get_cookie(f'l-{sent.deal_id}').value}").status_code == 404
    assert erik.delete(own).status_code == 405
    assert erik.get(f"{own}/uppgifter").status_code == 200
    assert sent.get("/medsokande/2/lank").status_code == 405
    assert sent.post("/medsokande/1/lank").status_code == 404
    assert sent.post("/medsokande/9/mejl", {"email": ERIK_MAIL}).status_code == 404
    assert erik.post(sent.url("/medsokande/2/lank")).status_code == 404


def test_without_a_csrf_token_nothing_is_kept(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    assert erik.post(own, data=GIVEN, csrf=False).status_code == 403
    assert sent.post("/medsokande/2/mejl", {"email": ERIK_MAIL}, csrf=False).status_code == 403
    assert applicants(sent)[1].personnummer is None


def test_a_link_lives_a_year_and_a_month(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    with time_machine.travel(utc_now() + timedelta(days=399), tick=False):
        assert erik.get(own).status_code == 200
    with time_machine.travel(utc_now() + timedelta(days=401), tick=False):
        assert erik.get(own).status_code == 404


def test_after_a_withdrawal_nothing_is_asked_for(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    form = {"name": "Karin", "email": MAIL, "contract": "1", "once": "x"}
    assert sent.post("/angra", form).status_code == 303
    assert erik.post(own, data=GIVEN).status_code == 409
    assert "Avtalet gäller inte längre" in erik.get(own).text
    assert sent.post("/medsokande/2/lank").status_code == 409


def test_in_english(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    assert '<html lang="en"' in erik.get(f"{own}?sprak=en").text
    assert "I own all or part of the home" in erik.get(own).text


def test_the_firm_reads_what_is_missing(app, make, sent):
    approve(sent)
    owner = app.test_client().log_in(make.owner(sent.firm))
    words = "Personnummer saknas för Erik Almgren – avdraget kan inte begäras än."
    page = f"/offerter/{sent.quote.n}"
    assert words in owner.get(page).text
    agreement = db.session.query(Agreement).one()
    assert inviting.missing(agreement).numbers == ("Erik Almgren",)
    erik, own = guest(app, sent)
    erik.post(own, data=GIVEN)
    assert words not in owner.get(page).text
    db.session.rollback()
    assert not inviting.missing(db.session.query(Agreement).one())


def test_letters_hold_the_own_link_and_no_number(app, sent):
    approve(sent)
    assert send_mail.run(utc_now()).failed == 0
    letter = mailed.letters(to=ERIK_MAIL)[0]
    assert "Karin Almgren vill dela avdraget med dig" in letter.subject
    assert "/a/" in letter.text
    assert "/l/" not in letter.text
    assert "1\u00a0656\u00a0kr" in letter.text
    assert not re.search(r"\b1984(0601|\b)", letter.text)


def test_reminders_stop_at_two_and_keep_quiet_hours(sent):
    approve(sent)
    now = utc_now()
    for _ in range(40):
        now += timedelta(hours=9)
        with time_machine.travel(now, tick=False):
            assert remind.run(now).failed == 0
    assert sent.letters().count("applicant_reminder") == 2
    assert "details_reminder" not in sent.letters()
    first = min(row.created_at for row in db.session.query(Letter).filter_by(kind="applicant_reminder"))
    assert first >= applicants(sent)[0].given_at + timedelta(days=3)
    assert applicants(sent)[1].remind_at is None


def test_who_has_given_is_not_reminded(app, sent):
    approve(sent)
    erik, own = guest(app, sent)
    erik.post(own, data=GIVEN)
    remind.run(utc_now() + timedelta(days=9))
    assert "applicant_reminder" not in sent.letters()


def test_a_customer_who_left_it_for_later_is_reminded_until_it_is_given(sent):
    sent.post("/godkann", sent.step2(later="y", personnummer="", fastighetsbeteckning="", statement=""))
    now = utc_now() + timedelta(days=6)
    remind.run(now)
    assert sent.letters().count("details_reminder") == 1
    given = sent.step2(**{"co-0-name": "Erik Almgren", "co-0-email": ERIK_MAIL})
    assert sent.post("/rot", given).status_code == 303
    assert sent.letters().count("applicant_link") == 1
    remind.run(now + timedelta(days=60))
    assert sent.letters().count("details_reminder") == 1
    assert sent.letters().count("applicant_reminder") == 1


def test_the_customer_is_reminded_of_a_link_to_hand_over(sent):
    approve(sent, email="")
    remind.run(utc_now() + timedelta(days=6))
    assert sent.letters().count("details_reminder") == 1
    transaction.rollback()
    noon = (utc_now() + timedelta(days=7)).replace(hour=11)
    with time_machine.travel(noon, tick=False):
        for days in range(6):  # whatever day and hour the test runs: one of them is no red day
            send_mail.run(noon + timedelta(days=days))
    letters = mailed.letters(to=MAIL)
    assert any("Personnummer saknas för Erik Almgren." in letter.text for letter in letters)


def test_what_goes_with_a_new_version_ends_the_link(app, make):
    late = make_sent(app, make, valid_until=stockholm_date(utc_now()) + timedelta(days=1))
    form = late.step2(**{"co-0-name": "Erik Almgren", "co-0-email": ERIK_MAIL})
    form |= carried(late.post("/godkann", form).text)
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        assert late.post("/godkann", form).status_code == 303
        assert late.quote.status == "late_acceptance"
        assert "applicant_link" not in late.letters()  # no agreement until the firm confirms it
        send(make, late.quote, valid_until=stockholm_date(utc_now()) + timedelta(days=9), now=utc_now())
        assert db.session.query(Applicant).count() == 0


def test_a_late_answer_that_the_firm_confirms_sends_the_links(app, make):
    late = make_sent(app, make, valid_until=stockholm_date(utc_now()) + timedelta(days=1))
    form = late.step2(**{"co-0-name": "Erik Almgren", "co-0-email": ERIK_MAIL})
    form |= carried(late.post("/godkann", form).text)
    with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
        assert late.post("/godkann", form).status_code == 303
        owner = app.test_client().log_in(make.owner(late.firm))
        assert owner.post(f"/offerter/{late.quote.n}/sent-svar/bekrafta").status_code == 303
        assert late.letters().count("applicant_link") == 1


def test_a_letter_that_does_not_arrive_is_the_customers_to_mend(sent):
    approve(sent)
    letter = db.session.query(Letter).filter_by(kind="applicant_link").one()
    outbox.refused(letter, "550 no such user", now=utc_now())
    transaction.may_write()
    assert sent.quote.mail_failed_at is None
    assert "bounced_to_firm" not in sent.letters()
    assert f"Mejlet till {ERIK_MAIL} kom inte fram." in sent.get("/medsokande").text


def test_a_letter_of_the_customers_that_did_not_arrive_is_told_before_it(app, make, sent):
    approve(sent)
    for kind in ("quote_sent", "applicant_link"):
        outbox.refused(db.session.query(Letter).filter_by(kind=kind).one(), "550 no such user", now=utc_now())
        transaction.may_write()
    page = app.test_client().log_in(make.owner(sent.firm)).get(f"/offerter/{sent.quote.n}").text
    note = page.partition("Mejlet kom inte fram.</b>")[2].partition("</div>")[0]
    assert note.split(":")[0].strip() == MAIL


def test_an_uninvited_guest_list_leads_back(sent):
    assert sent.get("/medsokande").status_code == 302
    sent.post("/godkann", sent.step2())
    assert sent.get("/medsokande").status_code == 302
    assert "applicant_link" not in sent.letters()
    assert applicants(sent)[0].remind_at is None


def test_on_the_firms_screen_no_link_is_left_behind(make, client):
    """The spouse types the own number on the screen that is handed over; taken back, it opens nothing."""
    firm = make.firm()
    quote = send(make, make.quote(firm, make.customer(firm)))
    client.log_in(make.owner(firm))
    client.post(f"/offerter/{quote.n}/visa-for-kund")
    shown = Sent(make, firm.id, quote.id, quote.public_id, client)
    approve(shown, email="")
    own = shown.post("/medsokande/2/oppna").location
    assert not [cookie.key for cookie in client._cookies.values() if cookie.key.startswith("a-")]
    assert "Lämna tillbaka telefonen" in client.get(own).text
    assert client.post("/tillbaka", data={"password": PASSWORD}).status_code == 303
    assert client.get(own).status_code == 404
    assert client.post(own, data=GIVEN).status_code == 404
    client.post(f"/offerter/{quote.n}/visa-for-kund")
    assert client.post(own, data=GIVEN).status_code == 303
    assert applicants(shown)[1].personnummer is not None
