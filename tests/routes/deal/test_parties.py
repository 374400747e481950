"""Several who decide: each approves by the own link, the last makes the agreement, and nobody is bound before."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from domain.clock import stockholm_date
from domain.dates_sv import last_withdrawal_day
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, Applicant, Approval, EarlierHome, Event, Letter, QuoteLink, Recipient
from services import mailbox, transaction
from services.clock import utc_now
from services.deal import answering, expiring, links
from services.importing import homes
from services.quotes import drafting, sharing
from services.quotes.sharing import Given
from tests import costs, mailed
from tests.chance import without_drawn
from tests.documents.reading import words as in_paper
from tests.routes.deal.conftest import Sent, actor_of, send

SHARED = "hemma@kund.example"
FIELDS = "som|once|version|json_sha256|picked|quantities|shares|total|to_pay|words|agreed"


def come(app, make, quote, recipient_id) -> Sent:
    """A phone that came by one person's link."""
    link = db.session.query(QuoteLink).filter_by(quote_id=quote.id, recipient_id=recipient_id, revoked_at=None).one()
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    token = links.address(link).rsplit("/", 1)[1]
    firm_id, quote_id, deal_id = quote.firm_id, quote.id, quote.public_id
    assert client.get(f"/l/{token}").status_code == 303
    return Sent(make, firm_id, quote_id, deal_id, client)


@pytest.fixture
def among(app, make):
    """Makes a sent quote and a phone for each: the customer Karin, then the others by role."""

    def make_it(*roles: str, rot: bool = False, emails: tuple[str, ...] = (), **given):
        firm = make.firm()
        quote = make.quote(firm, make.customer(firm), **given)
        if not rot:
            for line in drafting.load(firm.id, quote.n).lines:
                line.deduction = line.work_type = None
            db.session.commit()
        firm_id, n = firm.id, quote.n
        actor = actor_of(make, firm)
        for place, role in enumerate(roles):
            email = emails[place] if emails else SHARED
            name = ("Anna Holm", "Per Berg", "Eva Lind")[place]
            sharing.add(firm_id, n, Given(name, email, role), actor=actor, now=utc_now())
        quote = send(make, drafting.get(firm_id, n), email=SHARED)
        ids = [row.id for row in db.session.query(Recipient).filter_by(quote_id=quote.id).order_by(Recipient.id)]
        return [come(app, make, drafting.get(firm_id, n), one) for one in (None, *ids)]

    return make_it


def step2(phone, name, **typed):
    html = phone.get("/godkann").get_data(as_text=True)
    hidden = dict(re.findall(rf'name="({FIELDS})"[^>]*value="([^"]*)"', html))
    return {**hidden, "name": name, "e_signature": "y", **typed}


def approvals(phone) -> list[Approval]:
    db.session.rollback()
    return db.session.query(Approval).filter_by(quote_id=phone.quote_id).order_by(Approval.id).all()


def agreements(phone) -> list[Agreement]:
    db.session.rollback()
    return db.session.query(Agreement).filter_by(quote_id=phone.quote_id).all()


def sent_to(phone, kind) -> list[str]:
    db.session.rollback()
    rows = db.session.query(Letter).filter_by(quote_id=phone.quote_id, kind=kind).order_by(Letter.id)
    return [row.to_address for row in rows]


def words(phone, rest="") -> str:
    return re.sub(r"\s+", " ", phone.get(rest).get_data(as_text=True))


def test_each_gets_a_link_of_the_own_though_they_share_an_address(among):
    karin, anna = among("co_decides")
    assert sent_to(karin, "quote_sent") == [SHARED, SHARED]
    assert karin.acts().count("quote.sent") == 2
    assert "Du läser som Karin Almgren" in words(karin)
    assert "Du läser som Anna Holm" in words(anna)
    send_mail.run(utc_now())
    texts = [kept.text for kept in mailed.letters(firm=karin.firm.public_id)]
    to_anna, to_karin = sorted(texts, key=lambda text: "Till Anna Holm" not in text)
    assert "Till Anna Holm" in to_anna
    assert "Till Anna Holm" not in to_karin
    for text in (to_anna, to_karin):
        assert "ska godkännas av Karin Almgren och Anna Holm" in re.sub(r"\s+", " ", text)
    assert len({re.search(r"/l/(\S+)", text)[1] for text in (to_anna, to_karin)}) == 2


