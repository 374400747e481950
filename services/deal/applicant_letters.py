"""The letters to those who share a rot or rut deduction: a link to type the own number by, and reminders of it.

No letter holds a personnummer, nor what another has declared.
"""

from __future__ import annotations

from documents import deciders
from documents.format import kr_whole
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from models import Agreement, Applicant, Quote
from services import scope
from services.deal import applicants, inviting, links
from services.deal import letter_parts as parts


@draws("applicant_link")
def applicant_link(params: Params) -> Letter:
    """Raises Unwanted where the number is given, or the link is another's now."""
    row, agreement, case = _of(params)
    return parts.to_customer(
        case,
        str(_("%(name)s vill dela avdraget med dig: %(title)s", name=agreement.name, title=case.title)),
        lead=[
            _("Till %(name)s", name=row.name),
            _(
                "%(name)s har godkänt %(title)s från %(firm)s och vill dela avdraget med dig.",
                name=agreement.name,
                title=case.title,
                firm=case.firm.name,
            ),
        ],
        paragraphs=[
            _("Din del är preliminärt %(kr)s.", kr=kr_whole(row.rot_kr + row.rut_kr + row.green_kr)),
            _(
                "Fyll i ditt personnummer själv på sidan. Det sparas krypterat och visas bara för %(firm)s.",
                firm=case.firm.name,
            ),
        ],
        url=inviting.address(row),
        button=_("Fyll i mina uppgifter"),
        after=[_("Länken är personlig. Ska du inte dela avdraget? Då gör du ingenting.")],
    )


@draws("applicant_reminder")
def applicant_reminder(params: Params) -> Letter:
    """Raises Unwanted as applicant_link does."""
    row, _agreement, case = _of(params)
    return parts.to_customer(
        case,
        str(_("Påminnelse: ditt personnummer för avdraget, %(title)s", title=case.title)),
        lead=[_("Till %(name)s", name=row.name)],
        paragraphs=[
            _("Ditt personnummer saknas än. Utan det kan %(firm)s inte dra av din del.", firm=case.firm.name),
        ],
        url=inviting.address(row),
        button=_("Fyll i mina uppgifter"),
        after=[_("Ska du inte dela avdraget? Säg det till den som sa ja.")],
    )


@draws("details_reminder")
def details_reminder(params: Params) -> Letter:
    """To the customer: what is missing, of home and persons. Raises Unwanted when nothing is."""
    agreement, case, _agreed = parts.of_agreement(params)
    rows = inviting.rows_of(agreement)
    missing = inviting.missing(agreement, rows)
    if not missing or not inviting.is_wanted(case.quote, now=params["now"]):
        raise Unwanted
    own = rows[0].personnummer is None
    if own:
        lead = _("Dina uppgifter för avdraget saknas än.")
    else:
        lead = _("Personnummer saknas för %(names)s.", names=deciders.together(list(missing.numbers)))
    return parts.to_customer(
        case,
        str(_("Påminnelse: uppgifter för avdraget, %(title)s", title=case.title)),
        lead=[lead],
        paragraphs=[
            _("Utan dem kan %(firm)s inte dra av på fakturan.", firm=case.firm.name)
            if own
            else _("Var och en fyller i sitt eget. Öppna sidan och skicka länken.")
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna avtalet"),
    )


@draws("deduction_changed")
def deduction_changed(params: Params) -> Letter:
    """To the customer: with what a co-applicant has declared the deduction is another than agreed."""
    agreement, case, agreed = parts.of_agreement(params)
    rows = inviting.rows_of(agreement)
    one = next((row for row in rows if row.public_id == params["applicant"]), None)
    if one is None:
        raise Unwanted
    now_ore, was_ore = applicants.now_ore(rows), applicants.agreed_ore(agreed)
    return parts.to_customer(
        case,
        str(_("Avdraget har ändrats: %(title)s", title=case.title)),
        lead=[_("%(name)s har fyllt i sina uppgifter för avdraget.", name=one.name)],
        paragraphs=[
            _(
                "Avdraget blir nu %(now)s i stället för %(was)s.",
                now=kr_whole(now_ore // 100),
                was=kr_whole(was_ore // 100),
            ),
            _("Du betalar nu %(kr)s.", kr=kr_whole((agreement.to_pay_ore + was_ore - now_ore) // 100)),
        ],
        url=links.address(parts.link(params)),
        button=_("Öppna avtalet"),
    )


def _of(params: Params) -> tuple[Applicant, Agreement, parts.Case]:
    row = scope.find(Applicant, params["firm_id"], Applicant.public_id == params["applicant"])
    if row is None or row.personnummer is not None or row.link_public_id != params["link"]:
        raise Unwanted
    agreement = scope.get(Agreement, params["firm_id"], Agreement.id == row.agreement_id)
    case = parts.case_of(params["firm_id"], Quote.id == agreement.quote_id, version=agreement.version)
    if not inviting.is_wanted(case.quote, now=params["now"]):
        raise Unwanted
    return row, agreement, case
