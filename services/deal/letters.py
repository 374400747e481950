"""The letters of a quote. Drawing reads the rows and signs the link; a token stands in no row and in no other letter.

To the customer: from the firm's name, answers to the firm's address. To the firm: from Handslag, never with a link
that could approve.
"""

from __future__ import annotations

from documents import deciders
from documents.kinds import noun
from domain.parties import CUSTOMER, Role, places, signs
from domain.quote_states import AGREED
from extensions import db
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from models import Feedback, Firm, Message, Quote, QuoteLink, Recipient, User
from models import Letter as LetterRow
from services import outbox, scope
from services.deal import bounce_words, change_words, links, parties, reminding, versions
from services.deal import letter_parts as parts
from services.quotes import content as frozen


@draws("quote_sent")
def quote_sent(params: Params) -> Letter:
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id, version=params["version"])
    content = case.content
    lead = [
        _("%(title)s: %(price)s", title=case.title, price=case.price),
        _("Gäller till %(day)s", day=parts.day(content["valid_until"])),
    ]
    if content["version"] > 1:
        lead.append(_("Ändrad: version %(n)s ersätter den förra.", n=content["version"]))
        lead += _changed(case, link)
    reader = parties.reader_of(link)
    is_copy = reader is not None and not signs(reader.role)
    after = [
        _("Du läser och frågar på sidan, andra svarar. Länken är personlig, skicka den inte vidare.")
        if is_copy
        else _("Du läser, frågar och skriver under på sidan. Länken är personlig, skicka den inte vidare.")
        if case.is_signed
        else _("Du väljer tillval, ställer frågor och godkänner på sidan. Länken är personlig, skicka den inte vidare.")
    ]
    return parts.to_customer(
        case,
        str(
            _("För kännedom: %(title)s – %(price)s", title=case.title, price=case.price)
            if is_copy
            else _("%(what)s: %(title)s – %(price)s", what=noun(content["kind"]), title=case.title, price=case.price)
        ),
        lead=[*([_("Till %(name)s", name=reader.name)] if reader else []), *lead],
        said=content["message"],
        paragraphs=[*_deciding(case), *_own_part(case, reader)],
        url=links.address(link),
        button=_("Läs %(it)s", it=case.the),
        after=after,
    )


def _deciding(case: parts.Case) -> list[str]:
    """Where several decide, that all must; and that what was approved before does not count for a new version."""
    if not case.content["deciders"]:
        return []
    is_anew = parties.was_replaced(case.quote)
    anew = [_("Det som någon hade svarat ja på gällde den förra versionen och gäller inte längre.")] if is_anew else []
    return [deciders.rule(case.content), *anew]


def _own_part(case: parts.Case, reader: Recipient | None) -> list[str]:
    """What a witness does, and whom one waits for who does not sign among the first."""
    said = []
    if reader is not None and reader.role == Role.WITNESS:
        said.append(_("Du är vittne: sist av alla intygar du de andras underskrifter. Du blir inte bunden av avtalet."))
    key = reader.public_id if reader else CUSTOMER
    places_of_all = places(case.content["deciders"])
    own = next((place for place in places_of_all if place.key == key), None)
    named = deciders.everyone(case.content)
    if own and (before := [named[place.key] for place in places_of_all if place.rank < own.rank]):
        names = deciders.together(before)
        said.append(_("%(names)s skriver under före dig. Vi mejlar när det är din tur.", names=names))
    return said


def _changed(case: parts.Case, link: QuoteLink) -> list[str]:
    """What the new version changed, in kronor, in two lines; nothing to someone who never got an older one."""
    version = case.content["version"]
    if link.seen_version is None and not _had_older(case, link):
        return []
    known = versions.older(case.firm.id, case.quote.id, version - 1).content
    told = versions.between(known, case.content)
    if told is None:
        return []
    was, now = parts.price_of(known, known["totals"]), case.price
    prices = _("Förut %(old)s, nu %(new)s.", old=was, new=now) if was != now else _("Priset är detsamma.")
    if case.content["document"]:
        return [change_words.in_short(told)]
    return [str(prices), change_words.in_short(told)]


def _had_older(case: parts.Case, link: QuoteLink) -> bool:
    """Whether the link is older than the version."""
    return link.created_at < frozen.version_of(case.quote, case.content["version"]).created_at


@draws("link_again")
def link_again(params: Params) -> Letter:
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id)
    return parts.to_customer(
        case,
        str(_("Länken till %(title)s", title=case.title)),
        lead=parts.to_whom(case, link),
        paragraphs=[_("Här är länken till %(it)s igen. Bad du inte om den? Då gör du ingenting.", it=case.the)],
        url=links.address(link),
        button=_("Läs %(it)s", it=case.the),
    )


