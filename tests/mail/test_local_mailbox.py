"""The mailbox of a trial installation: files that only the owner reads, shown newest first."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime

import pytest

from mail import local_mailbox
from mail.letters import Attachment, Letter
from mail.local_mailbox import LocalMailbox
from mail.message import to_message

SUBJECT = "Offert: Badrum och tvättstuga, Östra Ågatan 4 – 11\xa0628\xa0kr efter ROT-avdrag"  # longer than a line


def put(folder, firm: str, public_id: str) -> None:
    message = to_message(
        Letter(SUBJECT, "Hej å", "<p>Hej</p>", (Attachment("Avtal.pdf", "application/pdf", b"%PDF"),)),
        to="karin@example.se",
        sender="post@example.se",
        public_id=public_id,
        host="example.se",
        now=datetime.now(UTC),
    )
    LocalMailbox(folder, firm).send(message, "karin@example.se")


def test_a_letter_is_read_back_as_it_was(tmp_path):
    put(tmp_path / "mailbox", "firmA", "b1")
    kept = local_mailbox.find(tmp_path / "mailbox", "firmA", "b1")
    assert kept is not None
    assert (kept.subject, kept.to, kept.text.strip(), kept.html.strip()) == (
        SUBJECT,
        "karin@example.se",
        "Hej å",
        "<p>Hej</p>",
    )
    assert kept.attachments == (Attachment("Avtal.pdf", "application/pdf", b"%PDF"),)


def test_only_the_owner_may_read(tmp_path):
    put(tmp_path / "mailbox", "firmA", "b1")
    path = tmp_path / "mailbox" / "firmA" / "b1.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_newest_first_and_sent_again_only_once(tmp_path):
    for age, public_id in enumerate(("old", "mid", "new")):
        put(tmp_path, "firmA", public_id)
        os.utime(tmp_path / "firmA" / f"{public_id}.eml", (1_700_000_000 + age, 1_700_000_000 + age))
    put(tmp_path, "firmB", "old")
    put(tmp_path, "firmB", "old")
    heads = local_mailbox.newest(tmp_path)
    assert {(head.subject, head.to) for head in heads} == {(SUBJECT, "karin@example.se")}
    assert [(head.firm, head.id) for head in heads] == [
        ("firmB", "old"),
        ("firmA", "new"),
        ("firmA", "mid"),
        ("firmA", "old"),
    ]


def test_forget_takes_one_firm_only(tmp_path):
    put(tmp_path, "firmA", "b1")
    put(tmp_path, "firmB", "b2")
    local_mailbox.forget(tmp_path, "firmA")
    local_mailbox.forget(tmp_path, "firmA")
    assert [head.firm for head in local_mailbox.newest(tmp_path)] == ["firmB"]


@pytest.mark.parametrize("name", ["..", "../secrets", "a/b", "", "x" * 41])
def test_a_name_that_is_a_path_finds_nothing(tmp_path, name):
    assert local_mailbox.find(tmp_path, name, "b1") is None
    with pytest.raises(ValueError, match="name"):
        local_mailbox.forget(tmp_path, name)
