"""The evidence package: one ZIP that proves an agreement without this program (docs/evidence.md has its format)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from documents import proof_readme
from domain import canonical, evidence
from domain.parties import CUSTOMER
from models import Agreement
from services.installation import settings
from services.proof import earlier, reading, telling
from services.proof.reading import MOST_ENTRIES, Entry, Facts
from services.proof.telling import FIRM, SHARED
from services.sealing import keys

__all__ = ["FIRM", "MEDIA_TYPE", "NAME", "SHARED", "build", "build_all", "build_of"]

NAME = "bevispaket.zip"  # inside the sealed PDF
MEDIA_TYPE = "application/zip"
CHECKER = Path(__file__).resolve().parents[2] / "exchange" / "verifiera.py"
LEVEL = 1  # a third of the time of the usual one, for 4 % more bytes: most of it are hashes
STAMP = (1980, 1, 1, 0, 0, 0)  # same content, same bytes
SIGNED_AS = b"\x05"  # first byte of what is signed: a signature of this is none of a checkpoint
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def build(agreement: Agreement, *, checkpoint: Mapping[str, Any] | None, for_party: str | None = FIRM) -> bytes:
    """The ZIP; the same input gives the same bytes. In the running transaction.

    `checkpoint` is services.checkpoints.proof_of, None where there is none yet. `for_party`: FIRM holds all, SHARED is
    what lies in the paper that all get, else the public id of a recipient or domain.parties.CUSTOMER. Where the
    customer alone decides and reads, SHARED is the customer's own. Raises ValueError where the checkpoint does not
    reach the agreement, NotFound for what is erased, sealing.keys.KeysMissing.
    """
    return build_of(reading.facts(agreement), checkpoint=checkpoint, for_party=for_party)


def build_of(facts: Facts, *, checkpoint: Mapping[str, Any] | None, for_party: str | None = FIRM) -> bytes:
    """The same of facts already read."""
    return build_all(facts, [for_party], checkpoint=checkpoint)[0]


def build_all(facts: Facts, for_parties: Iterable[str | None], *, checkpoint: Mapping[str, Any] | None) -> list[bytes]:
    """One for each of them; what they have in common is read and reckoned once."""
    last = checkpoint["leaf"]["seq"] if checkpoint else facts.made_by.seq
    if last < facts.made_by.seq:
        raise ValueError("the checkpoint does not reach the agreement")
    told = _told(facts, last)
    chain, ends = _chain(facts, told, last)
    key = keys.key_id()  # before the list of keys: one that replaces it meanwhile is not on it yet
    files = {
        "avtal.pdf": facts.pdf,
        "offert.json": facts.version.content.encode(),
        "avtal.json": facts.agreement.agreed.encode(),
        "kedja.jsonl": chain,
        "nycklar.json": keys.nycklar(),
        "verifiera.py": _checker(),
    }
    if checkpoint:
        files["checkpoint.json"] = canonical.dumps(checkpoint)
    if came := earlier.told(facts):
        files[earlier.NAME] = canonical.dumps(came)
    about = {"chain": ends, "checkpoint": checkpoint["checkpoint"]["n"] if checkpoint else None}
    return [_zip(_signed(facts, told, about, files, for_party, key)) for for_party in for_parties]


def _signed(
    facts: Facts,
    told: list[Entry],
    about: dict[str, Any],
    files: Mapping[str, bytes],
    for_party: str | None,
    key: str,
) -> dict[str, bytes]:
    """All files of a package: what is for this party alone, and bevis.json with its signature, besides those given."""
    if for_party == SHARED and not facts.quote.is_shared:
        for_party = CUSTOMER
    files = dict(files)
    if facts.attachment and for_party is FIRM:
        files[_name_of(*facts.attachment)] = facts.attachment[1]
    proof = telling.of(facts, told, for_party=for_party) | about
    files["LÄS-MIG.txt"] = proof_readme.render(proof, base_url=settings().base_url)
    proof["files"] = [{"name": name, "sha256": canonical.sha256_hex(files[name])} for name in sorted(files)]
    stored = canonical.dumps(proof)
    signature = {"key": key, "signature": keys.sign_with(key, SIGNED_AS + stored)}
    return {**files, "bevis.json": stored, "bevis.sig": canonical.dumps(signature)}


def _told(facts: Facts, last: int) -> list[Entry]:
    """The deal's entries up to the last; the oldest are left out where too many others lie between.

    The first yes always stays, with the ticks that were given in the same moment.
    """
    yes = facts.yeses[0].read
    must = min(one.seq for one in facts.entries if (one.read["actor"], one.read["t"]) == (yes["actor"], yes["t"]))
    return [one for one in facts.entries if one.seq <= last and (one.seq > last - MOST_ENTRIES or one.seq >= must)]


def _chain(facts: Facts, told: list[Entry], last: int) -> tuple[bytes, dict[str, Any]]:
    """kedja.jsonl: the link before the first entry, then a line per entry; and what bevis.json says of it."""
    firm_id, first = facts.firm.id, told[0].seq
    before = reading.link_at(firm_id, first - 1) if first > 1 else evidence.ZERO_LINK
    own = {one.seq: one.stored for one in told}
    lines = [canonical.dumps({"link": before, "seq": first - 1}).decode()]
    for seq, content in reading.others(firm_id, first, last):
        lines.append(own.get(seq) or f'{{"content":"{content}","seq":{seq}}}')
    ends = {
        "before_seq": first - 1,
        "before_link": before,
        "last_seq": last,
        "last_link": reading.link_at(firm_id, last),
        "left_out": sum(one.seq < first for one in facts.entries),
    }
    return "".join(line + "\n" for line in lines).encode(), ends


def _name_of(media_type: str, data: bytes) -> str:
    """Of a file that shows a yes given elsewhere: its hash stands in the entry."""
    return f"bilaga-{canonical.sha256_hex(data)[:16]}.{_ENDINGS.get(media_type, 'bin')}"


@lru_cache(maxsize=1)
def _checker() -> bytes:
    return CHECKER.read_bytes()


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, STAMP)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith((".pdf", ".jpg")) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=LEVEL)
    return out.getvalue()
