"""C-31: each act by direct POST in each state. The table of states decides, whatever the pages show."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from domain.quote_states import QuoteStatus, after, can
from extensions import db
from models import Agreement, Decline, Message, Quote, QuoteVersion, Withdrawal
from services.clock import utc_now
from services.quotes import drafting, sending
from tests.routes.deal.conftest import Sent, make_sent
from tests.security.web import stored

S = QuoteStatus
WITH_CONTRACT = {S.ACCEPTED, S.SIGNED, S.COMPLETED, S.LATE_ACCEPTANCE, S.WITHDRAWN, S.CANCELLED, S.RESCINDED}
REFUSED = {404, 409}


class Case:
    """One sent quote that is put into any state, with or without its agreement."""

    def __init__(self, app, sent: Sent) -> None:
        self.sent = sent
        self.form = sent.step2()
        self.owner = app.test_client().log_in(sent.make.owner(sent.firm))
        self.owner.environ_base["handslag.raise_errors"] = True
        assert sent.post("/godkann", self.form).status_code == 303
        row = db.session.query(Agreement).one()
        table = Agreement.__table__
        self.agreement = {column.name: getattr(row, column.name) for column in table.columns}
        quote = sent.quote
        self.kept = {name: getattr(quote, name) for name in ("version", "number", "valid_until", "customer_id")}

    def put(self, status: QuoteStatus) -> None:
        db.session.rollback()
        for model in (Withdrawal, Agreement, Decline, Message):
            db.session.execute(delete(model))
        db.session.execute(delete(QuoteVersion).where(QuoteVersion.version > 1))
        values = {"status": status, "archived_at": None, "seen_at": None, "question_at": None, **self.kept}
        db.session.execute(update(Quote).values(**values))
        if status in WITH_CONTRACT:
            db.session.execute(insert(Agreement).values(**self.agreement))
        db.session.commit()

    def act(self, name: str) -> Any:
        n = self.sent.quote.n
        if name == "accept":
            return self.sent.post("/godkann", {**self.form, "once": f"a{self.sent.make._next()}"})
        if name == "decline":
            return self.sent.post("/nej", {"version": "1", "reason": "price"})
        if name == "withdraw":
            typed = {"name": "Karin", "contract": "Offert 1", "email": "k@kund.example"}
            return self.sent.post("/angra", {**typed, "once": f"w{self.sent.make._next()}"})
        if name == "ask":
            return self.sent.post("/fraga", {"question": "Hur då?"})
        if name == "edit":
            return self.owner.post(f"/offerter/{n}/rubrik", data={"title": "Annan", "rev": str(self.sent.quote.rev)})
        if name == "send":
            return self.owner.post(f"/offerter/{n}/skicka", data=self.sending(n))
        path = {"recall": "ta-tillbaka", "confirm_late": "sent-svar/bekrafta", "refuse_late": "sent-svar/avboj"}
        return self.owner.post(f"/offerter/{n}/{path.get(name, 'lank')}")

    def sending(self, n: int) -> dict[str, str]:
        firm = self.sent.firm
        draft = drafting.load(firm.id, n)
        seen = sending.fingerprint(draft, firm, self.sent.make.owner(firm), now=utc_now())
        day = self.kept["valid_until"].isoformat()
        return {"email": "k@kund.example", "valid_until": day, "seen": seen, "once": f"s{self.sent.make._next()}"}


@pytest.fixture
def case(app, make) -> Case:
    return Case(app, make_sent(app, make))


def expected(name: str, status: QuoteStatus) -> tuple[QuoteStatus, bool]:
    """The state afterwards, and whether the act is taken."""
    if name == "accept" and status in WITH_CONTRACT:
        return status, True  # the second press of the button: the receipt
    if name == "accept" and status == S.EXPIRED:
        return status, False  # only after its last day, as a late answer
    if name == "decline" and status == S.DECLINED:
        return status, True
    if name == "withdraw" and status in WITH_CONTRACT:
        return (after(status, name) if can(status, name) else status), True  # always received
    if name == "withdraw" or not can(status, name):
        return status, False
    return after(status, name), True


ACTS = ["accept", "decline", "withdraw", "ask", "edit", "recall", "confirm_late", "refuse_late", "hand_over", "send"]


@pytest.mark.parametrize("name", ACTS)
def test_c31_each_state(case, name):
    wrong = []
    for status in QuoteStatus:
        if name == "send" and status not in (S.DRAFT, S.SENT, S.ACCEPTED, S.WITHDRAWN, S.LATE_ACCEPTANCE, S.RECALLED):
            continue  # a paper each: the rest is the same table
        case.put(status)
        before = stored()
        answer = case.act(name)
        met = QuoteStatus(case.sent.quote.status), answer.status_code not in REFUSED
        if met != expected(name, status):
            wrong.append((str(status), met, expected(name, status), answer.status_code))
        if not met[1]:
            changed = {table for table, mark in stored().items() if mark != before[table]} - {"attempt", "login"}
            if changed:
                wrong.append((str(status), "refused, and yet changed", changed, answer.status_code))
    assert wrong == []


def test_c31_what_is_agreed_is_refused_every_edit(case):
    """A signed document answers 409 to every edit and delete of the builder."""
    case.put(S.ACCEPTED)
    case.owner.environ_base.pop("handslag.raise_errors")
    before = stored()
    line = {
        "text": "Annan rad",
        "quantity": "1",
        "price": "1",
        "vat": "25",
        "kind": "labour",
        "unit": "tim",
        "rev": "1",
    }
    posts = {
        "rubrik": {"title": "Annan", "rev": "1"},
        "uppgifter": {"valid_until": "2027-01-01", "rev": "1"},
        "moms": {"basis": "excl"},
        "kund": {"utan": "1"},
        "delar": {},
        "delar/1": {"price_mode": "sum", "discount": "5", "choice": "", "rev": "1"},
        "delar/1/namn": {"title": "Annan", "rev": "1"},
        "delar/1/kopiera": {},
        "delar/1/ta-bort": {},
        "delar/1/upp": {},
        "rader": {"del": "1", "egen": "Ny"},
        "rader/2": line,
        "rader/2/klar": line,
        "rader/2/kopiera": {},
        "rader/2/ner": {},
        "rader/2/ta-bort": {},
    }
    n = case.sent.quote.n
    answers = {path: case.owner.post(f"/offerter/{n}/{path}", data=data).status_code for path, data in posts.items()}
    assert {path: status for path, status in answers.items() if status != 409} == {}
    assert stored() == before
