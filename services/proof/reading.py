"""What an evidence package is made of, read in the running transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import and_

from domain.acts import AGREES
from domain.parties import CUSTOMER
from extensions import db
from models import (
    Agreement,
    Approval,
    Event,
    EventValue,
    Firm,
    ManualAcceptance,
    Quote,
    QuoteLink,
    QuoteVersion,
    Recipient,
    StoredFile,
)
from services import events, scope, storage, transaction
from services.deal import parties
from services.quotes import content as frozen

# A yes, in the words of the chain; with an answer it is the firm's to a late one.
YES = frozenset({*AGREES, "doc.witnessed"})
UNDONE = frozenset({"doc.approvals_voided", "doc.manual_undone"})
# Entries between the first that is told and the last: some 35 bytes each in the package.
MOST_ENTRIES = 20_000


class Entry(Struct, frozen=True):
    """One of the deal's own entries: as it is hashed, and read."""

    seq: int
    stored: str
    read: Mapping[str, Any]

    @property
    def act(self) -> str:
        return str(self.read["act"])

    @property
    def data(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.read["data"]
        return found

    @property
    def link(self) -> str:
        """Public id of the link it was done by, or is about; empty where there is none."""
        who, _, name = self.read["actor"].partition(":")
        return name if who == "link" else str(self.data.get("link_id", ""))


class Facts(Struct, frozen=True):
    """An agreement with all that proves it. `parties`: whose each link is, by the link's public id."""

    agreement: Agreement
    quote: Quote
    firm: Firm
    version: QuoteVersion
    content: Mapping[str, Any]
    pdf: bytes
    entries: tuple[Entry, ...]
    values: Mapping[tuple[int, str], bytes]  # 32 random bytes and the value, by seq and field
    parties: Mapping[str, str]
    approvals: Mapping[str, Approval]  # where several decide, by the link's public id
    attachment: tuple[str, bytes] | None  # the file that shows a yes given elsewhere

    @property
    def yeses(self) -> list[Entry]:
        """The entries by which somebody has said yes to just this, and nothing has undone it since."""
        given: list[Entry] = []
        for one in self.entries:
            if one.act in YES and one.data.get("agreed_sha256") == self.agreement.agreed_sha256 and not _is_answer(one):
                given.append(one)
            else:
                given = [yes for yes in given if not _undoes(one, yes)]
        return given

    @property
    def made_by(self) -> Entry:
        """The entry that made the contract, or the newest yes while it is not made."""
        last = self.yeses[-1].seq
        return max(
            (one for one in self.entries if one.seq >= last and (one.act == "doc.all_signed" or _is_answer(one))),
            key=lambda one: one.seq,
            default=self.yeses[-1],
        )

    @property
    def is_made(self) -> bool:
        return self.quote.status not in parties.PENDING


def facts(agreement: Agreement) -> Facts:
    """Raises NotFound for what is erased."""
    firm_id = agreement.firm_id
    quote = scope.get(Quote, firm_id, Quote.id == agreement.quote_id)
    firm = db.session.get_one(Firm, firm_id)
    version = frozen.version_of(quote, agreement.version)
    pdf = scope.get(StoredFile, firm_id, StoredFile.id == version.pdf_id)
    rows = events.of_object(firm_id, f"quote:{quote.public_id}")
    entries = tuple(Entry(row.seq, row.entry, json.loads(row.entry)) for row in rows)
    links = _links(quote)
    names = {link_id: name for link_id, name, _ in links}
    approvals = [row for row in parties.live(quote) if row.agreed_sha256 == agreement.agreed_sha256]
    return Facts(
        agreement,
        quote,
        firm,
        version,
        frozen.read(version.content),
        storage.read(firm.public_id, pdf),
        entries,
        _values(firm, [one.seq for one in entries]),
        {name: recipient or CUSTOMER for _, name, recipient in links},
        {names[row.link_id]: row for row in approvals},
        _attachment(agreement, firm.public_id),
    )


def others(firm_id: int, first: int, last: int) -> Iterable[tuple[int, str]]:
    """Seq and content hash of all entries from first to last."""
    asked = scope.columns(Event, firm_id, Event.seq, Event.content).where(Event.seq >= first, Event.seq <= last)
    return transaction.connection().execute(asked.order_by(Event.seq)).tuples().all()  # many: past the ORM


def link_at(firm_id: int, seq: int) -> str:
    """The chain's link after an entry."""
    return str(db.session.scalars(scope.columns(Event, firm_id, Event.link).where(Event.seq == seq)).one())


def _links(quote: Quote) -> list[tuple[int, str, str | None]]:
    """Id and public id of every link there has been, and the public id of whose it is; None is the customer."""
    asked = scope.columns(QuoteLink, quote.firm_id, QuoteLink.id, QuoteLink.public_id, Recipient.public_id)
    whose = and_(Recipient.firm_id == QuoteLink.firm_id, Recipient.id == QuoteLink.recipient_id)
    found = asked.outerjoin(Recipient, whose).where(QuoteLink.quote_id == quote.id)
    return list(db.session.execute(found).tuples())


def _values(firm: Firm, seqs: list[int]) -> dict[tuple[int, str], bytes]:
    found = scope.rows(EventValue, firm.id, EventValue.seq.in_(seqs))
    return {(row.seq, row.field): events.opening(firm.public_id, row) for row in found}


def _attachment(agreement: Agreement, firm_public_id: str) -> tuple[str, bytes] | None:
    if agreement.way != "manual":
        return None
    row = scope.find(ManualAcceptance, agreement.firm_id, ManualAcceptance.agreement_id == agreement.id)
    if row is None or row.file_id is None:
        return None
    file = scope.get(StoredFile, agreement.firm_id, StoredFile.id == row.file_id)
    return file.media_type, storage.read(firm_public_id, file)


def _undoes(entry: Entry, yes: Entry) -> bool:
    """Whether a later entry undoes a yes. Who takes back the own undoes that, and what witnesses have attested."""
    if entry.act == "doc.late_acceptance":
        return entry.data.get("answer") == "refused"
    if entry.act not in UNDONE or entry.data["version"] != yes.data["version"]:
        return False
    is_own = entry.read["actor"] == yes.read["actor"] or yes.act == "doc.witnessed"
    return is_own or entry.data.get("reason") != "taken_back"


def _is_answer(entry: Entry) -> bool:
    return entry.act == "doc.late_acceptance" and "answer" in entry.data
