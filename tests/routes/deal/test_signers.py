"""Several who sign: their roles, the order they are in, and what each link may do meanwhile."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
import time_machine

from domain.signing_methods import Method
from extensions import db
from jobs import draw_agreements, remind, send_mail
from models import Agreement, Letter, QuoteLink, QuoteVersion, Recipient
from services.clock import utc_now
from services.deal import delegating, links, reminding
from services.quotes import drafting, recipient_rows, sharing
from services.quotes.sharing import Given
from tests import mailed
from tests.documents.reading import words as in_paper
from tests.domain.test_quiet_hours import at
from tests.factories import PASSWORD
from tests.routes.deal.conftest import Sent, actor_of, send
from tests.routes.deal.test_parties import (
    SHARED,
    approvals,
    come,
    press_at_once,
    ready_of,
    sent_to,
    step2,
    words,
)

SENT = at("2026-11-23 14:32")  # a Monday
NAMES = {"co_decides": "Anna Holm", "signatory": "Sven Ek", "witness": "Vera Lind", "copy": "Lena Fors"}


@pytest.fixture
def signing(app, make):
    """Makes a sent quote and a phone for each: the customer's first, then the others' by role.

    `order`: by role, "" for the customer, where they sign one after the other.
    """

    def make_it(
        *roles: str,
        order: tuple[str, ...] = (),
        kind: str = "private",
        email: str = SHARED,
        remind_after: int = 0,
        **given,
    ):
        firm = make.firm()
        quote = make.quote(firm, make.customer(firm, kind=kind), **given)
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
        if remind_after:
            reminding.choose(firm_id, n, remind_after, now=utc_now())
        ids = [row.id for row in db.session.query(Recipient).filter_by(quote_id=quote.id).order_by(Recipient.id)]
        return [come(app, make, drafting.get(firm_id, n), one) for one in (None, *ids)]

    return make_it


def sign(phone, name: str):
    return phone.post("/godkann", step2(phone, name))


def pressed_early(phone, name: str):
    """What somebody posts whose page had no form."""
    (own,) = set(re.findall(r'name="som" value="([^"]*)"', phone.get().get_data(as_text=True)))
    return phone.post("/godkann", {"som": own, "once": "x" * 22, "version": "1", "name": name, "e_signature": "y"})


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
    assert "Kunden betalar" in vera.get().text
    assert "Du betalar" not in vera.get().text
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
    came = mailed.letters(to="alla@kund.example")
    (turn,) = [kept for kept in came if "nu väntar vi på dig" in kept.subject]
    assert "Till Vera Lind" in turn.text
    (first,) = [kept for kept in came if "Till Vera Lind" in kept.text and "Offert:" in kept.subject]
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


def undone(phone) -> list[str]:
    return [row.void_reason for row in approvals(phone)]


def test_one_takes_the_own_signature_back_until_all_have_signed(signing):
    karin, anna, vera = signing("co_decides", "witness")
    sign(karin, "Karin Almgren")
    sign(anna, "Anna Holm")
    assert "Ta tillbaka min underskrift" in words(karin)
    for _twice in range(2):
        assert karin.post("/ta-tillbaka").status_code == 303
    assert undone(karin) == ["taken_back", ""]
    assert karin.quote.status == "partly_signed"
    assert karin.acts().count("doc.approvals_voided") == 1
    assert "Väntar på Karin Almgren." in words(vera)
    assert len(sent_to(karin, "signature_taken_back")) == 2
    assert len(sent_to(karin, "signature_taken_back_to_firm")) == 1
    assert anna.post("/ta-tillbaka").status_code == 303  # nobody is left: choices are free again
    assert karin.quote.status == "sent"
    assert db.session.query(Agreement).count() == 0
    for phone, name in ((karin, "Karin Almgren"), (anna, "Anna Holm"), (vera, "Vera Lind")):
        assert sign(phone, name).status_code == 303
    assert karin.quote.status == "accepted"
    assert anna.post("/ta-tillbaka").status_code == 409
    assert karin.acts()[-1] == "doc.all_signed"


def test_a_witness_attested_what_is_taken_back_no_longer(signing, make):
    karin, vera, per = signing("witness", "copy")
    quote = karin.quote
    firm_id, n, actor = quote.firm_id, quote.n, actor_of(make, karin.firm)
    sharing.add(firm_id, n, Given("Olle Dahl", SHARED, "witness"), actor=actor, now=utc_now())
    send(make, drafting.get(firm_id, n), email=SHARED)
    sign(karin, "Karin Almgren")
    sign(vera, "Vera Lind")
    karin.post("/ta-tillbaka")
    assert undone(karin) == ["taken_back", "taken_back"]
    assert karin.quote.status == "sent"
    assert per.post("/ta-tillbaka").status_code == 409


def handed(phone, name="Sven Ek", email="sven@bolaget.example"):
    return phone.post("/lamna-over", {"name": name, "email": email})


def stand_in(app, make, phone) -> Sent:
    (row,) = db.session.query(Recipient).filter(Recipient.stands_for.is_not(None), Recipient.removed_at.is_(None))
    return come(app, make, phone.quote, row.id)


def test_a_company_hands_its_place_to_the_right_signatory(app, make, signing):
    (karin,) = signing(kind="company")
    assert "Lämna över" in words(karin)
    assert handed(karin).status_code == 303
    assert "Sven Ek svarar i ditt ställe." in words(karin)
    for rest, form in (
        ("/godkann", {"once": "x" * 22, "som": "kund"}),
        ("/nej", {"version": "1"}),
        ("/lamna-over", {}),
    ):
        assert karin.post(rest, {"name": "K", "email": "k@k.example", **form}).status_code == 409
    sven = stand_in(app, make, karin)
    assert "Du läser som Sven Ek." in words(sven)
    assert sign(sven, "Sven Ek").status_code == 303
    (agreement,) = db.session.query(Agreement).all()
    assert (agreement.name, karin.quote.status) == ("Sven Ek", "accepted")
    assert sent_to(karin, "place_handed_over") == ["sven@bolaget.example"]
    assert len(sent_to(karin, "place_handed_over_to_firm")) == 1
    assert karin.acts().count("signer.delegated") == 1
    draw_agreements.run(utc_now())
    assert "Sven Ek" in in_paper(karin.get("/avtal.pdf").data)
    assert sent_to(karin, "quote_approved") == ["sven@bolaget.example"]
    assert sent_to(karin, "agreement_copy") == [SHARED]


def test_the_place_of_one_of_several_goes_over_and_may_come_back(app, make, signing):
    karin, anna, vera = signing("co_decides", "witness", order=("co_decides", ""))
    for phone in (karin, vera):  # a consumer's own, and one that the firm chose
        assert phone.get("/lamna-over").status_code == 302
        assert handed(phone).status_code == 409
    assert handed(anna, "Per Berg", "per@kund.example").status_code == 303
    per = stand_in(app, make, karin)
    assert "Väntar på Per Berg." in words(karin)
    assert pressed_early(anna, "Anna Holm").status_code == 409
    seller = app.test_client().log_in(make.owner(karin.firm))
    base = f"/offerter/{karin.quote.n}/mottagare"
    (row,) = db.session.query(Recipient).filter_by(name="Per Berg")
    key = row.public_id
    page = seller.get(base).text
    assert "I stället för Anna Holm" in page
    assert seller.post(f"{base}/{key}/ta-bort").status_code == 303
    assert per.get().status_code == 404  # the page was open, the link has ended
    assert per.post("/godkann", {"name": "Per Berg"}).status_code == 404
    assert sent_to(karin, "place_given_back") == [SHARED]
    assert handed(anna, "Per Berg", "per@kund.example").status_code == 303
    per = stand_in(app, make, karin)
    assert sign(per, "Per Berg").status_code == 303
    (row,) = db.session.query(Recipient).filter(Recipient.name == "Per Berg", Recipient.removed_at.is_(None))
    assert seller.post(f"{base}/{row.public_id}/ta-bort").status_code == 409
    sign(karin, "Karin Almgren")
    sign(vera, "Vera Lind")
    assert karin.quote.status == "accepted"
    assert [one.name for one in approvals(karin)] == ["Per Berg", "Karin Almgren", "Vera Lind"]


def test_what_the_firms_screen_shows_of_a_place_ends_with_it(app, make, signing):
    (karin,) = signing(kind="company")
    handed(karin)
    (row,) = db.session.query(Recipient)
    key, n = row.public_id, karin.quote.n
    screen, office = (app.test_client().log_in(make.owner(karin.firm)) for _ in range(2))
    assert screen.post(f"/offerter/{n}/visa-for-kund", data={"for": key}).status_code == 303
    assert "Du läser som Sven Ek." in screen.get(karin.url()).text
    assert office.post(f"/offerter/{n}/mottagare/{key}/ta-bort").status_code == 303
    assert screen.get(karin.url()).status_code == 404
    assert screen.post(karin.url("/godkann"), data={"name": "Sven Ek"}).status_code == 404


def test_who_took_a_place_over_has_it_in_the_next_version(app, make, signing):
    karin, anna = signing("co_decides")
    handed(anna, "Per Berg", "per@kund.example")
    quote = karin.quote
    send(make, drafting.get(quote.firm_id, quote.n), email=SHARED)
    version = db.session.query(QuoteVersion).filter_by(quote_id=quote.id, version=2).one()
    assert [one["name"] for one in json.loads(version.content)["deciders"]] == ["Per Berg"]


def test_who_could_get_no_code_takes_no_place_over(signing, monkeypatch):
    """Where a code is asked for and no text message is sent, the one could never sign."""
    monkeypatch.setattr(delegating, "on_page", lambda signing, total_ore: Method.LINK_CODE)
    (karin,) = signing(kind="company")
    refused = handed(karin)
    assert refused.status_code == 422
    assert "Underskriften behöver en engångskod" in refused.get_data(as_text=True)
    assert db.session.query(Recipient).count() == 0


def test_nobody_of_the_firm_takes_a_place_over(make, signing):
    (karin,) = signing(kind="company")
    assert handed(karin, "Jonas", make.owner(karin.firm).email).status_code == 409
    assert db.session.query(Recipient).count() == 0


def test_on_one_phone_a_form_signs_only_for_whom_it_was_opened(signing):
    """Anna's link is opened in Karin's browser: Karin's open form signs for nobody."""
    karin, anna = signing("co_decides")
    hers = step2(karin, "Karin Almgren")
    (link,) = [one for one in db.session.query(QuoteLink) if one.recipient_id]
    token = links.address(link).rsplit("/", 1)[1]
    assert karin.client.get(f"/l/{token}").status_code == 303
    refused = karin.post("/godkann", hers)
    assert refused.status_code == 409
    assert "en annan persons länk" in refused.get_data(as_text=True)
    del hers["som"]
    assert karin.post("/godkann", hers).status_code == 409
    assert approvals(karin) == []
    assert sign(karin, "Anna Holm").status_code == 303  # as who came last
    page = words(karin)
    assert "Nästa: lämna över till Karin Almgren" in page
    assert karin.post("/nasta", {"till": "kund"}).status_code == 303
    assert "Du läser som Karin Almgren." in words(karin)
    assert sign(karin, "Karin Almgren").status_code == 303
    assert [(row.name, bool(row.recipient_id)) for row in approvals(karin)] == [
        ("Anna Holm", True),
        ("Karin Almgren", False),
    ]
    assert anna.post("/nasta", {"till": "kund"}).status_code == 404  # that phone holds one link


