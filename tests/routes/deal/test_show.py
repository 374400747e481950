"""The customer's page: options, questions, terms, files, the no; what a GET may not do."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, text

from extensions import db
from jobs import send_mail
from models import Base, Decline, Message, QuoteLink
from services.clock import utc_now
from tests.chance import without_drawn
from tests.routes.deal.conftest import make_sent, send


def checksum() -> str:
    db.session.rollback()
    rows = [list(map(str, db.session.execute(text(f'SELECT * FROM "{table}"')))) for table in Base.metadata.tables]
    db.session.rollback()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_page_by_the_mailed_link(sent):
    page = sent.get()
    assert page.status_code == 200
    shown = ("Badrum, Granstigen 4", "Offert", "Karin Almgren", "11\u00a0628", "Golvvärme, el", "dagar kvar", "Rivning")
    for words in shown:
        assert words in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert 'content="noindex, nofollow"' in page.text


def test_c22_a_scanner_changes_nothing(sent):
    before = checksum()
    for rest in ("", "/godkann", "/nej", "/villkor", "/uppgifter", "/offert.pdf", "/avtal", "/angra", "/rot"):
        for _ in range(5):
            sent.client.get(sent.url(rest))
            sent.client.head(sent.url(rest))
    assert checksum() == before
    assert sent.acts() == ["doc.frozen", "quote.sent"]


def test_picking_an_option_is_kept_and_priced(sent):
    part = sent.post("/tillval", {"tillval": ["4"]}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert 'id="pris"' in part.text
    assert "20\u00a0528" in part.text
    assert "<form" not in part.text
    assert " checked" in sent.get().text
    assert json.loads(sent.link.picked) == ["4"]
    assert sent.post("/tillval", {}).status_code == 303
    assert json.loads(sent.link.picked) == []


def test_only_options_of_the_quote_can_be_picked(sent):
    before = checksum()
    for wrong in ({"tillval": ["2", "4"]}, {"tillval": ["99"]}, {"val-1": "x" * 300}, {"antal-2": "5"}):
        refused = sent.post("/tillval", wrong)
        assert refused.status_code == 409
        assert "Valet finns inte." in refused.text
        part = sent.post("/tillval", wrong, headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["HX-Refresh"]) == (409, "true")
    assert checksum() == before


def test_seen_is_told_once(sent):
    assert 'id="oppnad"' in sent.get().text
    for _ in range(2):
        assert sent.post("/sedd").status_code == 204
    assert sent.acts()[2:] == ["link.opened", "doc.viewed"]
    assert sent.quote.seen_at is not None
    assert 'id="oppnad"' not in sent.get().text


def test_a_new_version_is_seen_anew(sent):
    sent.post("/sedd")
    send(sent.make, sent.quote)
    page = sent.get().text
    assert "Ändrad" in page
    sent.post("/sedd")
    assert sent.acts().count("link.opened") == 1
    assert sent.acts().count("doc.viewed") == 2


def test_the_terms_in_full(sent):
    page = sent.get("/villkor").text
    assert "Ångerrätt" in page
    assert "ROT-avdrag" in page
    assert "arn.se" in page


def test_a_question_goes_to_the_firm(sent):
    bad = sent.post("/fraga", {"question": "  "})
    assert bad.status_code == 422
    assert "Skriv din fråga." in bad.text
    long = sent.post("/fraga", {"question": "x" * 2001})
    assert long.status_code == 422
    assert "x" * 2001 in long.text
    assert sent.post("/fraga", {"question": "<b>Ingår</b> taket?"}).status_code == 303
    assert "&lt;b&gt;Ingår&lt;/b&gt; taket?" in sent.get().text
    assert (sent.quote.turn, sent.quote.status) == ("firm", "sent")
    assert sent.letters() == ["quote_sent", "question_to_firm"]
    assert sent.acts()[-1] == "doc.commented"
    assert send_mail.run(utc_now()).failed == 0


def test_questions_are_limited(sent):
    answers = [sent.post("/fraga", {"question": f"Fråga {n}"}).status_code for n in range(21)]
    assert answers == [303] * 20 + [429]


def test_saying_no_ends_the_offer(sent):
    assert sent.get("/nej").status_code == 200
    bad = sent.post("/nej", {"version": "1", "reason": "hat"})
    assert bad.status_code == 422
    assert sent.post("/nej", {"version": "1", "reason": "price", "comment": "Lite dyrt."}).status_code == 303
    row = db.session.query(Decline).one()
    assert (row.reason, row.comment, row.version) == ("price", "Lite dyrt.", 1)
    assert (sent.quote.status, sent.quote.turn) == ("declined", "firm")
    assert "Tack, Jonas Ek får veta." in sent.get().text
    assert "Lite dyrt" not in "".join(str(row) for row in db.session.execute(text("SELECT entry FROM event")))
    assert sent.post("/nej", {"version": "1"}).status_code == 303
    assert sent.acts().count("doc.declined") == 1
    assert sent.post("/igen").status_code == 303
    assert db.session.query(Message).count() == 1
    assert send_mail.run(utc_now()).failed == 0


def test_saying_no_needs_no_reason(sent):
    assert sent.post("/nej", {"version": "1"}).status_code == 303
    assert sent.quote.status == "declined"


def test_a_no_to_another_version_is_409(sent):
    assert sent.post("/nej", {"version": "7"}).status_code == 409
    assert sent.quote.status == "sent"


def test_after_the_last_day(app, make, today):
    sent = make_sent(app, make, valid_until=today + timedelta(days=1))
    with time_machine.travel(utc_now() + timedelta(days=2), tick=False):
        page = sent.get()
        assert "Offerten gällde till" in page.text
        assert sent.post("/ny-tid").status_code == 303
        assert "doc.extension_asked" in sent.acts()
        assert sent.quote.turn == "firm"
        assert "först när Tumbredd Snickeri har bekräftat" in sent.get("/godkann").text
    assert sent.post("/ny-tid").status_code == 409


@pytest.mark.parametrize("state", ["declined", "recalled"])
@pytest.mark.parametrize("rest", ["/tillval", "/godkann", "/nej"])
def test_c31_an_ended_quote_takes_no_answer(sent, state, rest):
    form = sent.step2() | {"version": "1", "tillval": "4"}
    quote = sent.quote
    quote.status = state
    db.session.commit()
    expected = 303 if (state, rest) == ("declined", "/nej") else 409
    assert sent.post(rest, form).status_code == expected
    assert sent.quote.status == state


def test_c26_forbidden_fields(sent):
    before = sent.quote.gross_ore
    extra = {"firm_id": "9", "status": "accepted", "gross_ore": "1", "number": "x", "picked": "[]", "id": "1"}
    for rest, data in (("/tillval", {"tillval": "4"}), ("/fraga", {"question": "x"}), ("/sedd", {})):
        sent.post(rest, {**data, **extra})
    assert (sent.quote.gross_ore, sent.quote.status, sent.quote.firm_id) == (before, "sent", sent.firm.id)


def test_c28_nothing_internal_and_nothing_foreign(app, make):
    sent = make_sent(app, make)
    other = make.customer(sent.firm, "Olof Hemlig", email="olof@hemlig.example")
    make.quote(sent.firm, other)
    sent.post("/godkann", sent.step2())
    user = make.owner(sent.firm)
    for rest in ("/avtal", "/villkor", "/uppgifter", "/angra"):
        page = sent.get(rest).text
        for secret in ("Hemlig", user.email, sent.link.public_id, "/l/"):
            assert secret not in page, (rest, secret)
        for number in ("840601", "2388"):
            assert number not in without_drawn(page), (rest, number)


def test_c27_one_link_opens_one_quote(app, make):
    sent = make_sent(app, make)
    second = send(make, make.quote(sent.firm, make.customer(sent.firm, "Annan Kund")), email="annan@kund.example")
    second_id = second.public_id
    token = sent.client.get_cookie(f"l-{sent.deal_id}").value
    sent.client.set_cookie(f"l-{second_id}", token)
    for rest in ("", "/offert.pdf", "/godkann", "/villkor", "/avtal", "/angra", "/avtal.pdf"):
        assert sent.client.get(f"/o/{second_id}{rest}").status_code == 404
    for rest in ("/godkann", "/fraga", "/nej", "/tillval", "/angra", "/sedd"):
        assert sent.client.post(f"/o/{second_id}{rest}").status_code == 404


def test_statements_do_not_grow(sent):
    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, many):
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA", "SET")):
            seen.append(statement)

    sent.get()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        sent.get()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) <= 5, "\n".join(seen)


def test_wrong_methods_and_missing_tokens(sent):
    for rest in ("/tillval", "/fraga", "/sedd", "/ny-tid", "/igen", "/ny-lank", "/lank"):
        assert sent.get(rest).status_code == 405
    for rest in ("/tillval", "/fraga", "/sedd", "/godkann", "/nej", "/angra", "/rot", "/lank"):
        assert sent.post(rest, {}, csrf=False).status_code == 403
    assert db.session.query(QuoteLink).count() == 1
