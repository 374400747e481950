"""A-09, A-10, A-25: real threads against the real database. Whoever wins, the story stays whole."""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements
from models import Agreement, Article, Counter, Decline, Event, Firm, Letter, Quote, QuoteVersion, Withdrawal
from services import article_import, events, outbox, transaction
from services.actors import Actor
from services.clock import utc_now
from services.errors import RuleBroken, Stale
from services.quotes import drafting, sending
from tests.routes.deal.conftest import MAIL, Sent, actor_of, make_sent

THREADS = 8


@pytest.fixture
def sent(app, make) -> Sent:
    return make_sent(app, make)


@pytest.fixture
def owner(app, sent):
    return app.test_client().log_in(sent.make.owner(sent.firm))


def together(app, acts: list[Callable[[], Any]], *, threads: int = THREADS) -> list[Any]:
    """All acts at once, each in a context of its own as a request or a job has it."""
    db.session.rollback()
    start = Barrier(min(threads, len(acts)))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(timeout=30) if len(acts) <= threads else None
            return act()

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(run, acts))
    db.session.rollback()
    return found


def browser(app, sent: Sent):
    client = app.test_client()
    client.set_cookie(f"l-{sent.deal_id}", sent.client.get_cookie(f"l-{sent.deal_id}").value)
    client.csrf_token()
    return client


def post(app, sent: Sent, rest: str, data: dict[str, str]) -> Callable[[], int]:
    client, url = browser(app, sent), sent.url(rest)
    return lambda: client.post(url, data=data).status_code


def chain_holds(sent: Sent) -> bool:
    db.session.rollback()
    return events.verify(db.session.get_one(Firm, sent.firm_id)) is None


def check_agreed_once(sent: Sent) -> None:
    assert db.session.query(Agreement).count() == 1
    tally = Tally(sent.acts())
    assert [tally[act] for act in ("quote.accepted", "consent.given", "link.opened", "doc.viewed")] == [1, 1, 1, 1]
    assert sent.quote.status == "accepted"
    assert chain_holds(sent)


@pytest.mark.parametrize("same_key", [True, False])
def test_a09_fifty_approvals_make_one(app, sent, same_key):
    form = sent.step2()
    acts = [post(app, sent, "/godkann", form | ({} if same_key else {"once": f"key-{n}"})) for n in range(50)]
    assert set(together(app, acts)) == {303}
    check_agreed_once(sent)

    def draw() -> tuple[int, int]:
        result = draw_agreements.run(utc_now())
        return result.done, result.failed

    assert sum(failed for _, failed in together(app, [draw] * 4)) == 0
    kinds = Tally(row.kind for row in db.session.query(Letter).filter_by(quote_id=sent.quote_id))
    assert kinds == {"quote_sent": 1, "quote_approved": 1, "quote_approved_to_firm": 1}
    assert sent.acts().count("receipt.sent") == 1


def test_parallel_withdrawals_with_one_key_are_one_statement(app, sent):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    typed = {"name": "Karin", "contract": "Offert 1", "email": MAIL, "once": "en-nyckel"}
    answers = together(app, [post(app, sent, "/angra", typed) for _ in range(THREADS)])
    assert set(answers) <= {303, 409}
    assert 303 in answers
    assert db.session.query(Withdrawal).count() == 1
    assert sent.acts().count("withdrawal.received") == sent.acts().count("withdrawal.acknowledged") == 1
    assert sent.letters().count("withdrawal_received") == 1
    assert sent.quote.status == "withdrawn"
    assert chain_holds(sent)


def test_parallel_withdrawals_with_own_keys_are_all_received(app, sent):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    typed = {"name": "Karin", "contract": "Offert 1", "email": MAIL}
    acts = [post(app, sent, "/angra", {**typed, "once": f"key-{n}"}) for n in range(THREADS)]
    assert set(together(app, acts)) == {303}
    assert db.session.query(Withdrawal).count() == THREADS
    assert sent.acts().count("withdrawal.acknowledged") == THREADS
    assert sent.quote.status == "withdrawn"
    assert chain_holds(sent)


def send_again(sent: Sent) -> Callable[[], int]:
    """Send the quote's next version, as the review page does; 303 or 409."""
    firm, quote, now = sent.firm, sent.quote, utc_now()
    seen = sending.fingerprint(drafting.load(firm.id, quote.n), firm, sent.make.owner(firm), now=now)
    given = sending.Sending(MAIL, quote.valid_until, "Hej igen.", seen)
    firm_id, n, actor, key = firm.id, quote.n, actor_of(sent.make, firm), f"again-{sent.make._next()}"

    def act() -> int:
        transaction.only_read()
        try:
            sending.send(firm_id, n, given, actor=actor, key=key, now=now)
        except RuleBroken:
            transaction.rollback()
            return 409
        return 303

    return act


@pytest.mark.parametrize("turn", range(4))
def test_a10_approving_while_a_new_version_is_sent(app, sent, turn):
    """Either the old version is agreed and nothing is sent, or the new one is sent and nothing is agreed."""
    acts = [post(app, sent, "/godkann", sent.step2()), send_again(sent)]
    approved, again = together(app, acts if turn % 2 else acts[::-1])[:: 1 if turn % 2 else -1]
    assert (approved, again) in {(303, 409), (409, 303)}
    quote = sent.quote
    if approved == 303:
        assert (quote.status, quote.version, db.session.query(Agreement).one().version) == ("accepted", 1, 1)
    else:
        assert (quote.status, quote.version, db.session.query(Agreement).count()) == ("sent", 2, 0)
    assert db.session.query(QuoteVersion).count() == quote.version
    assert chain_holds(sent)


