"""Bring the letters of the outbox to the mail server or the provider of text messages, else to the local mailbox.

Drawing and sending lie outside write transactions. A letter whose sending was cut off is sent again when its lease
ends, under the same Message-ID.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal, cast

import languages
from domain import quiet_hours
from extensions import db
from mail.letters import LETTERS, LOST, TEXTS, Unwanted
from mail.local_mailbox import NOBODY, LocalMailbox
from mail.message import to_message
from mail.sms import Driver, FileDriver, HttpDriver, Text
from mail.transport import NotNow, Refused, Server, SmtpTransport, Unreachable
from models import Firm
from models import Letter as Waiting
from services import outbox, readers, transaction
from services.installation import settings

__all__ = ["Round", "Waiting", "smtp_server"]
log = logging.getLogger("handslag.mail")


def smtp_server() -> Server | None:
    """The mail server of the settings; None on an installation without one."""
    chosen = settings()
    if not chosen.SMTP_HOST:
        return None
    return Server(
        host=chosen.SMTP_HOST,
        port=chosen.SMTP_PORT,
        sender=chosen.MAIL_FROM,
        user=chosen.SMTP_USER,
        password=chosen.SMTP_PASSWORD,
        security=cast(Literal["starttls", "tls", "none"], chosen.SMTP_SECURITY),  # Settings.check() allows no other
        helo=_own_host(),
    )


def _sms_driver(firm: str, now: datetime) -> Driver | None:
    chosen = settings()
    if chosen.SMS_URL:
        form = cast(Literal["form", "json"], chosen.SMS_FORMAT)
        return HttpDriver(chosen.SMS_URL, chosen.SMS_USER, chosen.SMS_FROM, chosen.SMS_PASSWORD, form)
    return FileDriver(chosen.DATA_DIR / "mailbox", firm, chosen.SMS_FROM, now) if chosen.sends_texts else None


class Round:
    """One round through the outbox. If the mail server is away, all letters wait: nobody's is to blame.

    Text messages have a server of their own, and wait for nobody else's.
    """

    def __init__(self, now: datetime) -> None:
        self._started, self._now = time.monotonic(), now
        server = smtp_server()
        self._smtp = SmtpTransport(server) if server else None
        self._away = self._sms_away = ""

    def now(self) -> datetime:
        """The round's beginning and the time it has taken: leases must not be counted from the beginning."""
        return self._now + timedelta(seconds=time.monotonic() - self._started)

    def letters(self) -> Iterator[Waiting]:
        while (letter := outbox.claim(self.now())) is not None:
            yield letter

    def deliver(self, letter: Waiting) -> None:
        """Draw and send one claimed letter and keep the answer. Raises what drawing it raises."""
        if letter.kind in outbox.BY_DAY and quiet_hours.is_quiet(self.now()):
            outbox.hold(letter, quiet_hours.next_allowed(self.now()))
            return
        try:
            with transaction.reading():
                to, was_lost = letter.to_address, LOST in letter.reply
                firm = _firm_public_id(letter)
                message = self._draw(letter)
        except Unwanted:
            outbox.drop(letter, now=self.now())
            return
        try:
            if message is None:
                raise Refused("553 not an address")
            reply = self._send(message, to, firm)
        except Refused as error:
            outbox.refused(letter, _with(str(error), was_lost), now=self.now())
        except NotNow as error:
            outbox.postpone(letter, _with(str(error), was_lost), now=self.now())
        except Unreachable as error:
            away = outbox.postpone if isinstance(message, Text) else outbox.wait_for_server
            away(letter, _with(str(error), was_lost), now=self.now())
        else:
            outbox.accepted(letter, _with(reply, was_lost), now=self.now())

    def set_aside(self, letter: Waiting) -> None:
        """A letter that could not be drawn waits like one the server did not take: the fault may be mended."""
        transaction.rollback()
        outbox.postpone(letter, "the letter could not be written", now=self.now())

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()

    def _draw(self, row: Waiting) -> EmailMessage | Text | None:
        params = {"firm_id": row.firm_id, "now": self.now(), **json.loads(row.params)}
        with languages.speaking(readers.language_of(row)):
            if row.kind in TEXTS:
                return Text(row.public_id, row.to_address, TEXTS[row.kind](params))
            letter = LETTERS[row.kind](params)
        try:
            return to_message(
                letter,
                to=row.to_address,
                sender=settings().MAIL_FROM,
                public_id=row.public_id,
                host=_own_host(),
                now=self.now(),
            )
        except (ValueError, MessageError):
            return None

    def _send(self, message: EmailMessage | Text, to: str, firm: str) -> str:
        if isinstance(message, Text):
            return self._text(message, firm)
        if self._smtp is None:
            return LocalMailbox(settings().DATA_DIR / "mailbox", firm).send(message, to)
        if self._away:
            raise Unreachable(self._away)
        try:
            return self._smtp.send(message, to)
        except Unreachable as error:
            self._away = str(error)
            log.warning("no mail server is reached, letters wait: %s", self._away)
            raise

    def _text(self, text: Text, firm: str) -> str:
        """If the provider is silent, the other text messages of the round do not wait for it as well."""
        if self._sms_away:
            raise Unreachable(self._sms_away)
        driver = _sms_driver(firm, self.now())
        if driver is None:
            raise Unreachable("no provider of text messages is set (SMS_URL)")
        try:
            return driver.send(text)
        except Unreachable as error:
            self._sms_away = str(error)
            raise
        except NotNow as error:
            if str(error) == LOST:
                self._sms_away = "the provider was silent a moment ago"
            raise


def _with(reply: str, was_lost: bool) -> str:
    """The answer to this try, and that one before it got none: what it sent may have arrived too."""
    return f"{reply}; {LOST}" if was_lost and LOST not in reply else reply


def _firm_public_id(letter: Waiting) -> str:
    if letter.firm_id is None:
        return NOBODY
    return db.session.get_one(Firm, letter.firm_id).public_id


def _own_host() -> str:
    """What stands after the @ of our own addresses."""
    return parseaddr(settings().MAIL_FROM)[1].rpartition("@")[2] or "localhost"
