"""Reading a price list from a file: keep it, say what each row would become, and take it in after a yes.

The file is kept as it came, sealed, so that the yes is said to the very bytes that were shown. What they become is
worked out anew each time, against the price list of the moment; the form of the yes carries what was shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from domain.clock import stockholm_date
from domain.line_defaults import usual_rot
from exchange import articles_csv
from exchange.articles_csv import Sheet
from exchange.text_table import BadFile
from extensions import db
from models import Article, ArticleImport, Firm, StoredFile
from services import article_plan, numbers, scope, storage, transaction
from services.actors import Actor
from services.article_plan import FIELDS, Plan, Planned, Stored
from services.errors import NotFound, RuleBroken, Stale
from services.search import text_of

KEPT = timedelta(hours=24)
MOST_BYTES = articles_csv.MOST_BYTES
MOST_ROWS = articles_csv.MOST_ROWS


class Unreadable(RuleBroken):
    """No price list can be read from the file. `code` is that of exchange.articles_csv.read."""


class Expired(NotFound):
    """The file was not taken in within its time."""


class PlanChanged(Stale):
    """The price list has changed since the rows were shown: other rows would be added or changed."""


def keep(data: bytes, basis: str, *, actor: Actor, now: datetime) -> str:
    """Keep a file that can be read, in place of the one the user had waiting; the public id of its import.

    `basis`: of the prices where the file does not say. Raises Unreadable, DiskFull.
    """
    try:
        articles_csv.read(data, today=stockholm_date(now))
    except BadFile as error:
        raise Unreadable(error.code) from None
    storage.require_disk(len(data))
    transaction.start_writing()
    waiting = _mine(actor)
    old = [_forget(row) for row in waiting if row.file_id]
    kept = storage.put(
        actor.firm_id,
        actor.firm_public_id,
        data,
        purpose="article_import",
        name="prislista.csv",
        media_type="text/csv",
        now=now,
    )
    db.session.flush()
    found = ArticleImport(
        firm_id=actor.firm_id,
        user_id=actor.user_id,
        file_id=kept.id,
        basis=basis,
        created_at=now,
        expires_at=now + KEPT,
    )
    db.session.add(found)
    db.session.flush()
    public_id = found.public_id
    transaction.commit()
    for file in old:
        storage.remove(actor.firm_public_id, file)
    return public_id


def get(public_id: str, *, actor: Actor, now: datetime) -> ArticleImport:
    """The user's own. Raises NotFound, also for another user's of the same firm; Expired."""
    return _get(public_id, actor, now, lock=False)


def plan(found: ArticleImport, *, actor: Actor, now: datetime) -> Plan:
    """What the file becomes. Raises NotFound when it is taken in already."""
    return _plan(_sheet(found, actor, now), found, _stored(actor.firm_id))


def accept(public_id: str, seen: str, *, actor: Actor, now: datetime) -> ArticleImport:
    """Add and change what the rows say, all or nothing; a second time does nothing more.

    `seen` is the fingerprint of the plan that was shown. Raises NotFound, Expired, PlanChanged.
    """
    found = _get(public_id, actor, now, lock=False)
    if found.done_at:
        return found
    try:
        sheet, stored = _sheet(found, actor, now), _stored(actor.firm_id)
    except NotFound:  # the same yes of a moment ago has let the file go
        transaction.rollback()
        if (found := _get(public_id, actor, now, lock=False)).done_at:
            return found
        raise
    made = _plan(sheet, found, stored)
    transaction.start_writing()
    db.session.get_one(Firm, actor.firm_id, with_for_update=True)  # two files of the firm take turns
    found = _get(public_id, actor, now, lock=True)
    if found.done_at:
        return found
    if (stored_now := _stored(actor.firm_id)) != stored:  # a plan of 20,000 rows takes half a second: others wait
        made = _plan(sheet, found, stored_now)
    if made.fingerprint != seen:
        raise PlanChanged
    new, changes = made.of("new"), made.of("change")
    _insert(actor.firm_id, new, now)
    _change(actor.firm_id, changes)
    found.done_at, found.added, found.changed = now, len(new), len(changes)
    file = _forget(found, keep_row=True)
    transaction.commit(keep=True)
    storage.remove(actor.firm_public_id, file)
    return found


def discard(public_id: str, *, actor: Actor, now: datetime) -> None:
    """The user says no: the file goes. One that is done stays so. Raises NotFound, Expired."""
    found = _get(public_id, actor, now, lock=True)
    if found.file_id is None:
        return
    file = _forget(found)
    transaction.commit()
    storage.remove(actor.firm_public_id, file)


def _mine(actor: Actor) -> list[ArticleImport]:
    return scope.rows(ArticleImport, actor.firm_id, ArticleImport.user_id == actor.user_id)


def _get(public_id: str, actor: Actor, now: datetime, *, lock: bool) -> ArticleImport:
    found = scope.get(
        ArticleImport,
        actor.firm_id,
        ArticleImport.public_id == public_id,
        ArticleImport.user_id == actor.user_id,
        lock=lock,
    )
    if found.expires_at <= now:
        raise Expired
    return found


def _forget(found: ArticleImport, *, keep_row: bool = False) -> str:
    """Let the file's row go, and the import's with it; the file's public id."""
    file = scope.get(StoredFile, found.firm_id, StoredFile.id == found.file_id)
    if keep_row:
        found.file_id = None
    else:
        db.session.delete(found)
    db.session.flush()  # before the file's row, which would take the import's with it
    db.session.delete(file)
    return file.public_id


