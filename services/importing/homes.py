"""Where a firm lived before it came here, what it brought along, and which keys and papers are of before.

What stands in an archive is the word of who handed it in: keys, addresses and times prove nothing by themselves.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import reduce

from msgspec import Struct
from sqlalchemy import func, or_, select

from domain import findings
from extensions import db
from models import Agreement, Article, Customer, EarlierHome, Event, Firm, Quote, StoredFile, User
from services import scope
from services.standing import IS_HERE

_END = "-----END "  # the seal's own certificate stands first


Came = findings.Home | None


class Counts(Struct, frozen=True):
    """What a firm has, for the page after moving in."""

    quotes: int
    agreements: int
    customers: int
    articles: int
    files: int
    users: int


def newest(firm_id: int) -> EarlierHome | None:
    """Where the firm lived before it came here; none for one that began here."""
    return db.session.scalar(scope.of(EarlierHome, firm_id).order_by(EarlierHome.n.desc()).limit(1))


def all_of(firm_id: int) -> list[EarlierHome]:
    """Oldest first."""
    return list(db.session.scalars(scope.of(EarlierHome, firm_id).order_by(EarlierHome.n)))


def counts(firm_id: int) -> Counts:
    tables = (Quote, Agreement, Customer, Article, StoredFile, User)
    return Counts(*(db.session.scalar(scope.columns(table, firm_id, func.count())) or 0 for table in tables))


def before(firm_id: int, firm_public_id: str, deal_id: str, acts: Collection[str], sha256: str) -> Came:
    """The home of a paper, unless it is this installation that has written down the act that made it, and it alone.

    `sha256` stands in the entries of these `acts`. None for a paper of here.
    """
    home = newest(firm_id)
    if home is None:
        return None
    made = scope.columns(Event, firm_id, func.min(Event.seq)).where(
        Event.obj == f"quote:{deal_id}",
        Event.act.in_(acts),
        Event.entry.contains(f'"{sha256}"'),
        ~Event.entry.contains('"answer":'),  # the firm's own to a late yes: it makes no yes of before one of here
    )
    first = db.session.scalar(made)
    if first is not None and first > home.seq:
        return None
    return findings.Home(home.address, home.arrived_at, frozenset({firm_public_id}))


def is_asleep(firm_id: int, deal_id: str) -> bool:
    """Whether nothing has happened here yet of a deal that came along: nothing is sent about it by itself."""
    home = newest(firm_id)
    if home is None:
        return False
    since = Event.obj == f"quote:{deal_id}", Event.seq > home.seq
    return db.session.scalar(scope.columns(Event, firm_id, Event.seq).where(*since).limit(1)) is None


def holding(fingerprints: Collection[str]) -> dict[str, findings.Home]:
    """The homes whose keys are among these (SHA-256 of a raw Ed25519 key, or of a certificate)."""
    wanted = set(fingerprints)
    if not wanted:
        return {}
    named = [EarlierHome.keys.contains(one[:16]) for one in wanted]
    asked = select(EarlierHome, Firm.public_id).join(Firm, Firm.id == EarlierHome.firm_id)
    asked = asked.where(or_(*named), IS_HERE).order_by(EarlierHome.arrived_at)
    found: dict[str, list[findings.Home]] = {}
    for home, firm in db.session.execute(asked):
        for one in wanted & set(_fingerprints(home.keys)):
            told = findings.Home(home.address, home.arrived_at, frozenset({firm}))
            found.setdefault(one, []).append(told)
    return {one: reduce(_together, told) for one, told in found.items()}


def _together(one: findings.Home, other: findings.Home) -> findings.Home:
    """Firms of one installation. Where their archives name it differently, its address is not known."""
    address = one.address if one.address == other.address else ""
    return findings.Home(address, one.arrived_at, one.firms | other.firms)


def _fingerprints(keys: str) -> Iterator[str]:
    """Of each key in a nycklar.json. What is not in its form is passed over."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        for row in json.loads(keys)["keys"]:
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                der = base64.b64decode(row["pem"].split(_END)[0].split("-----\n", 1)[1])
                # the last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the raw key (RFC 8410)
                yield hashlib.sha256(der[-32:] if row["kind"] == "ed25519" else der).hexdigest()
