"""The receipt of an erasure: canonical JSON under the installation's signature, and the same on paper, sealed.

Schema handslag.erasure/1. Its signature is Ed25519 over the byte 06 and the canonical bytes. Both are handed out to
whoever has the number (128 random bits), for as long as the installation lives; they name nobody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

import languages
from domain import bookkeeping, canonical
from domain.clock import stockholm_date
from domain.evidence import timestamp
from extensions import db
from languages import gettext as _
from mail.letters import Attachment
from models import ErasureReceipt
from services import disk
from services.errors import NotFound
from services.installation import settings
from services.sealing import keys

if TYPE_CHECKING:  # the web reads receipts and makes none
    from services.bookkeeping.archive import Archive
    from services.privacy.journal import Entry

SCHEMA = "handslag.erasure/1"
SIGNED_AS = b"\x06"  # first byte of what is signed: a signature of this is none of a checkpoint or a package
JSON_NAME = "kvitto.json"
# what is left of every firm, by which rule: the receipt itself, and the ends of its chain among the checkpoints
ACCOUNTABLE = "GDPR 5.2"
CLAIMS = "GDPR 17.3 e"


class Made(NamedTuple):
    """A finished receipt: what its row holds, and the papers by language."""

    receipt: bytes
    signature: str
    papers: dict[str, bytes]


def make(entry: Entry, archive: Archive | None, *, now: datetime) -> Made:
    """Write, sign and seal it. Raises KeysMissing, SealFailed: then the erasure waits for its last step."""
    told = content(entry, archive, now)
    receipt = canonical.dumps(told)
    key = keys.key_id()
    signature = canonical.dumps({key: keys.sign_with(key, SIGNED_AS + receipt)}).decode()
    return Made(receipt, signature, _papers(told, _published(receipt, signature)))


def content(entry: Entry, archive: Archive | None, now: datetime) -> dict[str, Any]:
    """What was erased, when, and what is kept, by which law and until when. Nobody is named."""
    kept: list[dict[str, Any]] = []
    if archive is not None:
        kept += [
            {"what": "bookkeeping", "files": files, "law": bookkeeping.LAW, "until": day.isoformat()}
            for day, files in sorted(archive.days.items())
        ]
    kept.append({"what": "receipt", "law": ACCOUNTABLE, "until": None})
    kept.append({"what": "checkpoints", "law": CLAIMS, "until": None})
    return {
        "schema": SCHEMA,
        "number": entry.number,
        "firm": entry.firm,
        "installation": keys.installation_id(),
        "address": settings().base_url,
        "confirmed_at": timestamp(entry.confirmed_at),
        "erased_at": timestamp(now),
        "choice": entry.choice,
        "rows": {name: count for name, count in entry.tables.items() if count},
        "places": dict(entry.places),
        "kept": kept,
        "backups_until": (stockholm_date(now) + timedelta(days=settings().BACKUP_DAYS)).isoformat(),
    }


def keep(number: str, papers: Mapping[str, bytes]) -> dict[str, str]:
    """Put the papers in their place; the SHA-256 of each, by language."""
    for language, data in papers.items():
        disk.write(_path(number, language), [data])
    return {language: canonical.sha256_hex(data) for language, data in papers.items()}


def find(number: str) -> ErasureReceipt:
    """The receipt of a number. Raises NotFound."""
    row = db.session.scalar(select(ErasureReceipt).where(ErasureReceipt.number == number))
    if row is None:
        raise NotFound
    return row


def told(row: ErasureReceipt) -> dict[str, Any] | None:
    """The content of a receipt; None of one that is older than receipts with a content."""
    return dict(json.loads(row.receipt)) if row.receipt else None


def erased_in_words(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Each kind of what was erased, and how many."""
    from documents import erasure_words

    return erasure_words.erased(told)


def kept_in_words(told: Mapping[str, Any]) -> Sequence[tuple[str, str, str, bool]]:
    """What is left, why, and until when: named tuples (what, why, until, is_dated)."""
    from documents import erasure_words

    return erasure_words.kept(told)


def file(row: ErasureReceipt) -> bytes:
    """The signed receipt as one file: {"receipt", "signatures": {id of key: base64}}. Raises NotFound."""
    if not row.receipt:
        raise NotFound
    return _published(row.receipt.encode(), row.signature)


def paper(row: ErasureReceipt, language: str) -> bytes:
    """The sealed PDF in a language. Raises NotFound where it is gone."""
    try:
        return _path(row.number, language).read_bytes()
    except FileNotFoundError:
        raise NotFound from None


def has_paper(row: ErasureReceipt, language: str) -> bool:
    return _path(row.number, language).exists()


def numbers_of_papers() -> set[str]:
    """The numbers that papers lie here of."""
    return {file.name.partition(".")[0] for file in (settings().DATA_DIR / "receipts").glob("*.pdf")}


def attachments(row: ErasureReceipt) -> tuple[Attachment, ...]:
    """What goes along with the last letter, in the language at hand."""
    if not row.receipt or not has_paper(row, languages.code()):
        return ()
    pdf = Attachment(_("Kvitto på radering") + ".pdf", "application/pdf", paper(row, languages.code()))
    return pdf, Attachment(JSON_NAME, "application/json", file(row))


def by_sha256(hashes: Collection[str]) -> dict[str, ErasureReceipt]:
    """The receipts whose papers are among these SHA-256. There is one for each firm that has left: few are read."""
    rows = db.session.scalars(select(ErasureReceipt).where(ErasureReceipt.receipt != ""))
    papers = ((sha256, row) for row in rows for sha256 in json.loads(row.counts)["papers"].values())
    return {sha256: row for sha256, row in papers if sha256 in hashes}


def _published(receipt: bytes, signature: str) -> bytes:
    return canonical.dumps({"receipt": json.loads(receipt), "signatures": json.loads(signature)})


def _papers(told: Mapping[str, Any], attached: bytes) -> dict[str, bytes]:
    """In every language, since whoever asks for it later may read another one."""
    from documents import erasure_receipt  # drawing and sealing are loaded by the worker alone
    from services.sealing import making

    drawn = []
    codes = (languages.SWEDISH, languages.ENGLISH)
    for code in codes:
        with languages.speaking(code):
            pdf = erasure_receipt.render(told, operator=settings().OPERATOR, contact=settings().OPERATOR_CONTACT)
            beside = making.Attachment(JSON_NAME, attached, _("Kvittot som en dator läser det, undertecknat"))
            drawn.append(making.Paper(pdf, (beside,), _("Sigillet visar att inget är ändrat.")))
    return dict(zip(codes, making.seal(drawn, keys.seal_key()), strict=True))


def _path(number: str, language: str) -> Path:
    ending = "" if language == languages.SWEDISH else f".{language}"
    return settings().DATA_DIR / "receipts" / f"{number}{ending}.pdf"
