"""Text messages: to a provider by HTTPS, or into the local mailbox of a trial installation.

The provider is one that takes from, to and message by a POST with basic authentication, as 46elks does. Every try
of one message carries the same Idempotency-Key: a provider that knows it sends the message once. Where it does not, an
answer that is lost can mean that the customer gets the text twice; the timeline says so (LOST).
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from mail.letters import LOST
from mail.local_mailbox import LocalMailbox
from mail.message import WIRE
from mail.transport import NotNow, Refused, Unreachable

TIMEOUT_SECONDS = 10
MOST_BYTES = 65_536  # of an answer
# answers that are about our own account or the address of the provider: the operator can mend them, the text waits
OUR_FAULT = {401, 402, 403, 404, 405, 407, 408, 415, 425, 429}


class Text(Struct, frozen=True):
    """One text message. `id` is the same at every try."""

    id: str
    to: str  # E.164
    words: str


class Driver(Protocol):
    """What sends text messages."""

    def send(self, text: Text) -> str:
        """Send and return the provider's word for it. Raises Refused, NotNow or Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class HttpDriver:
    """A provider's HTTP API."""

    url: str
    user: str
    sender: str
    password: str = field(repr=False)
    form: Literal["form", "json"] = "form"

    def send(self, text: Text) -> str:
        values = {"from": self.sender, "to": text.to, "message": text.words}
        if self.form == "json":
            body, media_type = json.dumps(values).encode(), "application/json"
        else:
            body, media_type = urlencode(values).encode(), "application/x-www-form-urlencoded"
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": media_type,
            "Accept": "application/json",
            "Idempotency-Key": text.id,
        }
        return _understood(*self._post(body, headers))

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """The answer's status and beginning. No redirect is followed: the password is for this address."""
        address = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if address.scheme == "https":
            connection = http.client.HTTPSConnection(
                address.hostname or "", address.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
        try:
            try:
                connection.connect()
            except OSError as error:  # ssl.SSLError is one
                raise Unreachable(_why(error)) from error
            path = (address.path or "/") + (f"?{address.query}" if address.query else "")
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                return answer.status, _beginning(answer)
            except (OSError, http.client.HTTPException) as error:
                raise NotNow(LOST) from error
        finally:
            connection.close()


class FileDriver(Struct, frozen=True):
    """The local mailbox, where letters of a trial installation lie too."""

    folder: Path
    firm: str
    sender: str
    now: datetime

    def send(self, text: Text) -> str:
        message = EmailMessage(policy=WIRE)
        message["Subject"] = f"Sms: {text.words.partition(':')[0]}"
        message["From"] = self.sender
        message["To"] = text.to
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = f"<{text.id}@sms>"
        message.set_content(text.words)
        return LocalMailbox(self.folder, self.firm).send(message, text.to)


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """Up to MOST_BYTES, and no longer than the time: a provider that trickles holds up all others."""
    ends, parts, size = time.monotonic() + TIMEOUT_SECONDS, [], 0
    while size < MOST_BYTES and time.monotonic() < ends and (part := answer.read1(MOST_BYTES - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _understood(status: int, body: bytes) -> str:
    """The provider's answer on one line. Raises Refused or NotNow."""
    line = f"{status} {_words(body)}".strip()
    if 200 <= status < 300:
        return line
    if 400 <= status < 500 and status not in OUR_FAULT:
        raise Refused(line)
    raise NotNow(line)


def _words(body: bytes) -> str:
    """What of an answer is kept: the id and state of a JSON object, else the beginning of a text.

    Not all of it: providers repeat the message, and with it the link.
    """
    try:
        said = json.loads(body)
    except ValueError:
        text = body.decode("utf-8", "replace")
        return "" if "://" in text else " ".join(text.split())[:200]
    if not isinstance(said, dict):
        return ""
    known = (said.get(name) for name in ("status", "id", "error", "code"))
    return " ".join(str(value)[:80] for value in known if isinstance(value, str | int))


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
