"""Send a quote: freeze the draft as the next version, canonical JSON and PDF with their SHA-256, and mail the link.

The PDF is drawn before the write transaction. There the draft is built once more; if its bytes differ from what was
drawn (someone saved a line, another quote took the number), nothing is kept and it is drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from documents.kinds import noun
from domain import canonical
from domain.clock import stockholm_date
from domain.deal_kinds import DealKind, sent_act
from domain.quote_states import after, can
from domain.signing_methods import Method
from extensions import db
from languages import speaking
from models import Counter, Firm, HeldSending, Quote, QuoteLink, QuoteVersion, StoredFile, User
from services import events, numbers, once, scope, storage, transaction
from services.actors import Actor
from services.deal import answering, figures, links, reminding
from services.errors import RuleBroken, Stale
from services.photos import pictures
from services.photos.rows import PhotoRow
from services.quotes import content, contracting, drafting, giving, recipient_rows, recipients, sendable
from services.quotes.contracting import Signature
from services.quotes.drafting import Draft
from services.signing import rules
from services.uploads import rows as uploads

ACT = "quote.send"
TRIES = 20  # each loses only to another sending of the firm that took the number between drawing and writing
LETTER_VERSION = "2026-11-20"


class Sending(Struct, frozen=True):
    """What the firm decides when it sends. `seen` is `fingerprint` of the draft that was reviewed.

    `way` is one of giving.WAYS; of email and phone the one it needs.
    """

    email: str
    valid_until: date
    message: str
    seen: str
    way: str = giving.MAIL
    phone: str = ""  # E.164
    remind_days: int | None = None  # domain/reminders.CHOICES; None: not asked
    signing: str | None = None  # domain/signing_methods.ASKED; None: as the quote says
    signature: Signature | None = None  # the firm's own, under a contract

    def facts(self, n: int) -> dict[str, object]:
        """What a form that comes twice must say twice."""
        return {"n": n, "way": self.way, "email": self.email, "phone": self.phone, "seen": self.seen}


class Hold(Struct, frozen=True):
    """The row that a sending has waited in (services/quotes/holding.py)."""

    id: int
    pressed_at: datetime


class _Drawn(Struct, frozen=True):
    number: str
    stored: bytes
    pdf: bytes


def fingerprint(
    draft: Draft, firm: Firm, user: User, *, now: datetime, photos: Sequence[PhotoRow] | None = None
) -> str:
    """Names what was reviewed; the fields that the review page itself changes are left out."""
    built = content.build(draft, firm, user, number="", version=0, today=stockholm_date(now), photos=photos)
    for own in ("message", "valid_until", "paid_on", "signing"):
        built.pop(own)
    built["customer"].pop("email")
    return canonical.sha256_hex(canonical.dumps(built))


def send(
    firm_id: int, n: int, sending: Sending, *, actor: Actor, key: str, now: datetime, hold: Hold | None = None
) -> str:
    """Send the quote as its next version. Begins reading and writes at the end; commits.

    The address of a link that is handed over, told this once; else "". With `hold`, nothing happens if its row is
    gone. Raises NotFound, Stale (the draft is not the one reviewed), DiskFull, and RuleBroken("email_not_confirmed" |
    "closed" | "suspended" | "no_seal_key" | "not_sendable" | "has_blockers" | "on_its_way" | "firm_signature_missing").
    """
    facts = sending.facts(n)
    if once.answer(firm_id, key, ACT, facts) is not None:
        return ""
    for _try in range(TRIES):
        drawn = _draw(firm_id, n, sending, actor, now, hold)
        transaction.start_writing()
        # the other of two presses, the undo or another worker was quicker
        if once.answer(firm_id, key, ACT, facts) is not None or (hold and not _end_of(hold, firm_id, n)):
            transaction.rollback()
            return ""
        link = _freeze(firm_id, n, sending, drawn, actor, now, hold)
        if link is not None:
            once.remember(firm_id, key, ACT, facts, at="sent", now=now)
            address = links.address(link) if sending.way in giving.HANDED_OVER else ""
            try:
                transaction.commit()
            except IntegrityError:  # PostgreSQL: the other press committed between the two looks
                transaction.rollback()
                if once.answer(firm_id, key, ACT, facts) is None:
                    raise
                return ""
            return address
        transaction.rollback()
        transaction.only_read()
    raise Stale


def check(firm_id: int, n: int, sending: Sending, *, actor: Actor, now: datetime) -> tuple[Quote, User]:
    """The quote, locked, if it could be sent now, and who sends it. Raises what `send` raises."""
    draft, firm, user, _logo = _load(firm_id, n, actor, lock=True)
    sender = _check(draft, firm, user, sending, actor, now, None)
    return draft.quote, sender


def take_number(quote: Quote, *, now: datetime) -> None:
    """Give the quote its number, unless it has one: it keeps it, whatever becomes of the sending. Never commits."""
    if quote.number is None:
        quote.number = _format(now, numbers.take(quote.firm_id, _series(now)))
        drafting.keep_search_text(quote)


def _draw(firm_id: int, n: int, sending: Sending, actor: Actor, now: datetime, hold: Hold | None) -> _Drawn:
    """Check everything and draw the PDF with the number it will probably get."""
    draft, firm, user, logo = _load(firm_id, n, actor)
    _check(draft, firm, user, sending, actor, now, hold)
    number = draft.quote.number or _format(now, _last_number(firm_id, now) + 1)
    built = _build(draft, firm, user, logo, sending, number, now)
    if built["document"]:  # its bytes are what is signed: nothing is drawn
        return _Drawn(number, canonical.dumps(built), b"")
    from documents import quote as paper

    picture = storage.read(firm.public_id, logo) if logo else None
    photos = pictures.for_paper(firm_id, firm.public_id, draft.quote.id, built)
    return _Drawn(number, canonical.dumps(built), paper.render(built, picture, photos))


def _end_of(hold: Hold, firm_id: int, n: int) -> bool:
    """Whether the sending still waits; then its row is taken out. Never commits."""
    drafting.get(firm_id, n, lock=True)  # the quote first, as the undo does: else they wait for each other
    row = scope.find(HeldSending, firm_id, HeldSending.id == hold.id, HeldSending.stopped == "", lock=True)
    if row is not None:
        db.session.delete(row)
    return row is not None


def _freeze(
    firm_id: int, n: int, sending: Sending, drawn: _Drawn, actor: Actor, now: datetime, hold: Hold | None
) -> QuoteLink | None:
    """Write it all, unless what was drawn no longer is what the rows say. Never commits."""
    draft, firm, user, logo = _load(firm_id, n, actor, lock=True)
    sender = _check(draft, firm, user, sending, actor, now, hold)
    quote = draft.quote
    number = quote.number or _format(now, numbers.take(firm_id, _series(now)))
    built = _build(draft, firm, user, logo, sending, number, now)
    stored = canonical.dumps(built)
    if stored != drawn.stored:
        return None
    answering.drop_pending(quote, actor=actor, now=now)
    drafting.keep_sums(quote, figures.totals(built))
    quote.language = built["lang"]
    version = _store(draft, firm, number, stored, drawn.pdf, sending, now)
    pictures.note_sent(firm_id, quote.id, built, version.version)
    old_version, quote.version, quote.number = quote.version, version.version, number
    quote.valid_until, quote.message = sending.valid_until, sending.message
    quote.signing_method = built["signing"]["method"]
    quote.status = after(quote.status, "send")
    quote.turn, quote.changed_since = "customer", False
    reminding.begin(quote, sending.remind_days, now=now)
    quote.sent_at = quote.touched_at = now
    quote.seen_at = quote.mail_failed_at = quote.question_at = None
    if quote.hold == drafting.STOPPED:  # what was kept from going before is overtaken
        db.session.execute(scope.remove(HeldSending, firm_id).where(HeldSending.quote_id == quote.id))
    quote.hold = ""
    if sending.way != giving.ON_SITE:  # it is for this customer, who stands here
        sender.last_way = sending.way
    drafting.keep_search_text(quote)
    return _give(draft, version, old_version, sending, actor, now)


def _load(firm_id: int, n: int, actor: Actor, *, lock: bool = False) -> tuple[Draft, Firm, User, StoredFile | None]:
    draft = drafting.load(firm_id, n, lock=lock)
    firm = db.session.get_one(Firm, firm_id)
    user = scope.get(User, firm_id, User.id == draft.quote.user_id)
    logo = scope.find(StoredFile, firm_id, StoredFile.id == firm.logo_id) if firm.logo_id else None
    return draft, firm, user, logo


def _check(
    draft: Draft, firm: Firm, user: User, sending: Sending, actor: Actor, now: datetime, hold: Hold | None
) -> User:
    sender = sendable.check_sender(firm.id, actor, now)
    if draft.quote.hold == drafting.HELD and hold is None:
        raise RuleBroken("on_its_way")
    if not can(draft.quote.status, "send") or draft.quote.archived_at is not None:
        raise RuleBroken("not_sendable")
    if sendable.blockers(draft, now=now, can_answer=True):
        raise RuleBroken("has_blockers")
    # what was reviewed before midnight says another day
    if fingerprint(draft, firm, user, now=hold.pressed_at if hold else now) != sending.seen:
        raise Stale
    if sending.valid_until < stockholm_date(now):
        raise RuleBroken("valid_until_past")
    if draft.quote.kind == DealKind.CONTRACT and sending.signature is None:
        raise RuleBroken("firm_signature_missing")
    check_signing(draft, firm, sending)
    return sender


def check_signing(draft: Draft, firm: Firm, sending: Sending) -> None:
    """Raises signing.rules.CannotBeAsked where a code is asked for that somebody who signs cannot get."""
    method, customer = sending.signing or draft.quote.signing_method, draft.customer
    if customer is None or (method == Method.LINK and firm.signing_rules == "[]"):
        return
    email = sending.email if sending.way == giving.MAIL else customer.email
    own = rules.Receiver(customer.contact or customer.name, sending.way, email, customer.phone)
    most = rules.most_asked(firm, method, drafting.totals(draft))
    rules.check(most, own, recipient_rows.of_quote(draft.quote))


def _build(
    draft: Draft, firm: Firm, user: User, logo: StoredFile | None, sending: Sending, number: str, now: datetime
) -> dict[str, Any]:
    """The content with what the review page decides in place of the draft's own."""
    return content.build(
        draft,
        firm,
        user,
        number=number,
        version=draft.quote.version + 1,
        today=stockholm_date(now),
        logo_sha256=logo.sha256 if logo else None,
        email=sending.email if sending.way == giving.MAIL else None,
        valid_until=sending.valid_until,
        message=sending.message,
        signing=sending.signing,
        signature=sending.signature,
    )


