"""A quote as a contract: which of the two it is, its clauses, what it needs before it goes, and the firm's signature.

The kind is chosen before the first sending. What was sent as a quote stays one; a contract of its own is made from it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from documents import clauses as words
from domain import checks, payment_plan
from domain.checks import Blocker
from domain.clauses import audience_of
from domain.deal_kinds import DealKind
from domain.evidence import timestamp
from domain.quote_states import QuoteStatus
from domain.signing_methods import LEVELS, Method
from extensions import db
from languages import speaking
from models import Agreement, ContractTemplate, Firm, Quote, QuoteVersion
from services import contract_templates, events, scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken
from services.quotes import drafting, header, templates
from services.quotes.drafting import Draft

PASSWORD = "password"  # noqa: S105  (how the firm signs: logged in, the password just typed)
FIRM = "firm"  # the role of the firm's own signature in the chain


class Signature(Struct, frozen=True):
    """The firm's own, given when Skicka was pressed."""

    name: str
    way: str
    at: datetime


def frozen(draft: Draft, content: dict[str, Any], signature: Signature | None) -> dict[str, Any] | None:
    """What the version says of its contract; None for what is none. `content` is the rest, with its sums."""
    quote = draft.quote
    if quote.kind != DealKind.CONTRACT:
        return None
    audience = audience_of(content["customer"]["kind"], is_smahus=content["is_smahus"])
    used = contract_templates.used(quote.firm_id, quote.clauses_n, audience)
    with speaking(content["lang"]):
        printed = words.printed(used.clauses, audience, content)
    return {
        "audience": audience.value,
        "template": {"id": used.id, "name": used.name, "version": used.version, "sha256": used.sha256},
        "texts": words.VERSION,
        "clauses": printed,
        "open_ended": quote.open_ended,
        "from_quote": quote.from_number,
        "firm_signer": {"name": signature.name, "way": signature.way, "at": timestamp(signature.at)}
        if signature
        else None,
    }


def blockers(draft: Draft) -> list[Blocker]:
    """What a contract must say before it goes, and does not."""
    quote = draft.quote
    if quote.kind != DealKind.CONTRACT:
        return []
    breaks_plan = False
    if quote.is_smahus and draft.customer is not None and draft.customer.kind == "private":
        parts, to_pay_ore = header.payment_plan(quote), drafting.totals(draft).to_pay_ore
        breaks_plan = payment_plan.breaks_smahus(parts, to_pay_ore, starts_on=quote.starts_on)
    return checks.of_contract(
        starts_on=quote.starts_on,
        finishes_on=quote.finishes_on,
        is_open_ended=quote.open_ended,
        breaks_plan=breaks_plan,
    )


def offered(draft: Draft) -> list[ContractTemplate]:
    """The firm's templates for such a customer."""
    customer = draft.customer
    audience = audience_of(customer.kind if customer else None, is_smahus=draft.quote.is_smahus)
    return [row for row in contract_templates.listed(draft.quote.firm_id) if row.audience == audience]


def set_kind(n: int, kind: str, *, actor: Actor, now: datetime) -> None:
    """Make the draft a quote or a contract. Commits.

    A contract begins with the firm's newest template for such a customer. Raises NotFound, NotEditable, and
    RuleBroken("kind_is_set") once it has been sent, or for a document.
    """
    if kind not in (DealKind.QUOTE, DealKind.CONTRACT):
        raise NotFound
    draft = drafting.load_to_edit(actor.firm_id, n)
    quote = draft.quote
    if quote.kind != kind:
        if quote.version or quote.kind == DealKind.DOCUMENT:
            raise RuleBroken("kind_is_set")
        if kind == DealKind.CONTRACT:
            _begin(draft)
        else:
            quote.kind = kind
            quote.terms = quote.terms or db.session.get_one(Firm, quote.firm_id).default_terms
        drafting.touch(draft, now=now)
    transaction.commit()


