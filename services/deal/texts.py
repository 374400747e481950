"""The text messages of a quote: whom it is from, what it is about, and the link. Never a price or a personnummer.

Each kind stands for the letter that it is sent instead of (services/deal/letters.py).
"""

from __future__ import annotations

from documents import kinds
from domain import sms_text
from languages import gettext as _
from mail.letters import Params, Unwanted, texts
from models import Quote, QuoteLink
from services import scope
from services.deal import links, reminding
from services.quotes import content


def _about(params: Params) -> tuple[QuoteLink, dict[str, str]]:
    """The link, and the names that a text message says."""
    firm_id = params["firm_id"]
    link = scope.get(QuoteLink, firm_id, QuoteLink.public_id == params["link"])
    quote = scope.get(Quote, firm_id, Quote.id == link.quote_id)
    sent = content.read(content.version_of(quote).content)
    about = {"what": kinds.noun(sent["kind"]).lower(), "it": kinds.the(sent["kind"])}
    return link, {"firm": sent["firm"]["name"], "title": sent["title"] or quote.number or "", **about}


@texts("quote_sent_sms")
def quote_sent(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: %(what)s %(title)s. Läs och svara:", **names)), links.address(link))


@texts("link_again_sms")
def link_again(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: länken till %(title)s igen:", **names)), links.address(link))


@texts("link_moved_sms")
def link_moved(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s har flyttat. Din nya länk till %(title)s:", **names)), links.address(link))


@texts("reminder_sms")
def reminder(params: Params) -> str:
    """Raises Unwanted."""
    link, names = _about(params)
    if not reminding.is_still_wanted(link, now=params["now"]):
        raise Unwanted
    return sms_text.fit(str(_("%(firm)s: %(it)s %(title)s väntar på ditt svar:", **names)), links.address(link))


@texts("answer_to_customer_sms")
def answer_to_customer(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s har svarat om %(title)s:", **names)), links.address(link))


@texts("quote_recalled_sms")
def quote_recalled(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s har tagit tillbaka %(it)s %(title)s:", **names)), links.address(link))


@texts("late_refused_sms")
def late_refused(params: Params) -> str:
    link, names = _about(params)
    words = _("%(firm)s: svaret om %(title)s kom efter sista dagen och gäller inte:", **names)
    return sms_text.fit(str(words), links.address(link))


@texts("quote_approved_sms")
def quote_approved(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: avtalet om %(title)s är klart. Hämta det här:", **names)), links.address(link))


@texts("your_turn_sms")
def your_turn(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: nu väntar vi på ditt svar om %(title)s:", **names)), links.address(link))


@texts("other_declined_sms")
def other_declined(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: svaret om %(title)s blev nej:", **names)), links.address(link))


@texts("partly_expired_sms")
def partly_expired(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: alla hann inte svara om %(title)s i tid:", **names)), links.address(link))


@texts("other_withdrew_sms")
def other_withdrew(params: Params) -> str:
    link, names = _about(params)
    return sms_text.fit(str(_("%(firm)s: avtalet om %(title)s är ångrat:", **names)), links.address(link))


def own_words(firm: str, title: str, kind: str = "quote") -> str:
    """What the firm's own phone is given to say before the address."""
    return sms_text.plain(
        str(_("%(firm)s: %(what)s %(title)s. Läs och svara:", firm=firm, title=title, what=kinds.noun(kind).lower()))
    )