def _store(
    draft: Draft, firm: Firm, number: str, stored: bytes, pdf: bytes, sending: Sending, now: datetime
) -> QuoteVersion:
    file = _paper(draft, firm, number, pdf, now)
    db.session.flush()
    version = QuoteVersion(
        firm_id=firm.id,
        quote_id=draft.quote.id,
        version=draft.quote.version + 1,
        content=stored.decode(),
        json_sha256=canonical.sha256_hex(stored),
        pdf_id=file.id,
        pdf_sha256=file.sha256,
        gross_ore=draft.quote.gross_ore,
        to_pay_ore=draft.quote.to_pay_ore,
        valid_until=sending.valid_until,
        created_at=now,
    )
    db.session.add(version)
    return version


def _paper(draft: Draft, firm: Firm, number: str, pdf: bytes, now: datetime) -> StoredFile:
    """The file that is sent: drawn by us, or of a document the one that came in."""
    if upload := uploads.of_draft(draft.quote):
        upload.sent_version = draft.quote.version + 1
        return uploads.original(upload)
    with speaking(draft.quote.language):
        name = f"{noun(draft.quote.kind)} {number} v{draft.quote.version + 1}.pdf"
    return storage.put(
        firm.id,
        firm.public_id,
        pdf,
        purpose="quote",
        name=name,
        media_type="application/pdf",
        now=now,
    )


