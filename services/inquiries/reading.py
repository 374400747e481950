"""Read requests: the sender by a mailed link, the firm by its quote or customer."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import and_, select

from extensions import db
from models import Customer, Firm, Inquiry, Letter, Photo, Quote, StoredFile
from services import scope, standing, storage, tokens
from services.errors import NotFound
from services.installation import settings
from services.photos import rows
from services.photos.rows import PhotoRow

PURPOSE = "inquiry"
FORM = "inquiry_form"


class LinkOld(Exception):
    """A link of ours that no longer leads to a request."""


class Sent(Struct, frozen=True):
    """A request as its sender sees it. `firm` is whom it was sent to."""

    firm: Firm
    inquiry: Inquiry
    photos: list[PhotoRow]
    is_answered: bool  # a quote was sent

    @property
    def is_declined(self) -> bool:
        return self.inquiry.state == "declined"


class Asked(Struct, frozen=True):
    """A request as the firm sees it."""

    inquiry: Inquiry
    customer: Customer
    letter_failed: bool  # the confirmation did not reach the sender


def token(public_id: str) -> str:
    return tokens.sign(PURPOSE, public_id)


def address(inquiry: Inquiry) -> str:
    """The address with the token; for the sender's own letters."""
    return f"{settings().base_url}/f/kvitto/{token(inquiry.public_id)}"


def by_token(text: str) -> Sent:
    """The request that a token leads to. Raises NotFound for what is not ours, LinkOld for what is no more."""
    try:
        public_id = tokens.read(PURPOSE, text)
    except tokens.OldToken:
        raise LinkOld from None
    except tokens.BadToken:
        raise NotFound from None
    found = db.session.execute(
        select(Inquiry, Quote, Firm)
        .join(Quote, and_(Quote.firm_id == Inquiry.firm_id, Quote.id == Inquiry.quote_id))
        .join(Firm, Firm.id == Inquiry.firm_id)
        .where(Inquiry.public_id == public_id, standing.IS_HERE)
    ).first()
    if found is None:
        raise LinkOld
    inquiry, quote, firm = found
    return Sent(firm, inquiry, _own_photos(inquiry), quote.version > 0)


def _own_photos(inquiry: Inquiry) -> list[PhotoRow]:
    """Photos of the draft that nobody of the firm took: those that came with the request."""
    own = set(
        db.session.scalars(
            scope.columns(Photo, inquiry.firm_id, Photo.public_id).where(
                Photo.quote_id == inquiry.quote_id, Photo.created_at == inquiry.created_at
            )
        )
    )
    shown = rows.of_quote(inquiry.firm_id, inquiry.quote_id)
    return [photo for photo in shown if photo.public_id in own and photo.state != "refused"]


def thumb(sent: Sent, photo_public_id: str) -> bytes:
    """The small picture of one of the sender's own photos. Raises NotFound."""
    if all(photo.public_id != photo_public_id for photo in sent.photos):
        raise NotFound
    firm_id = sent.firm.id
    file = db.session.scalar(
        scope.columns(StoredFile, firm_id, StoredFile)
        .join(Photo, and_(Photo.firm_id == firm_id, Photo.thumb_id == StoredFile.id))
        .where(Photo.public_id == photo_public_id)
    )
    if file is None:
        raise NotFound
    return storage.read(sent.firm.public_id, file)


def of_quote(firm_id: int, quote_id: int) -> Asked | None:
    """The request that a quote was made of, in one statement."""
    failed = scope.columns(Letter, firm_id, Letter.id).where(
        Letter.quote_id == Inquiry.quote_id, Letter.kind == "inquiry_received", Letter.state == "failed"
    )
    found = db.session.execute(
        scope.columns(Inquiry, firm_id, Inquiry, Customer, failed.correlate(Inquiry).exists())
        .join(Customer, and_(Customer.firm_id == Inquiry.firm_id, Customer.id == Inquiry.customer_id))
        .where(Inquiry.quote_id == quote_id)
    ).first()
    return Asked(*found) if found else None


def of_customer(customer: Customer) -> list[tuple[Inquiry, int]]:
    """The requests of a customer, the newest first, each with the number of its quote."""
    statement = (
        scope.columns(Inquiry, customer.firm_id, Inquiry, Quote.n)
        .join(Quote, and_(Quote.firm_id == Inquiry.firm_id, Quote.id == Inquiry.quote_id))
        .where(Inquiry.customer_id == customer.id)
        .order_by(Inquiry.id.desc())
    )
    return list(db.session.execute(statement).tuples())
