"""The firm's own clauses of contracts: each save is a new version, and what a contract was sent with stays.

A template keeps what differs from our words (documents/clauses.py): texts of the firm's own, order, what was taken
away. Without a template a contract has all our clauses in our words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from documents import clauses as words
from domain import clauses
from domain.clauses import Written
from extensions import db
from models import ContractTemplate, ContractTemplateVersion
from services import numbers, scope, transaction
from services.actors import Actor
from services.errors import NotFound, RuleBroken, Stale

MOST = 50  # of a firm; a page lists them all


class TooManyTemplates(RuleBroken):
    """A firm keeps at most MOST of them."""

    code = "too_many_contract_templates"


class ClausesChanged(Stale):
    """Someone else changed the template since the form was drawn."""

    code = "clauses_changed"


class Shown(Struct, frozen=True):
    """A template with its newest clauses."""

    template: ContractTemplate
    clauses: tuple[Written, ...]
    version: ContractTemplateVersion


class Used(Struct, frozen=True):
    """What a contract is made of, and what its paper names. Ours have neither id nor version."""

    audience: str
    clauses: tuple[Written, ...]
    id: str = ""
    name: str = ""
    version: int = 0
    sha256: str = ""


def our_words(code: str, audience: str) -> tuple[str, str]:
    """Title and text of one of our clauses, in the language at hand."""
    return words.our_words(code, audience)


def said(clause: Written, audience: str) -> tuple[str, str]:
    """Title and text of a clause as it stands, its fields still open."""
    return words.said(clause, audience)


def listed(firm_id: int, *, archived: bool = False) -> list[ContractTemplate]:
    """By whom they are for, then by name."""
    state = ContractTemplate.archived_at.is_not(None) if archived else ContractTemplate.archived_at.is_(None)
    rows = scope.rows(ContractTemplate, firm_id, state)
    return sorted(rows, key=lambda row: (list(clauses.Audience).index(clauses.Audience(row.audience)), row.name, row.n))


def show(firm_id: int, n: int) -> Shown:
    """Raises NotFound."""
    return _shown(scope.get(ContractTemplate, firm_id, ContractTemplate.n == n))


def used(firm_id: int, n: int | None, audience: str) -> Used:
    """The clauses of a contract with the template `n`; ours without one, or where it is for others or put away."""
    template = scope.find(ContractTemplate, firm_id, ContractTemplate.n == n) if n is not None else None
    if template is None or template.audience != audience or template.archived_at is not None:
        own = clauses.ours(audience)
        return Used(audience, own, sha256=clauses.fingerprint(own, audience=audience, texts=words.VERSION))
    shown = _shown(template)
    sha256 = clauses.fingerprint(shown.clauses, audience=audience, texts=words.VERSION)
    return Used(audience, shown.clauses, template.public_id, template.name, template.version, sha256)


def usual(firm_id: int, audience: str) -> int | None:
    """The number of the template that a new contract begins with: the firm's newest for them; None: ours."""
    return max((row.n for row in listed(firm_id) if row.audience == audience), default=None)


def create(name: str, audience: str, *, actor: Actor, now: datetime) -> ContractTemplate:
    """One that begins with our clauses. Commits. Raises TooManyTemplates."""
    if len(listed(actor.firm_id)) >= MOST:
        raise TooManyTemplates
    template = ContractTemplate(
        firm_id=actor.firm_id,
        n=numbers.take(actor.firm_id, "contract_template"),
        name=name,
        audience=clauses.Audience(audience).value,
        version=0,
        created_at=now,
    )
    db.session.add(template)
    db.session.flush()
    _keep(template, clauses.ours(audience), actor, now)
    transaction.commit(keep=True)
    return template


def rename(n: int, name: str, *, actor: Actor) -> None:
    """Commits. Raises NotFound."""
    _get(n, actor).name = name
    transaction.commit()


def write(n: int, code: str, title: str, text: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Give a clause the firm's words; what says the same as ours is ours. Commits.

    Raises NotFound for a clause that is not there, ClausesChanged unless `version` is the newest.
    """
    template = _get(n, actor)
    old = _newest(template)
    rows = _rows(old)
    if all(one.code != code for one in rows):
        raise NotFound
    given = Written(code, title, text)
    if not given.is_own:
        our_title, our_text = words.our_words(code, template.audience)
        given = Written(code, "" if title == our_title else title, "" if text == our_text else text)
    _change(template, old, [given if one.code == code else one for one in rows], version, actor, now)


def add_own(n: int, title: str, text: str, *, version: int, actor: Actor, now: datetime) -> None:
    """One more clause, of the firm's own, last. Commits. Raises NotFound, ClausesChanged, RuleBroken."""
    template = _get(n, actor)
    old = _newest(template)
    rows = _rows(old)
    if len(rows) >= clauses.MOST_CLAUSES:
        raise RuleBroken("too_many_clauses")
    _change(template, old, [*rows, Written(clauses.next_own(rows), title, text)], version, actor, now)


def arrange(n: int, act: str, code: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Move a clause up or down, take it away, put ours back or give it our words again. Commits.

    Raises NotFound for another act, ClausesChanged.
    """
    template = _get(n, actor)
    old = _newest(template)
    rows, audience = _rows(old), template.audience
    if act in ("up", "down"):
        changed = clauses.moved(rows, code, -1 if act == "up" else 1)
    elif act == "remove":
        changed = clauses.without(rows, code, audience)
    elif act == "add":
        changed = clauses.with_ours(rows, code, audience)
    elif act == "restore":
        changed = tuple(Written(code) if one.code == code and not one.is_own else one for one in rows)
    else:
        raise NotFound
    _change(template, old, changed, version, actor, now)


def archive(n: int, *, actor: Actor, now: datetime) -> None:
    """Take it out of the list; `restore` puts it back. Commits. Raises NotFound."""
    template = _get(n, actor)
    template.archived_at = template.archived_at or now
    transaction.commit()


def restore(n: int, *, actor: Actor) -> None:
    """Commits. Raises NotFound."""
    _get(n, actor).archived_at = None
    transaction.commit()


def _get(n: int, actor: Actor) -> ContractTemplate:
    return scope.get(ContractTemplate, actor.firm_id, ContractTemplate.n == n, lock=True)


def _newest(template: ContractTemplate) -> ContractTemplateVersion:
    where = (
        ContractTemplateVersion.template_id == template.id,
        ContractTemplateVersion.version == template.version,
    )
    return scope.get(ContractTemplateVersion, template.firm_id, *where)


def _rows(version: ContractTemplateVersion) -> tuple[Written, ...]:
    return clauses.from_data(json.loads(version.clauses))


def _shown(template: ContractTemplate) -> Shown:
    version = _newest(template)
    return Shown(template, _rows(version), version)


def _change(
    template: ContractTemplate,
    old: ContractTemplateVersion,
    changed: Sequence[Written],
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """The next version, unless nothing is changed. Commits."""
    if tuple(changed) != _rows(old):
        if template.version != version:
            raise ClausesChanged
        _keep(template, changed, actor, now)
    transaction.commit()


def _keep(template: ContractTemplate, rows: Sequence[Written], actor: Actor, now: datetime) -> None:
    template.version += 1
    db.session.add(
        ContractTemplateVersion(
            firm_id=template.firm_id,
            template_id=template.id,
            version=template.version,
            clauses=json.dumps(clauses.to_data(rows), ensure_ascii=False),
            sha256=clauses.fingerprint(rows, audience=template.audience, texts=words.VERSION),
            texts=words.VERSION,
            changed_by=actor.name[:120],
            created_at=now,
        )
    )
