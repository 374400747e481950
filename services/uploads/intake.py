"""Take a document in: it is streamed into the encrypted store as it is, and the worker is asked to look into it.

Here only its first bytes and its length are looked at. The file is written before the transaction that names it begins.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import IO

from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from domain.deal_kinds import DealKind
from domain.uploads import HEAD_BYTES, MOST_BYTES, Refusal, begins_like_one, clean_name, title_of
from extensions import db
from models import Firm, Quote, StoredFile, Upload
from services import nudge, once, scope, storage, transaction
from services.actors import Actor
from services.errors import NotFound
from services.quotes import drafting, header
from services.quotes.drafting import NotEditable
from services.uploads import rows

ACT = "document.upload"


class Unfit(Exception):
    """The file is seen not to be a document already by its first bytes or its length. The argument is a `Refusal`."""


class Incoming(Struct, frozen=True):
    """A file as a browser sent it."""

    name: str
    stream: IO[bytes]


def create(
    incoming: Incoming, title: str, customer: int | None, firm: Firm, *, key: str, actor: Actor, now: datetime
) -> int:
    """A draft that is a document, for a customer by number or nobody yet: its number. Commits.

    Begins reading and writes at the end. Pressed twice it is one. Raises Unfit, NotFound, DiskFull.
    """
    file = _keep(incoming, actor, now)
    facts = {"sha256": file.sha256, "title": title}
    try:
        transaction.start_writing()
        earlier = once.answer(actor.firm_id, key, ACT, facts)
        if earlier is not None:
            transaction.rollback()
            storage.remove(actor.firm_public_id, file.public_id)
            return int(earlier)
        quote = header.begin(customer, firm, kind=DealKind.DOCUMENT, actor=actor, now=now).quote
        quote.title = title or title_of(file.name)
        drafting.keep_search_text(quote)
        _attach(quote, file, now=now)
        once.remember(actor.firm_id, key, ACT, facts, at=str(quote.n), now=now)
        n = quote.n
        transaction.commit()
    except IntegrityError:  # PostgreSQL: the other press committed between the two looks
        transaction.rollback()
        storage.remove(actor.firm_public_id, file.public_id)
        earlier = once.answer(actor.firm_id, key, ACT, facts)
        if earlier is None:
            raise
        return int(earlier)
    except BaseException:
        transaction.rollback()
        storage.remove(actor.firm_public_id, file.public_id)
        raise
    return n


def replace(n: int, incoming: Incoming, *, actor: Actor, now: datetime) -> None:
    """Another file in place of the one there is; what was sent keeps its own. Commits.

    Begins reading and writes at the end. Raises Unfit, NotFound, NotEditable, OnItsWay, DiskFull.
    """
    check(drafting.get(actor.firm_id, n))
    file = _keep(incoming, actor, now)
    gone: list[str] = []
    try:
        transaction.start_writing()
        quote = drafting.get(actor.firm_id, n, lock=True)
        check(quote)
        old = rows.current(actor.firm_id, quote.id, lock=True)
        if old.sha256 == file.sha256 and old.state != "refused":  # the same again
            transaction.rollback()
            storage.remove(actor.firm_public_id, file.public_id)
            return
        _attach(quote, file, is_order=old.is_order, now=now)
        if not old.sent_version:
            gone = _drop(old)
        drafting.sign(quote, actor, "", now=now)
        quote.touched_at, quote.changed_since = now, True
        transaction.commit()
    except BaseException:
        transaction.rollback()
        storage.remove(actor.firm_public_id, file.public_id)
        raise
    for public_id in gone:
        storage.remove(actor.firm_public_id, public_id)


def save(n: int, title: str, *, is_order: bool, rev: int, actor: Actor, now: datetime) -> None:
    """Its title, and whether a consumer orders something by it. Commits.

    Raises NotFound, NotEditable, OnItsWay, header.HeaderChanged if someone else was first.
    """
    quote = drafting.get(actor.firm_id, n, lock=True)
    check(quote)
    upload = rows.current(actor.firm_id, quote.id, lock=True)
    if (quote.title, upload.is_order) == (title, is_order):
        return
    if quote.rev != rev:
        raise header.HeaderChanged(quote)
    quote.title, upload.is_order = title, is_order
    drafting.sign(quote, actor, "", now=now)
    drafting.keep_search_text(quote)
    quote.touched_at, quote.changed_since = now, True
    transaction.commit()


def check(quote: Quote) -> None:
    """Raises NotFound for a deal of another kind, NotEditable, OnItsWay."""
    if quote.kind != DealKind.DOCUMENT:
        raise NotFound
    if not drafting.may_change(quote):
        raise NotEditable


def _keep(incoming: Incoming, actor: Actor, now: datetime) -> StoredFile:
    """Stream the file into the store, before a transaction that names it begins. Raises Unfit, DiskFull."""
    storage.require_disk(MOST_BYTES)
    head = incoming.stream.read(HEAD_BYTES)
    if not begins_like_one(head):
        raise Unfit(Refusal.KIND if head else Refusal.EMPTY)
    counted = storage.Counted(chain([head], storage.pieces(incoming.stream)), most_bytes=MOST_BYTES)
    try:
        file = storage.take(
            actor.firm_id,
            actor.firm_public_id,
            counted,
            purpose=rows.PURPOSE,
            name=clean_name(incoming.name),
            media_type="application/pdf",
            now=now,
        )
    except storage.TooLarge:
        raise Unfit(Refusal.BYTES) from None
    file.size_bytes, file.sha256 = counted.size_bytes, counted.sha256
    return file


def _attach(quote: Quote, file: StoredFile, *, is_order: bool = False, now: datetime) -> None:
    db.session.add(file)
    db.session.flush()
    upload = Upload(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        name=file.name,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        file_id=file.id,
        is_order=is_order,
        created_at=now,
    )
    db.session.add(upload)
    nudge.after_commit("draw_documents")


def _drop(old: Upload) -> list[str]:
    """Remove the rows of a file that was never sent; the public ids of its files."""
    pictures = [page.file_id for page in rows.pages(old)]
    ids = [*pictures, *([old.file_id] if old.file_id else [])]
    firm_id = old.firm_id
    db.session.delete(old)  # its pages go with it
    db.session.flush()
    names = scope.columns(StoredFile, firm_id, StoredFile.public_id).where(StoredFile.id.in_(ids))
    gone = list(db.session.scalars(names))
    db.session.execute(scope.remove(StoredFile, firm_id).where(StoredFile.id.in_(ids)))
    return gone
