"""Firms to measure: opened here, their quotes made and sent by the services; most are copies (bench/bulk.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select

from bench import bulk
from bench.bulk import LineWords
from domain.clock import stockholm_date
from extensions import db
from models import Customer, Firm, Quote, QuoteLine, QuoteLink, QuoteSection, User, new_public_id
from services import customers, events, keys, passwords, tokens, transaction
from services.actors import Actor
from services.customers import CustomerInput
from services.installation import secrets, settings
from services.quotes import drafting, header, sending

PASSWORD = "grovspik och hyvel 7"
PDF_BYTES = 20_000
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
    """A firm with `size` quotes, a tenth as many customers (at most 5,000) and 5,000 articles."""
    transaction.may_write()
    made, user = _firm(size, now)
    actor = _actor(made, user)
    crowd = _crowd(made, max(10, min(size // 10, 5000)), now)
    draft_n, sent_n = draft(made, user, now=now), draft(made, user, now=now)
    send(made, user, sent_n, actor=actor, now=now)
    drafted, sent = bulk.stored(made.id, draft_n), bulk.stored(made.id, sent_n)
    bulk.Copies(made, drafted, sent, pdf_bytes=pdf_bytes, now=now).add(size - 2, crowd)
    transaction.commit()  # without ANALYZE: no statistics are kept, they may hold samples of what was erased
    return Filled(size, made.id, user.email, _quick(made, user, now), draft_n, sent_n)


def deals(filled: Filled, count: int, *, now: datetime) -> list[Deal]:
    """Quotes made and sent by the services, with a link each."""
    transaction.may_write()
    made, user = _found(filled)
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


def _found(filled: Filled) -> tuple[Firm, User]:
    made = db.session.get_one(Firm, filled.firm_id)
    owner = db.session.scalars(select(User).where(User.firm_id == made.id, User.email == filled.email)).one()
    return made, owner


def letters_of(filled: Filled) -> tuple[int, str]:
    """The firm, and the link that letters about its sent quote carry."""
    statement = select(QuoteLink.public_id).where(QuoteLink.firm_id == filled.firm_id).order_by(QuoteLink.id).limit(1)
    return filled.firm_id, db.session.scalars(statement).one()


def long_draft(filled: Filled, count: int, *, now: datetime) -> int:
    """A draft of `count` lines in sections of fifteen; its number."""
    transaction.may_write()
    made, user = _found(filled)
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
    bulk.price_list(made.id, LINES, now)
    transaction.commit()
    return [(row.id, row.name) for row in db.session.scalars(select(Customer).where(Customer.firm_id == made.id))]
