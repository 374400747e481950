"""Secrets of the installation and data keys of the firms, as files outside the database.

DATA_DIR/secrets: installation.key wraps the firms' keys, index.key makes blind indexes, secret.key signs links and
cookies (one key a line, the newest last; older ones are still accepted); services/sealing/keys.py has the rest of it.
KEYS_DIR/<firm>.key: the firm's data key, wrapped. Destroying that file at erasure makes what backups still hold of the
firm's encrypted data unreadable.
"""

from __future__ import annotations

import os
import secrets as randomness
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import Settings, SettingsError
from services import disk

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """Key material read at start."""

    installation_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)  # oldest first


def ensure(settings: Settings) -> Secrets:
    """Make the secrets that are missing (mode 600, folder 700) and read them all."""
    from services.sealing import keys as sealing  # it writes its files by this module

    folder = settings.secrets_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with disk.alone(folder):
        for name in ("installation.key", "index.key"):
            if not (folder / name).exists():
                disk.write(folder / name, [randomness.token_bytes(KEY_BYTES)])
        if not (folder / "secret.key").exists():
            disk.write(folder / "secret.key", [randomness.token_hex(KEY_BYTES).encode() + b"\n"])
        secrets = read(settings)
        sealing.ensure(settings)
    return secrets


def read(settings: Settings) -> Secrets:
    """Read the secrets. Raises SettingsError where one is missing or too short."""
    folder = settings.secrets_dir
    try:
        installation_key = (folder / "installation.key").read_bytes()
        index_key = (folder / "index.key").read_bytes()
        secret_keys = tuple((folder / "secret.key").read_text().split())
    except OSError as error:
        raise SettingsError(f"A secret is missing: {error.filename}. ./run makes the missing ones.") from None
    if len(installation_key) != KEY_BYTES or len(index_key) != KEY_BYTES:
        raise SettingsError(f"A key in {folder} has the wrong length.")
    if not secret_keys or min(len(key) for key in secret_keys) < KEY_BYTES:
        raise SettingsError(f"{folder / 'secret.key'} holds no key of at least {KEY_BYTES} characters.")
    return Secrets(installation_key, index_key, secret_keys)


def _path(settings: Settings, firm_public_id: str) -> Path:
    return settings.keys_dir / f"{firm_public_id}.key"


def create_firm_key(settings: Settings, secrets: Secrets, firm_public_id: str) -> None:
    """Make and wrap the data key of a new firm; on disk before the firm's row is committed."""
    nonce = randomness.token_bytes(12)
    wrapped = AESGCM(secrets.installation_key).encrypt(
        nonce, randomness.token_bytes(KEY_BYTES), b"firm-key:" + firm_public_id.encode()
    )
    disk.write(_path(settings, firm_public_id), [nonce + wrapped])


def destroy_firm_key(settings: Settings, firm_public_id: str) -> None:
    """Overwrite and remove the firm's data key. Doing it again is harmless."""
    path = _path(settings, firm_public_id)
    _opened.cache_clear()
    if path.exists():
        with path.open("r+b") as file:
            file.write(randomness.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        disk.sync_folder(path.parent)


class KeyMissing(Exception):
    """The firm's data key is not in KEYS_DIR, or the installation key does not open it."""


def firm_cipher(settings: Settings, secrets: Secrets, firm_public_id: str) -> AESGCM:
    """The firm's data key, opened. Raises KeyMissing, also where another process has destroyed the key since."""
    path = _path(settings, firm_public_id)
    try:
        seen = path.stat()
    except OSError:
        _opened.cache_clear()
        raise KeyMissing(firm_public_id) from None
    return _opened(path, secrets.installation_key, firm_public_id, (seen.st_mtime_ns, seen.st_ino))


@lru_cache(maxsize=1000)
def _opened(path: Path, installation_key: bytes, firm_public_id: str, seen: tuple[int, int]) -> AESGCM:
    """Remembered until the file is another: a firm may come back, under a new key."""
    try:
        stored = path.read_bytes()
        key = AESGCM(installation_key).decrypt(stored[:12], stored[12:], b"firm-key:" + firm_public_id.encode())
    except (OSError, InvalidTag):
        raise KeyMissing(firm_public_id) from None
    return AESGCM(key)
