"""The letters of a quote. Drawing reads the rows and signs the link; a token stands in no row and in no other letter.

To the customer: from the firm's name, answers to the firm's address. To the firm: from Handslag, never with a link
that could approve.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from documents import deciders, price, said_yes
from documents.format import day_in_words, local_minute
from domain.parties import may_decide
from extensions import db
from languages import gettext as _
from languages import lazy_gettext as _l
from mail.letters import Attachment, Letter, Params, Unwanted, draws
from mail.writing import write
from models import (
    Agreement,
    Approval,
    Decline,
    Feedback,
    Firm,
    Message,
    Quote,
    QuoteLink,
    QuoteVersion,
    StoredFile,
    User,
    Withdrawal,
)
from models import Letter as LetterRow
from services import outbox, scope, storage
from services.deal import agreements, bounce_words, change_words, links, pages, parties, reminding, versions, viewing
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
        lead += _changed(case, link)
    reader = parties.reader_of(link)
    is_copy = reader is not None and not may_decide(reader.role)
    after = [
        _("Du läser och frågar på sidan, andra godkänner. Länken är personlig, skicka den inte vidare.")
        if is_copy
        else _("Du väljer tillval, ställer frågor och godkänner på sidan. Länken är personlig, skicka den inte vidare.")
    ]
    return _to_customer(
        case,
        str(
            _("För kännedom: %(title)s – %(price)s", title=case.title, price=case.price)
            if is_copy
            else _("Offert: %(title)s – %(price)s", title=case.title, price=case.price)
        ),
        lead=[*([_("Till %(name)s", name=reader.name)] if reader else []), *lead],
        said=content["message"],
        paragraphs=_deciding(case),
        url=links.address(link),
        button=_("Läs offerten"),
        after=after,
    )


def _deciding(case: Case) -> list[str]:
    """Where several decide, that all must; and that what was approved before does not count for a new version."""
    if not case.content["deciders"]:
        return []
    is_anew = parties.was_replaced(case.quote)
    anew = [_("Det som någon hade godkänt gällde den förra versionen och gäller inte längre.")] if is_anew else []
    return [deciders.rule(case.content), *anew]


def _changed(case: Case, link: QuoteLink) -> list[str]:
    """What the new version changed, in kronor, in two lines; nothing to someone who never got an older one."""
    version = case.content["version"]
    if link.seen_version is None and not _had_older(case, link):
        return []
    known = versions.older(case.firm.id, case.quote.id, version - 1).content
    told = versions.between(known, case.content)
    if told is None:
        return []
    was, now = _price(known, known["totals"]), case.price
    prices = _("Förut %(old)s, nu %(new)s.", old=was, new=now) if was != now else _("Priset är detsamma.")
    return [str(prices), change_words.in_short(told)]


def _had_older(case: Case, link: QuoteLink) -> bool:
    """Whether the link is older than the version."""
    where = QuoteVersion.quote_id == case.quote.id, QuoteVersion.version == case.content["version"]
    return link.created_at < scope.get(QuoteVersion, case.firm.id, *where).created_at


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
    _agreement, case, agreed = _agreed(params)
    price_words = _price(case.content, agreed["totals"])
    return _with_paper(
        params,
        str(_("Avtalet är klart: %(title)s", title=case.title)),
        [
            _("Du har godkänt %(title)s: %(price)s", title=case.title, price=price_words),
            _("Avtalet ligger bifogat som PDF."),
        ],
    )


def _with_paper(params: Params, subject: str, lead: list[str], *, said: str = "", after: Sequence[str] = ()) -> Letter:
    """What an agreement means for the customer, with the paper and, for a consumer, the form of withdrawal."""
    agreement, case, agreed = _agreed(params)
    files, rest = [_paper(case, agreement)], list(after)
    if agreement.withdraw_until is not None:
        form = viewing.withdrawal_paper(case.content, agreement)
        files.append(Attachment(_("Angerblankett %(n)s", n=case.quote.number) + ".pdf", PDF, form))
        text = _(
            "Du kan ångra avtalet till och med %(day)s. Öppna sidan och välj Ångra avtalet här, "
            "eller använd den bifogade blanketten.",
            day=day_in_words(agreement.withdraw_until),
        )
        rest.append(text)
    if agreement.home == "later":
        rest.append(_("Fyll i uppgifterna för avdraget på sidan, så kan det dras av på fakturan."))
    letter = _to_customer(
        case,
        subject,
        lead=lead,
        said=said,
        facts=_facts(case, agreement, agreed),
        url=links.address(_link(params)) if params["link"] else "",
        button=_("Öppna avtalet"),
        after=rest,
    )
    return replace(letter, attachments=tuple(files))


@draws("quote_recorded")
def quote_recorded(params: Params) -> Letter:
    """To the customer: the firm says that they said yes elsewhere. What it means, and how to object."""
    if scope.find(Agreement, params["firm_id"], Agreement.public_id == params["agreement"]) is None:
        raise Unwanted  # taken back meanwhile
    _agreement, case, agreed = _agreed(params)
    return _with_paper(
        params,
        str(_("Ditt ja är antecknat: %(title)s", title=case.title)),
        [
            said_yes.told(agreed, case.firm.name),
            _("Det gäller %(title)s: %(price)s", title=case.title, price=_price(case.content, agreed["totals"])),
            _("Du har inte skrivit under här. Avtalet ligger bifogat som PDF."),
        ],
        said=agreed["manual"]["note"],
        after=[_("Stämmer det inte? Svara på det här mejlet, eller öppna sidan och skriv det till företaget där.")],
    )


@draws("record_undone")
def record_undone(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Anteckningen är tillbakatagen: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(firm)s har tagit tillbaka anteckningen om att du sa ja. Det avtal som vi mejlade gäller inte. "
                "Offerten ligger kvar på sidan.",
                firm=case.firm.name,
            )
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("quote_approved_to_firm")
def quote_approved_to_firm(params: Params) -> Letter:
    agreement, case, agreed = _agreed(params)
    later = [_("Kunden fyller i uppgifterna för avdraget senare.")] if agreement.home == "later" else []
    approved = _("%(name)s har godkänt %(title)s.", name=parties.approved_by(case.quote, agreement), title=case.title)
    letter = _to_firm(
        case,
        str(_("Godkänd: %(title)s", title=case.title)),
        lead=[said_yes.told(agreed, case.firm.name) if "manual" in agreed else approved],
        facts=_facts(case, agreement, agreed),
        after=later,
    )
    return replace(letter, attachments=(_paper(case, agreement),))


@draws("agreement_copy")
def agreement_copy(params: Params) -> Letter:
    """To one who only reads: the paper, no more."""
    agreement, case, agreed = _agreed(params)
    approved = _("%(name)s har godkänt %(title)s.", name=parties.approved_by(case.quote, agreement), title=case.title)
    letter = _to_customer(
        case,
        str(_("För kännedom: avtalet är klart, %(title)s", title=case.title)),
        lead=[
            said_yes.told(agreed, case.firm.name) if "manual" in agreed else approved,
            _("Avtalet ligger bifogat som PDF."),
        ],
        url=links.address(_link(params)),
        button=_("Öppna avtalet"),
    )
    return replace(letter, attachments=(_paper(case, agreement),))


@draws("your_turn")
def your_turn(params: Params) -> Letter:
    """One of several has approved; this goes to one who has not."""
    approval, case = _approval(params)
    return _to_customer(
        case,
        str(_("%(name)s har godkänt, nu väntar vi på dig: %(title)s", name=approval.name, title=case.title)),
        lead=[_("%(name)s har godkänt %(title)s.", name=approval.name, title=case.title)],
        paragraphs=[
            _("Nu väntar vi på ditt svar. Du ser vad %(name)s har valt, och godkänner just det.", name=approval.name),
            deciders.rule(case.content),
        ],
        url=links.address(_link(params)),
        button=_("Läs och svara"),
    )


@draws("partly_approved")
def partly_approved(params: Params) -> Letter:
    """To the one who has approved: kept, and no agreement yet."""
    approval, case = _approval(params)
    left = _left(case, approval)
    return _to_customer(
        case,
        str(_("Du har godkänt, nu väntar vi på %(names)s: %(title)s", names=left, title=case.title)),
        lead=[_("Ditt godkännande av %(title)s är sparat.", title=case.title)],
        paragraphs=[_("Avtalet kommer när alla har godkänt. Vi mejlar dig då.")],
        facts=[
            (str(_("Godkänt av")), approval.name),
            (str(_("När")), local_minute(approval.approved_at)),
            (str(_("Fingeravtryck")), approval.agreed_sha256),
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_approved_to_firm")
def partly_approved_to_firm(params: Params) -> Letter:
    approval, case = _approval(params)
    return _to_firm(
        case,
        str(_("%(name)s har godkänt: %(title)s", name=approval.name, title=case.title)),
        lead=[_("%(name)s har godkänt %(title)s.", name=approval.name, title=case.title)],
        paragraphs=[_("Vi väntar på %(names)s. Först då blir det ett avtal.", names=_left(case, approval))],
    )


@draws("other_declined")
def other_declined(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Offerten är avböjd: %(title)s", title=case.title)),
        lead=[_("%(name)s tackade nej till %(title)s.", name=_who(case, params["by"]), title=case.title)],
        paragraphs=[_("Offerten gäller inte längre, och ingen är bunden.")],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_expired")
def partly_expired(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_customer(
        case,
        str(_("Tiden gick ut: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "Alla hann inte godkänna till %(day)s. Det blev inget avtal, och ingen är bunden. Du kan be om ny tid.",
                day=_day(case.content["valid_until"]),
            )
        ],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_expired_to_firm")
def partly_expired_to_firm(params: Params) -> Letter:
    case = _of_quote(params)
    return _to_firm(
        case,
        str(_("Tiden gick ut: %(title)s", title=case.title)),
        lead=[_("Alla hann inte godkänna %(title)s i tid.", title=case.title)],
        paragraphs=[_("Det blev inget avtal. Du kan ge ny tid med ett tryck.")],
    )


@draws("other_withdrew")
def other_withdrew(params: Params) -> Letter:
    """To the others, when one of several has withdrawn: it ends the agreement for all."""
    row, case = _withdrawn(params)
    return _to_customer(
        case,
        str(_("Avtalet är ångrat: %(title)s", title=case.title)),
        lead=[_("%(name)s ångrar avtalet om %(title)s.", name=row.name, title=case.title)],
        paragraphs=[_("Meddelandet gäller hela avtalet. Undrar du något, svara på det här mejlet.")],
        url=links.address(_link(params)),
        button=_("Öppna sidan"),
    )


def _approval(params: Params) -> tuple[Approval, Case]:
    approval = scope.get(Approval, params["firm_id"], Approval.public_id == params["approval"])
    return approval, _case(params["firm_id"], Quote.id == approval.quote_id, version=approval.version)


def _left(case: Case, approval: Approval) -> str:
    """Names of those who had not approved when this one did, whatever has happened since."""
    same = Approval.quote_id == case.quote.id, Approval.agreed_sha256 == approval.agreed_sha256
    until = scope.rows(Approval, case.firm.id, *same, Approval.id <= approval.id)
    everyone = parties.of(case.content, until, parties.keys_of(case.firm.id, case.quote.id))
    return deciders.together([party.name for party in everyone if party.approved_at is None])


@draws("feedback_to_firm")
def feedback_to_firm(params: Params) -> Letter:
    row = scope.get(Feedback, params["firm_id"], Feedback.public_id == params["feedback"])
    case = _case(params["firm_id"], Quote.id == row.quote_id)
    return _to_firm(
        case,
        str(_("Omdöme: %(title)s", title=case.title)),
        lead=[
            _(
                "%(name)s svarade %(n)s av 5 på frågan om offerten var lätt att förstå.",
                name=case.quote.customer_name,
                n=row.score,
            )
        ],
        said=row.text,
    )


@draws("quote_declined")
def quote_declined(params: Params) -> Letter:
    case = _of_quote(params)
    decline = scope.get(Decline, case.firm.id, Decline.quote_id == case.quote.id, Decline.version == case.quote.version)
    return _to_firm(
        case,
        str(_("Nej tack: %(title)s", title=case.title)),
        lead=[_("%(name)s tackade nej till %(title)s.", name=_who(case, params.get("by")), title=case.title)],
        paragraphs=[str(REASONS[decline.reason])] if decline.reason else [],
        said=decline.comment,
    )


@draws("reminder")
def reminder(params: Params) -> Letter:
    """Calm and short: what it is, what it costs, how long it holds, and the way in. Raises Unwanted."""
    link = _link(params)
    case = _case(params["firm_id"], Quote.id == link.quote_id)
    if not reminding.is_still_wanted(link, now=params["now"]):
        raise Unwanted
    return _to_customer(
        case,
        str(_("Påminnelse: %(title)s – %(price)s", title=case.title, price=case.price)),
        lead=[
            _("%(title)s: %(price)s", title=case.title, price=case.price),
            _("Gäller till %(day)s", day=_day(case.content["valid_until"])),
        ],
        paragraphs=[_("Offerten väntar på ditt svar. Undrar du över något kan du fråga på sidan eller ringa.")],
        url=links.address(link),
        button=_("Läs offerten"),
        after=[_("Passar det inte? Tacka nej på sidan, så kommer inga fler påminnelser.")],
    )


@draws("bounced_to_firm")
def bounced_to_firm(params: Params) -> Letter:
    letters = scope.columns(LetterRow, params["firm_id"], LetterRow)
    failed = db.session.scalars(letters.where(LetterRow.public_id == params["letter"])).one()
    quote = scope.get(Quote, params["firm_id"], Quote.id == failed.quote_id)
    user = scope.get(User, quote.firm_id, User.id == quote.user_id)
    case = Case(db.session.get_one(Firm, quote.firm_id), quote, {"title": quote.title}, user)
    names = {"to": failed.to_address, "title": case.title}
    if outbox.is_text(failed.kind):
        lead = _("Ett sms till %(to)s om %(title)s kom inte fram.", **names)
    else:
        lead = _("Ett mejl till %(to)s om %(title)s kom inte fram.", **names)
    return _to_firm(
        case,
        str(_("Det kom inte fram: %(title)s", title=case.title)),
        lead=[lead],
        paragraphs=[bounce_words.said(failed.kind, failed.reply, failed.to_address)],
        facts=[(str(_("Serverns svar")), failed.reply)],
        after=[_("På offertens sida rättar du adressen eller lämnar länken på ett annat sätt.")],
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


def _who(case: Case, link_id: str | None) -> str:
    """Whose link it is: one of several, else the customer."""
    if not link_id:
        return case.quote.customer_name
    reader = parties.reader_of(scope.get(QuoteLink, case.firm.id, QuoteLink.public_id == link_id))
    return reader.name if reader else case.quote.customer_name


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
        (str(_("Ja från") if "manual" in agreed else _("Godkänt av")), parties.approved_by(case.quote, agreement)),
        (str(_("När")), local_minute(agreement.accepted_at)),
        (str(_("Pris inkl. moms")), price.about(case.content, agreed["total_ore"])),
        (str(_("Att betala")), price.about(case.content, agreed["to_pay_ore"])),
        (str(_("Fingeravtryck")), agreement.agreed_sha256),
        (str(_("Länk i beviskedjan")), agreements.chain_link(case.quote)),
    ]


def _day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))
