"""Where a firm lived before it came here, and what it brought along."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func

from extensions import db
from models import Agreement, Article, Customer, EarlierHome, Quote, StoredFile, User
from services import scope


@dataclass(frozen=True, slots=True)
class Counts:
    """What a firm has, for the page after moving in."""

    quotes: int
    agreements: int
    customers: int
    articles: int
    files: int
    users: int


def newest(firm_id: int) -> EarlierHome | None:
    """Where the firm lived before it came here; none for one that began here."""
    return db.session.scalar(scope.of(EarlierHome, firm_id).order_by(EarlierHome.n.desc()).limit(1))


def counts(firm_id: int) -> Counts:
    tables = (Quote, Agreement, Customer, Article, StoredFile, User)
    return Counts(*(db.session.scalar(scope.columns(table, firm_id, func.count())) or 0 for table in tables))
