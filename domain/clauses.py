"""The clauses of a contract: which there are, which must stand in it, and what may be filled into their text.

Which law asks for what, and where the words come from: docs/rules/contracts.md. The words are documents/clauses.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from domain import canonical

MOST_CLAUSES = 40  # of a template
MOST_TITLE, MOST_TEXT = 80, 4000
MOST_FIELDS = 20  # of a text: what is filled in is long, and a contract is drawn while somebody waits


class Audience(StrEnum):
    """Whom a contract is made with: which law it is held against."""

    CONSUMER = "consumer"  # konsumenttjänstlagen (1985:716)
    SMAHUS = "smahus"  # the same, with its 51-61 §§: a small house is built or extended
    BUSINESS = "business"  # companies, and housing associations, which are no consumers


def audience_of(customer_kind: str | None, *, is_smahus: bool) -> Audience:
    """Without a customer yet, as for a consumer."""
    if customer_kind not in (None, "private"):
        return Audience.BUSINESS
    return Audience.SMAHUS if is_smahus else Audience.CONSUMER


class Clause(StrEnum):
    """Ours, in the order in which they stand."""

    PARTIES = "parties"
    SIGNING = "signing"
    SITE = "site"
    SCOPE = "scope"
    NOT_INCLUDED = "not_included"
    PRICE = "price"
    PAYMENT = "payment"
    TIME = "time"
    CHANGES = "changes"
    DELAY = "delay"
    INSPECTION = "inspection"
    INSURANCE = "insurance"
    COMPLAINT = "complaint"
    WITHDRAWAL = "withdrawal"
    DISPUTE = "dispute"


_FOR_ALL = frozenset(
    {Clause.PARTIES, Clause.SIGNING, Clause.SCOPE, Clause.PRICE, Clause.PAYMENT, Clause.TIME, Clause.CHANGES}
)
_FOR_CONSUMERS = _FOR_ALL | {Clause.COMPLAINT, Clause.WITHDRAWAL, Clause.DISPUTE}
_REQUIRED = {
    Audience.BUSINESS: _FOR_ALL,
    Audience.CONSUMER: _FOR_CONSUMERS,
    Audience.SMAHUS: _FOR_CONSUMERS | {Clause.INSPECTION},
}


def offered(audience: str) -> list[Clause]:
    """Ours for them: only a consumer has a right of withdrawal."""
    return [one for one in Clause if one != Clause.WITHDRAWAL or audience != Audience.BUSINESS]


def is_required(code: str, audience: str) -> bool:
    """Whether it cannot be taken away; its words may still be the firm's."""
    return code in _REQUIRED[Audience(audience)]


class Placeholder(StrEnum):
    """What a text may name in double braces; anything else in braces is no placeholder."""

    FIRM = "företag"
    ORGNR = "orgnr"
    CONTACT = "kontakt"
    CUSTOMER = "kund"
    NUMBER = "nummer"
    SITE = "arbetsplats"
    PRICE = "pris"
    PRICE_TYPE = "pristyp"
    START = "start"
    FINISH = "färdigt"


_BRACES = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in double braces and is none of ours, each once, as it is written."""
    known = set(Placeholder)
    return list(dict.fromkeys(match[0] for match in _BRACES.finditer(text) if match[1] not in known))


def has_too_many_fields(text: str) -> bool:
    return sum(1 for _ in _BRACES.finditer(text)) > MOST_FIELDS


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. What is filled in is never read for placeholders again.

    An unknown one stays as it is.
    """
    return _BRACES.sub(lambda match: values.get(match[1], match[0]), text)


class Written(Struct, frozen=True):
    """A clause of a template. Empty title or text: ours; one of the firm's own has a code `own-<n>` and both."""

    code: str
    title: str = ""
    text: str = ""

    @property
    def is_own(self) -> bool:
        return self.code.startswith("own-")

    @property
    def is_changed(self) -> bool:
        return self.is_own or bool(self.title or self.text)


def ours(audience: str) -> tuple[Written, ...]:
    """A template as it begins: all our clauses, in our words."""
    return tuple(Written(code) for code in offered(audience))


def to_data(clauses: Sequence[Written]) -> list[dict[str, str]]:
    """Plain data for JSON."""
    return [{"code": one.code, "title": one.title, "text": one.text} for one in clauses]


def from_data(data: Sequence[Mapping[str, Any]]) -> tuple[Written, ...]:
    """The clauses of such data."""
    return tuple(Written(str(one["code"]), str(one["title"]), str(one["text"])) for one in data)


def fingerprint(clauses: Sequence[Written], *, audience: str, texts: str) -> str:
    """Names a version of a template: what the firm wrote, in its order, and the version of our words beside it."""
    said = {"audience": audience, "clauses": to_data(clauses), "texts": texts}
    return canonical.sha256_hex(canonical.dumps(said))


def moved(clauses: Sequence[Written], code: str, by: int) -> tuple[Written, ...]:
    """With the clause one place up (-1) or down (1); unchanged at the end, or where there is none."""
    rows = list(clauses)
    at = next((place for place, one in enumerate(rows) if one.code == code), None)
    if at is None or not 0 <= at + by < len(rows):
        return tuple(rows)
    rows[at], rows[at + by] = rows[at + by], rows[at]
    return tuple(rows)


def without(clauses: Sequence[Written], code: str, audience: str) -> tuple[Written, ...]:
    """Without the clause, unless it must stand there."""
    if is_required(code, audience):
        return tuple(clauses)
    return tuple(one for one in clauses if one.code != code)


def with_ours(clauses: Sequence[Written], code: str, audience: str) -> tuple[Written, ...]:
    """With one of ours that was taken away, at its usual place; unchanged if it is there or is none of ours."""
    usual = offered(audience)
    if code not in usual or any(one.code == code for one in clauses):
        return tuple(clauses)
    before = set(usual[: usual.index(Clause(code))])
    at = max((place + 1 for place, one in enumerate(clauses) if one.code in before), default=0)
    return (*clauses[:at], Written(code), *clauses[at:])


def next_own(clauses: Sequence[Written]) -> str:
    """A code for one more of the firm's own."""
    used = [int(one.code.removeprefix("own-")) for one in clauses if one.is_own]
    return f"own-{max(used, default=0) + 1}"


def missing(clauses: Sequence[Written], audience: str) -> list[Clause]:
    """Ours that are not in the template."""
    there = {one.code for one in clauses}
    return [code for code in offered(audience) if code not in there]
