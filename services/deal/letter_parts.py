"""What the letters of a quote are written from: its rows, the frame to customer and firm, the facts of an agreement."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from documents import deciders, kinds, methods_words, price
from documents.format import day_in_words, deduction_names, local_minute
from domain.deal_kinds import is_signed
from extensions import db
from languages import gettext as _
from languages import ngettext
from mail.letters import Attachment, Letter, Params, Unwanted
from mail.writing import write_deal
from models import (
    Agreement,
    Approval,
    Event,
    Firm,
    Quote,
    QuoteLink,
    StoredFile,
    User,
    Withdrawal,
)
from services import checkpoint_rows, scope, storage
from services.deal import agreements, pages, parties
from services.installation import settings
from services.quotes import content as frozen_content
from services.quotes import recipient_rows

PDF = "application/pdf"
MOST_MAILED_BYTES = 15 * 1024 * 1024  # a letter is a third larger, and many servers take 25 MB


class Case(Struct):
    """What a letter is written from."""

    firm: Firm
    quote: Quote
    content: dict[str, Any]
    user: User

    @property
    def title(self) -> str:
        return str(self.content["title"] or f"{kinds.noun(self.content['kind'])} {self.quote.number}")

    @property
    def the(self) -> str:
        """offerten, kontraktet"""
        return kinds.the(self.content["kind"])

    @property
    def the_first(self) -> str:
        return kinds.the_first(self.content["kind"])

    @property
    def is_signed(self) -> bool:
        return is_signed(self.content["kind"])

    @property
    def price(self) -> str:
        """77 667 kr efter ROT"""
        return price_of(self.content, self.content["totals"])

    @property
    def firm_url(self) -> str:
        return f"{settings().base_url}/offerter/{self.quote.n}"


def case_of(firm_id: int, *where: Any, version: int | None = None) -> Case:
    quote = scope.get(Quote, firm_id, *where)
    firm = db.session.get_one(Firm, firm_id)
    user = scope.get(User, firm_id, User.id == quote.user_id)
    return Case(firm, quote, frozen_content.read(frozen_content.version_of(quote, version).content), user)


def of_quote(params: Params) -> Case:
    return case_of(params["firm_id"], Quote.public_id == params["quote"])


def link(params: Params) -> QuoteLink:
    return scope.get(QuoteLink, params["firm_id"], QuoteLink.public_id == params["link"])


def price_of(content: dict[str, Any], totals: dict[str, Any]) -> str:
    """What it costs; of a document, which says that itself, how long it is."""
    if content["document"]:
        return str(ngettext("1 sida", "%(num)s sidor", len(content["document"]["pages"])))
    kinds = deduction_names(share for share in totals["deductions"] if share["amount_kr"])
    amount = price.about(content, totals["to_pay_ore"])
    if content["reverse_charge"]:
        return str(_("%(kr)s exkl. moms", kr=amount))
    return str(_("%(kr)s efter %(kinds)s", kr=amount, kinds=kinds)) if kinds else amount


def to_customer(case: Case, subject: str, **parts: Any) -> Letter:
    sender = [part for part in (case.user.name, case.firm.name) if part]
    letter = write_deal(subject, sender=sender, phone=case.content["firm"]["phone"], **parts)
    return replace(letter, from_name=case.firm.name, reply_to=case.firm.email or case.user.email)


def to_firm(case: Case, subject: str, **parts: Any) -> Letter:
    button = parts.pop("button", str(_("Öppna %(it)s", it=case.the)))
    return write_deal(subject, sender=["Handslag"], url=case.firm_url, button=button, **parts)


def of_approval(params: Params) -> tuple[Approval, Case]:
    approval = scope.get(Approval, params["firm_id"], Approval.public_id == params["approval"])
    return approval, case_of(params["firm_id"], Quote.id == approval.quote_id, version=approval.version)


def to_whom(case: Case, to: QuoteLink) -> list[str]:
    """Who the letter is to, where several get the quote: they may share an address."""
    if not case.quote.is_shared:
        return []
    reader, customer = parties.reader_of(to), case.content["customer"]
    return [str(_("Till %(name)s", name=reader.name if reader else customer["contact"] or customer["name"]))]


def still_missing(case: Case, approval: Approval) -> str:
    """Names of those who had not approved when this one did, whatever has happened since."""
    same = Approval.quote_id == case.quote.id, Approval.agreed_sha256 == approval.agreed_sha256
    until = scope.rows(Approval, case.firm.id, *same, Approval.id <= approval.id)
    everyone = parties.of(case.content, until, recipient_rows.everyone(case.firm.id, case.quote.id))
    return deciders.together([party.name for party in everyone if party.approved_at is None])


def who(case: Case, link_id: str | None) -> str:
    """Whose link it is: one of several, else the customer."""
    if not link_id:
        return case.quote.customer_name
    reader = parties.reader_of(scope.get(QuoteLink, case.firm.id, QuoteLink.public_id == link_id))
    return reader.name if reader else case.quote.customer_name


def of_agreement(params: Params) -> tuple[Agreement, Case, dict[str, Any]]:
    """Raises Unwanted where it was a record that has been taken back since."""
    agreement = scope.find(Agreement, params["firm_id"], Agreement.public_id == params["agreement"])
    if agreement is None:
        raise Unwanted
    case = case_of(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)
    return agreement, case, json.loads(agreement.agreed)


def of_withdrawal(params: Params) -> tuple[Withdrawal, Case]:
    row = scope.get(Withdrawal, params["firm_id"], Withdrawal.public_id == params["withdrawal"])
    agreement = scope.get(Agreement, params["firm_id"], Agreement.id == row.agreement_id)
    return row, case_of(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)


def papers(case: Case, agreement: Agreement) -> list[Attachment]:
    """The sealed paper, unless it is larger than servers of mail take."""
    file = _paper(case, agreement)
    if file.size_bytes > MOST_MAILED_BYTES:
        return []
    return [Attachment(file.name, PDF, storage.read(case.firm.public_id, file))]


def where_paper_is(case: Case, agreement: Agreement, attached: str) -> str:
    """`attached`, or where it is fetched."""
    if _paper(case, agreement).size_bytes <= MOST_MAILED_BYTES:
        return str(attached)
    return str(_("Avtalet är för stort för ett mejl. Öppna sidan och hämta det där."))


def _paper(case: Case, agreement: Agreement) -> StoredFile:
    return scope.get(StoredFile, case.firm.id, StoredFile.id == agreement.pdf_id)


def facts(case: Case, agreement: Agreement, agreed: dict[str, Any]) -> list[tuple[str, str]]:
    chosen = pages.settled(case.content, agreed).chosen
    return [
        (str(_("Avtal")), f"{case.quote.number}, version {agreement.version}"),
        *([(str(_("Val")), ", ".join(chosen))] if chosen else []),
        (_by(case, agreed), parties.approved_by(case.quote, agreement)),
        (str(_("När")), local_minute(agreement.accepted_at)),
        (str(_("Underskrift")), _how(case, agreement)),
        *_sums(case.content, agreed),
        (str(_("Fingeravtryck")), agreement.agreed_sha256),
    ]


def _sums(content: dict[str, Any], agreed: dict[str, Any]) -> list[tuple[str, str]]:
    if document := content["document"]:
        return [(str(_("Fil")), document["name"]), (str(_("Filens SHA-256")), document["sha256"])]
    return [
        (str(price.total_words(content)), price.about(content, agreed["total_ore"])),
        (str(_("Att betala")), price.about(content, agreed["to_pay_ore"])),
    ]


def said_yes(case: Case, name: str) -> str:
    """Karin har godkänt Badrum. / Karin har skrivit under Badrum."""
    if case.is_signed:
        return str(_("%(name)s har skrivit under %(title)s.", name=name, title=case.title))
    return str(_("%(name)s har godkänt %(title)s.", name=name, title=case.title))


def _how(case: Case, agreement: Agreement) -> str:
    """Method and level; where several signed the level alone, for each has the own method."""
    is_joint = bool(case.content["deciders"])
    return methods_words.level_name(agreement.method) if is_joint else methods_words.with_level(agreement.method)


def _by(case: Case, agreed: dict[str, Any]) -> str:
    if "manual" in agreed:
        return str(_("Ja från"))
    return str(_("Underskrivet av") if case.is_signed else _("Godkänt av"))


def proof(link: str) -> str:
    """The receipt's last line: link of the signing entry and the newest checkpoint (security.md E-06).

    Who keeps the letter is a witness: neither can be exchanged any more without its being seen.
    """
    newest = checkpoint_rows.newest()
    if newest is None:
        return str(_("Kvitto i beviskedjan: %(link)s.", link=link))
    names = {"link": link, "n": newest.n, "id": newest.id}
    return str(_("Kvitto i beviskedjan: %(link)s. Kontrollpunkt %(n)s: %(id)s.", **names))


def proof_of_agreement(case: Case) -> str:
    return proof(agreements.chain_link(case.quote))


def proof_of_withdrawal(case: Case, row: Withdrawal) -> str:
    told = Event.act == "withdrawal.received", Event.obj == f"quote:{case.quote.public_id}", Event.at == row.received_at
    links = scope.columns(Event, case.firm.id, Event.link).where(*told).order_by(Event.seq.desc()).limit(1)
    return proof(str(db.session.scalars(links).one()))


def day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))