def test_all_their_links_again_cost_what_nobody_s_cost(app, among):
    karin, _anna, _per = among("co_decides", "copy")
    seen = []
    for deal_id in (karin.deal_id, "x" * 22):
        with costs.noted() as cost:
            assert app.test_client().post(f"/o/{deal_id}/lank").status_code == 200
        seen.append(cost)
    assert seen[0] == seen[1]


def test_no_agreement_until_the_last_has_approved(among):
    karin, anna = among("co_decides")
    karin.post("/tillval", {"tillval": "4"})
    answer = karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert answer.location == karin.url()
    assert karin.quote.status == "partly_signed"
    assert karin.quote.turn == "customer"
    assert "Du har godkänt. Väntar på Anna Holm." in words(karin)
    assert karin.get("/avtal").status_code == 302
    assert karin.get("/angra").status_code == 404
    draw_agreements.run(utc_now())
    assert agreements(karin)[0].pdf_id is None
    assert sent_to(karin, "your_turn") == [SHARED]
    assert sent_to(karin, "partly_approved") == [SHARED]
    assert len(sent_to(karin, "partly_approved_to_firm")) == 1

    page = words(anna)
    assert "Karin Almgren har godkänt. Nu väntar vi på dig." in page
    assert re.search(r'value="4" id="tv-4" checked disabled', page)
    second = words(anna, "/godkann")
    assert "Val: Golvvärme, el." in second
    later = utc_now() + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert anna.quote.status == "accepted"
    assert anna.quote.turn == "firm"
    (agreement,) = agreements(anna)
    both = approvals(anna)
    assert [row.name for row in both] == ["Karin Almgren", "Anna Holm"]
    assert {row.agreed_sha256 for row in both} == {agreement.agreed_sha256}
    assert len({row.link_id for row in both}) == 2
    assert agreement.withdraw_until == last_withdrawal_day(stockholm_date(later))
    assert json.loads(agreement.agreed)["deciders"] == ["Karin Almgren", "Anna Holm"]
    acts = anna.acts()
    assert acts.count("quote.accepted") == 2
    assert acts[-1] == "doc.all_signed"
    assert words(anna, "/avtal").count("Karin Almgren och Anna Holm") >= 1


def test_the_paper_and_the_letters_name_all_who_approved(among):
    karin, anna, per = among("co_decides", "copy", emails=("anna@kund.example", "per@kund.example"))
    anna.post("/godkann", step2(anna, "Anna Holm"))
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    draw_agreements.run(utc_now())
    assert sorted(sent_to(karin, "quote_approved")) == ["anna@kund.example", SHARED]
    assert sent_to(karin, "agreement_copy") == ["per@kund.example"]
    for phone in (karin, anna, per):  # who did what, and nobody's address
        receipt = words(phone, "/avtal")
        assert "En kopia skickas till er alla." in receipt
        for hidden in (SHARED, "anna@kund.example", "per@kund.example", "127.0.0.1"):
            assert hidden not in receipt
    text = in_paper(per.get("/avtal.pdf").data)
    for name in ("Anna Holm", "Karin Almgren"):
        assert name in text
    assert "Samtycken: Anna Holm" in text
    assert "Samtycken: Karin Almgren" in text
    assert "alla hade godkänt samma innehåll" in text
    for hidden in (SHARED, "anna@kund.example", "per@kund.example", "127.0.0.1"):  # nor on the paper that all get
        assert hidden not in text
    for known in ("h…@kund.example", "a…@kund.example", "adresserna är förkortade här"):
        assert known in re.sub(r"\s+", " ", text)
    offer = in_paper(per.get("/offert.pdf").data)
    assert "Det blir ett avtal först när alla har godkänt samma sak" in re.sub(r"\s+", " ", offer)
    send_mail.run(utc_now())
    assert {kept.subject for kept in mailbox.newest() if kept.to == "per@kund.example"} >= {
        "För kännedom: avtalet är klart, Badrum, Granstigen 4"
    }