def reminded(phone) -> list[str]:
    """Whose links the reminders went to, by name."""
    db.session.rollback()
    letters = db.session.query(Letter).filter_by(quote_id=phone.quote_id, kind="reminder").order_by(Letter.id)
    found = []
    for letter in letters:
        link = db.session.query(QuoteLink).filter_by(public_id=json.loads(letter.params)["link"]).one()
        found.append(db.session.get_one(Recipient, link.recipient_id).name if link.recipient_id else "Karin Almgren")
    return found


def pass_days(first: int, last: int) -> None:
    """The worker reminds, and mails, once each day."""
    for day in range(first, last):
        remind.run(SENT + timedelta(days=day))
        send_mail.run(SENT + timedelta(days=day))


def test_only_those_are_reminded_whose_turn_it_is_and_none_more_than_twice(signing):
    def on(day: int):
        return time_machine.travel(SENT + timedelta(days=day), tick=False)

    with on(0):
        valid_until = date(2027, 3, 1)
        karin, anna, _vera = signing(
            "co_decides", "witness", order=("co_decides", ""), remind_after=3, valid_until=valid_until
        )
        send_mail.run(SENT)
    pass_days(1, 15)
    assert reminded(karin) == ["Anna Holm"] * 2
    with on(15):
        sign(anna, "Anna Holm")
    pass_days(15, 30)
    assert reminded(karin) == ["Anna Holm"] * 2 + ["Karin Almgren"] * 2
    with on(30):
        sign(karin, "Karin Almgren")
        karin.post("/ta-tillbaka")
    pass_days(30, 45)
    assert len(reminded(karin)) == 4  # it is her turn again, and she has had hers
    with on(45):
        sign(karin, "Karin Almgren")
    pass_days(45, 50)
    assert reminded(karin)[4:] == ["Vera Lind"]


