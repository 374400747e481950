"""Bring the letters of the outbox to the mail server, or to the local mailbox where there is none.

Drawing and sending lie outside write transactions. A letter whose sending was cut off is sent again when its lease
ends, under the same Message-ID.
"""

from __future__ import annotations

import json
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
from mail.letters import LETTERS
from mail.local_mailbox import NOBODY, LocalMailbox
from mail.message import to_message
from mail.transport import NotNow, Refused, Server, SmtpTransport, Unreachable
from models import Firm
from models import Letter as Waiting
from services import outbox, transaction
from services.installation import settings

__all__ = ["Round", "Waiting", "smtp_server"]


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


class Round:
    """One round through the outbox. If the mail server is away, the letters of the round learn it without asking."""

    def __init__(self, now: datetime) -> None:
        self._started, self._now = time.monotonic(), now
        server = smtp_server()
        self._smtp = SmtpTransport(server) if server else None
        self._away = ""

    def now(self) -> datetime:
        """The round's beginning and the time it has taken: leases must not be counted from the beginning."""
        return self._now + timedelta(seconds=time.monotonic() - self._started)

    def letters(self) -> Iterator[Waiting]:
        while (letter := outbox.claim(self.now())) is not None:
            yield letter

    def deliver(self, letter: Waiting) -> None:
        """Draw and send one claimed letter and keep the answer. Raises what drawing it raises."""
        with transaction.reading():
            to = letter.to_address
            firm = _firm_public_id(letter)
            message = self._draw(letter)
        try:
            if message is None:
                raise Refused("553 not an address")
            reply = self._send(message, to, firm)
        except Refused as error:
            outbox.refused(letter, str(error), now=self.now())
        except (NotNow, Unreachable) as error:
            outbox.postpone(letter, str(error), now=self.now())
        else:
            outbox.accepted(letter, reply, now=self.now())

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

    def _send(self, message: EmailMessage, to: str, firm: str) -> str:
        if self._smtp is None:
            return LocalMailbox(settings().DATA_DIR / "mailbox", firm).send(message, to)
        if self._away:
            raise Unreachable(self._away)
        try:
            return self._smtp.send(message, to)
        except Unreachable as error:
            self._away = str(error)
            raise


def _firm_public_id(letter: Waiting) -> str:
    if letter.firm_id is None:
        return NOBODY
    return db.session.get_one(Firm, letter.firm_id).public_id


def _own_host() -> str:
    """What stands after the @ of our own addresses."""
    return parseaddr(settings().MAIL_FROM)[1].rpartition("@")[2] or "localhost"
