"""A letter that did not arrive asks for attention until who it was for comes by a link all the same."""

from __future__ import annotations

import pytest

from extensions import db
from jobs import draw_agreements
from models import Letter, QuoteLink, Recipient
from services import outbox, today, transaction
from services.clock import utc_now
from services.quotes import listing, showing
from tests.routes.deal.conftest import token_of
from tests.routes.deal.test_codes import coded, refuse_newest  # noqa: F401  (a fixture)
from tests.routes.deal.test_parties import among, step2  # noqa: F401  (a fixture)
from tests.routes.deal.test_withdraw import FORM

NO = {"version": "1", "reason": "price", "comment": ""}
CUSTOMER = ""


def lose(sent, kind: str, *, name: str = CUSTOMER) -> None:
    """The newest letter of this kind to one of those who get it is refused for good."""
    db.session.rollback()
    transaction.may_write()
    link = (
        db.session.query(QuoteLink)
        .outerjoin(Recipient, Recipient.id == QuoteLink.recipient_id)
        .filter(QuoteLink.quote_id == sent.quote_id, Recipient.name == name if name else Recipient.id.is_(None))
        .one()
    )
    letters = db.session.query(Letter).filter_by(quote_id=sent.quote_id, kind=kind)
    letter = letters.filter(Letter.params.contains(link.public_id)).order_by(Letter.id.desc()).first()
    assert letter is not None
    outbox.refused(letter, f"550 5.1.1 no such user {name}", now=utc_now())
    assert is_red(sent)


def is_red(sent) -> bool:
    """The same in the list, in Idag and on its page."""
    quote, now = sent.quote, utc_now()
    red, n, firm_id, firm_public_id = quote.mail_failed_at is not None, quote.n, quote.firm_id, sent.firm.public_id
    groups = listing.page(firm_id, view="alla", now=now).groups
    assert next(item for group in groups for item in group.items if item.n == n).mail_failed == red
    waiting = {row.n: row.reason for row in today.waiting(firm_id, now=now)}
    assert waiting.get(n, "").endswith("_failed") == red
    assert (showing.view(firm_id, firm_public_id, n, now=now).failed is not None) == red
    return red


def missed(sent) -> str:
    """The server's words of the letter that the page tells of."""
    quote = sent.quote
    failed = showing.view(quote.firm_id, sent.firm.public_id, quote.n, now=utc_now()).failed
    return failed.reply if failed else ""


ACTS = [
    pytest.param(lambda sent: sent.post("/godkann", sent.step2()), "accepted", id="approves"),
    pytest.param(lambda sent: sent.post("/nej", NO), "declined", id="declines"),
    pytest.param(lambda sent: sent.post("/fraga", {"question": "Ingår golvbrunnen?"}), "question", id="asks"),
    pytest.param(lambda sent: sent.post("/tillval", {"tillval": "4"}), None, id="chooses"),
    pytest.param(lambda sent: sent.post("/sedd"), None, id="touches"),
]


@pytest.mark.parametrize(("act", "reason"), ACTS)
def test_who_acts_by_the_link_has_it(sent, act, reason):
    lose(sent, "quote_sent")
    assert act(sent).status_code in (200, 204, 303)
    assert not is_red(sent)
    waits = [row.reason for row in today.waiting(sent.firm_id, now=utc_now())]
    assert waits == ([reason] if reason else []), "nothing is left of the letter but the timeline"
    assert "mail.bounced" in sent.acts()


def test_to_look_is_no_act_and_the_firms_own_look_is_none_either(app, make, sent):
    lose(sent, "quote_sent")
    sent.get()
    assert is_red(sent)
    owner = app.test_client().log_in(make.owner(sent.firm))
    assert owner.get(f"/l/{token_of(sent.quote)}").status_code == 303
    assert owner.post(f"/o/{sent.deal_id}/fraga", data={"question": "Hör ni mig?"}).status_code == 303
    assert is_red(sent)


def test_the_agreement_s_own_letter_is_missed_whatever_its_receiver_does(sent):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    lose(sent, "quote_approved")
    sent.post("/fraga", {"question": "När börjar ni?"})
    assert is_red(sent)
    assert sent.post("/angra", FORM).status_code == 303
    assert sent.quote.status == "withdrawn"
    assert is_red(sent)
    lose(sent, "withdrawal_received")
    sent.post("/fraga", {"question": "Kom det fram?"})
    assert is_red(sent)


def test_a_paper_that_was_sent_again_is_missed_no_more(app, make, sent):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    lose(sent, "quote_approved")
    owner = app.test_client().log_in(make.owner(sent.firm))
    owner.post(f"/offerter/{sent.quote.n}/skicka-igen", data={"email": sent.link.email})
    assert not is_red(sent)
    sent.post("/fraga", {"question": "När börjar ni?"})
    owner.post(f"/offerter/{sent.quote.n}/svara", data={"answer": "På måndag."})
    lose(sent, "answer_to_customer")
    sent.post("/fraga", {"question": "Har ni svarat?"})
    assert not is_red(sent)


def test_what_another_misses_stays_and_is_what_the_firm_reads_of(among):  # noqa: F811
    karin, anna, per = among("co_decides", "co_decides")
    lose(karin, "quote_sent", name="Anna Holm")
    lose(karin, "quote_sent")
    assert karin.post("/godkann", step2(karin, "Karin Almgren")).status_code == 303
    assert is_red(karin)
    assert missed(karin).endswith("Anna Holm")
    assert per.post("/fraga", {"question": "Ingår allt?"}).status_code == 303
    assert is_red(karin), "Per is not Anna"
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert not is_red(karin)


def test_who_has_acted_before_misses_nothing_when_another_acts(among):  # noqa: F811
    karin, anna, _per = among("co_decides", "co_decides")
    lose(karin, "quote_sent", name="Anna Holm")
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert not is_red(karin)
    lose(karin, "quote_sent")
    assert karin.post("/fraga", {"question": "Ingår allt?"}).status_code == 303
    assert not is_red(karin)


def test_what_is_agreed_by_all_needs_no_mark(among):  # noqa: F811
    karin, anna = among("co_decides")
    assert karin.post("/godkann", step2(karin, "Karin Almgren")).status_code == 303
    lose(karin, "partly_approved")
    assert anna.post("/godkann", step2(anna, "Anna Holm")).status_code == 303
    assert not is_red(karin)
    draw_agreements.run(utc_now())
    lose(karin, "quote_approved", name="Anna Holm")
    assert karin.post("/fraga", {"question": "När börjar ni?"}).status_code == 303
    assert is_red(karin)


def test_a_code_is_missed_until_one_comes(coded):  # noqa: F811
    coded.post("/kod", coded.step2())
    refuse_newest()
    coded.post("/fraga", {"question": "Varför får jag ingen kod?"})
    assert is_red(coded)
    assert coded.post("/nej", NO).status_code == 303
    assert not is_red(coded)


def test_a_recalled_one_needs_none(app, make, sent):
    lose(sent, "quote_sent")
    owner = app.test_client().log_in(make.owner(sent.firm))
    assert owner.post(f"/offerter/{sent.quote.n}/ta-tillbaka").status_code == 303
    assert not is_red(sent)
