"""What has happened to the firm's quotes since a page was drawn: a few columns of the newest events."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import BigInteger, Select, and_, bindparam, func

from models import Event, Quote
from services import events, scope

MOST = 20  # of them the newest is said aloud

# acts that are said aloud when a customer or a mail server did them; words in templates/_parts/live.html
SAID = frozenset(
    {
        "link.opened", "doc.commented", "doc.countered", "quote.accepted", "contract.signed", "doc.witnessed",
        "deduction.details_given", "doc.declined",
        "doc.extension_asked", "doc.late_acceptance", "withdrawal.received", "mail.bounced", "sms.failed",
        "feedback.given", "inquiry.received",
    }
)  # fmt: skip

# of these the chain knows who it was: several may decide about one quote
SIGNED = frozenset({"quote.accepted", "contract.signed", "doc.witnessed", "doc.declined", "doc.late_acceptance"})

_FIRM_ID: Any = bindparam("firm_id")


class News(NamedTuple):
    """One event of a quote."""

    seq: int
    act: str
    at: datetime
    entry: str
    n: int
    title: str
    customer_name: str

    @property
    def is_said(self) -> bool:
        return self.act in SAID and '"actor":"user:' not in self.entry


def since(firm_id: int, seq: int, *, n: int | None = None) -> list[News]:
    """The newest events of quotes after entry `seq`, or of quote `n` alone; the newest first."""
    return [News(*row) for row in scope.plain(_statement(n is None), {"firm_id": firm_id, "seq": seq, "n": n or 0})]


class Said(Struct, frozen=True):
    """What is said: who did what."""

    act: str
    name: str


def to_say(news: list[News], firm_id: int, firm_public_id: str) -> Said | None:
    """The newest that is worth saying."""
    newest = next((one for one in news if one.is_said), None)
    if newest is None:
        return None
    known = events.personal_values(firm_id, firm_public_id, [newest.seq]) if newest.act in SIGNED else {}
    return Said(newest.act, known.get((newest.seq, "name")) or newest.customer_name)


@cache
def _statement(of_all: bool) -> Select[Any]:
    """Along the chain's own key from `seq`: few entries, whatever the firm's age."""
    columns = (Event.seq, Event.act, Event.at, Event.entry, Quote.n, Quote.title, Quote.customer_name)
    its_quote = and_(Quote.firm_id == _FIRM_ID, Quote.public_id == func.substr(Event.obj, len("quote:") + 1))
    found = scope.columns(Event, _FIRM_ID, *columns).join(Quote, its_quote)
    found = found.where(Event.seq > bindparam("seq", type_=BigInteger()))
    if not of_all:
        found = found.where(Quote.n == bindparam("n"))
    return found.order_by(Event.seq.desc()).limit(MOST)
