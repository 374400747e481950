"""Clean up what has served its time, by the terms in the register; and files that no row names."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete, Update

from domain.quote_states import QuoteStatus
from extensions import db
from mail.local_mailbox import NOBODY
from models import (
    ArticleImport,
    Export,
    Firm,
    Inquiry,
    Login,
    OnceKey,
    Photo,
    Quote,
    QuoteLine,
    QuoteSection,
    SigningCode,
    StoredFile,
    UserToken,
)
from services import keys, limits, scope, standing, storage, transaction
from services.inquiries import forgetting
from services.installation import settings
from services.photos import copying
from services.privacy import erasure

log = logging.getLogger("handslag.sweep")
ORPHAN_AGE = timedelta(days=30)  # so long a database restored from an older backup may be exchanged for a newer one
ONCE_KEPT = timedelta(days=30)
CODE_KEPT = timedelta(days=2)
TOKEN_KEPT = timedelta(days=30)
LOGIN_KEPT = timedelta(days=90)
PHOTO_KEPT = timedelta(days=30)
PHOTOS_AT_A_TIME = 100
NEWS_STAY = timedelta(days=14)  # as long as Idag shows them


def old_rows(now: datetime) -> int:
    """Remove rows past their time; how many."""
    last_login = now - timedelta(days=settings().LOGIN_MAX_DAYS) - LOGIN_KEPT
    last_seen = now - timedelta(days=settings().LOGIN_IDLE_DAYS) - LOGIN_KEPT
    removed = limits.forget_old(now)
    for statement in (
        delete(OnceKey).where(OnceKey.created_at < now - ONCE_KEPT, standing.of_those_here(OnceKey)),
        delete(UserToken).where(UserToken.expires_at < now - TOKEN_KEPT, standing.of_those_here(UserToken)),
        delete(SigningCode).where(SigningCode.created_at < now - CODE_KEPT, standing.of_those_here(SigningCode)),
        delete(Login).where(
            or_(Login.ended_at < now - LOGIN_KEPT, Login.created_at < last_login, Login.seen_at < last_seen),
            standing.of_those_here(Login),
        ),
        _removed_and_sent(QuoteLine),
        _removed_and_sent(QuoteSection),
    ):
        removed += _run(statement)
    return removed


def old_exports(now: datetime) -> int:
    """Remove the files of exports whose time is out or that a newer one replaced; how many."""
    statement = (
        select(Export.id, Export.firm_id, Export.public_id, Firm.public_id.label("firm"))
        .join(Firm, Firm.id == Export.firm_id)
        .where(or_(Export.state == "gone", Export.expires_at <= now), Export.size_bytes > 0, standing.IS_HERE)
    )
    found = db.session.execute(statement).all()
    transaction.rollback()
    for row in found:
        storage.remove(row.firm, row.public_id)
        db.session.execute(
            scope.change(Export, row.firm_id).where(Export.id == row.id).values(state="gone", size_bytes=0)
        )
        transaction.commit()
    return len(found)


def removed_photos(now: datetime) -> int:
    """Remove photos that were taken out of a draft some time ago, and those of lines and sections that are no more.

    One that a sent version shows stays with it, and a file that a copy of it has stays with that. How many.
    """
    statement = (
        select(Photo, Firm.public_id)
        .join(Firm, Firm.id == Photo.firm_id)
        .where(
            Photo.sent_version == 0,
            or_(Photo.removed_at < now - PHOTO_KEPT, _is_without(QuoteLine), _is_without(QuoteSection)),
            standing.IS_HERE,
        )
        .limit(PHOTOS_AT_A_TIME)
    )
    removed = 0
    while found := db.session.execute(statement).all():
        names: list[tuple[str, str]] = []
        for photo, firm_public_id in found:
            of_photo = (photo.incoming_id, photo.large_id, photo.paper_id, photo.thumb_id)
            db.session.delete(photo)
            names += [(firm_public_id, name) for name in copying.let_go(photo.firm_id, of_photo)]
        transaction.commit()
        for firm_public_id, name in names:
            storage.remove(firm_public_id, name)
        removed += len(found)
    return removed


def _is_without(model: type[QuoteLine | QuoteSection]) -> ColumnElement[bool]:
    """The photo belongs to a row that is no more."""
    n = Photo.line_n if model is QuoteLine else Photo.section_n
    row = exists().where(model.firm_id == Photo.firm_id, model.quote_id == Photo.quote_id, model.n == n)
    return and_(n.is_not(None), ~row)


def old_imports(now: datetime) -> int:
    """Remove price lists' files that nobody said yes to in time, and what is left of those that were; how many."""
    statement = (
        select(ArticleImport.id, ArticleImport.firm_id, StoredFile.public_id, Firm.public_id.label("firm"))
        .join(Firm, Firm.id == ArticleImport.firm_id)
        .outerjoin(StoredFile, StoredFile.id == ArticleImport.file_id)
        .where(ArticleImport.expires_at <= now, standing.IS_HERE)
    )
    found = db.session.execute(statement).all()
    transaction.rollback()
    for row in found:
        if row.public_id:
            storage.remove(row.firm, row.public_id)
            db.session.execute(scope.remove(StoredFile, row.firm_id).where(StoredFile.public_id == row.public_id))
        db.session.execute(scope.remove(ArticleImport, row.firm_id).where(ArticleImport.id == row.id))
        transaction.commit()
    return len(found)


