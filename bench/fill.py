"""Fill firms with quotes by bulk insert. One quote is made and sent by the services; the others are its copies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Table, func, insert, select

from domain import canonical, evidence
from domain.clock import stockholm_date
from extensions import db
from models import (
    Article,
    Base,
    ChainHead,
    Counter,
    Customer,
    Event,
    EventValue,
    Firm,
    Quote,
    QuoteLine,
    QuoteLink,
    QuoteSection,
    QuoteVersion,
    StoredFile,
    User,
    new_public_id,
)
from services import customers, events, keys, numbers, passwords, search, storage, tokens, transaction, vault
from services.actors import Actor
from services.customers import CustomerInput
from services.installation import secrets, settings
from services.quotes import drafting, header, sending

PASSWORD = "grovspik och hyvel 7"
CHUNK = 2000
PDF_BYTES = 20_000
ARTICLES = 5000  # of the price list
DRAFT_EVERY = 10  # every tenth quote is a draft
MOST_SENT = 10_000  # of a larger firm the older quotes are drafts: a version of each would be gigabytes
LineWords = tuple[str, int, str, int, str, str | None, bool]
LINES: list[LineWords] = [
    ("Rivning av ytskikt", 16_000, "tim", 69_000, "labour", "rot", False),
    ("Bortforsling till återvinning", 1_000, "st", 390_000, "other", None, False),
    ("Byggdamm och täckning", 25_500, "m²", 4_850, "material", None, False),
    ("Tätskikt, våtrumsmatta", 18_250, "m²", 61_500, "material", None, False),
    ("Plattsättning golv och vägg", 32_500, "tim", 72_500, "labour", "rot", False),
    ("Kakel 20 × 20, vit", 18_500, "m²", 39_900, "material", None, False),
    ("Golvbrunn med klämring", 1_000, "st", 129_050, "material", None, False),
    ("Elarbete, uttag och belysning", 9_000, "tim", 79_500, "labour", "rot", False),
    ("Målning av tak", 6_000, "tim", 62_000, "labour", "rot", False),
    ("Golvvärme med termostat", 1_000, "st", 890_000, "material", None, True),
]


@dataclass(frozen=True, slots=True)
class Filled:
    """A firm that has been filled."""

    size: int
    firm_id: int
    email: str
    quick_email: str  # of a user whose password's hash costs nothing to check
    draft_n: int  # a draft of ten lines
    sent_n: int  # a quote that was sent


@dataclass(frozen=True, slots=True)
class Deal:
    """A quote that a customer can approve, and the token of the link."""

    public_id: str
    token: str


def firm(size: int, *, now: datetime, pdf_bytes: int = PDF_BYTES) -> Filled:
    """A firm with `size` quotes, a tenth as many customers (at most 5,000) and ARTICLES articles."""
    transaction.may_write()
    made, user = _firm(size, now)
    actor = _actor(made, user)
    crowd = _crowd(made, max(10, min(size // 10, 5000)), now)
    draft_n, sent_n = draft(made, user, now=now), draft(made, user, now=now)
    send(made, user, sent_n, actor=actor, now=now)
    drafted, sent = _copies_of(made.id, draft_n), _copies_of(made.id, sent_n)
    _copy(made, drafted, sent, crowd, size - 2, now, pdf_bytes)
    transaction.commit()  # without ANALYZE: no statistics are kept, they may hold samples of what was erased
    return Filled(size, made.id, user.email, _quick(made, user, now), draft_n, sent_n)


def deals(filled: Filled, count: int, *, now: datetime) -> list[Deal]:
    """Quotes made and sent by the services, with a link each."""
    transaction.may_write()
    made = db.session.get_one(Firm, filled.firm_id)
    user = db.session.scalars(select(User).where(User.firm_id == made.id, User.email == filled.email)).one()
    found = []
    for _ in range(count):
        n = draft(made, user, now=now)
        send(made, user, n, actor=_actor(made, user), now=now)
        statement = (
            select(QuoteLink.public_id, Quote.public_id)
            .join(Quote, Quote.id == QuoteLink.quote_id)
            .where(Quote.firm_id == made.id, Quote.n == n)
        )
        link, quote = db.session.execute(statement).one()
        found.append(Deal(quote, tokens.sign("quote", link)))
    transaction.rollback()
    return found


def letters_of(filled: Filled) -> tuple[int, str]:
    """The firm, and the link that letters about its sent quote carry."""
    statement = select(QuoteLink.public_id).where(QuoteLink.firm_id == filled.firm_id).order_by(QuoteLink.id).limit(1)
    return filled.firm_id, db.session.scalars(statement).one()


def long_draft(filled: Filled, count: int, *, now: datetime) -> int:
    """A draft of `count` lines in sections of fifteen; its number."""
    transaction.may_write()
    made = db.session.get_one(Firm, filled.firm_id)
    user = db.session.scalars(select(User).where(User.firm_id == made.id, User.email == filled.email)).one()
    n = draft(made, user, now=now)
    found = drafting.load(made.id, n, lock=True)
    section = found.sections[-1]
    for place in range(len(LINES) + 1, count + 1):
        if place % 15 == 1:
            number = section.n + 1
            section = QuoteSection(
                firm_id=made.id, quote_id=found.quote.id, n=number, position=number, title=f"Del {number}"
            )
            db.session.add(section)
            db.session.flush()
        _add_line(found.quote, section, place, LINES[place % 9], now)
    transaction.commit()
    return n


def _add_line(quote: Quote, section: QuoteSection, place: int, said: LineWords, now: datetime) -> None:
    text, quantity, unit, price, kind, deduction, is_option = said
    db.session.add(
        QuoteLine(
            firm_id=quote.firm_id,
            quote_id=quote.id,
            section_id=section.id,
            n=place,
            position=place,
            text=text,
            quantity_milli=quantity,
            unit=unit,
            unit_price_ore=price,
            kind=kind,
            deduction=deduction,
            work_type="bygg" if deduction else None,
            is_option=is_option,
            changed_at=now,
        )
    )


def draft(made: Firm, user: User, *, now: datetime) -> int:
    """A draft of two sections and ten lines for a new customer; its number."""
    given = CustomerInput(
        kind="private",
        name="Karin Almgren",
        email="karin.almgren@kund.example",
        phone="+46701740605",
        site_street="Granstigen 4",
        site_postal_code="999 98",
        site_city="Lillhamra",
    )
    quote = header.create(given, made, actor=_actor(made, user), now=now)
    first = db.session.scalars(select(QuoteSection).where(QuoteSection.quote_id == quote.id)).one()
    first.title = "Rivning"
    second = QuoteSection(firm_id=made.id, quote_id=quote.id, n=first.n + 1, position=2, title="Ytskikt och el")
    db.session.add(second)
    db.session.flush()
    for place, said in enumerate(LINES, 1):
        _add_line(quote, first if place < 3 else second, place, said, now)
    quote.title = "Badrum, Granstigen 4"
    drafting.keep_search_text(quote)
    drafting.touch(drafting.load(made.id, quote.n), now=now)
    transaction.commit()
    return quote.n


def send(made: Firm, user: User, n: int, *, actor: Actor, now: datetime) -> None:
    """Send a draft as the review page does."""
    found = drafting.load(made.id, n)
    seen = sending.fingerprint(found, made, user, now=now)
    until = stockholm_date(now) + timedelta(days=30)
    given = sending.Sending("karin.almgren@kund.example", until, "Hej! Här är offerten.", seen)
    sending.send(made.id, n, given, actor=actor, key=new_public_id(), now=now)


def _firm(size: int, now: datetime) -> tuple[Firm, User]:
    public_id = new_public_id()
    keys.create_firm_key(settings(), secrets(), public_id)
    made = Firm(
        name=f"Tumbredd Snickeri {size}",
        public_id=public_id,
        created_at=now,
        orgnr="878000-3656",
        f_skatt=True,
        street="Verkstadsvägen 2",
        postal_code="999 99",
        city="Lillhamra",
        phone="+4684650404",
        email="kontakt@tumbredd.example",
        bankgiro="5050-1055",
        default_terms="Arbetet görs fackmannamässigt.\n\nBetalning inom 30 dagar från faktura.",
    )
    db.session.add(made)
    db.session.flush()
    events.open_chain(made.id)
    user = _user(made, f"jonas{size}@tumbredd.example", passwords.hash_password(PASSWORD), now)
    transaction.commit()
    return made, user


def _user(made: Firm, email: str, password_hash: str, now: datetime) -> User:
    user = User(
        firm_id=made.id,
        email=email,
        name="Jonas Ek",
        role="owner",
        password_hash=password_hash,
        email_confirmed_at=now,
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    return user


def _quick(made: Firm, user: User, now: datetime) -> str:
    """The address of another user, with the same password kept in the weakest hash there is."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return _user(made, f"snabb.{user.email}", hasher.hash(PASSWORD), now).email