def test_choices_are_settled_by_the_first(among):
    karin, anna = among("co_decides")
    anna.post("/tillval", {"tillval": "4"})
    old = step2(anna, "Anna Holm")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert anna.post("/tillval", {"tillval": "4"}).status_code == 409
    refused = anna.post("/godkann", old)  # another choice than Karin's
    assert refused.status_code == 409
    assert len(approvals(anna)) == 1
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert json.loads(agreements(anna)[0].agreed)["picked"] == []
    assert anna.quote.status == "accepted"


def test_who_saw_the_same_as_the_first_joins_without_pressing_again(among):
    karin, anna = among("co_decides")
    hers = step2(anna, "Anna Holm")  # opened before Karin's approval
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert anna.post("/godkann", hers).status_code == 303
    assert anna.quote.status == "accepted"
    assert [row.name for row in approvals(anna)] == ["Karin Almgren", "Anna Holm"]


def ready_of(phone, name: str) -> tuple[str, dict[str, str], str]:
    """What a phone posts when its button is pressed: its cookie, the form, and where to."""
    return phone.client.get_cookie(f"l-{phone.deal_id}").value, step2(phone, name), phone.url("/godkann")


def press_at_once(app, deal, ready, times: int = 8) -> list[int]:
    """The answers to each of them so many times over, by eight threads."""

    def press(one):
        token, form, url = one
        with app.app_context():
            client = app.test_client()
            client.set_cookie(f"l-{deal.deal_id}", token)
            return client.post(url, data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(press, ready * times))


def test_at_the_same_second_there_is_one_agreement_and_both_are_recorded(app, among):
    karin, anna = among("co_decides")
    ready = [ready_of(phone, name) for phone, name in ((karin, "Karin Almgren"), (anna, "Anna Holm"))]
    assert set(press_at_once(app, karin, ready)) == {303}
    (agreement,) = agreements(karin)
    assert sorted(row.name for row in approvals(karin)) == ["Anna Holm", "Karin Almgren"]
    assert {row.agreed_sha256 for row in approvals(karin)} == {agreement.agreed_sha256}
    assert karin.quote.status == "accepted"
    assert karin.acts().count("doc.all_signed") == 1


HOUSE = {"home": "house", "fastighetsbeteckning": "LILLHAMRA 3:14", "personnummer": "19840601-2388", "statement": "y"}


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (HOUSE, HOUSE, 303),
        ({"later": "y"}, {"later": "y"}, 303),
        (HOUSE, {**HOUSE, "personnummer": "19700812-2381"}, 409),  # another applicant
        (HOUSE, {**HOUSE, "fastighetsbeteckning": "LILLHAMRA 3:15"}, 409),
        (HOUSE, {**HOUSE, "used_rot": "48 000"}, 409),  # another sum
        (HOUSE, {"later": "y"}, 409),
        ({"later": "y"}, HOUSE, 409),
        (HOUSE, {}, 409),  # nothing filled in: it is not asked for any more
    ],
)
def test_who_asked_for_the_same_deduction_joins_too(among, first, second, status):
    """Both had the form open as the first; the other is told only where what they ask for differs."""
    karin, anna = among("co_decides", rot=True)
    hers = step2(anna, "Anna Holm", **second)
    assert karin.post("/godkann", step2(karin, "Karin Almgren", **first)).status_code == 303
    answer = anna.post("/godkann", hers)
    assert answer.status_code == status
    assert len(approvals(karin)) == (2 if status == 303 else 1)
    assert len(agreements(karin)) == 1
    assert db.session.query(Applicant).count() == 1
    if status == 409:
        assert "personnummer" not in answer.get_data(as_text=True).lower()
        assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert anna.quote.status == "accepted"


