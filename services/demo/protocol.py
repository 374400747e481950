"""A paper of the kind that is uploaded to be signed: a record of inspection, for the sample firm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from documents.page import LEFT, Paper, plain_opening
from documents.sheet import BODY, MM, STRONG, About
from domain.clock import stockholm_date

TITLE = "Besiktningsprotokoll, altan"
_POINTS = (
    ("Stomme", "Reglar och plintar utan anmärkning."),
    ("Trall", "Två skruvar dras om vid trappan. Klart vid besiktningen."),
    ("Räcke", "Höjd 110 cm. Utan anmärkning."),
    ("Städning", "Byggavfall bortforslat."),
)


def draw(firm: Mapping[str, Any], customer: str, now: datetime) -> bytes:
    """One page as PDF."""
    about = About(title=TITLE, author=firm["name"], subject="Slutbesiktning", dated=now)
    paper = Paper(about, firm, TITLE)
    facts = [("Beställare", customer), ("Dag", stockholm_date(now).isoformat()), ("Företag", firm["name"])]
    plain_opening(paper, TITLE, facts)
    paper.y += 8 * MM
    for name, said in _POINTS:
        paper.say(name, STRONG, LEFT)
        paper.y += STRONG.leading
        paper.write(said, BODY)
        paper.y += 4 * MM
    paper.write("Arbetet är avslutat och godkänt. Garantitiden räknas från i dag.", BODY)
    return paper.finish()
