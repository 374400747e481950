"""Formats read back by other readers than the writers: zipfile, csv, json."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange import csv_sv, json_lines
from exchange.zip_stream import PIECE_BYTES, ZipStream

STAMP = (2026, 11, 20, 9, 14, 30)


def test_zip_read_back():
    stream = ZipStream(STAMP)
    data = b"".join(stream.add("a/å.txt", [b"hej ", b"du"], compress=True))
    data += b"".join(stream.add("b.pdf", [b"%PDF"] * 3, compress=False))
    data += b"".join(stream.close())
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert read.read("a/å.txt") == b"hej du"
        assert [info.compress_type for info in read.infolist()] == [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]
        assert read.infolist()[0].date_time == STAMP
    assert [(file.name, file.size_bytes) for file in stream.packed] == [("a/å.txt", 6), ("b.pdf", 12)]


def test_zip_comes_in_pieces_while_it_is_written():
    """Never more than a piece or two is held, however large the file."""
    stream = ZipStream(STAMP)
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        for _number in range(200):
            taken += 1
            yield bytes(PIECE_BYTES)

    given = 0
    for piece in stream.add("x", parts(), compress=False):
        given += len(piece)
        assert taken * PIECE_BYTES - given < 3 * PIECE_BYTES


def test_an_empty_zip_is_a_zip():
    stream = ZipStream(STAMP)
    assert zipfile.ZipFile(io.BytesIO(b"".join(stream.close()))).namelist() == []


def rows_of(*rows) -> list[list[str]]:
    data = b"".join(csv_sv.lines(["a", "b"], rows))
    assert data.startswith(b"\xef\xbb\xbfa;b\r\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-2", "'-2"),
        ("+46", "'+46"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ('a;"b"\nc', 'a;"b"\nc'),
        (-2, "-2"),
        (Decimal("-1290.50"), "-1290,50"),
        (True, "ja"),
        (False, "nej"),
        (None, ""),
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 8, 14, 36, tzinfo=UTC), "2026-11-20 09:14:36"),
    ],
)
def test_a_cell(cell, shown):
    assert rows_of([cell, "x"]) == [[shown, "x"]]


def test_csv_in_pieces():
    rows = [[str(number), "x"] for number in range(1001)]
    assert rows_of(*rows) == rows


def test_json_lines():
    row = {
        "å": "ö\n",
        "at": datetime(2026, 11, 20, 8, 14, tzinfo=UTC),
        "on": date(2026, 11, 20),
        "bytes": b"\x01",
        "n": 1,
    }
    data = b"".join(json_lines.lines([row, {"n": None}]))
    lines = [json.loads(line) for line in data.splitlines()]
    assert lines == [
        {"å": "ö\n", "at": "2026-11-20T08:14:00Z", "on": "2026-11-20", "bytes": "01", "n": 1},
        {"n": None},
    ]


def test_json_lines_refuse_what_json_has_not():
    with pytest.raises(TypeError):
        list(json_lines.lines([{"x": Decimal(1)}]))