def test_at_the_same_second_with_rot_nobody_has_to_press_again(app, among):
    karin, anna = among("co_decides", rot=True)
    ready = [
        (phone.client.get_cookie(f"l-{phone.deal_id}").value, step2(phone, name, **HOUSE), phone.url("/godkann"))
        for phone, name in ((karin, "Karin Almgren"), (anna, "Anna Holm"))
    ]
    assert set(press_at_once(app, karin, ready)) == {303}
    assert sorted(row.name for row in approvals(karin)) == ["Anna Holm", "Karin Almgren"]
    assert karin.quote.status == "accepted"
    assert db.session.query(Applicant).count() == 1


def test_pressing_twice_is_approving_once(among):
    karin, _anna = among("co_decides")
    form = step2(karin, "Karin Almgren")
    assert karin.post("/godkann", form).status_code == 303
    assert karin.post("/godkann", form).status_code == 303
    assert len(approvals(karin)) == 1
    assert sent_to(karin, "your_turn") == [SHARED]


def test_three_of_them(among):
    karin, anna, per = among("co_decides", "co_decides")
    anna.post("/godkann", step2(anna, "Anna Holm"))
    per.post("/godkann", step2(per, "Per Berg"))
    assert karin.quote.status == "partly_signed"
    assert "Väntar på Karin Almgren" in words(anna)
    assert "Anna Holm och Per Berg har godkänt" in words(karin)
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert karin.quote.status == "accepted"


def test_a_no_of_one_is_the_no_of_all(among):
    karin, anna, per = among("co_decides", "copy")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    answer = anna.post("/nej", {"version": "1", "reason": "price", "comment": ""})
    assert answer.status_code == 303
    assert karin.quote.status == "declined"
    assert agreements(karin) == []
    assert [row.void_reason for row in approvals(karin)] == ["declined"]
    assert "doc.approvals_voided" in karin.acts()
    assert len(sent_to(karin, "other_declined")) == 2  # Karin and Per
    for phone in (karin, anna, per):
        assert "ingen är bunden" in words(phone)
    assert karin.post("/godkann", {"name": "Karin"}).status_code in (409, 422)


def test_a_new_version_undoes_what_was_approved_and_says_so(among, make):
    karin, anna = among("co_decides")
    old = step2(anna, "Anna Holm")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    quote = karin.quote
    drafting.load(quote.firm_id, quote.n).lines[0].unit_price_ore = 71000
    db.session.commit()
    send(make, karin.quote, email=SHARED)
    assert karin.quote.status == "sent"
    assert agreements(karin) == []
    assert [row.void_reason for row in approvals(karin)] == ["replaced"]
    for phone in (karin, anna):
        assert "Det som Karin Almgren sa ja till gällde den förra versionen" in words(phone)
    assert anna.post("/godkann", old).status_code == 409
    anna.post("/godkann", step2(anna, "Anna Holm"))
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert [row.version for row in approvals(karin)] == [1, 2, 2]
    assert karin.quote.status == "accepted"


def test_taking_the_quote_back_undoes_it_too(among, make):
    karin, anna = among("co_decides")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    quote, firm = karin.quote, karin.firm
    answering.recall(drafting.get(quote.firm_id, quote.n), actor=actor_of(make, firm), now=utc_now())
    assert karin.quote.status == "recalled"
    assert agreements(karin) == []
    assert sent_to(karin, "quote_recalled") == [SHARED, SHARED]
    assert anna.get("/godkann").status_code == 302


def test_nobody_is_written_to_about_what_only_came_along(among):
    """From another installation: the firm has not sent its new links yet."""
    karin, _anna = among("co_decides")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    now = utc_now()
    transaction.may_write()
    home = EarlierHome(firm_id=karin.firm.id, n=1, installation="0" * 16, left_at=now, arrived_at=now)
    home.archive_sha256, home.link, home.seq = "0" * 64, "0" * 64, db.session.query(db.func.max(Event.seq)).scalar()
    db.session.add(home)
    db.session.commit()
    letters = db.session.query(Letter).count()
    expiring.expire(karin.quote_id, now=now + timedelta(days=32))
    assert karin.quote.status == "expired"
    assert db.session.query(Letter).count() == letters
    assert not homes.is_asleep(karin.firm.id, karin.deal_id)


