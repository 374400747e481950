"""SMTP against a real server: its answers decide, and an unknown certificate ends the talk."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mail.letters import Letter
from mail.message import to_message
from mail.transport import NotNow, Refused, Server, SmtpTransport, Unreachable
from tests.smtp import Sink, free_port, serving


@pytest.fixture
def port() -> int:
    return free_port()


def a_letter() -> EmailMessage:
    return to_message(
        Letter("Offert", "Hej å\n.\nSlut"),
        to="karin@example.se",
        sender="post@example.se",
        public_id="kT4",
        host="example.se",
        now=datetime.now(UTC),
    )


def transport(port: int, **given: str) -> SmtpTransport:
    return SmtpTransport(Server("127.0.0.1", port, "post@example.se", **{"security": "none", **given}))  # type: ignore[arg-type]


def test_the_servers_own_answer_comes_back(port):
    sink = Sink(answers=["250 2.0.0 queued as 4711"])
    with serving(sink, port):
        post = transport(port)
        assert post.send(a_letter(), "karin@example.se") == "250 2.0.0 queued as 4711"
        assert post.send(a_letter(), "karin@example.se") == "250 2.0.0 queued as 4711"  # the same connection
        post.close()
    assert [letter.get_content() for letter in sink.got] == ["Hej å\r\n.\r\nSlut\r\n"] * 2


@pytest.mark.parametrize(
    ("sink", "error"),
    [
        (Sink(rcpt="550 no such mailbox"), Refused),
        (Sink(rcpt="450 greylisted"), NotNow),
        (Sink(mail="553 this sender is not yours"), NotNow),
        (Sink(answers=["554 spam"]), Refused),
        (Sink(answers=["451 try later"]), NotNow),
    ],
    ids=["address refused", "address later", "sender refused", "letter refused", "letter later"],
)
def test_what_the_server_says_decides(port, sink, error):
    with serving(sink, port):
        post = transport(port)
        for _again in range(2):  # the connection is fit for the next letter
            with pytest.raises(error, match="no such mailbox|greylisted|not yours|spam|try later"):
                post.send(a_letter(), "karin@example.se")
        post.close()


def test_no_server_at_all(port):
    with pytest.raises(Unreachable, match="refused"):
        transport(port).send(a_letter(), "karin@example.se")


def test_a_server_that_hangs_up_in_the_middle_means_later(port):
    sink = Sink(answers=["421 closing down"])
    with serving(sink, port):
        post = transport(port)
        with pytest.raises(NotNow, match="421"):
            post.send(a_letter(), "karin@example.se")
        post.close()


def test_a_server_without_starttls_gets_nothing(port):
    sink = Sink()
    with serving(sink, port), pytest.raises(Unreachable, match="STARTTLS"):
        transport(port, security="starttls").send(a_letter(), "karin@example.se")
    assert sink.got == []


def test_an_unknown_certificate_gets_nothing(port, tmp_path):
    sink = Sink()
    with serving(sink, port, tls=_self_signed(tmp_path)), pytest.raises(Unreachable, match="certificate"):
        transport(port, security="starttls").send(a_letter(), "karin@example.se")
    assert sink.got == []


@pytest.mark.parametrize("password", ["autumn-77", "höstlöv-77"])
def test_a_login(port, password):
    """A password may hold any letter (RFC 4616, 2)."""
    sink = Sink(password=password)
    with serving(sink, port):
        right, wrong = (transport(port, user="post", password=given) for given in (password, f"{password}ö"))
        assert right.check() == f"127.0.0.1:{port}: 250 OK"
        assert right.send(a_letter(), "karin@example.se") == "250 taken"
        right.close()
        for ask in (wrong.check, lambda: wrong.send(a_letter(), "karin@example.se")):
            with pytest.raises(Unreachable, match="535"):
                ask()
    assert len(sink.got) == 1


def test_the_check_asks_whether_our_sender_may_send(port):
    with serving(Sink(mail="553 this sender is not yours"), port):
        post = transport(port)
        with pytest.raises(Unreachable, match="553 this sender is not yours"):
            post.check()
        post.close()


def test_a_name_that_no_machine_can_have():
    post = SmtpTransport(Server("mail..example", 25, "post@example.se", security="none"))
    with pytest.raises(Unreachable, match="label"):
        post.check()


def _self_signed(folder) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