@pytest.mark.parametrize("rest", ["/godkann", "/nej"])
@pytest.mark.parametrize("turn", range(3))
def test_an_answer_while_the_firm_takes_the_quote_back(app, sent, owner, rest, turn):
    form = sent.step2() if rest == "/godkann" else {"version": "1", "reason": "price"}
    n = sent.quote.n
    owner.csrf_token()
    acts = [post(app, sent, rest, form), lambda: owner.post(f"/offerter/{n}/ta-tillbaka").status_code]
    answers = together(app, acts if turn % 2 else acts[::-1])
    assert sorted(answers) == [303, 409]
    agreed, declined = db.session.query(Agreement).count(), db.session.query(Decline).count()
    end = {(1, 0): "accepted", (0, 1): "declined", (0, 0): "recalled"}[agreed, declined]
    assert sent.quote.status == end
    tally = Tally(act for act in sent.acts() if act in ("quote.accepted", "doc.declined", "doc.recalled"))
    assert sum(tally.values()) == 1
    assert chain_holds(sent)


def test_yes_and_no_at_once(app, sent):
    acts = [post(app, sent, "/godkann", sent.step2()), post(app, sent, "/nej", {"version": "1", "reason": "price"})]
    answers = together(app, acts * 4)
    assert set(answers) <= {303, 409}
    assert db.session.query(Agreement).count() + db.session.query(Decline).count() == 1
    assert chain_holds(sent)


def test_questions_at_once_are_all_kept(app, sent):
    answers = together(app, [post(app, sent, "/fraga", {"question": f"Fråga {n}"}) for n in range(THREADS)])
    assert set(answers) == {303}
    assert sent.acts().count("doc.commented") == THREADS
    assert sent.acts().count("link.opened") == 1
    assert chain_holds(sent)


def test_a25_numbers_without_gap_or_double(app, make, monkeypatch):
    """Eight threads send quotes while every tenth transaction is torn down after it has taken its number."""
    firm = make.firm()
    customer = make.customer(firm)
    now, owner = utc_now(), make.owner(firm)
    plan = []
    for _ in range(24):
        quote = make.quote(firm, customer)
        seen = sending.fingerprint(drafting.load(firm.id, quote.n), firm, owner, now=now)
        plan.append((quote.n, sending.Sending(MAIL, quote.valid_until, "Hej", seen)))
    firm_id, actor = firm.id, actor_of(make, firm)
    queue, luck = outbox.queue, random.Random(7)

    class Torn(Exception):
        pass

    def tear(*given: Any, **named: Any) -> Any:
        if luck.random() < 0.1:
            raise Torn
        return queue(*given, **named)

    monkeypatch.setattr(outbox, "queue", tear)

    def sender(work: tuple[int, sending.Sending]) -> Callable[[], int]:
        def act() -> int:
            for turn in range(40):
                transaction.only_read()
                try:
                    sending.send(firm_id, work[0], work[1], actor=actor, key=f"key-{work[0]}", now=now)
                    return turn
                except (Torn, Stale):
                    transaction.rollback()
            raise AssertionError("never sent")

        return act

    together(app, [sender(work) for work in plan])
    year = stockholm_date(now).year
    assert sorted(str(quote.number) for quote in db.session.query(Quote)) == [f"{year}-{n:03d}" for n in range(1, 25)]
    assert db.session.get_one(Counter, (firm_id, f"quote-{year}")).value == 24
    assert db.session.query(Event).filter_by(act="quote.sent").count() == 24
    assert db.session.query(Letter).count() == 24
    assert db.session.query(QuoteVersion).count() == 24
    assert events.verify(db.session.get_one(Firm, firm_id)) is None


def test_a_price_list_said_yes_to_many_times_at_once_comes_in_once(app, make):
    """Each press is answered alike; a file of another user at the same time doubles no name either."""
    firm = make.firm()
    firm_id, actor, colleague = firm.id, actor_of(make, firm), make.user(firm, role="office")
    other = Actor(firm_id, firm.public_id, f"user:{colleague.public_id}", "Eva", colleague.id)
    presses = []
    for who in (actor, other):
        transaction.may_write()
        public_id = article_import.keep(b"Namn;Pris\nKakel;5\nRor;6\n", "incl", actor=who, now=utc_now())
        found = article_import.get(public_id, actor=who, now=utc_now())
        presses.append((public_id, article_import.plan(found, actor=who, now=utc_now()).fingerprint, who))

    def press(public_id: str, seen: str, who: Actor) -> int:
        transaction.only_read()
        try:
            return article_import.accept(public_id, seen, actor=who, now=utc_now()).added
        except Stale:
            return -1

    added = together(app, [partial(press, *presses[number % 2]) for number in range(THREADS)])
    assert set(added) == {2, -1}, "the other's file had been shown another list"
    names = db.session.query(Article.name, Article.n).filter_by(firm_id=firm_id).order_by(Article.n).all()
    assert [tuple(row) for row in names] == [("Kakel", 1), ("Ror", 2)]
