"""Encryption of a firm's values and files: AES-256-GCM under the firm's data key.

A value: 1 byte format, 1 byte key number, 12 bytes nonce, text. Its associated data names firm, table, row and
column, so that a value moved to another place does not open. A stream: a header, then chunks, each bound to its
place in the file and to whether it is the last, so that a cut file does not open either.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator

from services import keys
from services.installation import secrets, settings

FORMAT = 1
KEY_NUMBER = 1
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16


def seal(firm_public_id: str, clear: bytes, *place: str) -> bytes:
    """Encrypt a value; `place` is table, row's public id, column."""
    nonce = os.urandom(12)
    cipher = keys.firm_cipher(settings(), secrets(), firm_public_id)
    return bytes([FORMAT, KEY_NUMBER]) + nonce + cipher.encrypt(nonce, clear, _associated(firm_public_id, place))


def unseal(firm_public_id: str, sealed: bytes, *place: str) -> bytes:
    """Decrypt a value. Raises cryptography.exceptions.InvalidTag for a changed or moved one."""
    cipher = keys.firm_cipher(settings(), secrets(), firm_public_id)
    return cipher.decrypt(sealed[2:14], sealed[14:], _associated(firm_public_id, place))


def blind_index(firm_public_id: str, canonical: str) -> bytes:
    """16 bytes by which equal values of one firm are found without decrypting."""
    message = f"{firm_public_id}\0{canonical}".encode()
    return hmac.new(secrets().index_key, message, hashlib.sha256).digest()[:16]


def seal_stream(firm_public_id: str, parts: Iterable[bytes], *place: str) -> Iterator[bytes]:
    """Encrypt parts of any size as a stream of chunks; constant memory."""
    cipher = keys.firm_cipher(settings(), secrets(), firm_public_id)
    prefix = os.urandom(8)
    yield bytes([FORMAT, KEY_NUMBER]) + prefix
    waiting = bytearray()
    number = 0
    for part in parts:
        waiting += part
        while len(waiting) > CHUNK_BYTES:  # one chunk is always held back: only the end knows that it is the last
            yield _seal_chunk(cipher, firm_public_id, prefix, number, bytes(waiting[:CHUNK_BYTES]), False, place)
            del waiting[:CHUNK_BYTES]
            number += 1
    yield _seal_chunk(cipher, firm_public_id, prefix, number, bytes(waiting), True, place)


def unseal_stream(firm_public_id: str, parts: Iterable[bytes], *place: str) -> Iterator[bytes]:
    """Decrypt what seal_stream made. Raises InvalidTag for a changed, moved or cut file."""
    cipher = keys.firm_cipher(settings(), secrets(), firm_public_id)
    whole = CHUNK_BYTES + TAG_BYTES
    waiting = bytearray()
    source = iter(parts)
    while len(waiting) < 10:
        waiting += next(source, b"\0" * 10)
    prefix = bytes(waiting[2:10])
    del waiting[:10]
    number = 0
    for part in source:
        waiting += part
        while len(waiting) > whole:
            yield cipher.decrypt(
                _nonce(prefix, number), bytes(waiting[:whole]), _chunk_data(firm_public_id, place, number, False)
            )
            del waiting[:whole]
            number += 1
    while len(waiting) > whole:
        yield cipher.decrypt(
            _nonce(prefix, number), bytes(waiting[:whole]), _chunk_data(firm_public_id, place, number, False)
        )
        del waiting[:whole]
        number += 1
    yield cipher.decrypt(_nonce(prefix, number), bytes(waiting), _chunk_data(firm_public_id, place, number, True))


def _seal_chunk(cipher, firm_public_id, prefix, number, clear, is_last, place) -> bytes:  # type: ignore[no-untyped-def]
    sealed: bytes = cipher.encrypt(_nonce(prefix, number), clear, _chunk_data(firm_public_id, place, number, is_last))
    return sealed


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _chunk_data(firm_public_id: str, place: tuple[str, ...], number: int, is_last: bool) -> bytes:
    return _associated(firm_public_id, place) + b"\0" + number.to_bytes(4, "big") + bytes([is_last])


def _associated(firm_public_id: str, place: tuple[str, ...]) -> bytes:
    return "\0".join((firm_public_id, *place)).encode()
