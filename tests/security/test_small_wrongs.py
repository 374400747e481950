"""Found by attacking: addresses and keys that are too long, ticks that nobody offered, words of another day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from config import Settings
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement
from services import transaction
from services.clock import utc_now
from services.deal import deals, links
from services.errors import NotFound
from tests import mailed
from tests.routes.deal.conftest import MAIL, actor_of, make_sent, send
from tests.security.conftest import deal_of


@pytest.mark.parametrize("n", ["9" * 16, "9" * 30, "9" * 5000, "0", "-1", "1e3", "٣"])
@pytest.mark.parametrize("place", ["/offerter/{}", "/kunder/{}", "/prislista/{}", "/offerter/{}/rader/1"])
def test_numbers_without_a_row_are_404(client, make, place, n):
    client.log_in(make.owner(make.firm()))
    assert client.get(place.format(n)).status_code == 404


def test_a_key_of_a_form_may_be_any_text(app, make):
    sent = make_sent(app, make)
    assert sent.post("/godkann", sent.step2(once="k" * 5000)).status_code == 303
    typed = {"name": "Karin", "contract": "Offert 1", "email": "karin@kund.example", "once": "ä" * 5000}
    assert sent.post("/angra", typed).status_code == 303


def test_a_tick_that_was_not_offered_is_not_kept(app, make):
    sent = make_sent(app, make)
    form = sent.step2(start_within_period="y", right_ends_when_done="y")
    assert sent.post("/godkann", form).status_code == 303
    agreement = db.session.query(Agreement).one()
    assert (agreement.start_now, agreement.right_ends) == (False, False)
    assert [row["kind"] for row in json.loads(agreement.agreed)["consents"]] == ["e_signature"]


EVENING = datetime(2026, 11, 20, 22, 58, tzinfo=UTC)  # two minutes to midnight in Stockholm


def test_the_words_that_are_kept_are_those_that_were_shown(app, make):
    """The page lies open over midnight: the tick names a day, and that day has moved."""
    with time_machine.travel(EVENING, tick=False):
        sent = make_sent(app, make, starts_on=EVENING.date() + timedelta(days=5))
        form = sent.step2(start_within_period="y")
        assert "ångertiden är slut den 4 december" in sent.get("/godkann").text
    with time_machine.travel(EVENING + timedelta(minutes=5), tick=False):
        page = sent.post("/godkann", form)
        assert page.status_code == 409
        assert "ett nytt dygn har börjat" in page.text
        assert "ångertiden är slut den 7 december" in page.text  # the 5th is a Saturday
        assert " checked" not in page.text.split('id="h-sig"')[1], "the words are new, so no tick is given"
        assert db.session.query(Agreement).count() == 0
        assert sent.post("/godkann", sent.step2(start_within_period="y")).status_code == 303
        agreed = json.loads(db.session.query(Agreement).one().agreed)
        assert "7 december" in agreed["consents"][1]["text"]


def test_the_last_second_of_the_last_day_is_in_time_and_the_next_is_late(app, make):
    with time_machine.travel(EVENING, tick=False):
        sent = make_sent(app, make, valid_until=EVENING.date())
        late = make_sent(app, make, valid_until=EVENING.date())
        form, late_form = sent.step2(), late.step2()
    with time_machine.travel(datetime(2026, 11, 20, 22, 59, 59, 500_000, tzinfo=UTC), tick=False):
        assert sent.post("/godkann", form).status_code == 303
        assert sent.quote.status == "accepted"
    with time_machine.travel(datetime(2026, 11, 20, 23, 0, 0, tzinfo=UTC), tick=False):
        assert late.post("/godkann", late_form).status_code == 303
        assert late.quote.status == "late_acceptance"


def test_a_link_that_ends_while_an_act_waits_for_the_lock(app, make):
    """Found between the two statements: the act may not go on with what it read before."""
    sent = make_sent(app, make)
    deal = deals.find(sent.deal_id, sent.client.get_cookie(f"l-{sent.deal_id}").value, now=datetime.now(UTC))
    links.revoke(deal.quote, deal.link.public_id, actor=actor_of(make, sent.firm), now=datetime.now(UTC))
    with pytest.raises(NotFound):
        deals.lock(deal)
    transaction.rollback()


def test_forms_without_a_key_do_not_stand_in_each_others_way(app, make):
    """Two customers of one firm whose forms came without it."""
    sent = make_sent(app, make)
    other = deal_of(app, make, sent.firm, send(make, make.quote(sent.firm, make.customer(sent.firm))))
    for deal in (sent, other):
        assert deal.post("/godkann", deal.step2(once="", name=deal.deal_id)).status_code == 303
        typed = {"name": deal.deal_id, "contract": "Offert 1", "email": "karin@kund.example"}
        assert deal.post("/angra", typed).status_code == 303
    assert db.session.query(Agreement).count() == 2


def test_a_sum_of_any_length_can_be_agreed(app, make):
    sent = make_sent(app, make)
    for total in ("123456789012345678", "1234567890123456789", "9" * 19):
        assert "Inget är godkänt än" in sent.post("/godkann", sent.step2(total=total)).text


def test_letters_speak_of_what_was_sent(app, make):
    """The firm goes on writing after the sending: nothing of that reaches the customer before it is sent."""
    sent = make_sent(app, make)
    owner = app.test_client().log_in(make.owner(sent.firm))
    data = {"title": "Hemligt utkast", "rev": str(sent.quote.rev), "key": "k"}
    assert owner.post(f"/offerter/{sent.quote.n}/rubrik", data=data).status_code == 303
    assert sent.post("/godkann", sent.step2()).status_code == 303
    assert draw_agreements.run(utc_now()).failed == send_mail.run(utc_now()).failed == 0
    firm = sent.firm.public_id
    letters = mailed.letters(firm=firm, to=MAIL)
    assert len(letters) == 2
    for letter in letters:
        assert "Hemligt" not in letter.subject + letter.text + letter.html
        assert "Badrum, Granstigen 4" in letter.subject
    assert "Hemligt" not in sent.get("/avtal").text


@pytest.mark.parametrize(
    ("given", "is_shown"),
    [
        ({}, True),
        ({"PRODUCTION": True, "BASE_URL": "https://firma.example"}, False),
        ({"BASE_URL": "https://firma.example"}, False),
        ({"SMTP_HOST": "mejl.example"}, False),
    ],
)
def test_the_local_mailbox_is_for_trials_only(given, is_shown):
    """It shows every customer's link to whoever comes: never where the world can reach it."""
    assert Settings.from_environment({}, **given).shows_local_mailbox is is_shown


@pytest.mark.parametrize("rest", ["/fraga", "/igen"])
def test_a_link_cannot_flood_the_firm_with_letters(app, make, rest):
    sent = make_sent(app, make)
    if rest == "/igen":
        assert sent.post("/nej", {"version": "1", "reason": "price"}).status_code == 303
    before = len(sent.letters())
    answers = [sent.post(rest, {"question": "Hur då?"}).status_code for _ in range(25)]
    assert answers == [303] * 20 + [429] * 5
    assert len(sent.letters()) == before + 20
