"""What glibc keeps of the memory that a process has freed; elsewhere nothing happens."""

from __future__ import annotations

import contextlib
import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)


def keep_little() -> None:
    """Large blocks are the system's again as soon as they are freed, and all threads share one store.

    Otherwise each thread has a store of its own, though only one of them runs at a time. What a page takes stays for
    the next one.
    """
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_TRIM_THRESHOLD, 4 * 1024 * 1024)


def give_back() -> None:
    """What was freed between what is still in use is the system's again too: 15 MB after many papers."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
