"""Letters as messages: what every receiving server and every reader's program relies on."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mail.letters import Attachment, Letter
from mail.message import to_message

NOW = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
LINK = "https://handslag.example/l/" + "Ab3_-" * 24


def message(letter: Letter, to: str = "karin@example.se") -> EmailMessage:
    made = to_message(letter, to=to, sender="post@handslag.example", public_id="kT4", host="handslag.example", now=NOW)
    return message_from_bytes(made.as_bytes(), _class=EmailMessage, policy=policy.default)


def test_every_part_comes_through_unchanged():
    read = message(
        Letter(
            subject="Offert från Åkes Måleri – badrum",
            text=f"Hej Karin!\n\n{LINK}\n",
            html=f'<p>Hej</p><a href="{LINK}">Öppna</a>',
            attachments=(Attachment("Avtal 2026-001 Åke.pdf", "application/pdf", b"%PDF-1.7 \xff"),),
            reply_to="ake@example.se",
            from_name="Åkes Måleri, Solna",
        )
    )
    assert read["Subject"] == "Offert från Åkes Måleri – badrum"
    assert read["From"].addresses[0].display_name == "Åkes Måleri, Solna"
    assert read["From"].addresses[0].addr_spec == "post@handslag.example"
    assert read["Reply-To"].addresses[0].addr_spec == "ake@example.se"
    assert read["Message-ID"] == "<kT4@handslag.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert LINK in plain.get_content()
    assert LINK in html.get_content()
    (attachment,) = read.iter_attachments()
    assert attachment.get_filename() == "Avtal 2026-001 Åke.pdf"
    assert attachment.get_payload(decode=True) == b"%PDF-1.7 \xff"


def test_lines_stay_within_what_servers_take():
    made = to_message(
        Letter("x", "å" * 5000), to="a@example.se", sender="b@example.se", public_id="1", host="h", now=NOW
    )
    raw = made.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "letter",
    [
        Letter("Hej\r\nBcc: x@evil.example", "text"),
        Letter("Hej", "text", from_name="Åke\r\nBcc: x@evil.example"),
        Letter("Hej", "text", reply_to="a@example.se\nBcc: x@evil.example"),
    ],
    ids=["subject", "name", "reply-to"],
)
def test_a_line_break_in_a_header_is_refused(letter):
    with pytest.raises(ValueError, match="(?i)linefeed|CR|LF|invalid"):
        message(letter)


def test_a_line_break_in_the_address_is_refused():
    with pytest.raises(ValueError, match="(?i)linefeed|CR|LF|invalid"):
        message(Letter("Hej", "text"), to="a@example.se\r\nBcc: x@evil.example")
