"""The ways a quote can go, as the review page and the quote's page offer them, and an address that is handed over."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote as percent

from msgspec import Struct

from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from languages import speaking
from services.installation import settings
from services.quotes import giving
from services.quotes.giving import LINK, MAIL, ON_SITE, OWN_SMS, QR, SMS

WORDS = {
    MAIL: _l("E-post"),
    SMS: _l("Sms"),
    OWN_SMS: _l("Sms från din telefon"),
    LINK: _l("Dela eller kopiera länken"),
    QR: _l("QR-kod på skärmen"),
    ON_SITE: _l("Visa på den här skärmen"),
}


class Given(Struct, frozen=True):
    """A link that is handed over: its address is shown this once."""

    way: str
    address: str
    words: str  # to be said before the address
    phone: str = ""  # E.164

    @property
    def sms(self) -> str:
        """What opens a text message in the own phone."""
        return f"sms:{self.phone}?&body={percent(f'{self.words} {self.address}', safe='')}"

    @property
    def code(self) -> tuple[int, str]:
        """The side of the QR code in modules, without its quiet zone, and its dark modules as a path of an SVG."""
        return giving.qr_path(self.address)


def given(way: str, address: str, content: dict[str, Any], phone: str = "") -> Given:
    title = content["title"] or content["number"]
    with speaking(content["lang"]):  # the customer reads it
        words = giving.own_words(content["firm"]["name"], title, content["kind"])
    return Given(way, address, words, phone or content["customer"]["phone"])


def offered(last: str) -> list[str]:
    """The ways of this installation, the one used last first. Text messages leave by themselves or not at all."""
    texts = SMS if settings().sends_texts else OWN_SMS
    last = texts if last in (SMS, OWN_SMS) else last
    ways = [MAIL, texts, LINK, QR]
    return sorted(ways, key=lambda way: way != last)


def first(last: str, *, email: str, phone: str) -> str:
    """What is chosen before anyone chooses: the last way, unless the customer cannot be reached by it."""
    ways = offered(last)
    reached = [way for way in ways if (way != MAIL or email) and (way not in (SMS, OWN_SMS) or phone)]
    return MAIL if not email and not phone else (ways[0] if ways[0] in reached else _next(reached))


def _next(reached: list[str]) -> str:
    """Mail or a text message before what needs the customer here."""
    return next((way for way in (MAIL, SMS, OWN_SMS) if way in reached), reached[0])


def sent_words(way: str, email: str, phone: str) -> str:
    """What is said once it has gone."""
    if way == MAIL:
        return _("Skickat till %(email)s.", email=email)
    if way == SMS:
        return _("Skickat med sms till %(phone)s.", phone=phone)
    return _("Länken visas bara en gång. Lämna över en ny om kunden inte har fått den.")
