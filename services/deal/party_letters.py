"""The letters where several decide: whom they wait for, who has approved, and what ends it for all."""

from __future__ import annotations

from msgspec.structs import replace

from documents import deciders, said_yes
from documents.format import local_minute
from domain.parties import Role
from languages import gettext as _
from mail.letters import Letter, Params, draws
from models import Quote, Recipient
from services import scope, standing
from services.deal import letter_parts as parts
from services.deal import links, parties


@draws("agreement_copy")
def agreement_copy(params: Params) -> Letter:
    """To one who only reads: the paper, no more."""
    agreement, case, agreed = parts.of_agreement(params)
    approved = parts.said_yes(case, parties.approved_by(case.quote, agreement))
    letter = parts.to_customer(
        case,
        str(_("För kännedom: avtalet är klart, %(title)s", title=case.title)),
        lead=[
            said_yes.told(agreed, case.firm.name) if "manual" in agreed else approved,
            parts.where_paper_is(case, agreement, _("Avtalet ligger bifogat som PDF.")),
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna avtalet"),
        proof=parts.proof_of_agreement(case),
    )
    return replace(letter, attachments=tuple(parts.papers(case, agreement)))


@draws("your_turn")
def your_turn(params: Params) -> Letter:
    """One of several has approved; this goes to one who has not."""
    approval, case = parts.of_approval(params)
    link = parts.link(params)
    reader = parties.reader_of(link)
    asked = (
        _("Nu är det din tur att skriva under som vittne. Du intygar de andras underskrifter och blir inte bunden.")
        if reader is not None and reader.role == Role.WITNESS
        else _("Nu väntar vi på ditt svar. Du ser vad %(name)s har valt, och svarar på just det.", name=approval.name)
    )
    return parts.to_customer(
        case,
        str(_("%(name)s har sagt ja, nu väntar vi på dig: %(title)s", name=approval.name, title=case.title)),
        lead=[*parts.to_whom(case, link), parts.said_yes(case, approval.name)],
        paragraphs=[asked, deciders.rule(case.content)],
        url=links.address(link),
        button=_("Läs och svara"),
    )


@draws("partly_approved")
def partly_approved(params: Params) -> Letter:
    """To the one who has approved: kept, and no agreement yet."""
    approval, case = parts.of_approval(params)
    left = parts.still_missing(case, approval)
    return parts.to_customer(
        case,
        str(_("Du har sagt ja, nu väntar vi på %(names)s: %(title)s", names=left, title=case.title)),
        lead=[*parts.to_whom(case, parts.link(params)), _("Ditt ja till %(title)s är sparat.", title=case.title)],
        paragraphs=[_("Avtalet kommer när alla har sagt ja. Vi mejlar dig då.")],
        facts=[
            (str(_("Underskrivet av") if case.is_signed else _("Godkänt av")), approval.name),
            (str(_("När")), local_minute(approval.approved_at)),
            (str(_("Fingeravtryck")), approval.agreed_sha256),
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_approved_to_firm")
def partly_approved_to_firm(params: Params) -> Letter:
    approval, case = parts.of_approval(params)
    return parts.to_firm(
        case,
        str(_("%(name)s har sagt ja: %(title)s", name=approval.name, title=case.title)),
        lead=[parts.said_yes(case, approval.name)],
        paragraphs=[
            _("Vi väntar på %(names)s. Först då blir det ett avtal.", names=parts.still_missing(case, approval))
        ],
    )


@draws("other_declined")
def other_declined(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_customer(
        case,
        str(_("Svaret blev nej: %(title)s", title=case.title)),
        lead=[_("%(name)s tackade nej till %(title)s.", name=parts.who(case, params["by"]), title=case.title)],
        paragraphs=[_("%(it)s gäller inte längre, och ingen är bunden.", it=case.the_first)],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_expired")
def partly_expired(params: Params) -> Letter:
    case = parts.of_quote(params)
    goes_on = standing.may_do_business(case.firm.id, params["now"])
    onward = _("Du kan be om ny tid.") if goes_on else _("Vill du gå vidare, kontakta företaget direkt.")
    day = parts.day(case.content["valid_until"])
    none_made = _("Alla hann inte svara till %(day)s. Det blev inget avtal, och ingen är bunden.", day=day)
    return parts.to_customer(
        case,
        str(_("Tiden gick ut: %(title)s", title=case.title)),
        paragraphs=[f"{none_made} {onward}"],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("partly_expired_to_firm")
def partly_expired_to_firm(params: Params) -> Letter:
    case = parts.of_quote(params)
    goes_on = standing.may_do_business(case.firm.id, params["now"])
    none_made = _("Det blev inget avtal. Du kan ge ny tid med ett tryck.") if goes_on else _("Det blev inget avtal.")
    return parts.to_firm(
        case,
        str(_("Tiden gick ut: %(title)s", title=case.title)),
        lead=[_("Alla hann inte svara om %(title)s i tid.", title=case.title)],
        paragraphs=[none_made],
    )


@draws("other_withdrew")
def other_withdrew(params: Params) -> Letter:
    """To the others, when one of several has withdrawn: it ends the agreement for all."""
    row, case = parts.of_withdrawal(params)
    return parts.to_customer(
        case,
        str(_("Avtalet är ångrat: %(title)s", title=case.title)),
        lead=[_("%(name)s ångrar avtalet om %(title)s.", name=row.name, title=case.title)],
        paragraphs=[_("Meddelandet gäller hela avtalet. Undrar du något, svara på det här mejlet.")],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("signature_taken_back")
def signature_taken_back(params: Params) -> Letter:
    """One of several has taken the own signature back; to the others who sign."""
    approval, case = parts.of_approval(params)
    link = parts.link(params)
    return parts.to_customer(
        case,
        str(_("%(name)s har tagit tillbaka sin underskrift: %(title)s", name=approval.name, title=case.title)),
        lead=parts.to_whom(case, link),
        paragraphs=[
            _("%(name)s har tagit tillbaka sin underskrift på %(title)s.", name=approval.name, title=case.title),
            _("Det finns inget avtal, och ingen är bunden än. Sidan visar vem vi väntar på."),
        ],
        url=links.address(link),
        button=_("Öppna sidan"),
    )


@draws("signature_taken_back_to_firm")
def signature_taken_back_to_firm(params: Params) -> Letter:
    approval, case = parts.of_approval(params)
    return parts.to_firm(
        case,
        str(_("%(name)s har tagit tillbaka sin underskrift: %(title)s", name=approval.name, title=case.title)),
        lead=[_("%(name)s har tagit tillbaka sin underskrift på %(title)s.", name=approval.name, title=case.title)],
        paragraphs=[_("Det finns inget avtal förrän alla har skrivit under.")],
    )


@draws("place_handed_over")
def place_handed_over(params: Params) -> Letter:
    """To one who is asked to sign in place of another."""
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id)
    return parts.to_customer(
        case,
        str(_("%(name)s ber dig skriva under: %(title)s", name=params["by"], title=case.title)),
        lead=parts.to_whom(case, link),
        paragraphs=[
            _("%(name)s har lämnat över till dig att svara på %(title)s.", name=params["by"], title=case.title),
            _("Läs, fråga och svara på sidan. Du blir bunden först när du själv har skrivit under."),
            _("Länken är personlig, skicka den inte vidare."),
        ],
        url=links.address(link),
        button=_("Läs och svara"),
    )


@draws("place_handed_over_to_firm")
def place_handed_over_to_firm(params: Params) -> Letter:
    row = scope.get(Recipient, params["firm_id"], Recipient.public_id == params["recipient"])
    case = parts.case_of(params["firm_id"], Quote.id == row.quote_id)
    by = parts.who(case, params["by"])
    return parts.to_firm(
        case,
        str(_("%(name)s skriver under i stället för %(other)s: %(title)s", name=row.name, other=by, title=case.title)),
        lead=[
            _(
                "%(other)s har lämnat över sin underskrift till %(name)s, %(email)s.",
                other=by,
                name=row.name,
                email=row.email,
            )
        ],
        paragraphs=[
            _(
                "Stämmer det inte kan du ta tillbaka det, tills %(name)s har skrivit under.",
                name=row.name,
            )
        ],
    )


@draws("place_given_back")
def place_given_back(params: Params) -> Letter:
    """To the one who had handed the place over: the firm wants this signature all the same."""
    link = parts.link(params)
    case = parts.case_of(params["firm_id"], Quote.id == link.quote_id)
    return parts.to_customer(
        case,
        str(_("Det är du som skriver under: %(title)s", title=case.title)),
        lead=parts.to_whom(case, link),
        paragraphs=[
            _(
                "%(firm)s vill att du själv svarar på %(title)s, inte den du lämnade över till.",
                firm=case.firm.name,
                title=case.title,
            )
        ],
        url=links.address(link),
        button=_("Läs och svara"),
    )
