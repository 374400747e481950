"""The letters of a quote. Drawing reads the rows and signs the link; a token stands in no row and in no other letter.

To the customer: from the firm's name, answers to the firm's address. To the firm: from Handslag, never with a link
that could approve.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from documents import price
from documents.format import day_in_words, local_minute
from extensions import db
from languages import gettext as _
from languages import lazy_gettext as _l
from mail.letters import Attachment, Letter, Params, draws
from mail.writing import write
from models import Agreement, Decline, Firm, Message, Quote, QuoteLink, QuoteVersion, StoredFile, User, Withdrawal
from services import scope, storage
from services.deal import agreements, links, pages, viewing
from services.installation import settings
from services.quotes import content as frozen_content

PDF = "application/pdf"
REASONS = {
    "price": _l("För dyrt"),
    "other_firm": _l("Valde någon annan"),
    "not_now": _l("Inte nu"),
    "other": _l("Annat"),
}


@dataclass(slots=True)
class Case:
    """What a letter is written from."""

    firm: Firm
    quote: Quote
    content: dict[str, Any]
    user: User

    @property
    def title(self) -> str:
        return str(self.content["title"] or _("Offert %(n)s", n=self.quote.number))

    @property
    def price(self) -> str:
        """77 667 kr efter ROT"""
        return _price(self.content, self.content["totals"])

    @property
    def firm_url(self) -> str:
        return f"{settings().base_url}/offerter/{self.quote.n}"


def _case(firm_id: int, *where: Any, version: int | None = None) -> Case:
    quote = scope.get(Quote, firm_id, *where)
    wanted = quote.version if version is None else version
    frozen = scope.get(QuoteVersion, firm_id, QuoteVersion.quote_id == quote.id, QuoteVersion.version == wanted)
    firm = db.session.get_one(Firm, firm_id)
    user = scope.get(User, firm_id, User.id == quote.user_id)
    return Case(firm, quote, frozen_content.read(frozen.content), user)


def _of_quote(params: Params) -> Case:
    return _case(params["firm_id"], Quote.public_id == params["quote"])


def _link(params: Params) -> QuoteLink:
    return scope.get(QuoteLink, params["firm_id"], QuoteLink.public_id == params["link"])


def _price(content: dict[str, Any], totals: dict[str, Any]) -> str:
    kinds = _(" och ").join(share["kind"].upper() for share in totals["deductions"] if share["amount_kr"])
    amount = price.about(content, totals["to_pay_ore"])
    return str(_("%(kr)s efter %(kinds)s", kr=amount, kinds=kinds)) if kinds else amount


def _written(subject: str, **parts: Any) -> Letter:
    nothing: dict[str, Any] = {
        "lead": [],
        "said": "",
        "facts": [],
        "paragraphs": [],
        "after": [],
        "url": "",
        "button": "",
    }
    return write("deal", subject, **(nothing | parts))


def _to_customer(case: Case, subject: str, **parts: Any) -> Letter:
    sender = [part for part in (case.user.name, case.firm.name) if part]
    letter = _written(subject, sender=sender, phone=case.content["firm"]["phone"], **parts)
    return replace(letter, from_name=case.firm.name, reply_to=case.firm.email or case.user.email)


def _to_firm(case: Case, subject: str, **parts: Any) -> Letter:
    button = parts.pop("button", str(_("Öppna offerten")))
    return _written(subject, sender=["Handslag"], url=case.firm_url, button=button, **parts)


@draws("quote_sent")
def quote_sent(params: Params) -> Letter:
    link = _link(params)
    case = _case(params["firm_id"], Quote.id == link.quote_id, version=params["version"])
    content = case.content
    lead = [
        _("%(title)s: %(price)s", title=case.title, price=case.price),
        _("Gäller till %(day)s", day=_day(content["valid_until"])),
    ]
    if content["version"] > 1:
        lead.append(_("Ändrad offert, version %(n)s. Den ersätter den förra.", n=content["version"]))
    return _to_customer(
        case,
        str(_("Offert: %(title)s – %(price)s", title=case.title, price=case.price)),
        lead=lead,
        said=content["message"],
        url=links.address(link),
        button=_("Läs offerten"),
        after=[
            _("Du väljer tillval, ställer frågor och godkänner på sidan. Länken är personlig, skicka den inte vidare.")
        ],
    )


@draws("link_again")
def link_again(params: Params) -> Letter:
    link = _link(params)
    case = _case(params["firm_id"], Quote.id == link.quote_id)
    return _to_customer(
        case,
        str(_("Länken till %(title)s", title=case.title)),
        paragraphs=[_("Här är länken till offerten igen. Bad du inte om den? Då gör du ingenting.")],
        url=links.address(link),
        button=_("Läs offerten"),
    )


@draws("link_wanted")
def link_wanted(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_firm(
        case,
        str(_("%(name)s vill ha en ny länk", name=case.quote.customer_name)),
        paragraphs=[
            _("Länken till %(title)s har gått ut. Skicka offerten igen eller lämna över en ny länk.", title=case.title)
        ],
    )


@draws("question_to_firm")
def question_to_firm(params: Params) -> Letter:
    message = scope.get(Message, params["firm_id"], Message.public_id == params["message"])
    case = _case(params["firm_id"], Quote.id == message.quote_id)
    return _to_firm(
        case,
        str(_("Ny fråga: %(title)s", title=case.title)),
        lead=[_("%(name)s frågar om %(title)s:", name=message.name, title=case.title)],
        said=message.text,
        button=_("Svara"),
    )


@draws("answer_to_customer")
def answer_to_customer(params: Params) -> Letter:
    message = scope.get(Message, params["firm_id"], Message.public_id == params["message"])
    case = _case(params["firm_id"], Quote.id == message.quote_id)
    return _to_customer(
        case,
        str(_("Svar om %(title)s", title=case.title)),
        lead=[_("%(name)s svarar:", name=message.name or case.firm.name)],
        said=message.text,
        url=links.address(_link(params)),
        button=_("Läs offerten"),
    )


@draws("quote_approved")
def quote_approved(params: Params) -> Letter:
    """To the customer: the paper and the withdrawal form attached, for a link alone lasts no longer than we do."""
    agreement, case, agreed = _agreed(params)
    files = [_paper(case, agreement)]
    after = []
    if agreement.withdraw_until is not None:
        form = viewing.withdrawal_paper(case.content, agreement)
        files.append(Attachment(f"Angerblankett {case.quote.number}.pdf", PDF, form))
        text = _(
            "Du kan ångra avtalet till och med %(day)s. Öppna sidan och välj Ångra avtalet här, "
            "eller använd den bifogade blanketten.",
            day=day_in_words(agreement.withdraw_until),
        )
        after.append(text)
    if agreement.home == "later":
        after.append(_("Fyll i uppgifterna för avdraget på sidan, så kan det dras av på fakturan."))
    letter = _to_customer(
        case,
        str(_("Avtalet är klart: %(title)s", title=case.title)),
        lead=[
            _("Du har godkänt %(title)s: %(price)s", title=case.title, price=_price(case.content, agreed["totals"])),
            _("Avtalet ligger bifogat som PDF."),
        ],
        facts=_facts(case, agreement, agreed),
        url=links.address(_link(params)) if params["link"] else "",
        button=_("Öppna avtalet"),
        after=after,
    )
    return replace(letter, attachments=tuple(files))


@draws("quote_approved_to_firm")
def quote_approved_to_firm(params: Params) -> Letter:
    agreement, case, agreed = _agreed(params)
    later = [_("Kunden fyller i uppgifterna för avdraget senare.")] if agreement.home == "later" else []
    letter = _to_firm(
        case,
        str(_("Godkänd: %(title)s", title=case.title)),
        lead=[_("%(name)s har godkänt %(title)s.", name=agreement.name, title=case.title)],
        facts=_facts(case, agreement, agreed),
        after=later,
    )
    return replace(letter, attachments=(_paper(case, agreement),))


@draws("quote_declined")
def quote_declined(params: Params) -> Letter:
    case = _of_quote(params)
    decline = scope.get(Decline, case.firm.id, Decline.quote_id == case.quote.id, Decline.version == case.quote.version)
    return _to_firm(
        case,
        str(_("Nej tack: %(title)s", title=case.title)),
        lead=[_("%(name)s tackade nej till %(title)s.", name=case.quote.customer_name, title=case.title)],
        paragraphs=[str(REASONS[decline.reason])] if decline.reason else [],
        said=decline.comment,
    )


@draws("opened_to_firm")
def opened_to_firm(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_firm(
        case,
        str(_("Öppnad: %(title)s", title=case.title)),
        lead=[_("%(name)s har öppnat %(title)s.", name=case.quote.customer_name, title=case.title)],
        facts=[(str(_("Gäller till")), _day(case.content["valid_until"]))],
    )


@draws("details_to_firm")
def details_to_firm(params: Params) -> Letter:
    """The data stand on the quote's page: no letter holds a personnummer."""
    agreement = scope.get(Agreement, params["firm_id"], Agreement.public_id == params["agreement"])
    case = _case(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)
    return _to_firm(
        case,
        str(_("Uppgifterna för avdraget är ifyllda: %(title)s", title=case.title)),
        lead=[_("%(name)s har fyllt i uppgifterna för avdraget.", name=agreement.name)],
    )


