"""The installation's own keys: Ed25519 for checkpoints, and a certificate for the seals of papers.

DATA_DIR/secrets/published.json names every key there has been, newest last, with its public half; it is what makes a
key count, and is written last. Beside it ed25519-<id>.key (32 bytes, AES-256-GCM) and seal-<id>.p12 (key, certificate
and its CA), both opened by what HKDF derives from the installation key. An id is the first 16 hex of the SHA-256 of
the raw public key, of a seal of its certificate (security.md E-12).
"""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import Settings
from domain import canonical
from domain.evidence import timestamp
from services import clock, disk
from services.errors import RuleBroken
from services.installation import secrets, settings

log = logging.getLogger("handslag.keys")

ED25519, SEAL = "ed25519", "seal"
ROTATE_AFTER = timedelta(days=365)


class KeysMissing(Exception):
    """There is no key, or the installation key does not open it. The argument says which, for the operator."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What the newest published.json leads to."""

    published: tuple[dict[str, Any], ...]
    signing: dict[str, Ed25519PrivateKey] = field(repr=False)  # the newest last, before it the one it replaced
    seal: bytes = field(repr=False)  # PKCS#12
    passphrase: bytes = field(repr=False)


def ensure(given: Settings) -> None:
    """Make the first keys, unless there are some. The caller is `disk.alone` in the folder."""
    if not _list(given).exists():
        _add(given, (), clock.utc_now())  # the first start has nobody who tells it the time


def rotate(now: datetime) -> list[str]:
    """Make new keys that replace the newest ones from now on; ids of the new ones. Old public halves stay.

    The replaced Ed25519 key is kept to sign the first checkpoint of the new one; those before it, and the replaced
    seal's key, are removed. Works too where the private halves are lost. Raises KeysMissing without published.json.
    """
    with disk.alone(settings().secrets_dir):
        before = _published(settings())
        made = _add(settings(), before, now)
        kept = {*made, _newest(before, ED25519)["id"]}
        for entry in before:
            if entry["id"] not in kept:
                _private(settings(), entry).unlink(missing_ok=True)
    log.info("Keys rotated: ed25519 %s, seal %s", *made)
    return made


def ready() -> bool:
    """Whether the keys open; remembered until published.json changes."""
    try:
        _ring()
    except KeysMissing:
        return False
    return True


def require() -> None:
    """Raise RuleBroken("no_seal_key") unless the keys open: what is sent must be possible to seal."""
    if not ready():
        raise RuleBroken("no_seal_key")


def fault() -> str:
    """What is wrong, for the operator; empty when the keys open."""
    try:
        _ring()
    except KeysMissing as error:
        return str(error)
    return ""


def key_id() -> str:
    """Id of the current Ed25519 key. This and what follows raise KeysMissing."""
    return str(_newest(_ring().published, ED25519)["id"])


def previous() -> str | None:
    """Id of the Ed25519 key that the current one replaced, while it can still sign."""
    return next((name for name in _ring().signing if name != key_id()), None)


def sign(data: bytes) -> str:
    """Ed25519 signature by the current key, base64."""
    return sign_with(key_id(), data)


def sign_with(name: str, data: bytes) -> str:
    """Ed25519 signature by the current or the previous key, base64."""
    signing = _ring().signing
    if name not in signing:
        raise KeysMissing(f"The key {name} is not kept.")
    return base64.b64encode(signing[name].sign(data)).decode()


class SealKey(NamedTuple):
    """The current seal's certificate and key."""

    id: str
    pkcs12: bytes
    passphrase: str


def seal_key() -> SealKey:
    """The seal that is in force."""
    ring = _ring()
    return SealKey(str(_newest(ring.published, SEAL)["id"]), ring.seal, ring.passphrase.decode())


def newest_at() -> datetime:
    """When the current keys were made."""
    return datetime.fromisoformat(_newest(_ring().published, ED25519)["from"])


def published() -> list[dict[str, Any]]:
    """Every key there has been, oldest first: {id, kind, pem, from, until}, times as in the chain, until None: current.

    `kind` is "ed25519" (pem: a public key) or "seal" (pem: the certificate, then its CA). Raises KeysMissing only where
    published.json itself is gone: what lies there counts though its private half be lost.
    """
    return list(_published(settings()))