def test_the_firm_sees_who_has_signed_and_lets_them_sign_on_its_screen_one_by_one(app, make, signing):
    karin, _anna, _vera = signing("co_decides", "witness", order=("co_decides", ""))
    n = karin.quote.n
    seller = app.test_client().log_in(make.owner(karin.firm))
    for place, name in enumerate(("Anna Holm", "Karin Almgren", "Vera Lind")):
        page = re.sub(r"\s+", " ", seller.get(f"/offerter/{n}").text)
        assert page.count("Väntar på sin tur") == 2 - place
        assert page.count("Väntar på underskrift<") == 1 + (place > 0)  # of the one, and of the quote
        (whose,) = re.findall(r'name="for" value="([^"]*)"', page)
        assert f"Visa för {name}" in page
        assert seller.post(f"/offerter/{n}/visa-for-kund", data={"for": whose}).status_code == 303
        screen = Sent(make, karin.firm_id, karin.quote_id, karin.deal_id, seller)
        assert f"Du läser som {name}." in words(screen)
        assert handed(screen).status_code == 409  # never from the firm's own screen
        assert sign(screen, name).status_code == 303
        assert seller.get(f"/offerter/{n}").status_code in (302, 303)  # locked
        assert seller.post("/tillbaka", data={"password": PASSWORD}).status_code == 303
    assert karin.quote.status == "accepted"
    assert {row.way for row in approvals(karin)} == {"on_site"}
    assert len({row.recipient_id for row in approvals(karin)}) == 3
    draw_agreements.run(utc_now())
    assert len(sent_to(karin, "quote_approved")) == 2  # each at the own address
    assert len(sent_to(karin, "agreement_copy")) == 1  # the witness has approved nothing


