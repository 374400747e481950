"""The price list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Integer, Select, and_, bindparam, or_

from domain.quotes import LineKind, PriceBasis, convert_price
from exchange import articles_csv
from extensions import db
from models import Article
from services import numbers, scope, transaction
from services.actors import Actor
from services.errors import Stale
from services.search import patterns, prepared, text_of

PAGE_SIZE = 30
MOST_ORE = articles_csv.MOST_ORE
OFFERED = 8  # articles that the builder shows at once

_FIRM_ID: Any = bindparam("firm_id")
_SIZE: Any = bindparam("size", type_=Integer())
# the latest used first; of those that came in together the last made
_ORDER = (Article.used_at.desc(), Article.id.desc())
_AFTER = and_(
    Article.used_at <= bindparam("at"), or_(Article.used_at < bindparam("at"), Article.id < bindparam("row_id"))
)


class ArticleInput(Struct, frozen=True):
    """What a form says of an article. `basis`: whether the price includes VAT; the purchase price never does."""

    name: str
    unit: str
    unit_price_ore: int
    basis: str
    vat_percent: int
    kind: str
    deduction: str | None = None
    work_type: str | None = None
    purchase_price_ore: int | None = None


class Listed(NamedTuple):
    """An article as lists show it; the fields are the columns that are read."""

    n: int
    name: str
    unit: str
    unit_price_ore: int
    basis: str
    kind: str
    deduction: str | None
    work_type: str | None
    purchase_price_ore: int | None
    used_at: datetime
    id: int


class Page(Struct, frozen=True):
    """Rows of a list and the key of the next page, if there is one."""

    rows: list[Listed]
    after: str | None


def get(firm_id: int, n: int) -> Article:
    """Raises NotFound."""
    return scope.get(Article, firm_id, Article.n == n)


def search(firm_id: int, text: str, *, limit: int = OFFERED) -> list[Listed]:
    """Articles whose name holds every word; latest used first."""
    words = patterns(text)
    rows = scope.plain(_statement(len(words), False, False), {"firm_id": firm_id, "size": limit, **words})
    return [Listed._make(row) for row in rows]


def list_page(firm_id: int, *, typed: str = "", after: str = "", archived: bool = False) -> Page:
    """Thirty articles, latest used first; `after` is the key of the page before."""
    key, words = _key(after), patterns(typed)
    values: dict[str, Any] = {"firm_id": firm_id, "size": PAGE_SIZE + 1, **words}
    if key:
        values |= {"at": key[0], "row_id": key[1]}
    found = scope.plain(_statement(len(words), archived, key is not None), values)
    rows = [Listed._make(row) for row in found[:PAGE_SIZE]]
    more = len(found) > PAGE_SIZE
    return Page(rows, f"{rows[-1].used_at.isoformat()}|{rows[-1].id}" if more else None)


def usual_basis(firm_id: int) -> str:
    """The basis of the article that was made last: who writes one price with VAT writes the next one so."""
    return _last_basis(firm_id) or PriceBasis.INCL.value


def create(given: ArticleInput, *, actor: Actor, now: datetime) -> Article:
    """A new article, first in the list."""
    article = _new(given, actor.firm_id, now)
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


def from_line(line: ArticleInput, *, actor: Actor, now: datetime) -> tuple[Article, bool]:
    """Keep a line that was typed by hand; the article, and whether it is new. Never commits.

    `line.basis` is the quote's; the price is kept in the basis that the firm's articles have. An article of the same
    name stays as it is and counts as used now; an archived one comes back.
    """
    same_name = scope.of(Article, actor.firm_id).where(Article.search_text == text_of(line.name))
    article = db.session.scalar(same_name.order_by(Article.archived_at.is_not(None), *_ORDER).limit(1))
    if article is not None:
        article.used_at, article.archived_at = now, None
        return article, False
    values = asdict(line)
    values["basis"] = _last_basis(actor.firm_id) or line.basis
    values["unit_price_ore"] = convert_price(
        line.unit_price_ore, line.vat_percent, from_basis=line.basis, to_basis=values["basis"]
    )
    values["name"] = " ".join(line.name.split())
    return _new(ArticleInput(**values), actor.firm_id, now), True


def to_csv(firm_id: int, *, with_purchase: bool) -> Iterator[bytes]:
    """The price list for Excel, in the order of the list, without what is archived.

    `with_purchase` is for those who may see margins (`margin.read`).
    """
    statement = scope.columns(
        Article,
        firm_id,
        Article.name,
        Article.unit,
        Article.unit_price_ore,
        Article.basis,
        Article.vat_percent,
        Article.kind,
        Article.deduction,
        Article.work_type,
        Article.purchase_price_ore,
    )
    found = scope.plain(statement.where(Article.archived_at.is_(None)).order_by(*_ORDER), {})
    rows = [
        (*said, (deduction, work_type) if deduction else None, purchase)
        for *said, deduction, work_type, purchase in found
    ]
    return articles_csv.write(rows, with_purchase=with_purchase)


def _last_basis(firm_id: int) -> str | None:
    statement = scope.columns(Article, firm_id, Article.basis).order_by(Article.n.desc()).limit(1)
    found: str | None = db.session.scalar(statement)
    return found


def _new(given: ArticleInput, firm_id: int, now: datetime) -> Article:
    article = Article(firm_id=firm_id, n=numbers.take(firm_id, "article"), used_at=now)
    _fill(article, given)
    db.session.add(article)
    return article


def _fill(article: Article, given: ArticleInput) -> None:
    for field, value in asdict(given).items():
        setattr(article, field, value)
    if given.kind != LineKind.LABOUR:  # only labour gives a deduction
        article.deduction = article.work_type = None
    article.search_text = text_of(article.name)


@cache
def _statement(words: int, is_archived: bool, goes_on: bool) -> Select[Any]:
    """The list with a search for so many words, made once: its making takes longer than its running.

    Its values: firm_id, size, those of `patterns`; at and row_id if it goes on from the page before.
    """
    conditions = [
        Article.archived_at.is_not(None) if is_archived else Article.archived_at.is_(None),
        *prepared(Article.search_text, words),
    ]
    if goes_on:
        conditions.append(_AFTER)
    found = scope.columns(Article, _FIRM_ID, *scope.named(Article, Listed)).where(*conditions)
    return found.order_by(*_ORDER).limit(_SIZE)


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