def installation_id() -> str:
    """The installation in archives and receipts: the id of its first Ed25519 key. Raises KeysMissing."""
    return str(next(one["id"] for one in published() if one["kind"] == ED25519))


def nycklar() -> bytes:
    """`published` as canonical JSON: the file nycklar.json."""
    return canonical.dumps({"v": 1, "keys": published()})


def _list(given: Settings) -> Path:
    return given.secrets_dir / "published.json"


def _private(given: Settings, entry: dict[str, Any]) -> Path:
    ending = "key" if entry["kind"] == ED25519 else "p12"
    return given.secrets_dir / f"{entry['kind']}-{entry['id']}.{ending}"


def _newest(entries: tuple[dict[str, Any], ...], kind: str) -> dict[str, Any]:
    return next(entry for entry in reversed(entries) if entry["kind"] == kind)


def _published(given: Settings) -> tuple[dict[str, Any], ...]:
    try:
        found = json.loads(_list(given).read_bytes())
    except (OSError, ValueError):
        raise KeysMissing(f"{_list(given)} cannot be read.") from None
    return tuple(found["keys"])


def _ring() -> Ring:
    try:
        seen = _list(settings()).stat()
    except OSError:
        raise KeysMissing(f"{_list(settings())} is missing.") from None
    return _open(settings(), secrets().installation_key, (seen.st_mtime_ns, seen.st_ino, seen.st_size))


@lru_cache(maxsize=4)
def _open(given: Settings, installation_key: bytes, seen: tuple[int, int, int]) -> Ring:
    """Read and open the keys. A fault is not remembered: what is restored counts at once."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    entries = _published(given)
    own = [entry for entry in entries if entry["kind"] == ED25519][-2:]
    signing = {}
    for entry in own:
        path = _private(given, entry)
        try:
            stored = path.read_bytes()
            raw = AESGCM(_derived(installation_key, ED25519)).decrypt(stored[:12], stored[12:], entry["id"].encode())
        except (OSError, InvalidTag, ValueError):
            if entry is own[-1]:
                raise KeysMissing(f"{path} is missing, or the installation key does not open it.") from None
            continue
        signing[entry["id"]] = Ed25519PrivateKey.from_private_bytes(raw)
    path, passphrase = _private(given, _newest(entries, SEAL)), _passphrase(installation_key)
    try:
        seal = path.read_bytes()
        pkcs12.load_pkcs12(seal, passphrase)
    except (OSError, ValueError):
        raise KeysMissing(f"{path} is missing, or the installation key does not open it.") from None
    return Ring(entries, signing, seal, passphrase)


def _derived(installation_key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, from the installation key."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"handslag " + purpose.encode()).derive(installation_key)


def _passphrase(installation_key: bytes) -> bytes:
    """What the seal's PKCS#12 is opened with."""
    return _derived(installation_key, SEAL).hex().encode()


def _add(given: Settings, before: tuple[dict[str, Any], ...], now: datetime) -> list[str]:
    """Make an Ed25519 key and a seal, and publish them after the others; their ids."""
    from services.sealing import new_keys  # once a year

    installation_key = (given.secrets_dir / "installation.key").read_bytes()
    since = timestamp(now)
    host = urlsplit(given.BASE_URL).hostname or "localhost"
    made = [
        (ED25519, new_keys.signing(_derived(installation_key, ED25519))),
        (SEAL, new_keys.seal(host, _passphrase(installation_key), now)),
    ]
    entries = [{"id": key.id, "kind": kind, "pem": key.pem, "from": since, "until": None} for kind, key in made]
    for entry, (_kind, key) in zip(entries, made, strict=True):
        disk.write(_private(given, entry), [key.stored])
    ended = [{**entry, "until": entry["until"] or since} for entry in before]
    disk.write(_list(given), [canonical.dumps({"v": 1, "keys": [*ended, *entries]})])
    return [key.id for _kind, key in made]
