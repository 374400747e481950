"""Whether a firm does business here now (domain/standing.py), and which firms the background work passes by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from domain import standing
from domain.standing import Standing
from extensions import db
from models import Closing, Firm
from services import scope
from services.errors import RuleBroken

IS_HERE = Firm.standing != Standing.ARRIVING.value  # for statements that join the firm


def of_firm(firm_id: int, now: datetime) -> Standing:
    """One statement. Raises NoResultFound for a firm that is gone."""
    runs = scope.columns(Closing, firm_id, Closing.effective_at).where(Closing.undone_at.is_(None))
    found = select(Firm.standing, runs.scalar_subquery()).where(Firm.id == firm_id)
    stored, effective_at = db.session.execute(found).one()
    return standing.of(stored, effective_at, now)


def may_do_business(firm_id: int, now: datetime) -> bool:
    """Whether the firm sends and its customers approve. Reading, export, downloading and withdrawing never stop."""
    return of_firm(firm_id, now) is Standing.ACTIVE


def check(firm_id: int, now: datetime) -> None:
    """Raises RuleBroken("closed" | "suspended" | "arriving") where the firm does no business."""
    check_business(of_firm(firm_id, now))


def check_business(found: Standing) -> None:
    """The same of a standing that is known."""
    if found is not Standing.ACTIVE:
        raise RuleBroken(found)


def is_here(firm: Firm) -> bool:
    """Whether all of it has arrived. Nothing is written to a firm that has not."""
    return firm.standing != Standing.ARRIVING


def of_those_here(model: Any) -> ColumnElement[bool]:
    """Rows of firms that are here: what a firm brings is left alone until all of it has arrived."""
    return _of_firms(model, Firm.standing == Standing.ARRIVING.value)


def of_the_active(model: Any) -> ColumnElement[bool]:
    """Rows of firms that are not suspended either: what acts by itself waits, and goes on when they are restored."""
    return _of_firms(model, Firm.standing != Standing.ACTIVE.value)


def _of_firms(model: Any, but: ColumnElement[bool]) -> ColumnElement[bool]:
    """Few firms are left out, so they are named; asked once for the statement, not for each row."""
    column: ColumnElement[int] = model.firm_id
    return column.not_in(select(Firm.id).where(but))