def test_the_end_of_the_time_with_one_missing_is_no_agreement(among):
    karin, anna = among("co_decides")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    after = utc_now() + timedelta(days=32)
    transaction.may_write()
    expiring.expire(karin.quote_id, now=after)
    assert karin.quote.status == "expired"
    assert agreements(karin) == []
    assert sent_to(karin, "partly_expired") == [SHARED, SHARED]
    assert len(sent_to(karin, "partly_expired_to_firm")) == 1
    with time_machine.travel(after, tick=False):
        assert "alla hann inte i tid" in words(karin)
        # too late is a late answer also here: the firm confirms when all have given theirs
        anna.post("/godkann", step2(anna, "Anna Holm"))
        assert anna.quote.status == "partly_signed"
        expiring.expire(karin.quote_id, now=after)
        assert anna.quote.status == "partly_signed"
        karin.post("/godkann", step2(karin, "Karin Almgren"))
        assert karin.quote.status == "late_acceptance"
    assert len(sent_to(karin, "late_answer_to_firm")) == 1
    assert sent_to(karin, "late_answer") == [SHARED, SHARED]


@pytest.mark.parametrize("confirms", [True, False])
def test_the_last_approval_after_the_last_day_is_for_the_firm_to_confirm(among, make, confirms):
    karin, anna = among("co_decides")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    after = utc_now() + timedelta(days=31)
    with time_machine.travel(after, tick=False):
        anna.post("/godkann", step2(anna, "Anna Holm"))
        assert anna.quote.status == "late_acceptance"
        quote, actor = anna.quote, actor_of(make, anna.firm)
        act = answering.confirm_late if confirms else answering.refuse_late
        act(drafting.get(quote.firm_id, quote.n), actor=actor, now=utc_now())
    if confirms:
        assert anna.quote.status == "accepted"
        draw_agreements.run(utc_now())
        assert len(sent_to(anna, "quote_approved")) == 2
    else:
        assert agreements(anna) == []
        assert {row.void_reason for row in approvals(anna)} == {"refused"}
        assert sent_to(anna, "late_refused") == [SHARED, SHARED]


POSTS = [
    ("/godkann", {"name": "Per Berg", "e_signature": "y"}),
    ("/nej", {"version": "1", "reason": "", "comment": ""}),
    ("/tillval", {"tillval": "4"}),
    ("/ny-tid", {}),
]


@pytest.mark.parametrize(("rest", "form"), POSTS)
def test_who_only_reads_decides_nothing(among, rest, form):
    karin, per = among("copy")
    before = karin.acts()
    answer = per.post(rest, form)
    assert answer.status_code == 409
    assert "Du får offerten för kännedom" in answer.get_data(as_text=True)
    assert karin.acts() == before
    assert karin.quote.status == "sent"


def test_who_only_reads_sees_all_but_the_ways_to_answer(among):
    karin, per = among("copy")
    page = words(per)
    assert "Du får den här för kännedom" in page
    assert "Rivning av ytskikt" in page
    for rest in ("/godkann", "/nej"):
        assert f'href="{per.url(rest)}"' not in page
        assert per.get(rest).status_code == 302
    assert 'id="tv-4" disabled' in page
    assert per.post("/fraga", {"question": "När börjar ni?"}).status_code == 303
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert karin.quote.status == "accepted"  # a copy is nobody to wait for
    receipt = words(per, "/avtal")
    assert "Ångra avtalet här" not in receipt
    assert per.get("/angra").status_code == 302
    form = {"name": "Per", "contract": "x", "email": "per@kund.example", "once": "k"}
    assert per.post("/angra", form).status_code == 409
    assert karin.quote.status == "accepted"


def test_answers_go_to_those_who_decide_and_to_who_asked(among, make):
    from services.deal import thread

    karin, anna, per, _eva = among(
        "co_decides", "copy", "copy", emails=("anna@kund.example", "per@kund.example", "eva@kund.example")
    )
    per.post("/fraga", {"question": "Ingår städning?"})
    assert "Per Berg" in words(karin)
    quote = karin.quote
    thread.answer(drafting.get(quote.firm_id, quote.n), "Ja.", actor=actor_of(make, karin.firm), now=utc_now())
    assert sorted(sent_to(karin, "answer_to_customer")) == ["anna@kund.example", SHARED, "per@kund.example"]
    assert anna.quote.question_at is None


