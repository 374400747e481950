"""Where a new line goes, while what it may be is looked for: asked at each letter, so no line of the quote is read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam

from models import Quote, QuoteSection
from services import scope
from services.errors import NotFound
from services.quotes import drafting
from services.quotes.drafting import NotEditable


class OpenQuote(NamedTuple):
    """Of the quote what the search shows and asks."""

    n: int
    kind: str
    title: str
    status: str
    archived_at: datetime | None
    hold: str


class OpenSection(NamedTuple):
    """The section that the line goes into."""

    n: int


_FIRM_ID: Any = bindparam("firm_id")
_PLACE = (
    scope.columns(Quote, _FIRM_ID, *scope.named(Quote, OpenQuote), QuoteSection.n)
    .join(QuoteSection, and_(QuoteSection.firm_id == Quote.firm_id, QuoteSection.quote_id == Quote.id))
    .where(Quote.n == bindparam("n"), QuoteSection.n == bindparam("section_n"), QuoteSection.removed_at.is_(None))
)


def find(firm_id: int, n: int, section_n: int) -> tuple[OpenQuote, OpenSection]:
    """Raises NotFound, also for a section that was removed, and NotEditable."""
    found = scope.plain(_PLACE, {"firm_id": firm_id, "n": n, "section_n": section_n})
    if not found:
        raise NotFound
    *of_quote, number = found[0]
    quote = OpenQuote._make(of_quote)
    if not drafting.may_edit(quote):  # type: ignore[arg-type]  # it has the four fields that are asked
        raise NotEditable
    return quote, OpenSection(number)
