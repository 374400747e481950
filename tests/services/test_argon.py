"""The check of passwords against the library's own hashes."""

from __future__ import annotations

import errno
import mmap

import pytest
from argon2 import PasswordHasher, Type
from argon2.exceptions import HashingError, InvalidHashError

from services import argon, passwords


@pytest.mark.parametrize("password", ["hästskor och 7 spik", "", "x" * 128, "\U0001f600 emoji"])
@pytest.mark.parametrize(
    "hasher",
    [
        PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1),
        PasswordHasher(time_cost=1, memory_cost=64, parallelism=2, hash_len=24, salt_len=9),
        PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=Type.I),
    ],
)
def test_it_says_what_the_library_says(password, hasher):
    stored = hasher.hash(password)
    assert argon.is_right(stored, password)
    assert not argon.is_right(stored, password + " ")
    assert not argon.is_right(hasher.hash("another"), password)


def test_memory_that_is_not_to_be_had_is_an_error_of_the_hash(monkeypatch):
    stored = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("x")

    def refuse(*given: object) -> None:
        raise OSError(errno.ENOMEM, "no memory")

    monkeypatch.setattr(mmap, "mmap", refuse)
    with pytest.raises(HashingError, match="Memory allocation"):
        argon.is_right(stored, "x")


@pytest.mark.parametrize(
    "stored", ["", "plain", "$argon2id$v=19$m=64,t=1,p=1$", "$argon2id$v=19$m=0,t=1,p=1$c2FsdA$eA"]
)
def test_what_is_no_hash_fits_no_password(app, stored):
    with pytest.raises((HashingError, InvalidHashError)):
        argon.is_right(stored, "x")
    assert not passwords.is_right(stored, "x")
