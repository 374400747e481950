"""The price list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import tuple_

from domain.quotes import LineKind, PriceBasis
from extensions import db
from models import Article
from services import numbers, scope, transaction
from services.actors import Actor
from services.errors import Stale
from services.search import matches, text_of

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """What a form says of an article. `basis`: whether the price includes VAT."""

    name: str
    unit: str
    unit_price_ore: int
    basis: str
    vat_percent: int
    kind: str
    deduction: str | None = None
    work_type: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list and the key of the next page, if there is one."""

    rows: list[Article]
    after: str | None


def get(firm_id: int, n: int) -> Article:
    """Raises NotFound."""
    return scope.get(Article, firm_id, Article.n == n)


def search(firm_id: int, text: str, *, limit: int = 8) -> list[Article]:
    """Articles whose name holds every word; latest used first."""
    statement = scope.of(Article, firm_id).where(Article.archived_at.is_(None), *matches(Article.search_text, text))
    return list(db.session.scalars(statement.order_by(Article.used_at.desc(), Article.id.desc()).limit(limit)))


def list_page(firm_id: int, *, typed: str = "", after: str = "", archived: bool = False) -> Page:
    """Thirty articles, latest used first; `after` is the key of the page before."""
    statement = scope.of(Article, firm_id).where(
        Article.archived_at.is_not(None) if archived else Article.archived_at.is_(None),
        *matches(Article.search_text, typed),
    )
    key = _key(after)
    if key:
        statement = statement.where(tuple_(Article.used_at, Article.id) < key)
    statement = statement.order_by(Article.used_at.desc(), Article.id.desc()).limit(PAGE_SIZE + 1)
    rows = list(db.session.scalars(statement))
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Page(rows, f"{rows[-1].used_at.isoformat()}|{rows[-1].id}" if more else None)


def usual_basis(firm_id: int) -> str:
    """The basis of the article that was made last: who writes one price with VAT writes the next one so."""
    statement = scope.columns(Article, firm_id, Article.basis).order_by(Article.n.desc()).limit(1)
    return db.session.scalar(statement) or PriceBasis.INCL.value


def create(given: ArticleInput, *, actor: Actor, now: datetime) -> Article:
    """A new article, first in the list."""
    article = Article(firm_id=actor.firm_id, n=numbers.take(actor.firm_id, "article"), used_at=now)
    _fill(article, given)
    db.session.add(article)
    transaction.commit()
    return article


def update(article: Article, given: ArticleInput, *, rev: str) -> None:
    """Change an article; lines it came into stay as they are. Raises Stale if someone else was first."""
    if str(article.rev) != rev:
        raise Stale
    _fill(article, given)
    article.rev += 1
    transaction.commit()


def archive(article: Article, *, now: datetime) -> None:
    """Take the article out of the list and out of what the builder offers."""
    article.archived_at = article.archived_at or now
    transaction.commit()


def restore(article: Article) -> None:
    article.archived_at = None
    transaction.commit()


def _fill(article: Article, given: ArticleInput) -> None:
    for field, value in asdict(given).items():
        setattr(article, field, value)
    if given.kind != LineKind.LABOUR:  # only labour gives a deduction
        article.deduction = article.work_type = None
    article.search_text = text_of(article.name)


def _key(after: str) -> tuple[datetime, int] | None:
    """The key of a row as an address carries it; None for what cannot be one."""
    at, _, last = after.rpartition("|")
    if not last.isdecimal() or len(last) > 18:
        return None
    try:
        used_at = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (used_at, int(last)) if used_at.tzinfo else None
