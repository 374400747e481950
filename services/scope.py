"""The one place through which rows of a firm are found. Every query here filters on the firm.

A house test refuses `select` of a firm's table anywhere else, but for the statements that must look across firms
(finding a login, a mailed link, work that is due), which stand in `ACROSS` with their reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Update, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import Delete

from extensions import db
from models import FirmOwned
from services import transaction
from services.errors import NotFound

T = TypeVar("T", bound=FirmOwned)


def of(model: type[T], firm_id: int) -> Select[tuple[T]]:
    """All rows of a table that belong to the firm."""
    return select(model).where(_is_mine(model, firm_id))


def columns(model: type[Any], firm_id: int, *what: Any) -> Select[Any]:
    """Some columns of the firm's rows."""
    return select(*what).select_from(model).where(_is_mine(model, firm_id))


def find(model: type[T], firm_id: int, *where: ColumnElement[bool], lock: bool = False) -> T | None:
    """The firm's one row that fits, or None. `lock` makes other writers wait (SELECT FOR UPDATE)."""
    statement = of(model, firm_id).where(*where)
    return db.session.scalar(statement.with_for_update() if lock else statement)


def get(model: type[T], firm_id: int, *where: ColumnElement[bool], lock: bool = False) -> T:
    """The firm's one row that fits. Raises NotFound, also for another firm's."""
    row = find(model, firm_id, *where, lock=lock)
    if row is None:
        raise NotFound
    return row


def rows(model: type[T], firm_id: int, *where: ColumnElement[bool]) -> list[T]:
    """The firm's rows that fit, in the order they were made."""
    return list(db.session.scalars(of(model, firm_id).where(*where).order_by(model.id)))


def plain(statement: Select[Any], values: dict[str, Any]) -> Sequence[Row[Any]]:
    """The rows of a statement of this module as tuples, past the ORM, in a third of its time.

    For lists that are only shown: what the session has changed and not yet written is not seen.
    """
    return transaction.connection().execute(statement, values).all()


def named(model: type[Any], row: type[tuple[Any, ...]]) -> list[Any]:
    """The columns of a table that a NamedTuple has fields for, in their order."""
    return [getattr(model, name) for name in row._fields]  # type: ignore[attr-defined]  # every NamedTuple has them


def change(model: type[Any], firm_id: int) -> Update:
    """An UPDATE of the firm's rows; a conditional one is how a thing happens only once."""
    return update(model).where(_is_mine(model, firm_id))


def remove(model: type[Any], firm_id: int) -> Delete:
    return delete(model).where(_is_mine(model, firm_id))


def _is_mine(model: type[Any], firm_id: int) -> ColumnElement[bool]:
    column: InstrumentedAttribute[int] = model.firm_id
    return column == firm_id