def orphans(now: datetime) -> int:
    """Remove old files that no row names, and what is left of erased firms; how many.

    A folder or key of a firm that is neither here nor erased is left alone: the product may have been started on the
    wrong database, and no sweep may make that mistake final.
    """
    removed = 0
    erased = erasure.gone()
    for folder in _folders(settings().files_dir):
        named = _named(folder.name)
        if named is None:
            removed += _remove_folder(folder, now) if folder.name in erased else 0
            continue
        for path in folder.rglob("*"):
            if path.is_file() and path.name not in named and _is_old(path, now):
                path.unlink(missing_ok=True)
                removed += 1
    for folder in _folders(settings().DATA_DIR / "mailbox"):
        if folder.name in erased:
            removed += _remove_folder(folder, now)
    for path in (settings().DATA_DIR / "mailbox" / NOBODY).glob("*"):  # as if delivered; the last ones to erased firms
        if _is_old(path, now):
            path.unlink(missing_ok=True)
            removed += 1
    for path in settings().keys_dir.glob("*.key"):
        if path.stem in erased:
            keys.destroy_firm_key(settings(), path.stem)
            removed += 1
    return removed


def rows_without_file() -> int:
    """Report papers and pictures whose file is gone; how many. Nothing is changed: a backup may have them."""
    missing = 0
    statement = select(StoredFile.public_id, Firm.public_id.label("firm")).join(Firm, Firm.id == StoredFile.firm_id)
    statement = statement.where(standing.IS_HERE)
    with transaction.reading():
        for row in db.session.execute(statement.execution_options(yield_per=1000)):
            if not storage.path(row.firm, row.public_id).exists():
                log.error("File %s of firm %s is missing; restore it from a backup", row.public_id, row.firm)
                missing += 1
    return missing


def _removed_and_sent(model: type[QuoteLine | QuoteSection]) -> Delete:
    """What was taken out of a draft stays for undo until the quote is sent.

    The row with the highest number stays for good: the next number is counted from it, and a number used again would
    give a new line the ticks of an old one.
    """
    sent = select(Quote.id).where(Quote.sent_at > model.removed_at, Quote.id == model.quote_id).exists()
    later = aliased(model)
    has_later = select(later.id).where(later.quote_id == model.quote_id, later.n > model.n).exists()
    return delete(model).where(model.removed_at.is_not(None), sent, has_later, standing.of_those_here(model))


def old_inquiries(now: datetime) -> int:
    """Erase requests that no quote has answered in INQUIRY_DAYS, with what was made of them alone; how many."""
    statement = (
        select(Inquiry, Quote)
        .join(Quote, and_(Quote.firm_id == Inquiry.firm_id, Quote.id == Inquiry.quote_id))
        .where(
            Inquiry.created_at < now - timedelta(days=settings().INQUIRY_DAYS),
            Quote.version == 0,
            standing.of_those_here(Inquiry),
        )
        .limit(1)
    )
    removed = 0
    while (found := db.session.execute(statement).first()) is not None:
        forgetting.forget(*found)
        removed += 1
    transaction.rollback()
    return removed


def let_news_rest(now: datetime) -> int:
    """News that the firm has had before it for a while leave "Din tur"; what still wants an answer stays."""
    statement = (
        update(Quote)
        .where(
            Quote.turn == "firm",
            Quote.touched_at < now - NEWS_STAY,
            Quote.question_at.is_(None),
            Quote.mail_failed_at.is_(None),
            Quote.status != QuoteStatus.LATE_ACCEPTANCE,
            standing.of_those_here(Quote),
        )
        .values(turn="none")
        .execution_options(synchronize_session=False)
    )
    return _run(statement)


def _run(statement: Delete | Update) -> int:
    result = db.session.execute(statement)
    transaction.commit()
    return int(getattr(result, "rowcount", 0))


def _named(firm_public_id: str) -> set[str] | None:
    """Names of the files of a firm that rows name; None for a firm that is not there."""
    firm_id = db.session.scalar(select(Firm.id).where(Firm.public_id == firm_public_id))
    if firm_id is None:
        transaction.rollback()
        return None
    named = set(db.session.scalars(scope.columns(StoredFile, firm_id, StoredFile.public_id)))
    has_file = Export.state.in_(("running", "ready"))
    named |= set(db.session.scalars(scope.columns(Export, firm_id, Export.public_id).where(has_file)))
    transaction.rollback()
    return named


def _folders(home: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from [path for path in home.iterdir() if path.is_dir()]


def _is_old(path: Path, now: datetime) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime < (now - ORPHAN_AGE).timestamp()
    return False


def _remove_folder(folder: Path, now: datetime) -> int:
    if not _is_old(folder, now):
        return 0
    files = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    return files
