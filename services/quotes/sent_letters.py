"""The letters that a quote has sent its customer, in words for the firm."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from languages import gettext as _
from languages import lazy_gettext as _l
from mail.letters import LOST
from services import outbox
from services.deal import bounce_words

TO_CUSTOMER = {
    "quote_sent": _l("Mejl med länken"),
    "quote_sent_sms": _l("Sms med länken"),
    "signing_code": _l("Mejl med engångskod"),
    "signing_code_sms": _l("Sms med engångskod"),
    "link_again_sms": _l("Sms med länken igen"),
    "answer_to_customer_sms": _l("Sms om svaret"),
    "quote_recalled_sms": _l("Sms om att det är tillbakataget"),
    "late_refused_sms": _l("Sms om det sena svaret"),
    "quote_approved_sms": _l("Sms om att avtalet är klart"),
    "answer_to_customer": _l("Mejl med svaret"),
    "quote_approved": _l("Mejl med avtalet"),
    "quote_recorded": _l("Mejl om det antecknade svaret"),
    "record_undone": _l("Mejl om att anteckningen är tillbakatagen"),
    "quote_recalled": _l("Mejl om att det är tillbakataget"),
    "link_again": _l("Mejl med länken igen"),
    "link_moved": _l("Mejl med den nya länken"),
    "link_moved_sms": _l("Sms med den nya länken"),
    "reminder": _l("Mejl med en påminnelse"),
    "reminder_sms": _l("Sms med en påminnelse"),
    "applicant_link": _l("Mejl till medsökande med egen länk"),
    "applicant_reminder": _l("Mejl till medsökande med en påminnelse"),
    "details_reminder": _l("Mejl med en påminnelse om avdraget"),
    "deduction_changed": _l("Mejl om att avdraget har ändrats"),
    "late_answer": _l("Mejl om det sena svaret"),
    "late_refused": _l("Mejl om det sena svaret"),
    "withdrawal_received": _l("Mejl med kvittensen"),
    "your_turn": _l("Mejl om att någon har sagt ja"),
    "partly_approved": _l("Mejl om att vi väntar på fler"),
    "other_declined": _l("Mejl om att svaret blev nej"),
    "partly_expired": _l("Mejl om att tiden gick ut"),
    "other_withdrew": _l("Mejl om att avtalet är ångrat"),
    "signature_taken_back": _l("Mejl om en underskrift som togs tillbaka"),
    "place_handed_over": _l("Mejl till den som ska skriva under i stället"),
    "place_given_back": _l("Mejl om att den första ska skriva under"),
    "agreement_copy": _l("Mejl med avtalet för kännedom"),
    "page_closes": _l("Mejl om att sidan stängs"),
    "page_closes_sms": _l("Sms om att sidan stängs"),
    "page_stays": _l("Mejl om att sidan finns kvar"),
    "page_stays_sms": _l("Sms om att sidan finns kvar"),
    "your_turn_sms": _l("Sms om att någon har sagt ja"),
    "other_declined_sms": _l("Sms om att svaret blev nej"),
    "partly_expired_sms": _l("Sms om att tiden gick ut"),
    "other_withdrew_sms": _l("Sms om att avtalet är ångrat"),
}


class Sent(NamedTuple):
    """A letter about the quote, with what became of it."""

    kind: str
    to_address: str
    state: str
    attempts: int
    next_at: datetime
    reply: str
    created_at: datetime
    done_at: datetime | None

    @property
    def asks(self) -> bool:
        """Whether the firm is to do something, since it did not arrive: a co-applicant is the customer's to reach."""
        return self.state == "failed" and not outbox.is_to_applicant(self.kind)

    @property
    def is_text(self) -> bool:
        return outbox.is_text(self.kind)

    @property
    def is_code(self) -> bool:
        return outbox.is_code(self.kind)


def letter_words(letter: Sent) -> str:
    """What kind of letter it is."""
    return str(TO_CUSTOMER[letter.kind])


def reply_words(letter: Sent) -> str:
    """The server's own answer; that a provider of text messages gave none is said in words."""
    lost = _("Operatören svarade inte på ett försök. Sms:et kan ha gått iväg ändå, och kommer då två gånger.")
    return letter.reply.replace(LOST, str(lost))


def failed_words(letter: Sent) -> str:
    """What happened to a letter that did not arrive."""
    return bounce_words.said(letter.kind, letter.reply, letter.to_address)
