"""What customers think of quotes made here, for the operator: a count and a mean over all firms, naming none."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select

from domain.money import round_div
from extensions import db
from models import Feedback, Firm

FEWEST = 5  # below it a mean could tell what someone answered


class Figure(NamedTuple):
    """How many answers, and their mean in tenths (1 hard, 5 easy): 43 is 4.3."""

    answers: int
    mean_tenths: int


def of_installation() -> Figure | None:
    """None while there are too few answers to say anything. The sample firm's are left out."""
    statement = (
        select(func.count(), func.sum(Feedback.score))
        .select_from(Feedback)
        .join(Firm, Firm.id == Feedback.firm_id)
        .where(Firm.is_sample.is_(False))
    )
    count, total = db.session.execute(statement).one()
    return Figure(count, round_div(int(total) * 10, count)) if count >= FEWEST else None
