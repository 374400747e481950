"""Formats read back by other readers than the writers: zipfile, csv, json."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange import csv_sv, json_lines, zip_stream
from exchange.manifests import File
from exchange.spool import Spool
from exchange.zip_stream import PIECE_BYTES, ZipStream

STAMP = (2026, 11, 20, 9, 14, 30)


def packed() -> tuple[ZipStream, bytes]:
    stream = ZipStream(STAMP)
    data = b"".join(stream.add("a/å.txt", [b"hej ", b"du"]))
    data += b"".join(stream.put("b.pdf", b"%PDF" * 3, of="public id"))
    data += b"".join(stream.add("empty.txt", []))
    return stream, data + b"".join(stream.close())


def test_zip_read_back():
    stream, data = packed()
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert read.read("a/å.txt") == b"hej du"
        stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
        assert [info.compress_type for info in read.infolist()] == [deflated, stored, deflated]
        assert {info.date_time for info in read.infolist()} == {STAMP}
        assert {info.external_attr >> 16 for info in read.infolist()} == {0o100600}
    assert list(stream.files()) == [
        File(name, len(clear), hashlib.sha256(clear).hexdigest(), of)
        for name, clear, of in (
            ("a/å.txt", b"hej du", ""),
            ("b.pdf", b"%PDF" * 3, "public id"),
            ("empty.txt", b"", ""),
        )
    ]


def test_a_large_zip_read_back(monkeypatch):
    """What has no room in 32 and 16 bits, with bounds that a small one passes."""
    monkeypatch.setattr(zip_stream, "MOST_32", 5)
    monkeypatch.setattr(zip_stream, "MOST_16", 2)
    _stream, data = packed()
    assert b"PK\x06\x06" in data
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert {info.filename: info.file_size for info in read.infolist()} == {
            "a/å.txt": 6,
            "b.pdf": 12,
            "empty.txt": 0,
        }


def test_zip_comes_in_pieces_while_it_is_written():
    """Never more than a piece or two is held, however large the file."""
    stream = ZipStream(STAMP)
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        for _number in range(200):
            taken += 1
            yield os.urandom(PIECE_BYTES)

    given = 0
    for piece in stream.add("x", parts()):
        given += len(piece)
        assert taken * PIECE_BYTES - given < 3 * PIECE_BYTES


def test_memory_does_not_grow_with_the_number_of_files():
    """Python's zipfile would keep half a kilobyte of each."""

    def peak_bytes(count: int) -> int:
        tracemalloc.start()
        try:
            stream = ZipStream(STAMP)
            for number in range(count):
                for _piece in stream.put(f"pdf/2026-{number:06}-v1.pdf", b"%PDF"):
                    pass
            for _file in stream.files():
                pass
            for _piece in stream.close():
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_bytes(10)
    few = peak_bytes(1500)
    assert peak_bytes(4500) - few < 200_000


def test_an_empty_zip_is_a_zip():
    stream = ZipStream(STAMP)
    assert zipfile.ZipFile(io.BytesIO(b"".join(stream.close()))).namelist() == []


def test_what_waits_on_the_disk_is_encrypted_and_has_no_name(tmp_path):
    spool = Spool(tmp_path)
    lines = [f"namn {number}".encode() for number in range(20_000)]
    for line in lines[:-1]:
        spool.append(line)
    assert list(spool) == lines[:-1]
    spool.append(lines[-1])
    assert list(spool) == lines
    assert not list(tmp_path.iterdir())
    spool._file.seek(0)
    assert b"namn" not in spool._file.read()


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1)", "-2", "+46", "\t=1", "\r=1", "\n=1"])
def test_what_looks_like_a_formula_is_guarded(text):
    assert csv_sv.guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "x=1", "Åke", ' "a;b"'])
def test_other_texts_are_not(text):
    assert csv_sv.guarded(text) == text


@pytest.mark.parametrize(("ore", "shown"), [(0, "0,00"), (129050, "1290,50"), (-129050, "-1290,50"), (-5, "-0,05")])
def test_hundredths(ore, shown):
    assert csv_sv.hundredths(ore) == shown


@pytest.mark.parametrize(("milli", "shown"), [(0, "0"), (16000, "16"), (5500, "5,5"), (-1, "-0,001"), (25050, "25,05")])
def test_thousandths(milli, shown):
    assert csv_sv.thousandths(milli) == shown


def test_times_are_stockholms():
    assert csv_sv.stockholm(datetime(2026, 11, 20, 8, 14, 36, 999, tzinfo=UTC)) == "2026-11-20 09:14:36"


def test_csv_read_back():
    shows = [csv_sv.guarded, csv_sv.hundredths, csv_sv.yes_or_no, None, None]
    chunks: list[list[tuple[object, ...]]] = [
        [('=a;"b"\r\nc', -129050, True, 7, date(2026, 11, 20))],
        [(None, None, None, None, None)],
    ]
    data = b"".join(csv_sv.lines(["a", "b", "c", "d", "e"], shows, chunks))
    assert data.endswith(b"\r\n")
    assert read(data) == [
        ["a", "b", "c", "d", "e"],
        ['\'=a;"b"\r\nc', "-1290,50", "ja", "7", "2026-11-20"],
        ["", "", "", "", ""],
    ]


def test_json_lines():
    row = ("ö\n", datetime(2026, 11, 20, 8, 14, tzinfo=UTC), date(2026, 11, 20), b"\x01", None)
    data = b"".join(json_lines.lines(["å", "at", "on", "bytes", "none"], [[row], [], [row]]))
    expected = {"å": "ö\n", "at": "2026-11-20T08:14:00Z", "on": "2026-11-20", "bytes": "01", "none": None}
    assert [json.loads(line) for line in data.splitlines()] == [expected, expected]


def test_json_lines_refuse_what_json_has_not():
    with pytest.raises(TypeError):
        list(json_lines.lines(["x"], [[(Decimal(1),)]]))
