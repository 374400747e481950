"""SMTP: one message to one address, with the receiving server's own answer as the result.

smtplib's sendmail() keeps the last answer to itself, so the dialogue is led here command by command.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal

from mail.message import WIRE, to_bytes

TIMEOUT_SECONDS = 30

# Answers that are about our own account, not about the letter: the operator can mend them, so the letter waits.
OUR_FAULT = {530, 534, 535, 538}


class Refused(Exception):
    """The server said no for good (5xx). The text is its answer."""


class NotNow(Exception):
    """This letter cannot go now (4xx). The text is the server's answer."""


class Unreachable(Exception):
    """No server to talk to: no letter can go now. The text says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `security`: starttls and tls verify its certificate and never fall back to plain text."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"
    helo: str = "localhost"


class SmtpTransport:
    """One connection for as many letters as there are; opened by the first, again after it broke."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, to: str) -> str:
        """Deliver and return the server's answer. Raises Refused, NotNow or Unreachable."""
        smtp = self._connection()
        try:
            return _dialogue(smtp, parseaddr(self.server.sender)[1], to, message)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise NotNow(_why(error)) from error

    def check(self) -> str:
        """Connect, log in, ask whether our sender may send, and give the server's answer. Raises Unreachable."""
        smtp = self._connection()
        sender = parseaddr(self.server.sender)[1]
        try:
            line = _line(*smtp.mail(sender, _options(smtp, sender)))
            smtp.rset()
        except (smtplib.SMTPException, OSError, Refused) as error:
            self.close()
            raise Unreachable(_why(error)) from error
        if not line.startswith("250"):
            raise Unreachable(line)
        return f"{self.server.host}:{self.server.port}: {line}"

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = _connect(self.server)
            except (smtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: no name of a machine
                raise Unreachable(_why(error)) from error
        return self._smtp


def _connect(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, server.helo, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, server.helo, timeout=TIMEOUT_SECONDS)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            _log_in(smtp, server.user, server.password)
        else:
            smtp.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError):
        smtp.close()
        raise
    return smtp


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Raises smtplib.SMTPException. smtplib's own takes ASCII alone; AUTH PLAIN is UTF-8 (RFC 4616, 2)."""
    if (user + password).isascii():
        smtp.login(user, password)
        return
    smtp.ehlo_or_helo_if_needed()
    secret = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, text = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _dialogue(smtp: smtplib.SMTP, sender: str, to: str, message: EmailMessage) -> str:
    """MAIL, RCPT, DATA for one letter; leaves the connection ready for the next."""
    options = _options(smtp, sender + to)
    policy = WIRE.clone(utf8=True) if options else WIRE
    try:
        try:
            _expect(250, *smtp.mail(sender, options))
        except Refused as error:  # it is our own address that it does not want: no letter is to blame
            raise NotNow(str(error)) from None
        _expect(250, *smtp.rcpt(to))
        return _expect(250, *smtp.data(to_bytes(message, policy)))
    except smtplib.SMTPDataError as error:
        smtp.rset()
        _expect(354, error.smtp_code, error.smtp_error)
        raise
    except (Refused, NotNow):
        smtp.rset()
        raise


def _options(smtp: smtplib.SMTP, addresses: str) -> list[str]:
    """What MAIL says for these addresses. Raises Refused."""
    if addresses.isascii():
        return []
    if not smtp.has_extn("smtputf8"):
        raise Refused("553 the mail server takes only addresses without å, ä, ö (no SMTPUTF8)")
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _expect(wanted: int, code: int, text: bytes | str) -> str:
    line = _line(code, text)
    if code == wanted or (wanted == 250 and code == 251):  # 251: will forward
        return line
    if 500 <= code < 600 and code not in OUR_FAULT:
        raise Refused(line)
    raise NotNow(line)


def _line(code: int, text: bytes | str) -> str:
    """A server's answer on one line of at most 300 characters."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())[:300]


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split())[:300] or type(error).__name__
