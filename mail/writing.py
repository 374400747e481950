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
