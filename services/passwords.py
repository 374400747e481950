"""Passwords: argon2id with the parameters OWASP names, and a check that refuses weak ones."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from services import argon
from services.errors import RuleBroken
from services.installation import settings

SHORTEST, LONGEST = 10, 128
LEAST_SCORE = 3  # of zxcvbn's 0 to 4
# words a firm of this trade would pick; zxcvbn knows no Swedish
TRADE_WORDS = """
målare snickare elektriker rörmokare plattsättare murare golvläggare takläggare hantverkare bygg byggare måleri
snickeri elfirma badrum kök hammare spik skruv såg lösenord sommar vinter höst vår handslag offert sverige
""".split()  # noqa: SIM905  (a list of words reads better than forty strings)


class WeakPassword(RuleBroken):
    """Too short, too long, or easy to guess. `code` is short, long or weak."""


@lru_cache(maxsize=4)
def _hasher(memory_kib: int, time: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)


def _own() -> PasswordHasher:
    return _hasher(settings().ARGON2_MEMORY_KIB, settings().ARGON2_TIME)


def hash_password(password: str) -> str:
    """Slow on purpose: call it outside a writing transaction."""
    return _own().hash(password)


def is_right(stored: str, password: str) -> bool:
    """Whether the password fits. Slow on purpose, also for a stored value that is none."""
    try:
        return argon.is_right(stored, password[:LONGEST])
    except (Argon2Error, ValueError):
        return False


@lru_cache(maxsize=4)
def _nobody(memory_kib: int, time: int) -> str:
    return _hasher(memory_kib, time).hash("nobody has this password")


def waste_time(password: str) -> bool:
    """Take the time of a check for an account that does not exist, so that answers are alike. Always False."""
    is_right(_nobody(settings().ARGON2_MEMORY_KIB, settings().ARGON2_TIME), password)
    return False


def check(password: str, *known_words: str) -> None:
    """Raise WeakPassword. `known_words` (firm, address, name) and words of the trade do not make one strong."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    from zxcvbn import zxcvbn  # half a megabyte of word lists, used where a password is chosen

    inputs = [part for words in known_words for part in (words, *words.replace("@", " ").replace(".", " ").split())]
    if (
        zxcvbn(password[:72].lower(), user_inputs=[word.lower() for word in inputs] + TRADE_WORDS)["score"]
        < LEAST_SCORE
    ):
        raise WeakPassword("weak")