def _actor(made: Firm, user: User) -> Actor:
    return Actor(made.id, made.public_id, f"user:{user.public_id}", user.name, user.id, "127.0.0.1", "bench")


def _crowd(made: Firm, count: int, now: datetime) -> list[tuple[int, str]]:
    """Customers and the price list; (id, name) of each customer."""
    for number in range(count):
        given = CustomerInput(
            kind="private",
            name=f"Kund {number:05d} Almgren",
            email=f"kund{number}@kund.example",
            phone=f"+4670174{number % 10_000:04d}",
            site_street=f"Granstigen {number}",
            site_postal_code="999 98",
            site_city="Lillhamra",
        )
        customers.add(given, firm_id=made.id, now=now)
    n = numbers.take(made.id, "article", count=ARTICLES)
    articles = [
        {
            "firm_id": made.id,
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
        for text, _quantity, unit, _price, kind, deduction, _is_option in [LINES[number % len(LINES)]]
    ]
    db.session.execute(insert(_table(Article)), articles)
    transaction.commit()
    return [(row.id, row.name) for row in db.session.scalars(select(Customer).where(Customer.firm_id == made.id))]


def _row(model: type[Base], *where: Any) -> dict[str, Any]:
    return dict(db.session.execute(select(_table(model)).where(*where)).mappings().one())


def _rows(model: type[Base], *where: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(select(_table(model)).where(*where)).mappings()]


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def _copies_of(firm_id: int, n: int) -> dict[Any, Any]:
    """The rows of a quote as they are stored."""
    quote = _row(Quote, Quote.firm_id == firm_id, Quote.n == n)
    of_quote = {model: _rows(model, model.quote_id == quote["id"]) for model in (QuoteSection, QuoteLine, QuoteLink)}
    versions = _rows(QuoteVersion, QuoteVersion.quote_id == quote["id"])
    found: dict[Any, Any] = {"quote": quote, "version": versions[0] if versions else None, **of_quote}
    if versions:
        found["file"] = _row(StoredFile, StoredFile.id == versions[0]["pdf_id"])
        found["content"] = json.loads(versions[0]["content"])
    return found


def _copy(
    made: Firm,
    drafted: dict[Any, Any],
    sent: dict[Any, Any],
    crowd: list[tuple[int, str]],
    count: int,
    now: datetime,
    pdf_bytes: int,
) -> None:
    ids = {model: int(db.session.scalar(select(func.max(model.id))) or 0) for model in _COPIED}
    chain = _Chain(made)
    pdf = _padded(storage.read(made.public_id, db.session.get_one(StoredFile, sent["file"]["id"])), pdf_bytes)
    first_n = sent["quote"]["n"]
    made_rows: dict[type[Base], list[dict[str, Any]]] = {model: [] for model in (*_COPIED, Event, EventValue)}
    last_number = 1
    for number in range(1, count + 1):
        is_sent = number % DRAFT_EVERY != 0 and number > count - MOST_SENT
        original = sent if is_sent else drafted
        customer_id, name = crowd[number % len(crowd)]
        ids[Quote] += 1
        at = now - timedelta(minutes=7 * (count - number) + 10)
        quote = original["quote"] | {
            "id": ids[Quote],
            "public_id": new_public_id(),
            "n": first_n + number,
            "customer_id": customer_id,
            "customer_name": name,
            "title": f"Badrum, Granstigen {number}",
            "created_at": at,
            "touched_at": at,
        }
        for section in original[QuoteSection]:
            ids[QuoteSection] += 1
            made_rows[QuoteSection].append(section | {"id": ids[QuoteSection], "quote_id": ids[Quote]})
            for line in original[QuoteLine]:
                if line["section_id"] == section["id"]:
                    ids[QuoteLine] += 1
                    copied = {"id": ids[QuoteLine], "quote_id": ids[Quote], "section_id": ids[QuoteSection]}
                    made_rows[QuoteLine].append(line | copied)
        if is_sent:
            last_number += 1
            quote |= {"number": f"{now.year}-{last_number:03d}", "sent_at": at}
            quote["seen_at"] = at if number % 3 == 0 else None
            _freeze(made, quote, sent, ids, made_rows, chain, pdf, at)
        quote["search_text"] = search.text_of(quote["title"], name, quote["number"], quote["site_street"])
        made_rows[Quote].append(quote)
        if len(made_rows[Quote]) >= CHUNK or number == count:
            for model, rows in made_rows.items():
                if rows:
                    db.session.execute(insert(_table(model)), rows)
                rows.clear()
    _count_up(made.id, "quote", first_n + count)
    _count_up(made.id, f"quote-{now.year}", last_number)
    chain.close()
    transaction.commit()


_COPIED = (Quote, QuoteSection, QuoteLine, StoredFile, QuoteVersion, QuoteLink)


def _freeze(
    made: Firm,
    quote: dict[str, Any],
    sent: dict[Any, Any],
    ids: dict[Any, int],
    rows: dict[type[Base], list[dict[str, Any]]],
    chain: _Chain,
    pdf: bytes,
    at: datetime,
) -> None:
    """The version, its PDF on disk, its link and its two entries in the chain."""
    content = sent["content"] | {"quote": quote["public_id"], "number": quote["number"], "title": quote["title"]}
    content["customer"] = content["customer"] | {"name": quote["customer_name"]}
    content["address"] = f"{settings().base_url}/o/{quote['public_id']}"
    stored = canonical.dumps(content)
    for model in (StoredFile, QuoteVersion, QuoteLink):
        ids[model] += 1
    file = sent["file"] | {"id": ids[StoredFile], "public_id": new_public_id(), "size_bytes": len(pdf)}
    file |= {"name": f"Offert {quote['number']} v1.pdf", "sha256": canonical.sha256_hex(pdf), "created_at": at}
    rows[StoredFile].append(file)
    version = sent["version"] | {"id": ids[QuoteVersion], "quote_id": quote["id"], "content": stored.decode()}
    version |= {"json_sha256": canonical.sha256_hex(stored), "pdf_id": file["id"], "pdf_sha256": file["sha256"]}
    rows[QuoteVersion].append(version | {"created_at": at})
    link = sent[QuoteLink][0] | {"id": ids[QuoteLink], "public_id": new_public_id(), "quote_id": quote["id"]}
    rows[QuoteLink].append(link | {"created_at": at})
    place = storage.path(made.public_id, file["public_id"])
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.write_bytes(b"".join(vault.seal_stream(made.public_id, [pdf], "stored_file", file["public_id"])))
    obj = f"quote:{quote['public_id']}:v1"
    hashes = {"version": 1, "json_sha256": version["json_sha256"]}
    for act, data in (
        ("doc.frozen", hashes | {"pdf_sha256": file["sha256"], "attachments": []}),
        ("quote.sent", hashes | {"doc_sha256": file["sha256"], "channel": "mail", "link_id": link["public_id"]}),
    ):
        entry, value = chain.add(act, obj, data, at)
        rows[Event].append(entry)
        rows[EventValue].append(value)


class _Chain:
    """Entries at the end of a firm's chain, each with one personal value, without a statement for each."""

    def __init__(self, made: Firm) -> None:
        self.made = made
        self.head = db.session.get_one(ChainHead, made.id)
        self.seq, self.link = self.head.seq, self.head.link

    def add(self, act: str, obj: str, data: dict[str, Any], at: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
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


def waiting_letters() -> Iterator[int]:
    """How many letters the worker has still to deliver, asked again at each step."""
    yield from _counted("SELECT count(*) FROM letter WHERE state = 'queued'")


def waiting_papers() -> Iterator[int]:
    """How many agreements have no paper yet, asked again at each step."""
    yield from _counted("SELECT count(*) FROM agreement WHERE pdf_id IS NULL")


def _counted(statement: str) -> Iterator[int]:
    while True:
        count = int(db.session.execute(db.text(statement)).scalar_one())
        transaction.rollback()
        yield count
