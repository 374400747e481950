"""A real SMTP server whose answers a test decides."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Sink:
    """Takes letters. `answers` are given to DATA in turn, the last one for ever; `mail`, `rcpt` to every address."""

    answers: list[str] = field(default_factory=lambda: ["250 taken"])
    mail: str = "250 OK"
    rcpt: str = "250 OK"
    password: str = ""  # of the user "post"; empty: none has to log in
    got: list[EmailMessage] = field(default_factory=list)
    at_data: Callable[[], None] = lambda: None  # called when a letter has come, before it is answered

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self.got.append(message)
        self.at_data()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


_kept: list[socket.socket] = []


def free_port() -> int:
    """A port at which nobody listens. aiosmtpd cannot choose one itself.

    It stays bound, so that no other process is given it before a server of ours, which may share it, listens there.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _kept.append(kept)
    port: int = kept.getsockname()[1]
    return port


@contextmanager
def serving(sink: Sink, port: int, *, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """The sink as a server on loopback; with `tls` it offers STARTTLS."""
    options: dict[str, Any] = {"ready_timeout": 60}  # seconds; a busy machine needs more than the usual five
    options |= {"tls_context": tls} if tls else {}
    if sink.password:
        known = LoginPassword(b"post", sink.password.encode())
        options |= {
            "authenticator": lambda *given: AuthResult(success=given[-1] == known, handled=False),
            "auth_require_tls": False,
        }
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
