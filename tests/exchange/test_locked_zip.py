"""The archive behind a password: what 7-Zip made opens, ours is what other programs expect, damage is seen."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange import locked_zip

STAMP = (2026, 11, 21, 18, 20, 30)
PASSWORD = "hyvel och 7 spik"
BY_7ZIP = bytes.fromhex(  # 7z a -tzip -pabc -mem=AES256 -mx0, of a file with "hej\n"
    "504b0304330001006300c092755d00000000200000000400000005000b00682e7478740199070002004145030000c634"
    "e30b50c87e5dcaa2a87647dfccf5d9152a6d28ede6ca1080dce7ee661a64504b01023f03330001006300c092755d0000"
    "0000200000000400000005002f000000000000002080a48100000000682e7478740a0020000000000001001800ed1b26"
    "32e579dd01000000000000000000000000000000000199070002004145030000504b0506000000000100010062000000"
    "4e0000000000"
)


def lock(*pieces: bytes) -> bytes:
    return b"".join(locked_zip.locked(pieces, name="inre.zip", password=PASSWORD, stamp=STAMP))


def opened(data: bytes, password: str = PASSWORD) -> bytes:
    return b"".join(locked_zip.pieces(io.BytesIO(data), password))


LOCKED = lock(b"hej " * 20)


@pytest.mark.parametrize("size", [0, 1, 16, 65_536, 65_537, 200_001])
def test_what_is_locked_opens_again(size):
    clear = os.urandom(size)
    assert opened(lock(clear[:7], clear[7:70_000], clear[70_000:])) == clear


def test_what_7zip_locked_opens():
    assert opened(BY_7ZIP, "abc") == b"hej\n"


def test_other_programs_find_one_member_that_hides_the_names():
    """The standard library cannot open it, but reads all that stands around it."""
    (entry,) = zipfile.ZipFile(io.BytesIO(LOCKED)).infolist()
    assert (entry.filename, entry.file_size, entry.compress_size) == ("inre.zip", 80, 108)
    assert (entry.compress_type, entry.flag_bits & 1, entry.CRC, entry.date_time) == (99, 1, 0, STAMP)
    assert entry.extra.endswith(bytes.fromhex("0199 0700 0200 4145 03 0000"))


def test_the_same_is_never_locked_the_same():
    assert lock(b"hej") != lock(b"hej")


def test_it_tells_whether_it_is_locked():
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as file:
        file.writestr("manifest.json", "{}")
    assert locked_zip.is_locked(io.BytesIO(LOCKED))
    for other in (plain, io.BytesIO(), io.BytesIO(b"PK")):
        assert not locked_zip.is_locked(other)
        with pytest.raises(locked_zip.NotLocked):
            list(locked_zip.pieces(other, PASSWORD))


def test_a_wrong_password_is_told_before_the_first_piece():
    wrong = iter(f"{PASSWORD}{n}" for n in range(3))  # three: one in 65,536 fits the two bytes
    with pytest.raises(locked_zip.WrongPassword):
        for password in wrong:
            next(locked_zip.pieces(io.BytesIO(LOCKED), password), None)


def test_a_changed_byte_of_the_data_is_seen():
    place = LOCKED.index(b"AE") + 5 + 18
    for number in (place, place + 79, place + 80, place + 89):
        changed = bytearray(LOCKED)
        changed[number] ^= 1
        with pytest.raises(locked_zip.Damaged):
            opened(bytes(changed))


@given(st.integers(0, len(LOCKED) - 1), st.integers(0, 255))
@example(place=len(LOCKED) - 27, byte=128)  # the list of contents is said to lie past every number of the system
def test_whatever_is_changed_ends_in_words_or_in_the_same_bytes(place, byte):
    for data in (LOCKED[:place], LOCKED[:place] + bytes([byte]) + LOCKED[place + 1 :]):
        with suppress(locked_zip.NotLocked, locked_zip.WrongPassword, locked_zip.Damaged):
            assert opened(data) == b"hej " * 20


def test_memory_stays_small():
    def much() -> Iterator[bytes]:
        for _ in range(300):
            yield bytes(100_000)

    longest = max(len(piece) for piece in locked_zip.locked(much(), name="x", password=PASSWORD, stamp=STAMP))
    assert longest == locked_zip.PIECE_BYTES
