"""What a firm has much of, by bulk insert: its price list, and copies of a quote with its papers and its chain."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select

from domain import canonical, evidence
from extensions import db
from models import (
    Article,
    Base,
    ChainHead,
    Counter,
    Event,
    EventValue,
    Firm,
    Quote,
    QuoteLine,
    QuoteLink,
    QuoteSection,
    QuoteVersion,
    StoredFile,
    new_public_id,
)
from services import numbers, search, storage, vault
from services.installation import settings

CHUNK = 2000
ARTICLES = 5000  # of the price list
DRAFT_EVERY = 10  # every tenth quote is a draft
MOST_SENT = 10_000  # of a larger firm the older quotes are drafts: a version of each would be gigabytes
LineWords = tuple[str, int, str, int, str, str | None, bool]
Row = dict[str, Any]


def price_list(firm_id: int, lines: list[LineWords], now: datetime) -> None:
    """ARTICLES articles, named after `lines` in turn."""
    n = numbers.take(firm_id, "article", count=ARTICLES)
    articles = [
        {
            "firm_id": firm_id,
            "n": n + number,
            "name": f"Artikel {number} {text}",
            "search_text": search.text_of(f"Artikel {number} {text}"),
            "unit": unit,
            "unit_price_ore": 10_000 + number,
            "purchase_price_ore": 5_000 + number,
            "basis": "incl",
            "vat_percent": 25,
            "kind": kind,
            "deduction": deduction,
            "work_type": deduction and "bygg",
            "used_at": now - timedelta(minutes=number),
            "rev": 1,
        }
        for number in range(ARTICLES)
        for text, _quantity, unit, _price, kind, deduction, _is_option in [lines[number % len(lines)]]
    ]
    db.session.execute(insert(_table(Article)), articles)


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows of a quote as they are stored; `version`, `file` and `content` of one that was sent."""

    quote: Row
    sections: list[Row]
    lines: list[Row]
    links: list[Row]
    version: Row
    file: Row
    content: dict[str, Any]


def stored(firm_id: int, n: int) -> Stored:
    quote = _rows(Quote, Quote.firm_id == firm_id, Quote.n == n)[0]
    sections, lines, links = (
        _rows(model, model.quote_id == quote["id"]) for model in (QuoteSection, QuoteLine, QuoteLink)
    )
    versions = _rows(QuoteVersion, QuoteVersion.quote_id == quote["id"])
    if not versions:
        return Stored(quote, sections, lines, links, {}, {}, {})
    file = _rows(StoredFile, StoredFile.id == versions[0]["pdf_id"])[0]
    return Stored(quote, sections, lines, links, versions[0], file, json.loads(versions[0]["content"]))