def _begin(draft: Draft) -> None:
    """A contract from here on. The terms that all quotes begin with are left out: its clauses say the same."""
    quote, customer = draft.quote, draft.customer
    audience = audience_of(customer.kind if customer else None, is_smahus=quote.is_smahus)
    quote.kind = DealKind.CONTRACT.value
    quote.clauses_n = contract_templates.usual(quote.firm_id, audience)
    if quote.terms == db.session.get_one(Firm, quote.firm_id).default_terms:
        quote.terms = ""


def choose(n: int, clauses_n: int | None, *, open_ended: bool, actor: Actor, now: datetime) -> None:
    """The template of the contract (None: ours), and whether there is no day when it is done. Commits.

    Raises NotFound (for a template that is not offered, too), NotEditable.
    """
    draft = drafting.load_to_edit(actor.firm_id, n)
    quote = draft.quote
    if quote.kind != DealKind.CONTRACT:
        raise NotFound
    if clauses_n is not None and clauses_n not in {row.n for row in offered(draft)}:
        raise NotFound
    if (quote.clauses_n, quote.open_ended) != (clauses_n, open_ended):
        quote.clauses_n, quote.open_ended = clauses_n, open_ended
        drafting.touch(draft, now=now)
    transaction.commit()


def from_quote(n: int, firm: Firm, *, once_key: str, actor: Actor, now: datetime) -> int:
    """A contract of its own, a draft with all that the accepted quote says; its number. Commits.

    Raises NotFound, RuleBroken("not_open") unless the quote is agreed, once.KeyReused.
    """
    source = drafting.get(actor.firm_id, n)
    if source.kind != DealKind.QUOTE or source.status not in (QuoteStatus.ACCEPTED, QuoteStatus.COMPLETED):
        raise RuleBroken("not_open")
    customer = drafting.load(actor.firm_id, n).customer
    if customer is None:
        raise RuleBroken("not_open")
    made, _lost, _photos = templates.copy_quote(n, customer.n, firm, once_key=once_key, actor=actor, now=now)
    draft = drafting.load_to_edit(actor.firm_id, made)
    quote = draft.quote
    if quote.kind != DealKind.CONTRACT:
        old = drafting.load(actor.firm_id, n)
        _settle(old, draft, now)
        _begin(draft)
        quote.from_number = old.quote.number or ""
        for name in ("starts_on", "finishes_on", "payment_plan"):
            setattr(quote, name, getattr(old.quote, name))
        db.session.flush()
        drafting.touch(drafting.load_to_edit(actor.firm_id, made), now=now)
    transaction.commit()
    return made


def _settle(old: Draft, draft: Draft, now: datetime) -> None:
    """What the customer chose in the quote is part of the contract; what was offered besides is not in it."""
    agreement = scope.get(Agreement, old.quote.firm_id, Agreement.quote_id == old.quote.id)
    agreed = json.loads(agreement.agreed)
    picked, quantities = set(agreed["picked"]), agreed.get("quantities", {})
    for section, twin in zip(old.sections, draft.sections, strict=False):  # of none there is an empty one
        for line, other in zip(old.lines_of(section), draft.lines_of(twin), strict=True):
            key = str(line.n)
            if (line.is_option or section.choice) and not line.is_text and key not in picked:
                other.removed_at = now
            other.is_option = other.is_recommended = False
            other.quantity_milli = quantities.get(key, other.quantity_milli)
            other.quantity_min_milli = other.quantity_max_milli = None
        twin.choice = ""


def record(quote: Quote, version: QuoteVersion, signature: Signature, *, actor: Actor, now: datetime) -> None:
    """The firm's signature in the chain. Never commits."""
    data = {
        "version": version.version,
        "doc_sha256": version.pdf_sha256,
        "json_sha256": version.json_sha256,
        "way": signature.way,
        "level": LEVELS[Method.LINK].value,
        "role": FIRM,
    }
    obj = f"quote:{quote.public_id}:v{version.version}"
    events.record("contract.signed", obj, actor=actor, at=now, data=data, personal={"name": signature.name})
