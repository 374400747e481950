"""The words of a letter from its two templates, templates/mail/<kind>.txt and .html."""

from __future__ import annotations

from flask import render_template

from mail.letters import Letter


def write(kind: str, subject: str, **names: object) -> Letter:
    """A letter whose text and HTML say the same."""
    return Letter(
        subject=subject,
        text=render_template(f"mail/{kind}.txt", subject=subject, **names),
        html=render_template(f"mail/{kind}.html", subject=subject, **names),
    )


def write_deal(subject: str, **parts: object) -> Letter:
    """A letter in the frame of a deal, templates/mail/deal.*: lead, facts, a button and so on, each where given."""
    empty: dict[str, object] = {
        "lead": [],
        "said": "",
        "facts": [],
        "paragraphs": [],
        "after": [],
        "url": "",
        "button": "",
        "proof": "",
    }
    return write("deal", subject, **(empty | parts))
