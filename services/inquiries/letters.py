"""The letters about a request: to the firm with the sender's words, to the sender with none of them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from documents.format import local_minute
from domain.phones import spoken
from extensions import db
from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from mail.writing import write_deal
from models import Firm, Inquiry, Quote, User
from services import scope
from services.inquiries import reading
from services.installation import settings


def _case(params: Params) -> tuple[Inquiry, Quote, Firm]:
    """Raises Unwanted where the firm has removed it since."""
    firm_id = params["firm_id"]
    inquiry = scope.find(Inquiry, firm_id, Inquiry.public_id == params["inquiry"])
    if inquiry is None:
        raise Unwanted
    return inquiry, scope.get(Quote, firm_id, Quote.id == inquiry.quote_id), db.session.get_one(Firm, firm_id)


def _to_sender(inquiry: Inquiry, quote: Quote, firm: Firm, subject: str, **parts: Any) -> Letter:
    letter = write_deal(subject, sender=[firm.name], phone=firm.phone, **parts)
    answers_to = firm.email or scope.get(User, firm.id, User.id == quote.user_id).email
    return replace(letter, from_name=firm.name, reply_to=answers_to)


@draws("inquiry_to_firm")
def inquiry_to_firm(params: Params) -> Letter:
    inquiry, quote, _firm = _case(params)
    place = [inquiry.street, f"{inquiry.postal_code} {inquiry.city}".strip()]
    facts = [
        (_("Från"), ", ".join(filter(None, (inquiry.name, inquiry.company)))),
        (_("E-post"), inquiry.email),
        (_("Telefon"), spoken(inquiry.phone) if inquiry.phone else ""),
        (_("Plats"), ", ".join(filter(None, place))),
        (_("När"), inquiry.wanted),
    ]
    return write_deal(
        str(_("Ny förfrågan från %(name)s", name=inquiry.name)),
        lead=[_("%(name)s vill ha en offert.", name=inquiry.name)],
        said=inquiry.text,
        facts=[(str(word), value) for word, value in facts if value],
        url=f"{settings().base_url}/offerter/{quote.n}",
        button=_("Öppna utkastet"),
        sender=["Handslag"],
    )


@draws("inquiry_received")
def inquiry_received(params: Params) -> Letter:
    """To an address that anyone may have typed, so without a word of what was typed beside it."""
    inquiry, quote, firm = _case(params)
    return _to_sender(
        inquiry,
        quote,
        firm,
        str(_("Din förfrågan till %(firm)s", firm=firm.name)),
        lead=[_("%(firm)s har fått din förfrågan.", firm=firm.name)],
        facts=[(str(_("Mottagen")), local_minute(inquiry.created_at))],
        url=reading.address(inquiry),
        button=_("Se vad du skickade"),
        after=[
            _("Svaret kommer från företaget. Har du inte skickat någon förfrågan? Då gör du ingenting."),
        ],
    )


@draws("inquiry_declined")
def inquiry_declined(params: Params) -> Letter:
    inquiry, quote, firm = _case(params)
    return _to_sender(
        inquiry,
        quote,
        firm,
        str(_("Svar på din förfrågan till %(firm)s", firm=firm.name)),
        lead=[_("%(firm)s kan inte ta jobbet och svarar:", firm=firm.name)],
        said=inquiry.answer,
        url=reading.address(inquiry),
        button=_("Se vad du skickade"),
    )