def _give(
    draft: Draft, version: QuoteVersion, old_version: int, sending: Sending, actor: Actor, now: datetime
) -> QuoteLink:
    """The link, the events and the letter."""
    quote = draft.quote
    link = giving.link_for(quote, sending.way, email=sending.email, phone=sending.phone, actor=actor, now=now)
    obj = f"quote:{quote.public_id}:v{version.version}"
    hashes = {"json_sha256": version.json_sha256}
    frozen = {"version": version.version, "pdf_sha256": version.pdf_sha256, "attachments": [], **hashes}
    events.record("doc.frozen", obj, actor=actor, at=now, data=frozen)
    if old_version:
        data = {"old_version": old_version, "new_version": version.version}
        events.record("doc.replaced", obj, actor=actor, at=now, data=data)
    sent = {
        "version": version.version,
        "doc_sha256": version.pdf_sha256,
        "channel": sending.way,
        "link_id": link.public_id,
        "valid_until": sending.valid_until.isoformat(),
        "text_version": LETTER_VERSION,
        **hashes,
    }
    if sending.signature and quote.kind == DealKind.CONTRACT:
        contracting.record(quote, version, sending.signature, actor=actor, now=now)
    events.record(sent_act(quote.kind), obj, actor=actor, at=now, data=sent, personal=giving.to_whom(link))
    if draft.customer is not None:  # what was typed here is not asked again
        draft.customer.email = draft.customer.email or link.email
        draft.customer.phone = draft.customer.phone or link.phone
    giving.post(quote, link, version.version, now=now)
    recipients.invite(draft, version, actor=actor, now=now)
    return link


def _series(now: datetime) -> str:
    return f"quote-{stockholm_date(now).year}"


def _format(now: datetime, value: int) -> str:
    return f"{stockholm_date(now).year}-{value:03d}"


def _last_number(firm_id: int, now: datetime) -> int:
    counter = db.session.get(Counter, (firm_id, _series(now)))
    return counter.value if counter else 0
