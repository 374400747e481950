"""What the review page shows: the draft as the customer will read it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain import reverse_charge
from domain.allowance import Reach
from domain.checks import Blocker, Caution, Problems
from domain.clock import stockholm_date
from domain.deal_kinds import DealKind
from domain.plan_years import Days
from domain.quotes import Totals
from domain.reverse_charge import VatDoubt
from languages import speaking
from models import Firm, QuoteLink, StoredFile, User
from services import allowance, scope
from services.allowance import Person
from services.deal import figures, pages
from services.deal.pages import Page
from services.photos import rows as photo_rows
from services.photos.rows import PhotoRow
from services.quotes import completeness, content, drafting, sendable, sending
from services.quotes.completeness import Found
from services.quotes.drafting import Draft

TOLD_AS_GAPS = (Caution.NO_START, Caution.NO_SITE)  # completeness says them, with the place


class Review(Struct, frozen=True):
    """A draft about to be sent. `sent_to`: the address of the last sending."""

    draft: Draft
    content: dict[str, Any]
    blockers: list[Blocker]
    problems: Problems  # its warnings without those that are told as gaps
    totals: Totals
    days: Days
    vat_doubts: list[VatDoubt]
    gaps: Found
    fingerprint: str
    sent_to: str
    last_way: str  # by which the sender sent last
    reach: Reach | None  # a deduction that the customer, or one person, has not left
    known: Person | None  # whom the firm knows to have agreed to deductions that year
    unreadable: int  # photos that could not be taken and do not go along


def load(firm: Firm, n: int, *, now: datetime, sender_id: int | None = None) -> Review:
    """As the user `sender_id` sees it. Raises NotFound."""
    draft = drafting.load(firm.id, n)
    users = {user.id: user for user in scope.rows(User, firm.id, User.id.in_((draft.quote.user_id, sender_id)))}
    user, sender = users[draft.quote.user_id], users.get(sender_id or 0)
    photos = photo_rows.of_quote(firm.id, draft.quote.id)
    totals = drafting.totals(draft)
    problems = drafting.problems(draft, now=now, result=totals)
    persons = _persons(draft) if totals.deductions else []
    is_document = draft.quote.kind == DealKind.DOCUMENT
    is_private = draft.customer is None or draft.customer.kind == "private"
    links = _open_links(draft) if draft.quote.version else []
    mailed = [
        link.email for link in sorted(links, key=lambda link: link.id) if link.email and link.recipient_id is None
    ]
    return Review(
        draft=draft,
        content=_content(draft, firm, user, now, photos),
        blockers=sendable.blockers(draft, now=now, can_answer=True, photos=photos),
        last_way=sender.last_way if sender else "",
        reach=allowance.reach(totals, draft.paid_on, persons) if is_private else None,
        known=allowance.first_known(persons),
        unreadable=sum(photo.state == "refused" for photo in photos),
        problems=replace(problems, warnings=tuple(one for one in problems.warnings if one not in TOLD_AS_GAPS)),
        totals=totals,
        days=drafting.days(draft, now=now),
        vat_doubts=[] if is_document else _vat_doubts(draft),
        gaps=completeness.NOTHING if is_document else completeness.of_loaded(draft, totals, firm, user),
        fingerprint=sending.fingerprint(draft, firm, user, now=now, photos=photos),
        sent_to=mailed[-1] if mailed else "",
    )


def _vat_doubts(draft: Draft) -> list[VatDoubt]:
    customer = draft.customer
    return reverse_charge.doubts(
        drafting.priced(draft),
        customer_kind=customer.kind if customer else None,
        sells_construction=customer.sells_construction_services if customer else "unknown",
        reverse_charge=draft.quote.reverse_charge,
    )


def _persons(draft: Draft) -> list[Person]:
    """The persons of a known customer's agreements, the year of the expected payment."""
    customer = draft.customer
    if customer is None or not customer.has_allowance:
        return []
    return allowance.of_customer(customer.firm_id, customer.id).get(draft.paid_on.year, [])


def _open_links(draft: Draft) -> list[QuoteLink]:
    quote = draft.quote
    return scope.rows(QuoteLink, quote.firm_id, QuoteLink.quote_id == quote.id, QuoteLink.revoked_at.is_(None))


def preview(firm: Firm, n: int, *, now: datetime) -> Page:
    """The customer's page of the draft. Raises NotFound."""
    draft = drafting.load(firm.id, n)
    user = scope.get(User, firm.id, User.id == draft.quote.user_id)
    built = _content(draft, firm, user, now)
    with speaking(built["lang"]):
        return pages.of(built, figures.NO_CHOICE, state="preview", today=stockholm_date(now))


def _content(
    draft: Draft, firm: Firm, user: User, now: datetime, photos: Sequence[PhotoRow] | None = None
) -> dict[str, Any]:
    logo = scope.find(StoredFile, firm.id, StoredFile.id == firm.logo_id) if firm.logo_id else None
    return content.build(
        draft,
        firm,
        user,
        number=draft.quote.number or "",
        version=draft.quote.version + 1,
        today=stockholm_date(now),
        logo_sha256=logo.sha256 if logo else None,
        photos=photos,
    )