def test_pressed_fifty_times_at_once_each_signs_once_and_gets_one_letter(app, signing):
    """A-09: by one, then by several at the same moment."""
    karin, anna, sven, vera = signing("co_decides", "signatory", "witness", kind="company")
    assert set(press_at_once(app, karin, [ready_of(karin, "Karin Almgren")], 50)) == {303}
    assert [row.name for row in approvals(karin)] == ["Karin Almgren"]
    assert [len(sent_to(karin, kind)) for kind in ("partly_approved", "partly_approved_to_firm", "your_turn")] == [
        1,
        1,
        2,
    ]
    both = [ready_of(anna, "Anna Holm"), ready_of(sven, "Sven Ek")]
    assert set(press_at_once(app, karin, both, 25)) == {303}
    assert sorted(row.name for row in approvals(karin)) == ["Anna Holm", "Karin Almgren", "Sven Ek"]
    assert len(sent_to(karin, "partly_approved")) == 3
    assert set(press_at_once(app, karin, [ready_of(vera, "Vera Lind")], 50)) == {303}
    assert len({row.agreed_sha256 for row in approvals(karin)}) == 1
    assert len(approvals(karin)) == 4
    assert [karin.acts().count(act) for act in ("quote.accepted", "doc.witnessed", "doc.all_signed")] == [3, 1, 1]
    assert db.session.query(Agreement).count() == 1
    for _twice in range(2):
        draw_agreements.run(utc_now())
    assert [len(sent_to(karin, kind)) for kind in ("quote_approved", "agreement_copy")] == [3, 1]