def test_any_of_them_may_withdraw_and_the_others_are_told(among):
    karin, anna, _per = among("co_decides", "copy", emails=("anna@kund.example", "per@kund.example"))
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    anna.post("/godkann", step2(anna, "Anna Holm"))
    html = anna.get("/angra").get_data(as_text=True)
    assert 'value="Anna Holm"' in html
    assert SHARED not in html
    once = re.search(r'name="once"[^>]*value="([^"]*)"', html)[1]
    form = {"name": "Anna Holm", "contract": "Offert", "email": "anna@kund.example", "once": once}
    assert anna.post("/angra", form).status_code == 303
    assert karin.quote.status == "withdrawn"
    assert sorted(sent_to(karin, "other_withdrew")) == [SHARED, "per@kund.example"]
    seen = words(karin, "/angrat")
    assert "anna@kund.example" not in seen
    assert "Anna Holm har meddelat" in seen


def test_the_personnummer_of_one_is_never_shown_to_another(among):
    karin, anna, per = among("co_decides", "copy", rot=True)
    typed = {
        "home": "house",
        "fastighetsbeteckning": "LILLHAMRA 3:14",
        "personnummer": "19840601-2388",
        "statement": "y",
    }
    assert karin.post("/godkann", step2(karin, "Karin Almgren", **typed)).status_code == 303
    pages = [words(phone, rest) for phone in (anna, per) for rest in ("", "/villkor")]
    second = words(anna, "/godkann")
    assert "Karin Almgren söker avdraget" in second
    assert 'name="personnummer"' not in second
    anna.post("/godkann", step2(anna, "Anna Holm"))
    assert anna.quote.status == "accepted"
    draw_agreements.run(utc_now())
    pages += [second, *(words(phone, "/avtal") for phone in (anna, per))]
    pages += [in_paper(per.get("/avtal.pdf").data)]
    for page in pages:
        assert not re.search(r"\b((19)?840601-?)?2388\b", page)  # four digits in a checksum are none of hers
    assert db.session.query(Applicant).count() == 1


def test_the_details_given_later_are_those_of_who_gives_them(among):
    karin, anna, per = among("co_decides", "copy", rot=True)
    karin.post("/godkann", step2(karin, "Karin Almgren", later="y"))
    anna.post("/godkann", step2(anna, "Anna Holm"))
    assert anna.quote.status == "accepted"
    form = {
        "home": "house",
        "fastighetsbeteckning": "LILLHAMRA 3:14",
        "personnummer": "19840601-2388",
        "statement": "y",
    }
    assert per.post("/rot", form).status_code == 409
    assert anna.post("/rot", form).status_code == 303
    db.session.rollback()
    assert [row.name for row in db.session.query(Applicant)] == ["Anna Holm"]


def test_the_work_starts_early_only_if_all_ask_for_it(among):
    soon = stockholm_date(utc_now()) + timedelta(days=3)
    karin, anna = among("co_decides", starts_on=soon, finishes_on=soon + timedelta(days=2))
    karin.post("/godkann", step2(karin, "Karin Almgren", start_within_period="y"))
    assert "start_within_period" in words(anna, "/godkann")
    assert "right_ends_when_done" not in words(anna, "/godkann")
    anna.post("/godkann", step2(anna, "Anna Holm"))
    (agreement,) = agreements(anna)
    assert not agreement.start_now
    draw_agreements.run(utc_now())
    assert "Arbetet börjar tidigast" in re.sub(r"\s+", " ", in_paper(anna.get("/avtal.pdf").data))


def test_the_chain_holds_no_name_and_stays_whole(among):
    from services import events

    karin, anna = among("co_decides")
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    anna.post("/godkann", step2(anna, "Anna Holm"))
    whole = without_drawn("".join(row.entry for row in db.session.query(Event)))
    for personal in ("Anna", "Almgren", SHARED):
        assert personal not in whole
    assert events.verify(karin.firm) is None


