"""Texts of an archive that go on being used: as a form would keep them, without signs that nobody sees.

What says what was agreed, said or done (versions, agreements, approvals, the chain, the words of others) comes byte
for byte, or its hashes would not hold. A firm may have such signs in a price list from before forms left them out, or
from a program of its own; refusing its archive would help nobody, and leaving them would let a name turn round on a new
quote.
"""

from __future__ import annotations

import json
from typing import Any

from domain import unseen
from services.moving import Row

_PLACE = ("street", "postal_code", "city")
_SITE = tuple(f"site_{name}" for name in _PLACE)
TEXTS: dict[str, tuple[str, ...]] = {
    "firm": ("name", *_PLACE, "seat", "phone", "default_terms", "default_message"),
    "user": ("name", "phone"),
    "article": ("name", "unit", "search_text"),
    "customer": ("name", "contact", "phone", *_PLACE, *_SITE, "sort_name", "search_text"),
    "text_block": ("title", "text"),
    "contract_template": ("name",),
    "quote_template": ("name",),
    "quote": ("title", "message", "terms", "not_included", "customer_does", *_SITE, "customer_name", "search_text"),
    "quote_section": ("title",),
    "quote_line": ("text", "note", "unit"),
    "recipient": ("name",),
    "photo": ("caption",),
}
JSON = {"quote": ("payment_plan",), "quote_template": ("content",)}
NOTHING_SEEN = "–"  # in place of a name of such signs alone: an empty one could not be chosen


def cleaned(table: str, row: Row) -> Row:
    """The row as it is laid; the same object where there is nothing to leave out."""
    found = {name: _text(row[name]) for name in TEXTS.get(table, ()) if row[name]}
    found |= {name: _json(row[name]) for name in JSON.get(table, ()) if row[name]}
    changed = {name: text for name, text in found.items() if text != row[name]}
    return row | changed if changed else row


def _text(text: str) -> str:
    return (unseen.left_out(text) or NOTHING_SEEN) if unseen.stands_in(text) else text


def _json(stored: str) -> str:
    """Signs may be spelled out (\\u202e): the texts within are looked at, not how they are stored."""
    value = json.loads(stored)
    seen = _within(value)
    return stored if seen == value else json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


def _within(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_within(one) for one in value]
    return {name: _within(one) for name, one in value.items()} if isinstance(value, dict) else value
