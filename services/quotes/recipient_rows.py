"""Those who get a quote besides the customer, as their rows say."""

from __future__ import annotations

from typing import Protocol

from domain.parties import Role
from models import Recipient
from services import scope


class Shared(Protocol):
    """The quote, as its row or some columns of it."""

    @property
    def id(self) -> int: ...
    @property
    def firm_id(self) -> int: ...
    @property
    def is_shared(self) -> bool: ...


def of_quote(quote: Shared) -> list[Recipient]:
    """Who gets it now, in the order they came. No statement where nobody else does."""
    if not quote.is_shared:
        return []
    rows = scope.rows(Recipient, quote.firm_id, Recipient.quote_id == quote.id, Recipient.removed_at.is_(None))
    return sorted(rows, key=lambda row: row.id)


def frozen(quote: Shared) -> list[dict[str, str]]:
    """Those who decide with the customer, as a version says them: it is theirs to approve, and no others'."""
    return [{"id": row.public_id, "name": row.name} for row in of_quote(quote) if row.role == Role.CO_DECIDES]
