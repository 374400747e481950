"""Make checkpoints over all chains, and show the way from a firm's chain to one (form: domain/checkpoints.py).

Read, hash and sign outside the writing transaction; the number of the checkpoint decides who was first. A chain that
no longer leads on from the leaf that was signed keeps that leaf: a history that was cut or rewritten is not
signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import IntegrityError

from domain import canonical, checkpoints
from domain.acts import AGREES
from extensions import db
from models import ChainHead, CheckpointHead, Event, Firm, Incident
from models import Checkpoint as Row
from services import checkpoint_file, restored, transaction
from services.checkpoint_rows import ROWS_AT_A_TIME, Checkpoint, by_bytes, heads_at, newest, of, store
from services.sealing import keys
from services.standing import IS_HERE

TRIES = 20
# what someone signed, or takes back: within the hour there is a checkpoint over it
SIGNING = (*AGREES, "ata.accepted", "doc.all_signed", "doc.sealed", "withdrawal.received")


class _Draft(Struct):
    """What the next checkpoint is to say, read in one snapshot."""

    before: Checkpoint | None
    root: str
    moved: list[dict[str, Any]] = field(default_factory=list)  # firm, seq, link
    left: list[str] = field(default_factory=list)  # firms that are here no more
    behind: list[str] = field(default_factory=list)  # firms whose chain does not lead on from its leaf


def cover(now: datetime, *, entry: tuple[str, int] | None = None, always: bool = False) -> Checkpoint | None:
    """The newest checkpoint, made if there is something new; None while there is no firm.

    `entry` (firm's public id, seq): the newest one will do if it reaches that entry. `always`: make one even if
    nothing is new. Begins and ends transactions of its own. Raises sealing.keys.KeysMissing.
    """
    for _try in range(TRIES):
        restored.take_back(now)
        with transaction.snapshot():
            found = newest()
            if entry is not None and found is not None and _reaches(entry):
                return found
            draft = _draft(found)
        if draft is None:
            return None
        if not (draft.moved or draft.left or always or found is None):
            return found
        made = _sign(draft, now)
        if _keep(made, draft):
            checkpoint_file.follow()
            return made
    raise RuntimeError("others make checkpoints faster than this one")


def rotate_keys(now: datetime) -> list[str]:
    """Make new keys of the installation; their ids. The last checkpoint of the old one and the first of the new, signed
    by both, are made at once: however often keys are rotated, each vouches for the next.

    Lost keys are replaced too, without their word. Raises sealing.keys.KeysMissing without published.json.
    """
    with suppress(keys.KeysMissing):
        cover(now, always=True)
    made = keys.rotate(now)
    cover(now, always=True)
    return made


def proof_of(firm_public_id: str, checkpoint: Checkpoint) -> dict[str, Any]:
    """The way of a firm's chain to a checkpoint: {"checkpoint", "signatures", "leaf": {firm, link, seq}, "path"}.

    `path` is [[side, hash], ...] from the leaf upwards, `side` where the other node stands. In the running
    transaction. Raises LookupError where the checkpoint has no leaf of the firm.
    """
    tree = checkpoints.Tree(follow=firm_public_id)
    for firm, link, seq in heads_at(checkpoint.n):
        tree.add(firm, link, seq)
    if tree.followed is None:
        raise LookupError(firm_public_id)
    tree.root()
    firm, link, seq = tree.followed
    leaf = {"firm": firm, "link": link, "seq": seq}
    return {**checkpoint.published(), "leaf": leaf, "path": [list(step) for step in tree.path]}


def of_firm(firm_public_id: str) -> Iterator[dict[str, Any]]:
    """The checkpoints that a firm's chain moved for, oldest first; "head" {seq, link} is its leaf in each."""
    statement = (
        select(Row.n, Row.at, Row.body, Row.signatures, CheckpointHead.seq, CheckpointHead.link)
        .join(CheckpointHead, CheckpointHead.n == Row.n)
        .where(CheckpointHead.firm == firm_public_id)
        .order_by(Row.n)
    )
    for row in db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield {**of(row).published(), "head": {"seq": row.seq, "link": row.link}}


class Standing(Struct, frozen=True):
    """How long a firm's chain is, and how far the newest checkpoint that it moved for reaches."""

    length: int
    n: int | None
    reached: int


def standing(firm_id: int) -> Standing:
    """How far the chain of a firm is signed."""
    statement = (
        select(ChainHead.seq, CheckpointHead.n, CheckpointHead.seq.label("reached"))
        .join(Firm, Firm.id == ChainHead.firm_id)
        .outerjoin(CheckpointHead, _newest_head())
        .where(ChainHead.firm_id == firm_id)
    )
    row = db.session.execute(statement).one()
    return Standing(row.seq, row.n, row.reached or 0)


def is_signed_since() -> bool:
    """Whether someone has signed something that no checkpoint reaches."""
    statement = (
        select(Event.seq)
        .join(Firm, Firm.id == Event.firm_id)
        .join(ChainHead, ChainHead.firm_id == Firm.id)
        .outerjoin(CheckpointHead, _newest_head())
        .where(or_(CheckpointHead.seq.is_(None), ChainHead.seq != CheckpointHead.seq))  # else every chain is walked
        .where(or_(CheckpointHead.seq.is_(None), Event.seq > CheckpointHead.seq), Event.act.in_(SIGNING))
        .where(IS_HERE)
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def _newest_head() -> ColumnElement[bool]:
    return and_(CheckpointHead.firm == Firm.public_id, CheckpointHead.until_n.is_(None))


def _reaches(entry: tuple[str, int]) -> bool:
    firm, seq = entry
    where = CheckpointHead.firm == firm, CheckpointHead.until_n.is_(None), CheckpointHead.seq >= seq
    return db.session.scalar(select(CheckpointHead.n).where(*where)) is not None


def _draft(before: Checkpoint | None) -> _Draft | None:
    tree, draft, accepted = checkpoints.Tree(), _Draft(before, ""), _accepted()
    for row in ends():
        link, seq = row.link, row.seq
        if not is_led_on(row) and (row.firm, str(row.signed_n)) not in accepted:
            draft.behind.append(row.firm)
            link, seq = row.signed_link, row.signed_seq
        elif (row.signed_seq, row.signed_link) != (seq, link):
            draft.moved.append({"firm": row.firm, "seq": seq, "link": link})
        tree.add(row.firm, link, seq)
    if not tree.size:
        return None
    draft.root = tree.root()
    gone = select(CheckpointHead.firm).outerjoin(Firm, Firm.public_id == CheckpointHead.firm)
    gone = gone.where(CheckpointHead.until_n.is_(None), or_(Firm.id.is_(None), ~IS_HERE))
    draft.left = list(db.session.scalars(gone))
    return draft


def ends() -> Iterator[Any]:
    """Per firm that is here, by id: the end of its chain, its newest leaf (signed_n, signed_seq, signed_link), and
    `then_link`, the link that the chain has now where that leaf was taken."""
    at_leaf = and_(Event.firm_id == Firm.id, Event.seq == CheckpointHead.seq)
    statement = (
        select(
            *(Firm.id.label("firm_id"), Firm.public_id.label("firm"), ChainHead.seq, ChainHead.link),
            CheckpointHead.n.label("signed_n"),
            CheckpointHead.seq.label("signed_seq"),
            CheckpointHead.link.label("signed_link"),
            Event.link.label("then_link"),
        )
        .join(ChainHead, ChainHead.firm_id == Firm.id)
        .outerjoin(CheckpointHead, _newest_head())
        .outerjoin(Event, at_leaf)
        .where(IS_HERE)
        .order_by(by_bytes(Firm.public_id))
    )
    yield from db.session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))


