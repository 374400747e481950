"""The price list."""

from __future__ import annotations

from extensions import db
from models import Article
from services import scope
from services.search import matches


def search(firm_id: int, text: str, *, limit: int = 8) -> list[Article]:
    """Articles whose name holds every word; latest used first."""
    statement = scope.of(Article, firm_id).where(Article.archived_at.is_(None), *matches(Article.search_text, text))
    return list(db.session.scalars(statement.order_by(Article.used_at.desc(), Article.id.desc()).limit(limit)))
