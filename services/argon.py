"""Checking a password's argon2id with its memory in large pages.

A check takes 19 MiB and gives them back: kept, they would lie idle in every web process. Taken in pages of 4 KiB they
cost half as much time again as the hash itself; in pages of 2 MiB (Linux, on request) next to nothing. The hash is
that of the library, whose `core` this calls with an allocator of our own.
"""

from __future__ import annotations

import hmac
import mmap
from base64 import b64decode
from typing import Any

from argon2 import extract_parameters, low_level
from argon2.exceptions import HashingError

PAGE_BYTES = 2 * 1024 * 1024
ffi, lib = low_level.ffi, low_level.lib  # type: ignore[attr-defined]


def is_right(stored: str, password: str) -> bool:
    """Whether `stored`, an encoded argon2 hash, is the password's. Raises InvalidHashError, HashingError."""
    asked = extract_parameters(stored)
    salt, known = (b64decode(part + "=" * (-len(part) % 4)) for part in stored.split("$")[-2:])
    secret = password.encode()
    output, input_, salting = ffi.new("uint8_t[]", len(known)), ffi.from_buffer(secret), ffi.from_buffer(salt)
    memory = _Memory()
    context = ffi.new(
        "argon2_context *",
        {
            "version": asked.version,
            "out": output,
            "outlen": len(known),
            "pwd": input_,
            "pwdlen": len(secret),
            "salt": salting,
            "saltlen": len(salt),
            "t_cost": asked.time_cost,
            "m_cost": asked.memory_cost,
            "lanes": asked.parallelism,
            "threads": asked.parallelism,
            "allocate_cbk": memory.take,
            "free_cbk": memory.give_back,
            "flags": lib.ARGON2_DEFAULT_FLAGS,
        },
    )
    status = low_level.core(context, asked.type.value)
    if status != lib.ARGON2_OK:
        raise HashingError(low_level.error_to_str(status))
    return hmac.compare_digest(bytes(ffi.buffer(output)), known)


class _Memory:
    """The memory of one check. The library wipes it before it gives it back."""

    def __init__(self) -> None:
        self.block: Any = None
        self.take = ffi.callback("int(uint8_t **, size_t)", self._take)
        self.give_back = ffi.callback("void(uint8_t *, size_t)", self._give_back)

    def _take(self, place: Any, size: int) -> int:
        whole = -(-size // PAGE_BYTES) * PAGE_BYTES
        try:
            block = mmap.mmap(-1, whole, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError:
            return int(lib.ARGON2_MEMORY_ALLOCATION_ERROR)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            block.madvise(mmap.MADV_HUGEPAGE)
        self.block = ffi.from_buffer(block)
        place[0] = ffi.cast("uint8_t *", self.block)
        return int(lib.ARGON2_OK)

    def _give_back(self, memory: Any, size: int) -> None:
        self.block = None