def _sheet(found: ArticleImport, actor: Actor, now: datetime) -> Sheet:
    file = scope.find(StoredFile, actor.firm_id, StoredFile.id == found.file_id) if found.file_id else None
    if file is None:
        raise NotFound
    try:
        data = storage.read(actor.firm_public_id, file)
    except FileNotFoundError:  # the nightly sweep reports rows without a file
        raise NotFound from None
    return articles_csv.read(data, today=stockholm_date(now))


def _stored(firm_id: int) -> list[Stored]:
    found = scope.columns(Article, firm_id, *scope.named(Article, Stored)).order_by(*_BEST_FIRST)
    return [Stored._make(row) for row in scope.plain(found, {})]


def _plan(sheet: Sheet, found: ArticleImport, stored: list[Stored]) -> Plan:
    trade = db.session.scalar(select(Firm.default_work_type).where(Firm.id == found.firm_id)) or ""
    return article_plan.make(sheet, stored, basis=found.basis, work_type=usual_rot(trade))


# of several articles with one name: one that is not archived, the latest used
_BEST_FIRST = (Article.archived_at.is_not(None), Article.used_at.desc(), Article.id.desc())


def _insert(firm_id: int, new: list[Planned], now: datetime) -> None:
    """The new articles, in the order of the file, below those that have been used."""
    if not new:
        return
    oldest = db.session.scalar(scope.columns(Article, firm_id, func.min(Article.used_at)))
    last = min(oldest or now, now)
    n = numbers.take(firm_id, "article", count=len(new))
    rows = [
        {
            **row.values,
            "firm_id": firm_id,
            "n": n + place,
            "search_text": text_of(row.values["name"]),
            "used_at": last - timedelta(microseconds=place + 1),
            "rev": 1,
        }
        for place, row in enumerate(new)
    ]
    db.session.connection().execute(insert(Article), rows)


def _change(firm_id: int, changes: list[Planned]) -> None:
    if not changes:
        return
    written: dict[str, Any] = {field: bindparam(f"new_{field}") for field in (*FIELDS, "search_text")}
    statement = (
        scope.change(Article, firm_id)
        .where(Article.id == bindparam("row_id"))
        .values({**written, "archived_at": None, "rev": Article.rev + 1})
    )
    rows = [
        {f"new_{field}": value for field, value in row.values.items()}
        | {"row_id": row.before.id, "new_search_text": text_of(row.values["name"])}
        for row in changes
        if row.before is not None
    ]
    db.session.connection().execute(statement, rows)