@draws("link_moved")
def link_moved(params: Params) -> Letter:
    """The firm has moved to this installation: the links that were sent before lead nowhere from now on."""
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id)
    what = _("avtalet") if case.quote.status in AGREED else case.the
    return parts.to_customer(
        case,
        str(_("Ny länk till %(title)s", title=case.title)),
        lead=parts.to_whom(case, link),
        paragraphs=[
            _("%(firm)s har flyttat sina offerter och avtal till en ny adress.", firm=case.firm.name),
            _(
                "Här är din nya länk till %(it)s. Använd den i stället för den du hade. "
                "Det du har svarat och godkänt gäller som förut.",
                it=what,
            ),
        ],
        url=links.address(link),
        button=_("Läs %(it)s", it=what),
    )


@draws("link_wanted")
def link_wanted(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_firm(
        case,
        str(_("%(name)s vill ha en ny länk", name=case.quote.customer_name)),
        paragraphs=[_("Länken till %(title)s har gått ut. Skicka igen eller lämna över en ny länk.", title=case.title)],
    )


@draws("question_to_firm")
def question_to_firm(params: Params) -> Letter:
    message = scope.get(Message, params["firm_id"], Message.public_id == params["message"])
    case = parts.case_of(params["firm_id"], Quote.id == message.quote_id)
    return parts.to_firm(
        case,
        str(_("Ny fråga: %(title)s", title=case.title)),
        lead=[_("%(name)s frågar om %(title)s:", name=message.name, title=case.title)],
        said=message.text,
        button=_("Svara"),
    )


@draws("answer_to_customer")
def answer_to_customer(params: Params) -> Letter:
    message = scope.get(Message, params["firm_id"], Message.public_id == params["message"])
    case = parts.case_of(params["firm_id"], Quote.id == message.quote_id)
    return parts.to_customer(
        case,
        str(_("Svar om %(title)s", title=case.title)),
        lead=[_("%(name)s svarar:", name=message.name or case.firm.name)],
        said=message.text,
        url=links.address(parts.link(params)),
        button=_("Läs %(it)s", it=case.the),
    )


@draws("feedback_to_firm")
def feedback_to_firm(params: Params) -> Letter:
    row = scope.get(Feedback, params["firm_id"], Feedback.public_id == params["feedback"])
    case = parts.case_of(params["firm_id"], Quote.id == row.quote_id)
    return parts.to_firm(
        case,
        str(_("Omdöme: %(title)s", title=case.title)),
        lead=[
            _(
                "%(name)s svarade %(n)s av 5 på frågan om %(it)s var lätt att förstå.",
                it=case.the,
                name=case.quote.customer_name,
                n=row.score,
            )
        ],
        said=row.text,
    )


@draws("reminder")
def reminder(params: Params) -> Letter:
    """Calm and short: what it is, what it costs, how long it holds, and the way in. Raises Unwanted."""
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id)
    if not reminding.is_still_wanted(link, now=params["now"]):
        raise Unwanted
    return parts.to_customer(
        case,
        str(_("Påminnelse: %(title)s – %(price)s", title=case.title, price=case.price)),
        lead=[
            _("%(title)s: %(price)s", title=case.title, price=case.price),
            _("Gäller till %(day)s", day=parts.day(case.content["valid_until"])),
        ],
        paragraphs=[
            _("%(it)s väntar på ditt svar. Undrar du över något kan du fråga på sidan eller ringa.", it=case.the_first)
        ],
        url=links.address(link),
        button=_("Läs %(it)s", it=case.the),
        after=[_("Passar det inte? Tacka nej på sidan, så kommer inga fler påminnelser.")],
    )


@draws("bounced_to_firm")
def bounced_to_firm(params: Params) -> Letter:
    letters = scope.columns(LetterRow, params["firm_id"], LetterRow)
    failed = db.session.scalars(letters.where(LetterRow.public_id == params["letter"])).one()
    quote = scope.get(Quote, params["firm_id"], Quote.id == failed.quote_id)
    user = scope.get(User, quote.firm_id, User.id == quote.user_id)
    case = parts.Case(db.session.get_one(Firm, quote.firm_id), quote, {"title": quote.title, "kind": quote.kind}, user)
    is_link = not outbox.is_code(failed.kind)
    names = {"to": failed.to_address, "title": case.title}
    if outbox.is_text(failed.kind):
        lead = _("Ett sms till %(to)s om %(title)s kom inte fram.", **names)
    else:
        lead = _("Ett mejl till %(to)s om %(title)s kom inte fram.", **names)
    return parts.to_firm(
        case,
        str(_("Det kom inte fram: %(title)s", title=case.title)),
        lead=[lead],
        paragraphs=[bounce_words.said(failed.kind, failed.reply, failed.to_address)],
        facts=[(str(_("Serverns svar")), failed.reply)],
        after=[_("Öppna sidan och rätta adressen, eller lämna länken på ett annat sätt.")] if is_link else [],
    )


@draws("opened_to_firm")
def opened_to_firm(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_firm(
        case,
        str(_("Öppnad: %(title)s", title=case.title)),
        lead=[_("%(name)s har öppnat %(title)s.", name=case.quote.customer_name, title=case.title)],
        facts=[(str(_("Gäller till")), parts.day(case.content["valid_until"]))],
    )