def test_a_forgotten_link_is_mailed_to_each_of_them(among, app):
    karin, _anna, _per = among("co_decides", "copy", emails=("anna@kund.example", "per@kund.example"))
    app.test_client().post(f"/o/{karin.deal_id}/lank")
    assert sorted(sent_to(karin, "link_again")) == ["anna@kund.example", SHARED, "per@kund.example"]


def test_a_customer_known_by_number_alone_is_told_by_text_message(app, make, among):
    from services.quotes import giving

    karin, anna = among("co_decides", emails=("anna@kund.example",))
    quote, actor = karin.quote, actor_of(make, karin.firm)
    link = giving.link_for(quote, giving.SMS, phone="+46700000123", actor=actor, now=utc_now())
    links.mailed(quote).revoked_at = utc_now()
    db.session.commit()
    address = links.address(link).rsplit("/", 1)[1]
    phone = app.test_client()
    assert phone.get(f"/l/{address}").status_code == 303
    karin.client = phone
    anna.post("/godkann", step2(anna, "Anna Holm"))
    assert sent_to(anna, "your_turn_sms") == ["+46700000123"]
    assert sent_to(anna, "your_turn") == []
    assert karin.post("/godkann", step2(karin, "Karin Almgren")).status_code == 303
    draw_agreements.run(utc_now())
    assert sorted(sent_to(anna, "quote_approved")) == ["anna@kund.example", SHARED]
    assert sent_to(anna, "quote_approved_sms") == ["+46700000123"]
    send_mail.run(utc_now())


def test_the_letters_say_who_did_what(among):
    karin, anna, _per = among("co_decides", "copy", emails=("anna@kund.example", "per@kund.example"))
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    anna.post("/nej", {"version": "1", "reason": "other", "comment": "Vi väntar."})
    send_mail.run(utc_now())
    kept = mailed.letters(firm=karin.firm.public_id)

    def to(address, words):
        (found,) = [one.text for one in kept if one.to == address and words in one.text]
        return found

    owner = karin.make.owner(karin.firm).email
    assert "/l/" not in to(owner, "Vi väntar på Anna Holm")
    assert "/l/" not in to(owner, "Anna Holm tackade nej till")
    assert "Nu väntar vi på ditt svar" in to("anna@kund.example", "Karin Almgren har godkänt")
    assert "Avtalet kommer när alla har sagt ja" in to(SHARED, "Ditt ja till")
    for address in (SHARED, "per@kund.example"):
        assert "ingen är bunden" in to(address, "Anna Holm tackade nej till")
    assert "andra svarar" in to("per@kund.example", "Till Per Berg")


def test_the_only_link_of_who_may_withdraw_is_not_closed(app, among):
    karin, anna, per = among("co_decides", "copy")
    anna.post("/godkann", step2(anna, "Anna Holm"))
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    owner = app.test_client().log_in(karin.make.owner(karin.firm))
    rows = db.session.query(QuoteLink).filter_by(quote_id=karin.quote_id).order_by(QuoteLink.id)
    of_karin, of_anna, of_per = (f"/offerter/{karin.quote.n}/lankar/{row.public_id}/stang" for row in rows)
    assert owner.post(of_anna).status_code == 409
    assert owner.post(of_karin).status_code == 409
    assert owner.post(of_per).status_code == 303
    assert per.get().status_code == 404
    assert anna.get("/avtal").status_code == 200


def test_what_was_filled_in_goes_with_an_approval_that_no_longer_counts(among):
    karin, anna = among("co_decides", rot=True)
    typed = {
        "home": "house",
        "fastighetsbeteckning": "LILLHAMRA 3:14",
        "personnummer": "19840601-2388",
        "statement": "y",
    }
    karin.post("/tillval", {"tillval": "4"})
    before = karin.quote.to_pay_ore
    karin.post("/godkann", step2(karin, "Karin Almgren", **typed))
    assert db.session.query(Applicant).count() == 1
    assert karin.quote.to_pay_ore == before  # nothing is settled before all have approved
    anna.post("/nej", {"version": "1", "reason": "", "comment": ""})
    db.session.rollback()
    assert db.session.query(Applicant).count() == 0
    assert karin.quote.to_pay_ore == before
