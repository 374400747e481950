"""E-06: who keeps a receipt is a witness: its last line names the link of the entry and the newest checkpoint."""

from __future__ import annotations

import re

from sqlalchemy import select

from extensions import db
from jobs import draw_agreements, send_mail
from models import Event
from services import checkpoint_rows, checkpoints, transaction
from services.clock import utc_now
from tests import mailed
from tests.routes.deal.test_withdraw import FORM


def mails(sent) -> dict[str, tuple[str, str]]:
    """Subject up to the colon -> text and HTML, of all letters that were sent."""
    send_mail.run(utc_now())
    kept = mailed.letters(firm=sent.firm.public_id)
    return {one.subject.split(":")[0]: (unix(one.text), unix(one.html)) for one in kept}


def unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def link_of(act: str) -> str:
    return db.session.scalars(select(Event.link).where(Event.act == act)).one()


def has_last(letter: tuple[str, str], line: str) -> bool:
    text, html = letter
    at_the_end = re.search(re.escape(f"<p><small>{line}</small></p>") + r"\s*</body>", html)
    return text.rstrip().endswith("\n\n" + line) and at_the_end is not None


def test_the_agreement_names_its_link_and_the_newest_checkpoint(sent):
    sent.post("/godkann", sent.step2())
    draw_agreements.run(utc_now())
    checkpoints.cover(utc_now())
    found = mails(sent)
    with transaction.reading():
        newest = checkpoint_rows.newest()
        line = f"Kvitto i beviskedjan: {link_of('quote.accepted')}. Kontrollpunkt {newest.n}: {newest.id}."
    for subject in ("Avtalet är klart", "Godkänd"):
        assert has_last(found[subject], line), found[subject][0]
        assert found[subject][0].count("beviskedjan") == 1
    assert "beviskedjan" not in found["Offert"][0]


def test_a_withdrawal_names_the_link_of_its_own_entry(sent):
    sent.post("/godkann", sent.step2())
    sent.post("/angra", FORM)
    found = mails(sent)
    line = f"Kvitto i beviskedjan: {link_of('withdrawal.received')}."
    for subject in ("Kvittens", "Ångrat"):
        assert has_last(found[subject], line), found[subject][0]