class Copies:
    """Copies of a draft and of a sent quote, gathered and inserted some thousand at a time."""

    def __init__(self, made: Firm, drafted: Stored, sent: Stored, *, pdf_bytes: int, now: datetime) -> None:
        self.made, self.drafted, self.sent, self.now = made, drafted, sent, now
        self.ids: dict[type[Base], int] = {
            model: int(db.session.scalar(select(func.max(model.id))) or 0) for model in _NUMBERED
        }
        self.rows: dict[type[Base], list[Row]] = {model: [] for model in (*_NUMBERED, Event, EventValue)}
        self.chain = _Chain(made)
        file = db.session.get_one(StoredFile, sent.file["id"])
        self.pdf = _padded(storage.read(made.public_id, file), pdf_bytes)

    def add(self, count: int, crowd: list[tuple[int, str]]) -> None:
        """`count` quotes for the customers of `crowd`, (id, name) each, in turn; the newest were touched last."""
        last_number = 1
        for number in range(1, count + 1):
            is_sent = number % DRAFT_EVERY != 0 and number > count - MOST_SENT
            at = self.now - timedelta(minutes=7 * (count - number) + 10)
            quote = self._quote(number, is_sent, *crowd[number % len(crowd)], at)
            if is_sent:
                last_number += 1
                quote |= {"number": f"{self.now.year}-{last_number:03d}", "sent_at": at}
                quote["seen_at"] = at if number % 3 == 0 else None
                self._freeze(quote, at)
            words = (quote["title"], quote["customer_name"], quote["number"], quote["site_street"])
            quote["search_text"] = search.text_of(*words)
            self.rows[Quote].append(quote)
            if len(self.rows[Quote]) >= CHUNK:
                self._insert()
        self._insert()
        _count_up(self.made.id, "quote", self.sent.quote["n"] + count)
        _count_up(self.made.id, f"quote-{self.now.year}", last_number)
        self.chain.close()

    def _new_id(self, model: type[Base]) -> int:
        self.ids[model] += 1
        return self.ids[model]

    def _quote(self, number: int, is_sent: bool, customer_id: int, name: str, at: datetime) -> Row:
        """The row of a copy, whose sections and lines are gathered."""
        original = self.sent if is_sent else self.drafted
        quote_id = self._new_id(Quote)
        for section in original.sections:
            section_id = self._new_id(QuoteSection)
            self.rows[QuoteSection].append(section | {"id": section_id, "quote_id": quote_id})
            for line in original.lines:
                if line["section_id"] == section["id"]:
                    copied = {"id": self._new_id(QuoteLine), "quote_id": quote_id, "section_id": section_id}
                    self.rows[QuoteLine].append(line | copied)
        return original.quote | {
            "id": quote_id,
            "public_id": new_public_id(),
            "n": self.sent.quote["n"] + number,
            "customer_id": customer_id,
            "customer_name": name,
            "title": f"Badrum, Granstigen {number}",
            "created_at": at,
            "touched_at": at,
        }

    def _freeze(self, quote: Row, at: datetime) -> None:
        """The version, its PDF on disk, its link and its two entries in the chain."""
        content = self.sent.content | {key: quote[key] for key in ("number", "title")} | {"quote": quote["public_id"]}
        content["customer"] = content["customer"] | {"name": quote["customer_name"]}
        content["address"] = f"{settings().base_url}/o/{quote['public_id']}"
        frozen = canonical.dumps(content)
        file = self.sent.file | {"id": self._new_id(StoredFile), "public_id": new_public_id(), "created_at": at}
        file |= {"name": f"Offert {quote['number']} v1.pdf", "sha256": canonical.sha256_hex(self.pdf)}
        self.rows[StoredFile].append(file | {"size_bytes": len(self.pdf)})
        version = self.sent.version | {"id": self._new_id(QuoteVersion), "quote_id": quote["id"], "created_at": at}
        version |= {"content": frozen.decode(), "json_sha256": canonical.sha256_hex(frozen)}
        self.rows[QuoteVersion].append(version | {"pdf_id": file["id"], "pdf_sha256": file["sha256"]})
        link = self.sent.links[0] | {"id": self._new_id(QuoteLink), "public_id": new_public_id(), "created_at": at}
        self.rows[QuoteLink].append(link | {"quote_id": quote["id"]})
        self._keep(file["public_id"])
        hashes = {"version": 1, "json_sha256": version["json_sha256"]}
        for act, data in (
            ("doc.frozen", hashes | {"pdf_sha256": file["sha256"], "attachments": []}),
            ("quote.sent", hashes | {"doc_sha256": file["sha256"], "channel": "mail", "link_id": link["public_id"]}),
        ):
            entry, value = self.chain.add(act, f"quote:{quote['public_id']}:v1", data, at)
            self.rows[Event].append(entry)
            self.rows[EventValue].append(value)

    def _keep(self, public_id: str) -> None:
        """The paper on disk, under this file's name and the firm's key; without waiting for the disk."""
        place = storage.path(self.made.public_id, public_id)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(b"".join(vault.seal_stream(self.made.public_id, [self.pdf], "stored_file", public_id)))

    def _insert(self) -> None:
        for model, rows in self.rows.items():
            if rows:
                db.session.execute(insert(_table(model)), rows)
            rows.clear()


_NUMBERED = (Quote, QuoteSection, QuoteLine, StoredFile, QuoteVersion, QuoteLink)


class _Chain:
    """Entries at the end of a firm's chain, each with one personal value, without a statement for each."""

    def __init__(self, made: Firm) -> None:
        self.made = made
        self.head = db.session.get_one(ChainHead, made.id)
        self.seq, self.link = self.head.seq, self.head.link

    def add(self, act: str, obj: str, data: Row, at: datetime) -> tuple[Row, Row]:
        self.seq += 1
        salt, place = os.urandom(32), ("event_value", str(self.seq), "ip")
        sealed = vault.seal(self.made.public_id, salt + b"127.0.0.1", *place)
        fields = data | {"ip": evidence.commitment(salt, "127.0.0.1")}
        entry = evidence.entry(
            firm=self.made.public_id, seq=self.seq, at=at, act=act, obj=obj, actor="system", data=fields
        )
        content = evidence.content_hash(entry)
        self.link = evidence.link_hash(self.link, content)
        row = {
            "firm_id": self.made.id,
            "seq": self.seq,
            "act": act,
            "obj": ":".join(obj.split(":")[:2]),
            "at": at,
            "entry": evidence.entry_bytes(entry).decode(),
            "content": content,
            "link": self.link,
        }
        return row, {"firm_id": self.made.id, "seq": self.seq, "field": "ip", "sealed": sealed}

    def close(self) -> None:
        self.head.seq, self.head.link = self.seq, self.link


def _count_up(firm_id: int, series: str, value: int) -> None:
    counter = db.session.get(Counter, (firm_id, series))
    if counter is None:
        db.session.add(Counter(firm_id=firm_id, series=series, value=value))
    else:
        counter.value = value


def _padded(pdf: bytes, size_bytes: int) -> bytes:
    """The paper at the size that the export is measured with; what follows the end of a PDF is a comment."""
    return pdf + b"%" + b"." * max(0, size_bytes - len(pdf) - 1)


def _rows(model: type[Base], *where: Any) -> list[Row]:
    return [dict(row) for row in db.session.execute(select(_table(model)).where(*where)).mappings()]


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
