"""Text blocks: texts the firm says often, each meant for one place of a quote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from extensions import db
from models import TextBlock
from services import numbers, scope, transaction
from services.actors import Actor
from services.errors import RuleBroken, Stale

PLACES = ("message", "not_included", "customer_does", "terms", "row")
MOST = 300  # of a firm; a page lists them all


class TooManyTexts(RuleBroken):
    """A firm keeps at most MOST texts."""

    code = "too_many_texts"


class TextChanged(Stale):
    """Someone else changed the text since the form was drawn; `block` is how it stands now."""

    code = "text_changed"

    def __init__(self, block: TextBlock) -> None:
        super().__init__()
        self.block = block


class TextInput(Struct, frozen=True):
    """What the form says."""

    place: str
    title: str
    text: str


def listed(firm_id: int, *, archived: bool = False) -> dict[str, list[TextBlock]]:
    """All texts by place; within a place the latest used first."""
    found = _rows(firm_id, archived=archived)
    return {place: [row for row in found if row.place == place] for place in PLACES}


def offered(firm_id: int, places: Iterable[str]) -> dict[str, list[TextBlock]]:
    """The texts that can be put into the fields of a form, by place; places without any are left out."""
    by_place = listed(firm_id)
    return {place: by_place[place] for place in places if by_place[place]}


def get(firm_id: int, n: int) -> TextBlock:
    """Raises NotFound."""
    return scope.get(TextBlock, firm_id, TextBlock.n == n)


def use(firm_id: int, n: int, *, now: datetime) -> TextBlock:
    """A text about to be put somewhere; it comes first from now on. Commits. Raises NotFound."""
    block = scope.get(TextBlock, firm_id, TextBlock.n == n, TextBlock.archived_at.is_(None))
    block.used_at = now
    transaction.commit(keep=True)
    return block


def create(given: TextInput, *, actor: Actor, now: datetime) -> TextBlock:
    """Raises TooManyTexts."""
    if len(_rows(actor.firm_id, archived=False)) >= MOST:
        raise TooManyTexts
    block = TextBlock(firm_id=actor.firm_id, n=numbers.take(actor.firm_id, "text"), rev=1, used_at=now)
    _fill(block, given)
    db.session.add(block)
    transaction.commit(keep=True)
    return block


def update(n: int, given: TextInput, *, rev: int, actor: Actor) -> None:
    """Change a text; quotes it came into stay as they are. Raises NotFound, TextChanged if someone else was first."""
    block = scope.get(TextBlock, actor.firm_id, TextBlock.n == n, lock=True)
    if (block.place, block.title, block.text) != (given.place, given.title, given.text):
        if block.rev != rev:
            raise TextChanged(block)
        _fill(block, given)
        block.rev += 1
    transaction.commit()


def archive(n: int, *, actor: Actor, now: datetime) -> None:
    """Take a text out of the list; `restore` puts it back. Raises NotFound."""
    block = scope.get(TextBlock, actor.firm_id, TextBlock.n == n, lock=True)
    block.archived_at = block.archived_at or now
    transaction.commit()


def restore(n: int, *, actor: Actor) -> None:
    """Raises NotFound."""
    scope.get(TextBlock, actor.firm_id, TextBlock.n == n, lock=True).archived_at = None
    transaction.commit()


def _rows(firm_id: int, *, archived: bool) -> list[TextBlock]:
    statement = scope.of(TextBlock, firm_id).where(
        TextBlock.archived_at.is_not(None) if archived else TextBlock.archived_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(TextBlock.used_at.desc(), TextBlock.id.desc())))


def _fill(block: TextBlock, given: TextInput) -> None:
    block.place, block.title, block.text = given.place, given.title, given.text
