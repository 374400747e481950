"""Check a file: first by its bytes, then by what is in it. Nothing of it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from domain import authenticity
from domain.authenticity import Here, OwnSeal, Result, Verdict
from domain.findings import Facts
from services import limits, transaction
from services.checking import known, looking
from services.importing import homes
from services.sealing import keys

# tries in a window of limits.py, from one network address
FILES, HASHES = 30, 120


class Checked(Struct, frozen=True):
    """What came out, and what was found on the way (None where the bytes alone said it)."""

    verdict: Verdict
    sha256: str
    facts: Facts | None = None


def fingerprint(sha256: str, *, ip: str, now: datetime) -> Checked:
    """What is known of a file by its SHA-256 alone (64 hex digits). Counts the try. Raises TooMany."""
    _count("fingerprint", ip, HASHES, now)
    paper = known.by_hash([sha256]).get(sha256)
    verdict = authenticity.judge(Facts("other", sha256), Here({sha256: paper} if paper else {}, own=(), now=now))
    return Checked(verdict, sha256)


def upload(data: bytes, *, ip: str, now: datetime) -> Checked:
    """What a stranger's file is. Counts the try. Raises TooMany."""
    _count("check", ip, FILES, now)
    return check(data, now=now)


def check(data: bytes, *, now: datetime, whole: bool = False) -> Checked:
    """What a file is. Only reads. `whole`: look into one too that its bytes alone tell of.

    Raises TooMany where too many files are looked at already.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.reading():
        papers = known.by_hash([sha256])
        if papers and not whole and not papers[sha256].home:
            return Checked(Verdict(Result.AUTHENTIC, authenticity.By.HASH, paper=papers[sha256]), sha256)
    if len(data) > looking.MOST_BYTES:
        return Checked(Verdict(Result.UNREADABLE, why="bytes"), sha256)
    own, published = own_seals()
    (facts,) = looking.look([data], keys=published)  # outside any transaction: it may take seconds
    return Checked(conclude(facts, own, now), sha256, facts)


def conclude(facts: Facts, own: list[OwnSeal], now: datetime) -> Verdict:
    """The verdict of what was found, by what is kept here."""
    with transaction.reading():
        papers = known.by_hash(authenticity.hashes(facts))
        named = next(filter(None, (known.agreement(one.named) for one in facts.packages)), None)
        came = homes.holding(authenticity.keys(facts))
        return authenticity.judge(facts, Here(papers, own, now, named, came))


def in_words(methods: Sequence[str]) -> list[str]:
    """The ways in which people have said yes, each once, with its level."""
    from documents import methods_words

    return list(dict.fromkeys(methods_words.with_level(method) for method in methods))


def own_seals() -> tuple[list[OwnSeal], bytes | None]:
    """This installation's certificates, and all its published keys as nycklar.json; none where there is no key yet."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        published = keys.published()
    except keys.KeysMissing:
        return [], None
    own = []
    for entry in published:
        if entry["kind"] == keys.SEAL:
            certificate = x509.load_pem_x509_certificate(entry["pem"].encode())  # the seal's own stands first
            name = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
            until = datetime.fromisoformat(entry["until"]) if entry["until"] else None
            own.append(OwnSeal(certificate.fingerprint(SHA256()).hex(), str(name), until))
    return own, keys.nycklar()


def _count(what: str, ip: str, limit: int, now: datetime) -> None:
    transaction.start_writing(lasts=False)
    limits.count(what, ip, limit=limit, now=now)
