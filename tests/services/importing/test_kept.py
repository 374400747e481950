"""A received archive lies encrypted and is read from any place; changed, moved or cut it does not open."""

from __future__ import annotations

import io
import random
from datetime import timedelta

import pytest

from exchange import locked_zip
from exchange.archive_zip import BadArchive
from services.clock import utc_now
from services.importing import kept
from services.installation import settings

ID, OTHER = "Arrival_0123456789abcd", "Arrival_0123456789abce"


@pytest.fixture(autouse=True)
def _nothing_left(app):
    yield
    kept.remove(ID)
    kept.remove(OTHER)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_it_is_read_from_any_place(app, size):
    data = random.Random(size).randbytes(size)
    assert kept.write(ID, [data[:100], data[100:]]).size_bytes == size
    assert size < 100 or data[:100] not in (settings().DATA_DIR / "arrivals" / ID).read_bytes()
    with kept.open(ID) as file:
        assert file.read() == data
        for at in (0, size // 2, 65530, 65536, max(0, size - 3)):
            file.seek(at)
            assert file.read(70_000) == data[at : at + 70_000]
        assert file.seek(0, 2) == size


def test_a_changed_moved_or_cut_one_does_not_open(app):
    kept.write(ID, [bytes(200_000)])
    path = settings().DATA_DIR / "arrivals" / ID
    whole = path.read_bytes()
    step = 9 + 65536 + 16
    changed = whole[:70_000] + bytes([whole[70_000] ^ 1]) + whole[70_001:]
    swapped = whole[:9] + whole[step : step + 65552] + whole[9:step] + whole[step + 65552 :]
    for data in (whole[:step], whole[:-1], whole[:5], b"", changed, swapped):
        path.write_bytes(data)
        with pytest.raises(BadArchive) as refused, kept.open(ID) as file:
            file.read()
        assert refused.value.code == "changed"
    path.write_bytes(whole)
    path.rename(path.with_name(OTHER))
    with pytest.raises(BadArchive):
        kept.open(OTHER)
    with pytest.raises(FileNotFoundError):
        kept.open(ID)


def test_what_fails_on_the_way_leaves_nothing_and_what_nobody_needs_goes(app):
    def pieces():
        yield b"some"
        raise BadArchive("broken")

    with pytest.raises(BadArchive):
        kept.write(ID, pieces())
    assert [path.name for path in (settings().DATA_DIR / "arrivals").iterdir() if ID in path.name] == []
    kept.write(ID, [b"a"])
    kept.write(OTHER, [b"b"])
    assert kept.sweep([ID], utc_now()) == 0
    assert kept.sweep([ID], utc_now() + timedelta(days=2)) >= 1
    assert kept.open(ID).read() == b"a"
    with pytest.raises(FileNotFoundError):
        kept.open(OTHER)


def test_a_locked_archive_is_taken_out_of_its_cover():
    data = bytes(100_000)
    locked = b"".join(locked_zip.locked([data], name="a.zip", password="rätt", stamp=(2026, 11, 20, 9, 0, 0)))
    assert b"".join(kept.clear_pieces(io.BytesIO(data))) == data
    assert b"".join(kept.clear_pieces(io.BytesIO(locked), "rätt")) == data
    for file, password, code in (
        (locked, "", "locked"),
        (locked, "fel", "password"),
        (locked[:500] + bytes([locked[500] ^ 1]) + locked[501:], "rätt", "broken"),
        (locked[:500], "rätt", "broken"),
    ):
        with pytest.raises(kept.Unfit) as refused:
            list(kept.clear_pieces(io.BytesIO(file), password))
        assert refused.value.code == code
