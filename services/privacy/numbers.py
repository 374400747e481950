"""Personnummer that no request to Skatteverket can need any more. What was agreed, shares and names, stays.

A request must have arrived by the last day of the year after the payment (lag (2009:194) 8 §). An agreement that ended
needs the numbers no longer than what may have been paid until then; one in force a year longer than the payment that
was expected, since work and payment are often late.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select

from domain import rot_rut
from domain.clock import start_of_day, stockholm_date
from domain.quote_states import AGREED
from extensions import db
from models import Agreement, Applicant, Firm, Quote
from services import events, standing, transaction
from services.actors import system

AT_A_TIME = 100
RULE = "request_past"


def forget(now: datetime) -> int:
    """Remove the numbers that are past their time, and what they are found by; of how many agreements."""
    year = rot_rut.last_closed_year(stockholm_date(now))
    statement = _past(year).limit(AT_A_TIME)
    done = 0
    while found := db.session.execute(statement).all():
        for agreement_id, quote_id, firm_id, firm_public_id in found:
            rows = Applicant.firm_id == firm_id, Applicant.agreement_id == agreement_id
            for row in db.session.scalars(select(Applicant).where(*rows)):
                row.personnummer = row.personnummer_index = None
            actor, data = system(firm_id, firm_public_id), {"kinds": "personnummer", "rule": RULE}
            events.record("data.erased", f"quote:{quote_id}", actor=actor, at=now, data=data)
            transaction.commit()
        done += len(found)
    transaction.rollback()
    return done


def _past(year: int) -> Select[tuple[int, str, int, str]]:
    """Agreements that ended by the end of `year`, and those whose payment was expected before it began."""
    ended = and_(Quote.status.not_in(AGREED), Quote.touched_at < start_of_day(date(year + 1, 1, 1)))
    expected = func.coalesce(Quote.paid_on, Quote.valid_until)
    slow = and_(expected < date(year, 1, 1), Agreement.accepted_at < start_of_day(date(year, 1, 1)))
    return (
        select(Agreement.id, Quote.public_id, Firm.id, Firm.public_id)
        .join(Quote, and_(Quote.firm_id == Agreement.firm_id, Quote.id == Agreement.quote_id))
        .join(Firm, Firm.id == Agreement.firm_id)
        .where(
            select(Applicant.id)
            .where(
                Applicant.firm_id == Agreement.firm_id,
                Applicant.agreement_id == Agreement.id,
                Applicant.personnummer.is_not(None),
            )
            .exists(),
            or_(ended, slow),
            standing.IS_HERE,
        )
    )
