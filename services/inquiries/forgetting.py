"""Erase a request with what was made of it alone: the draft with its photos and letters, and the customer."""

from __future__ import annotations

from extensions import db
from models import Customer, Event, EventValue, Firm, Inquiry, Photo, Quote, QuoteLine
from services import scope, storage, transaction
from services.photos import copying


def forget(inquiry: Inquiry, quote: Quote) -> bool:
    """Erase a request that no quote answered, with the draft and the customer that were made of it. Commits.

    A draft that the firm has put lines into stays, and its customer with it; so does a customer that has other
    quotes, or was there before. Whether the draft went.
    """
    firm_id = inquiry.firm_id
    firm = db.session.get_one(Firm, firm_id)
    firm_public_id, customer_id, made_customer = firm.public_id, inquiry.customer_id, inquiry.made_customer
    lines = scope.columns(QuoteLine, firm_id, QuoteLine.id).where(QuoteLine.quote_id == quote.id)
    is_gone = db.session.scalar(lines.limit(1)) is None and quote.number is None
    db.session.delete(inquiry)
    quote.has_inquiry, quote.question_at, quote.turn = False, None, "none"
    db.session.flush()
    gone: list[str] = []
    if is_gone:
        gone = _remove_draft(quote)
        if made_customer:
            _remove_customer(firm_id, customer_id)
    transaction.commit()
    for name in gone:
        storage.remove(firm_public_id, name)
    return is_gone


def _remove_draft(quote: Quote) -> list[str]:
    """The draft with photos and letters, and what the chain could tell of people; names of files that go."""
    firm_id = quote.firm_id
    files: list[int | None] = []
    for photo in scope.rows(Photo, firm_id, Photo.quote_id == quote.id):
        files += [photo.incoming_id, photo.large_id, photo.paper_id, photo.thumb_id]
        db.session.delete(photo)
    gone = copying.let_go(firm_id, files)
    seqs = scope.columns(Event, firm_id, Event.seq).where(Event.obj == f"quote:{quote.public_id}")
    db.session.execute(scope.remove(EventValue, firm_id).where(EventValue.seq.in_(seqs)))
    db.session.execute(scope.remove(Quote, firm_id).where(Quote.id == quote.id))
    return gone


def _remove_customer(firm_id: int, customer_id: int) -> None:
    for model in (Quote, Inquiry):
        statement = scope.columns(model, firm_id, model.id).where(model.customer_id == customer_id)
        if db.session.scalar(statement.limit(1)) is not None:
            return
    db.session.execute(scope.remove(Customer, firm_id).where(Customer.id == customer_id))
