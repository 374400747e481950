"""The letters of what ends a quote or its agreement: a no, a recall, an answer too late, a withdrawal."""

from __future__ import annotations

from documents.format import local_minute
from languages import gettext as _
from languages import lazy_gettext as _l
from mail.letters import Letter, Params, draws
from models import (
    Decline,
    Withdrawal,
)
from services import scope
from services.deal import letter_parts as parts
from services.deal import links

REASONS = {
    "price": _l("För dyrt"),
    "other_firm": _l("Valde någon annan"),
    "not_now": _l("Inte nu"),
    "other": _l("Annat"),
}


@draws("quote_declined")
def quote_declined(params: Params) -> Letter:
    case = parts.of_quote(params)
    decline = scope.get(Decline, case.firm.id, Decline.quote_id == case.quote.id, Decline.version == case.quote.version)
    return parts.to_firm(
        case,
        str(_("Nej tack: %(title)s", title=case.title)),
        lead=[_("%(name)s tackade nej till %(title)s.", name=parts.who(case, params.get("by")), title=case.title)],
        paragraphs=[str(REASONS[decline.reason])] if decline.reason else [],
        said=decline.comment,
    )


@draws("quote_recalled")
def quote_recalled(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_customer(
        case,
        str(_("Tillbakadraget: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(firm)s har tagit tillbaka %(it)s %(n)s. Det går inte längre att svara ja.",
                it=case.the,
                firm=case.firm.name,
                n=case.quote.number,
            )
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("late_answer")
def late_answer(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_customer(
        case,
        str(_("Ditt svar kom efter sista dagen: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(it)s gällde till %(day)s. Ditt ja är skickat till %(firm)s, som måste bekräfta det innan "
                "det blir ett avtal.",
                it=case.the_first,
                day=parts.day(case.content["valid_until"]),
                firm=case.firm.name,
            )
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("late_answer_to_firm")
def late_answer_to_firm(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_firm(
        case,
        str(_("Sent svar: %(title)s", title=case.title)),
        lead=[_("%(name)s sa ja efter sista dagen.", name=case.quote.customer_name)],
        paragraphs=[_("Bekräfta eller avböj. Svarar du inte kan svaret ändå komma att gälla (avtalslagen 4 §).")],
        button=_("Bekräfta eller avböj"),
    )


@draws("late_refused")
def late_refused(params: Params) -> Letter:
    case = parts.of_quote(params)
    return parts.to_customer(
        case,
        str(_("Ditt svar kom för sent: %(title)s", title=case.title)),
        paragraphs=[
            _(
                "%(it)s gällde till %(day)s, och %(firm)s kan inte stå fast. Inget avtal har ingåtts. Be gärna om "
                "en ny.",
                it=case.the_first,
                day=parts.day(case.content["valid_until"]),
                firm=case.firm.name,
            )
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna sidan"),
    )


@draws("withdrawal_received")
def withdrawal_received(params: Params) -> Letter:
    """The acknowledgement: what was received, and when (lag (2005:59) 2 kap. 10 a §)."""
    row, case = parts.of_withdrawal(params)
    return parts.to_customer(
        case,
        str(_("Kvittens: du har ångrat avtalet om %(title)s", title=case.title)),
        lead=[_("Vi har tagit emot ditt meddelande om att du frånträder avtalet.")],
        facts=withdrawal_facts(row),
        paragraphs=[_("Den här kvittensen bekräftar att meddelandet kom fram. Spara den.")],
        proof=parts.proof_of_withdrawal(case, row),
    )


@draws("withdrawal_to_firm")
def withdrawal_to_firm(params: Params) -> Letter:
    row, case = parts.of_withdrawal(params)
    if row.in_time:
        text = _(
            "Meddelandet kom inom ångerfristen. Betala tillbaka det kunden har betalat, senast 14 dagar från i dag."
        )
    else:
        text = _("Meddelandet kom efter ångerfristens sista dag. Bedöm det och svara kunden.")
    return parts.to_firm(
        case,
        str(_("Ångrat: %(title)s", title=case.title)),
        lead=[_("%(name)s ångrar avtalet.", name=row.name)],
        facts=withdrawal_facts(row),
        paragraphs=[text],
        proof=parts.proof_of_withdrawal(case, row),
    )


def withdrawal_facts(row: Withdrawal) -> list[tuple[str, str]]:
    """Content, date and time of the statement."""
    return [
        (str(_("Namn")), row.name),
        (str(_("Avtal")), row.contract),
        (str(_("Kvittens till")), row.reply_to),
        (str(_("Mottaget")), local_minute(row.received_at)),
    ]
