"""What a mail server meant: replies as the large providers write them."""

from __future__ import annotations

import pytest

from domain import bounces


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.1.1 no such user", "unknown"),
        ("550-5.1.1 The email account that you tried to reach does not exist.", "unknown"),
        ("550 Requested action not taken: mailbox unavailable", "unknown"),
        ("550 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table", "unknown"),
        ("553 not an address", "domain"),
        ("550 5.1.2 Host unknown", "domain"),
        ("550 5.4.4 Unable to route", "domain"),
        ("556 5.1.10 Recipient address has a null MX", "domain"),
        ("552 5.2.2 The email account that you tried to reach is over quota", "full"),
        ("452 4.2.2 mailbox full", "full"),
        ("552 Requested mail action aborted: exceeded storage allocation", "full"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "closed"),
        ("552 5.3.4 Message size exceeds fixed limit", "large"),
        ("550 5.7.1 Message rejected as spam by Content Filtering.", "spam"),
        ("554 5.7.1 Service unavailable; Client host blocked using zen", "spam"),
        ("554 Message refused", "spam"),
        ("535 5.7.8 Username and Password not accepted", "ours"),
        ("[Errno 111] Connection refused", "ours"),
        ("the letter could not be written", "ours"),
        ("553 the mail server takes only addresses without å, ä, ö (no SMTPUTF8)", "ours"),
        ("451 4.7.1 Greylisting in action, please come back later", "silent"),
        ("450 4.3.0 try later", "silent"),
        ("501 Syntax error", "other"),
    ],
)
def test_meaning(reply, reason):
    assert bounces.reason(reply) == reason
