"""The letters and text messages of services/deal/farewell.py: the page of an agreement will go, or stays after all."""

from __future__ import annotations

from datetime import date

from documents.format import day_in_words
from domain import sms_text
from domain.clock import stockholm_date
from domain.quote_states import AGREED
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws, texts
from models import Agreement, Closing, Quote, QuoteLink
from services import scope
from services.deal import farewell, links
from services.deal import letter_parts as parts
from services.deal.letter_parts import Case


@draws("page_closes")
def page_closes(params: Params) -> Letter:
    """Raises Unwanted where the firm stays after all, or leaves on another day."""
    link, case, last_day = _of(params)
    return parts.to_customer(
        case,
        str(_("Spara ditt avtal senast %(day)s: %(title)s", day=day_in_words(last_day), title=case.title)),
        lead=[
            *parts.to_whom(case, link),
            _(
                "%(firm)s avslutar sitt konto i Handslag. Sidan med avtalet om %(title)s finns till och med %(day)s.",
                firm=case.firm.name,
                title=case.title,
                day=day_in_words(last_day),
            ),
        ],
        paragraphs=[
            *_what_goes_on(case, last_day),
            _("Undrar du något efter den dagen, vänd dig direkt till %(firm)s.", firm=case.firm.name),
        ],
        facts=_reached_at(case),
        url=links.address(link),
        button=_("Öppna och hämta avtalet"),
    )


@draws("page_stays")
def page_stays(params: Params) -> Letter:
    """Raises Unwanted where the firm is leaving again."""
    link, case = _back(params)
    return parts.to_customer(
        case,
        str(_("Sidan med ditt avtal finns kvar: %(title)s", title=case.title)),
        lead=[
            *parts.to_whom(case, link),
            _(
                "%(firm)s har ångrat sig och har kontot kvar. Sidan med avtalet om %(title)s stängs inte.",
                firm=case.firm.name,
                title=case.title,
            ),
        ],
        paragraphs=[_("Du behöver inte göra något.")],
        url=links.address(link),
        button=_("Öppna sidan"),
    )


@texts("page_closes_sms")
def page_closes_sms(params: Params) -> str:
    link, case, last_day = _of(params)
    day = day_in_words(last_day)
    words = _("%(firm)s: spara avtalet om %(title)s senast %(day)s:", firm=case.firm.name, title=case.title, day=day)
    return sms_text.fit(str(words), links.address(link))


@texts("page_stays_sms")
def page_stays_sms(params: Params) -> str:
    link, case = _back(params)
    words = _("%(firm)s: sidan med avtalet om %(title)s finns kvar:", firm=case.firm.name, title=case.title)
    return sms_text.fit(str(words), links.address(link))


def _of(params: Params) -> tuple[QuoteLink, Case, date]:
    link, case = _case(params)
    closing = scope.get(Closing, params["firm_id"], Closing.public_id == params["closing"])
    is_over = closing.undone_at is not None or params["now"] > closing.erase_after
    if is_over or params["last_day"] != farewell.last_day(closing):
        raise Unwanted
    return link, case, stockholm_date(closing.erase_after)


def _back(params: Params) -> tuple[QuoteLink, Case]:
    if scope.find(Closing, params["firm_id"], Closing.undone_at.is_(None)):
        raise Unwanted
    return _case(params)


def _case(params: Params) -> tuple[QuoteLink, Case]:
    link = parts.link(params)
    if link.revoked_at is not None:
        raise Unwanted
    return link, parts.case_of(params["firm_id"], Quote.id == link.quote_id)


def _what_goes_on(case: Case, last_day: date) -> list[str]:
    """That the agreement holds, if it does, and how to withdraw where that right lives longer than the page."""
    if case.quote.status not in AGREED:
        return [_("Det är bara sidan som stängs. Öppna den och hämta det du vill spara.")]
    return [
        _("Avtalet gäller som förut. Det är bara sidan som stängs. Öppna den och hämta avtalet och bevisen."),
        *_withdrawal(case, last_day),
    ]


def _withdrawal(case: Case, last_day: date) -> list[str]:
    agreement = scope.find(Agreement, case.firm.id, Agreement.quote_id == case.quote.id)
    until = agreement.withdraw_until if agreement else None
    if until is None or until <= last_day:
        return []
    return [
        _(
            "Du kan ångra avtalet till och med %(until)s. Efter %(day)s gör du det genom att skriva till %(firm)s, på"
            " adressen här under. Det räcker att du skickar meddelandet i tid.",
            until=day_in_words(until),
            day=day_in_words(last_day),
            firm=case.firm.name,
        )
    ]


def _reached_at(case: Case) -> list[tuple[str, str]]:
    firm = case.firm
    post = ", ".join(part for part in (firm.street, f"{firm.postal_code} {firm.city}".strip()) if part)
    found = (
        (_("Företag"), firm.name),
        (_("Adress"), post),
        (_("E-post"), firm.email or case.user.email),
    )
    return [(str(word), value) for word, value in found if value]
