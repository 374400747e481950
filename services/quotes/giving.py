"""The ways a quote reaches its customer: a link by mail or sms, or one that the firm hands over itself.

A handed-over link is a row of its own; its event says by which channel, and its address is told once.
"""

from __future__ import annotations

from datetime import datetime

from models import Quote, QuoteLink
from services import outbox
from services.actors import Actor
from services.deal import links, texts

MAIL, SMS = links.MAIL, links.SMS
LINK, QR, OWN_SMS = "link", "qr", "own_sms"
SENT = (MAIL, SMS)  # by us, and so it can be held
HANDED_OVER = (LINK, QR, OWN_SMS)  # by the firm: at once
ON_SITE = links.ON_SITE  # shown on the firm's own screen (services/deal/on_site.py)
AT_ONCE = (*HANDED_OVER, ON_SITE)
WAYS = (*SENT, *AT_ONCE)
own_words = texts.own_words


def link_for(quote: Quote, way: str, *, email: str = "", phone: str = "", actor: Actor, now: datetime) -> QuoteLink:
    """The link that goes this way: the one the address already has, or a new one. Never commits."""
    if way == MAIL:
        return links.by_mail(quote, email, actor=actor, now=now)
    if way == SMS:
        return links.by_sms(quote, phone, actor=actor, now=now)
    return links.on_site(quote, now=now) if way == ON_SITE else links.handed_over(quote, now=now)


def to_whom(link: QuoteLink) -> dict[str, str]:
    """What the chain commits to of the address; nothing for a link that is handed over."""
    to = link.email or link.phone
    return {"to": to} if to else {}


def post(quote: Quote, link: QuoteLink, version: int, *, now: datetime) -> None:
    """Queue the letter or the text message that carries the link. Never commits."""
    if link.way in SENT:
        kind, to = ("quote_sent", link.email) if link.way == MAIL else ("quote_sent_sms", link.phone)
        params = {"link": link.public_id, "version": version}
        outbox.queue(kind, to, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)


def qr_path(address: str) -> tuple[int, str]:
    """A QR code as an SVG draws it: its side in modules without the quiet zone, and the path of the dark ones."""
    from documents import qr  # loads segno: only where a code is shown

    side, bars = qr.bars(address)
    return side, "".join(f"M{bar.x} {bar.y}h{bar.length}v1h-{bar.length}z" for bar in bars)
