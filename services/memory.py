"""What a process keeps of the memory that it has freed: less than glibc would, more than Python would."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from types import FunctionType
from typing import TypeVar

T = TypeVar("T")
ROOM = 65_536  # values of 8 bytes; the piece that holds them has as much again left
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


def with_room(act: Callable[[], T]) -> T:
    """Call `act` with half a megabyte for the frames of what it calls; what they never reach takes no memory.

    CPython takes room for frames from the system in pieces of 16 KiB, and gives one back as soon as its first frame
    returns. A loop that calls across the edge of a piece asks for one at each turn: the start did so 1,800 times, a
    twentieth of it. A frame that says it needs much gets a large piece, and leaves what it does not use to the next.
    """
    roomy = FunctionType(_call.__code__.replace(co_stacksize=ROOM), {})
    result: T = roomy(act)
    return result


def _call(act: Callable[[], T]) -> T:
    return act()