@draws("quote_recalled")
def quote_recalled(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Offerten är tillbakadragen: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(firm)s har tagit tillbaka offerten %(n)s. Den går inte längre att godkänna.",
                firm=case.firm.name,
                n=case.quote.number,
            )
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("late_answer")
def late_answer(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Ditt svar kom efter sista dagen: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "Offerten gällde till %(day)s. Ditt godkännande är skickat till %(firm)s, som måste bekräfta det innan "
                "det blir ett avtal.",
                day=_day(case.content["valid_until"]),
                firm=case.firm.name,
            )
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("late_answer_to_firm")
def late_answer_to_firm(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_firm(
        case,
        str(_("Sent svar: %(title)s", title=case.title)),
        lead=[_("%(name)s godkände efter sista dagen.", name=case.quote.customer_name)],
        paragraphs=[_("Bekräfta eller avböj. Svarar du inte kan svaret ändå komma att gälla (avtalslagen 4 §).")],
        button=_("Bekräfta eller avböj"),
    )


@draws("late_refused")
def late_refused(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Ditt svar kom för sent: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "Offerten gällde till %(day)s, och %(firm)s kan inte stå fast vid den. Inget avtal har ingåtts. "
                "Be gärna om en ny offert.",
                day=_day(case.content["valid_until"]),
                firm=case.firm.name,
            )
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("withdrawal_received")
def withdrawal_received(params: Params) -> Letter:
    """The acknowledgement: what was received, and when (lag (2005:59) 2 kap. 10 a §)."""
    row, case = _withdrawn(params)
    return _to_customer(
        case,
        str(_("Kvittens: du har ångrat avtalet om %(title)s", title=case.title)),
        lead=[_("Vi har tagit emot ditt meddelande om att du frånträder avtalet.")],
        facts=withdrawal_facts(row),
        paragraphs=[_("Den här kvittensen bekräftar att meddelandet kom fram. Spara den.")],
    )


@draws("withdrawal_to_firm")
def withdrawal_to_firm(params: Params) -> Letter:
    row, case = _withdrawn(params)
    if row.in_time:
        text = _(
            "Meddelandet kom inom ångerfristen. Betala tillbaka det kunden har betalat, senast 14 dagar från i dag."
        )
    else:
        text = _("Meddelandet kom efter ångerfristens sista dag. Bedöm det och svara kunden.")
    return _to_firm(
        case,
        str(_("Ångrat: %(title)s", title=case.title)),
        lead=[_("%(name)s ångrar avtalet.", name=row.name)],
        facts=withdrawal_facts(row),
        paragraphs=[text],
    )


def withdrawal_facts(row: Withdrawal) -> list[tuple[str, str]]:
    """Content, date and time of the statement."""
    return [
        (str(_("Namn")), row.name),
        (str(_("Avtal")), row.contract),
        (str(_("Kvittens till")), row.reply_to),
        (str(_("Mottaget")), local_minute(row.received_at)),
    ]


def _agreed(params: Params) -> tuple[Agreement, Case, dict[str, Any]]:
    agreement = scope.get(Agreement, params["firm_id"], Agreement.public_id == params["agreement"])
    case = _case(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)
    return agreement, case, json.loads(agreement.agreed)


def _withdrawn(params: Params) -> tuple[Withdrawal, Case]:
    row = scope.get(Withdrawal, params["firm_id"], Withdrawal.public_id == params["withdrawal"])
    agreement = scope.get(Agreement, params["firm_id"], Agreement.id == row.agreement_id)
    return row, _case(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)


def _paper(case: Case, agreement: Agreement) -> Attachment:
    file = scope.get(StoredFile, case.firm.id, StoredFile.id == agreement.pdf_id)
    return Attachment(file.name, PDF, storage.read(case.firm.public_id, file))


def _facts(case: Case, agreement: Agreement, agreed: dict[str, Any]) -> list[tuple[str, str]]:
    chosen = pages.settled(case.content, agreed).chosen
    return [
        (str(_("Avtal")), f"{case.quote.number}, version {agreement.version}"),
        *([(str(_("Val")), ", ".join(chosen))] if chosen else []),
        (str(_("Godkänt av")), agreement.name),
        (str(_("När")), local_minute(agreement.accepted_at)),
        (str(_("Pris inkl. moms")), price.about(case.content, agreed["total_ore"])),
        (str(_("Att betala")), price.about(case.content, agreed["to_pay_ore"])),
        (str(_("Fingeravtryck")), agreement.agreed_sha256),
        (str(_("Länk i beviskedjan")), agreements.chain_link(case.quote)),
    ]


def _day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))
