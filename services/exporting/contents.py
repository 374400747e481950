"""What the page says about the ZIP before it is made: how much of what, and about how large."""

from __future__ import annotations

from functools import reduce
from operator import add

from msgspec import Struct
from sqlalchemy import Select, func, select

from domain.quote_states import OPEN
from extensions import db
from models import (
    Agreement,
    Article,
    ContractTemplate,
    Customer,
    EarlierHome,
    Event,
    FirmOwned,
    Inquiry,
    Message,
    Quote,
    QuoteTemplate,
    StoredFile,
    TextBlock,
    User,
)
from services import scope

BYTES_A_QUOTE = 2500  # of compressed texts with ten lines, besides the PDFs
BYTES_AN_EVENT = 400
BYTES_OF_ALL = 70_000  # schemas, headings and the list of contents


class Contents(Struct, frozen=True):
    """Counts for the table of contents."""

    quotes: int
    open_quotes: int  # that lie with customers
    agreements: int
    customers: int
    articles: int
    pictures: int
    texts: int
    messages: int
    users: int
    events: int
    bytes_of_files: int
    homes: int  # other installations that the firm has lived on

    @property
    def estimated_bytes(self) -> int:
        return BYTES_OF_ALL + self.bytes_of_files + self.quotes * BYTES_A_QUOTE + self.events * BYTES_AN_EVENT


def of_firm(firm_id: int) -> Contents:
    """One statement."""
    count = func.count()
    is_picture = StoredFile.media_type.startswith("image/") & StoredFile.purpose.not_in(
        ("photo_paper", "photo_thumb", "document_page")
    )
    size = func.coalesce(func.sum(StoredFile.size_bytes), 0)
    asked = (
        scope.columns(Quote, firm_id, count),
        scope.columns(Quote, firm_id, count).where(Quote.status.in_(OPEN)),
        scope.columns(Agreement, firm_id, count),
        scope.columns(Customer, firm_id, count),
        scope.columns(Article, firm_id, count),
        scope.columns(StoredFile, firm_id, count).where(is_picture),
        _together(QuoteTemplate, ContractTemplate, TextBlock, firm_id=firm_id),
        _together(Message, Inquiry, firm_id=firm_id),
        scope.columns(User, firm_id, count),
        scope.columns(Event, firm_id, count),
        scope.columns(StoredFile, firm_id, size),
        scope.columns(EarlierHome, firm_id, count),
    )
    return Contents(
        *(int(value) for value in db.session.execute(select(*(one.scalar_subquery() for one in asked))).one())
    )


def _together(*models: type[FirmOwned], firm_id: int) -> Select[tuple[int]]:
    counts = (scope.columns(model, firm_id, func.count()).scalar_subquery() for model in models)
    return select(reduce(add, counts))
