"""The letters about an agreement: it is made, the firm wrote it down or took that back, the details are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from documents import said_yes
from documents.format import day_in_words
from languages import gettext as _
from mail.letters import Attachment, Letter, Params, Unwanted, draws
from models import Agreement, Applicant, Quote
from services import scope
from services.deal import letter_parts as parts
from services.deal import links, parties, viewing


@draws("quote_approved")
def quote_approved(params: Params) -> Letter:
    """To the customer: the paper and the withdrawal form attached, for a link alone lasts no longer than we do."""
    made = agreement, case, agreed = parts.of_agreement(params)
    price_words = parts.price_of(case.content, agreed["totals"])
    return _with_paper(
        params,
        made,
        str(_("Avtalet är klart: %(title)s", title=case.title)),
        [
            _("Du har skrivit under %(title)s: %(price)s", title=case.title, price=price_words)
            if case.is_signed
            else _("Du har godkänt %(title)s: %(price)s", title=case.title, price=price_words),
            parts.where_paper_is(case, agreement, _("Avtalet ligger bifogat som PDF.")),
        ],
    )


def _with_paper(
    params: Params,
    made: tuple[Agreement, parts.Case, dict[str, Any]],
    subject: str,
    lead: list[str],
    *,
    said: str = "",
    after: Sequence[str] = (),
) -> Letter:
    """What an agreement means for the customer, with the paper and, for a consumer, the form of withdrawal."""
    agreement, case, agreed = made
    files, rest = parts.papers(case, agreement), list(after)
    if agreement.withdraw_until is not None:
        form = viewing.withdrawal_paper(case.content, agreement)
        files.append(Attachment(_("Angerblankett %(n)s", n=case.quote.number) + ".pdf", parts.PDF, form))
        text = _(
            "Du kan ångra avtalet till och med %(day)s. Öppna sidan och välj Ångra avtalet här, "
            "eller använd den bifogade blanketten.",
            day=day_in_words(agreement.withdraw_until),
        )
        rest.append(text)
    if agreement.home == "later":
        rest.append(_("Fyll i uppgifterna för avdraget på sidan, så kan det dras av på fakturan."))
    letter = parts.to_customer(
        case,
        subject,
        lead=lead,
        said=said,
        facts=parts.facts(case, agreement, agreed),
        url=links.address(parts.link(params)) if params["link"] else "",
        button=_("Öppna avtalet"),
        after=rest,
        proof=parts.proof_of_agreement(case),
    )
    return replace(letter, attachments=tuple(files))


@draws("quote_recorded")
def quote_recorded(params: Params) -> Letter:
    """To the customer: the firm says that they said yes elsewhere. What it means, and how to object."""
    if scope.find(Agreement, params["firm_id"], Agreement.public_id == params["agreement"]) is None:
        raise Unwanted  # taken back meanwhile
    made = agreement, case, agreed = parts.of_agreement(params)
    return _with_paper(
        params,
        made,
        str(_("Ditt ja är antecknat: %(title)s", title=case.title)),
        [
            said_yes.told(agreed, case.firm.name),
            _(
                "Det gäller %(title)s: %(price)s",
                title=case.title,
                price=parts.price_of(case.content, agreed["totals"]),
            ),
            parts.where_paper_is(case, agreement, _("Du har inte skrivit under här. Avtalet ligger bifogat som PDF.")),
        ],
        said=agreed["manual"]["note"],
        after=[_("Stämmer det inte? Svara på det här mejlet, eller öppna sidan och skriv det till företaget där.")],
    )


@draws("record_undone")
def record_undone(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_customer(
        case,
        str(_("Anteckningen är tillbakatagen: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(firm)s har tagit tillbaka anteckningen om att du sa ja. Det avtal som vi mejlade gäller inte. "
                "%(it)s ligger kvar på sidan.",
                firm=case.firm.name,
                it=case.the_first,
            )
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("quote_approved_to_firm")
def quote_approved_to_firm(params: Params) -> Letter:
    agreement, case, agreed = parts.of_agreement(params)
    later = [_("Kunden fyller i uppgifterna för avdraget senare.")] if agreement.home == "later" else []
    approved = parts.said_yes(case, parties.approved_by(case.quote, agreement))
    letter = parts.to_firm(
        case,
        str(
            _("Underskrivet: %(title)s", title=case.title)
            if case.is_signed
            else _("Godkänd: %(title)s", title=case.title)
        ),
        lead=[said_yes.told(agreed, case.firm.name) if "manual" in agreed else approved],
        facts=parts.facts(case, agreement, agreed),
        after=later,
        proof=parts.proof_of_agreement(case),
    )
    return replace(letter, attachments=tuple(parts.papers(case, agreement)))


@draws("details_to_firm")
def details_to_firm(params: Params) -> Letter:
    """The data stand on the quote's page: no letter holds a personnummer."""
    agreement = scope.get(Agreement, params["firm_id"], Agreement.public_id == params["agreement"])
    case = parts.case_of(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)
    own = Applicant.public_id == params.get("applicant", "")
    one = scope.find(Applicant, params["firm_id"], own) if "applicant" in params else None
    name = one.name if one else agreement.name
    return parts.to_firm(
        case,
        str(_("Uppgifterna för avdraget är ifyllda: %(title)s", title=case.title)),
        lead=[_("%(name)s har fyllt i uppgifterna för avdraget.", name=name)],
    )