def test_a_signature_and_its_taking_back_at_once_leave_one_of_both_worlds(app, signing):
    """The last signs while the first takes hers back: an agreement, or none and one signature."""
    karin, anna = signing("co_decides")
    sign(karin, "Karin Almgren")
    token, _form, url = ready_of(anna, "Anna Holm")
    own = karin.client.get_cookie(f"l-{karin.deal_id}").value
    back = own, {"som": "kund"}, karin.url("/ta-tillbaka")
    answers = press_at_once(app, karin, [(token, step2(anna, "Anna Holm"), url), back], 4)
    live = [row.name for row in approvals(karin) if row.voided_at is None]
    agreed = db.session.query(Agreement).count()
    assert set(answers) <= {303, 409}
    if karin.quote.status == "accepted":
        assert (live, agreed) == (["Karin Almgren", "Anna Holm"], 1)
    else:  # what she had seen settled was not any more: she reads it anew
        assert karin.quote.status in ("sent", "partly_signed")
        assert "Karin Almgren" not in live
        assert agreed == len(live)


def test_a_signature_a_no_and_a_handing_over_at_once_are_one_of_them(app, signing):
    """A place is signed by who holds it: never by one who has handed it over, nor handed over once it is signed."""
    (karin,) = signing(kind="company")
    token, form, url = ready_of(karin, "Karin Almgren")
    acts = {
        "quote.accepted": (token, form, url),
        "doc.declined": (token, {"version": "1"}, karin.url("/nej")),
        "signer.delegated": (token, {"name": "Sven Ek", "email": "sven@bolaget.example"}, karin.url("/lamna-over")),
    }
    assert set(press_at_once(app, karin, list(acts.values()), 4)) <= {303, 409}
    done = [act for act in karin.acts() if act in acts]
    assert len(done) == 1
    standing = db.session.query(Recipient).filter(Recipient.stands_for.is_not(None)).count()
    made = db.session.query(Agreement).count()
    assert (made, standing) == (int(done == ["quote.accepted"]), int(done == ["signer.delegated"]))


def test_a_clock_that_goes_back_changes_nobodys_turn(signing):
    with time_machine.travel(SENT - timedelta(hours=4), tick=False):
        karin, anna, vera = signing("co_decides", "witness", order=("", "co_decides"))
    with time_machine.travel(SENT, tick=False):
        sign(karin, "Karin Almgren")
    with time_machine.travel(SENT - timedelta(hours=3), tick=False):
        assert pressed_early(vera, "Vera Lind").status_code == 409
        assert sign(anna, "Anna Holm").status_code == 303
        assert sign(vera, "Vera Lind").status_code == 303
    assert karin.quote.status == "accepted"
    assert [row.name for row in approvals(karin)] == ["Karin Almgren", "Anna Holm", "Vera Lind"]
