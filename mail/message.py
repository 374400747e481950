"""A letter as it goes over the wire; web processes never load it (mail/letters.py is all they need)."""

from __future__ import annotations

from binascii import b2a_base64
from datetime import datetime
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from io import BytesIO
from typing import Any

from mail.letters import Letter

# 7bit: every server takes it, and a line never grows past the 998 octets of RFC 5321
WIRE = SMTP.clone(cte_type="7bit")


def to_message(letter: Letter, *, to: str, sender: str, public_id: str, host: str, now: datetime) -> EmailMessage:
    """The letter as a message. The Message-ID comes from the outbox row, so that a repeated sending is recognised.

    Raises ValueError if a header would hold a line break or `to` is no address.
    """
    message = EmailMessage(policy=WIRE)
    message["Subject"] = letter.subject
    message["From"] = Address(letter.from_name or "Handslag", addr_spec=parseaddr(sender)[1])
    message["To"] = Address(addr_spec=to)
    if letter.reply_to:
        message["Reply-To"] = Address(letter.from_name, addr_spec=letter.reply_to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{public_id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to it
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        maintype, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(b"", maintype=maintype, subtype=subtype, filename=attachment.name)
        parts: Any = message.get_payload()
        parts[-1].set_payload(_in_lines(attachment.content))
    return message


def to_bytes(message: EmailMessage, policy: EmailPolicy[EmailMessage] = WIRE) -> bytes:
    """A message as it goes over the wire."""
    out = BytesIO()
    _Writer(out, mangle_from_=False, policy=policy).flatten(message)
    return out.getvalue()


class _Writer(BytesGenerator):
    """Python's own writes a body line by line: of a paper there are thousands."""

    def _write_lines(self, lines: str) -> None:
        self.write(lines.replace("\r\n", "\n").replace("\r", "\n").replace("\n", WIRE.linesep))


def _in_lines(content: bytes) -> str:
    """As base64 in lines of 76 (RFC 2045, 6.8); Python's own takes each by itself."""
    text = b2a_base64(content, newline=False).decode()
    return "".join([text[at : at + 76] + "\n" for at in range(0, len(text), 76)])
