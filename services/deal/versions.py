"""The versions of a quote: which there are, what an older one said, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, null

from domain import changes
from domain.changes import Side, Sums
from domain.deductions import Applicant
from extensions import db
from models import Quote, QuoteVersion, StoredFile
from services import scope
from services.deal import change_words, figures
from services.deal.change_words import Told
from services.deal.deals import Deal
from services.deal.figures import NO_CHOICE, Chosen
from services.errors import NotFound
from services.quotes import content as frozen


class Version(NamedTuple):
    """One version as lists name it."""

    version: int
    created_at: datetime
    valid_until: date
    to_pay_ore: int


class Versions(NamedTuple):
    """All versions, newest first, and what has changed since the one that is known."""

    rows: tuple[Version, ...]
    told: Told | None


class Older(NamedTuple):
    """A version as it was sent."""

    content: dict[str, Any]
    created_at: datetime
    pdf: StoredFile


NONE = Versions((), None)
_FIRM_ID: Any = bindparam("firm_id")
_ALL = (
    scope.columns(
        QuoteVersion,
        _FIRM_ID,
        *scope.named(QuoteVersion, Version),
        case((QuoteVersion.version == bindparam("known"), QuoteVersion.content), else_=null()),
    )
    .where(QuoteVersion.quote_id == bindparam("quote_id"))
    .order_by(QuoteVersion.version.desc())
)


def of_quote(
    firm_id: int, quote_id: int, *, newest: int, content: Mapping[str, Any], known: int | None = None
) -> Versions:
    """The versions of a quote with more than one; `content` is the newest, `known` the one to compare it with."""
    if newest < 2:
        return NONE
    found = scope.plain(_ALL, {"firm_id": firm_id, "quote_id": quote_id, "known": known or 0})
    stored = next((row[-1] for row in found if row[-1] is not None), None)
    return Versions(
        tuple(Version(*row[:-1]) for row in found),
        between(frozen.read(stored), content) if stored is not None and known != newest else None,
    )


def of_deal(deal: Deal) -> Versions:
    """As the customer who came by a link sees them: what has changed is told from the version they know."""
    found = deal.found
    return of_quote(
        found.firm_id, found.quote_id, newest=found.version, content=deal.content, known=found.known_version
    )


def between(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    chosen: tuple[Chosen, Chosen] = (NO_CHOICE, NO_CHOICE),
    applicants: Sequence[Applicant] = figures.ONE_PERSON,
) -> Told | None:
    """What the new content says that the old did not, in words; None if they say the same."""
    found = changes.between(_side(old, chosen[0], applicants), _side(new, chosen[1], applicants))
    return change_words.told(old, new, found) if found else None


def _side(content: Mapping[str, Any], chosen: Chosen, applicants: Sequence[Applicant]) -> Side:
    if chosen == NO_CHOICE and applicants is figures.ONE_PERSON:
        return changes.side(content)
    result = figures.totals(content, chosen.picked, applicants, quantities=chosen.quantities)
    sums = Sums(result.gross_ore, result.deduction_ore, result.to_pay_ore)
    return Side(content, sums, chosen.picked, chosen.quantities)


def older(firm_id: int, quote_id: int, version: int) -> Older:
    """One version of a quote with its paper. Raises NotFound."""
    statement = (
        scope.columns(QuoteVersion, firm_id, QuoteVersion.content, QuoteVersion.created_at, StoredFile)
        .join(StoredFile, and_(StoredFile.firm_id == QuoteVersion.firm_id, StoredFile.id == QuoteVersion.pdf_id))
        .where(QuoteVersion.quote_id == quote_id, QuoteVersion.version == version)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return Older(frozen.read(row[0]), row[1], row[2])


def quote_of(firm_id: int, n: int) -> tuple[int, int]:
    """The id and the newest version of the firm's quote n. Raises NotFound."""
    row = db.session.execute(scope.columns(Quote, firm_id, Quote.id, Quote.version).where(Quote.n == n)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