def is_led_on(row: Any) -> bool:
    """Whether a chain still holds its newest leaf, and ends there or later."""
    if not row.signed_seq:  # no leaf yet, or one of the empty chain
        return True
    if row.then_link != row.signed_link or row.seq < row.signed_seq:
        return False
    return bool(row.seq > row.signed_seq or row.link == row.signed_link)


def _accepted() -> set[tuple[str, str]]:
    """(firm, number of the checkpoint) where the operator has closed the incident: the chain is followed again."""
    statement = select(Firm.public_id, Incident.about).join(Firm, Firm.id == Incident.firm_id)
    statement = statement.where(Incident.kind == "chain_behind", Incident.closed_at.is_not(None))
    return {(row.public_id, row.about) for row in db.session.execute(statement)}


def _sign(draft: _Draft, now: datetime) -> Checkpoint:
    """By the key in force; by the one before too where it has changed since (security.md E-12)."""
    before, key = draft.before, keys.key_id()
    n, prev = (before.n + 1, before.id) if before else (1, checkpoints.FIRST_PREV)
    body = canonical.dumps(checkpoints.body(n=n, at=now, root=draft.root, prev=prev, key=key))
    signatures = {key: keys.sign_with(key, body)}  # by this one, also where it is replaced in this moment
    if before is not None and before.content["key"] == keys.previous():
        signatures[before.content["key"]] = keys.sign_with(before.content["key"], body)
    return Checkpoint(n, now, body, signatures)


def _keep(made: Checkpoint, draft: _Draft) -> bool:
    """Commit the checkpoint with the leaves that moved. False if another has taken its number."""
    transaction.start_writing()
    try:
        last = newest()
        if (last.id if last else None) != (draft.before.id if draft.before else None):
            transaction.rollback()
            return False
        store(made, draft.moved, draft.left)
        transaction.commit()
    except IntegrityError:
        transaction.rollback()
        return False
    return True
