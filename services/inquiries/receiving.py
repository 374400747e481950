"""Take a request in: a customer, a draft with the photos, letters to both, in one transaction.

Nothing of the answer tells whether the sender is known to the firm, and nothing that the firm has written about a
known customer is changed. The letter to the sender holds none of the sender's own words: anyone can type any address
there, and the form would else carry a stranger's words to strangers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select

from domain import canonical
from domain.photos import MOST_BYTES
from extensions import db
from models import Customer, Firm, Inquiry, Quote, User, new_public_id
from services import customers, events, limits, notices, outbox, scope, standing, storage, transaction
from services.actors import Actor
from services.customers import CustomerInput
from services.errors import NotFound, TooMany
from services.photos import intake
from services.photos.intake import Upload
from services.photos.rows import Place
from services.quotes import drafting, header

# tries in a window of limits.py
PER_ADDRESS = 10  # from one network address, to whatever firms
PER_FIRM = 60
LETTERS_PER_EMAIL = 3  # confirmations to one address of mail; what is sent beyond is taken in without
SAME_AGAIN = timedelta(days=1)  # the same words within it are the same request


class FirmClosed(Exception):
    """The firm has ended its business here; `firm` is still there to be read."""

    def __init__(self, firm: Firm) -> None:
        super().__init__()
        self.firm = firm


class InquiryInput(Struct, frozen=True):
    """What the form says; missing texts are empty. One of `email` and `phone` is there."""

    kind: str
    name: str
    company: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    wanted: str
    text: str


def open_firm(firm_public_id: str, *, now: datetime, lock: bool = False, by_slug: bool = False) -> Firm:
    """The firm whose public form is open. Raises NotFound, also for one that takes no requests, and FirmClosed.

    With `by_slug` the firm's short name is as good as its public id.
    """
    statement = select(Firm).where(Firm.public_id == firm_public_id, Firm.takes_inquiries, standing.IS_HERE)
    firm = db.session.scalar(statement.with_for_update() if lock else statement)
    if firm is None and by_slug:
        named = select(Firm).where(Firm.slug == firm_public_id.lower(), Firm.takes_inquiries, standing.IS_HERE)
        firm = db.session.scalar(named)
    if firm is None:
        raise NotFound
    if not standing.may_do_business(firm.id, now):
        raise FirmClosed(firm)
    return firm


def receive(
    firm_public_id: str,
    given: InquiryInput,
    uploads: Sequence[Upload],
    *,
    title: str,
    lang: str,
    ip: str,
    now: datetime,
) -> str:
    """Take a request with its photos in; its public id. Begins reading and writes at the end; commits.

    The same words once more within a day are the same request; photos that it lacked are added to it. `title` is the
    draft's, `lang` what the sender reads. Raises NotFound, FirmClosed, TooMany, DiskFull.
    """
    open_firm(firm_public_id, now=now)
    gets_letter = _count(firm_public_id, given.email, ip, now)
    storage.require_disk(MOST_BYTES)
    actor = _actor(open_firm(firm_public_id, now=now))
    kept: list[intake.Kept] = []
    unused: set[str] = set()
    try:
        for upload in uploads:
            kept.append(intake.keep(upload, actor, now))
            unused |= {one.file.public_id for one in kept[-1:] if one.file}
        transaction.start_writing()
        firm = open_firm(firm_public_id, now=now, lock=True)  # two posts of the same words take turns
        found = _twin(firm.id, given, now)
        if found is None:
            found = _create(firm, given, title=title, lang=lang, photos=len(kept), actor=actor, now=now)
            if gets_letter:
                _confirm(found, lang, now)
        quote = scope.get(Quote, firm.id, Quote.id == found.quote_id)
        used: set[str] = set()
        if kept and drafting.may_edit(quote):
            used = intake.attach(quote, kept, Place(), found.created_at)[1]  # reading.py knows them by their time
        public_id = found.public_id
        transaction.commit()
        unused -= used
    except BaseException:
        transaction.rollback()
        raise
    finally:
        for name in unused:
            storage.remove(firm_public_id, name)
    return public_id


def _count(firm_public_id: str, email: str, ip: str, now: datetime) -> bool:
    """Count the try; whether the address of mail may get a letter. Raises TooMany."""
    transaction.start_writing(lasts=False)
    limits.count("inquiry from", ip, limit=PER_ADDRESS, now=now)
    limits.count("inquiry", firm_public_id, limit=PER_FIRM, now=now)
    if not email:
        return False
    try:
        limits.count("inquiry letter", email, limit=LETTERS_PER_EMAIL, now=now)
    except TooMany:
        return False
    return True


def _actor(firm: Firm) -> Actor:
    """The form, in whose name the draft is made: it is the firm's first owner's."""
    owner = db.session.scalars(scope.of(User, firm.id).where(User.role == "owner").order_by(User.id).limit(1)).one()
    return Actor(firm.id, firm.public_id, "form", user_id=owner.id)


def _twin(firm_id: int, given: InquiryInput, now: datetime) -> Inquiry | None:
    return db.session.scalars(
        scope.of(Inquiry, firm_id)
        .where(Inquiry.content_sha256 == _sha256(given), Inquiry.created_at > now - SAME_AGAIN)
        .order_by(Inquiry.id.desc())
        .limit(1)
    ).first()


def _sha256(given: InquiryInput) -> str:
    return hashlib.sha256(canonical.dumps(asdict(given))).hexdigest()


def _create(
    firm: Firm, given: InquiryInput, *, title: str, lang: str, photos: int, actor: Actor, now: datetime
) -> Inquiry:
    known = _known(firm.id, given)
    customer = known or customers.add(_customer(given, lang), firm_id=firm.id, now=now)
    quote = header.begin(customer.n, firm, actor=actor, now=now).quote
    quote.title, quote.has_inquiry = title[:120], True
    quote.site_street, quote.site_postal_code, quote.site_city = given.street, given.postal_code, given.city
    quote.turn, quote.question_at = "firm", now  # it waits on the firm until it is sent or turned down
    drafting.keep_search_text(quote)
    inquiry = Inquiry(
        firm_id=firm.id,
        public_id=new_public_id(),
        quote_id=quote.id,
        customer_id=customer.id,
        made_customer=known is None,
        content_sha256=_sha256(given),
        created_at=now,
        **asdict(given),
    )
    db.session.add(inquiry)
    db.session.flush()
    data = {"photos": photos, "customer": "known" if known else "new"}
    events.record("inquiry.received", f"quote:{quote.public_id}", actor=actor, at=now, data=data)
    notices.tell(quote, "request", "inquiry_to_firm", {"inquiry": inquiry.public_id}, now=now)
    return inquiry


def _confirm(inquiry: Inquiry, lang: str, now: datetime) -> None:
    params = {"inquiry": inquiry.public_id, "lang": lang}
    firm_id, quote_id = inquiry.firm_id, inquiry.quote_id
    outbox.queue("inquiry_received", inquiry.email, params, firm_id=firm_id, now=now, quote_id=quote_id)


def _known(firm_id: int, given: InquiryInput) -> Customer | None:
    """The firm's customer with just this address of mail, or else just this phone number."""
    living = scope.of(Customer, firm_id).where(Customer.archived_at.is_(None)).order_by(Customer.n).limit(1)
    for column, value in ((Customer.email, given.email), (Customer.phone, given.phone)):
        if value and (found := db.session.scalar(living.where(column == value))) is not None:
            return found
    return None


def _customer(given: InquiryInput, lang: str) -> CustomerInput:
    is_company = given.kind == "company" and bool(given.company)
    return CustomerInput(
        kind=given.kind,
        name=given.company if is_company else given.name,
        contact=given.name if is_company else "",
        email=given.email,
        phone=given.phone,
        site_street=given.street,
        site_postal_code=given.postal_code,
        site_city=given.city,
        language=lang,
    )
