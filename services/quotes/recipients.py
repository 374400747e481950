"""The others who get a quote when it is sent: a personal link and a letter each, in the transaction of the version."""

from __future__ import annotations

from datetime import datetime

from domain.deal_kinds import sent_act
from models import Quote, QuoteLink, QuoteVersion, Recipient
from services import events, outbox
from services.actors import Actor
from services.deal import links
from services.quotes import recipient_rows
from services.quotes.drafting import Draft

LETTER_VERSION = "2026-11-21"


def invite(draft: Draft, version: QuoteVersion, *, actor: Actor, now: datetime) -> None:
    """Everyone's link to the new version, the event and the letter. No statement where nobody else gets it.

    Never commits.
    """
    quote = draft.quote
    for row in recipient_rows.of_quote(quote):
        if row.stands_for:  # the version names the one who took the place over
            row.stands_for = None
        link = link_to(quote, row, actor=actor, now=now)
        data = {
            "version": version.version,
            "doc_sha256": version.pdf_sha256,
            "json_sha256": version.json_sha256,
            "channel": "mail",
            "link_id": link.public_id,
            "valid_until": version.valid_until.isoformat(),
            "text_version": LETTER_VERSION,
        }
        obj = f"quote:{quote.public_id}:v{version.version}"
        events.record(sent_act(quote.kind), obj, actor=actor, at=now, data=data, personal={"to": row.email})
        post(quote, link, version.version, now=now)


def link_to(quote: Quote, row: Recipient, *, actor: Actor, now: datetime) -> QuoteLink:
    """The recipient's own link: the one the address has, or a new one in place of the old. Never commits."""
    return links.by_mail(quote, row.email, actor=actor, now=now, recipient_id=row.id)


def post(quote: Quote, link: QuoteLink, version: int, *, now: datetime) -> None:
    """Queue the letter with the link. Never commits."""
    params = {"link": link.public_id, "version": version}
    outbox.queue("quote_sent", link.email, params, firm_id=quote.firm_id, now=now, quote_id=quote.id)
