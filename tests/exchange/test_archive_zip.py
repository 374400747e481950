"""An archive from a stranger (C-47): what the product writes is read whole, everything else is refused and why."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from exchange import archive_zip, manifests
from exchange.archive_zip import BadArchive
from exchange.marks import Marks
from tests import archives
from tests.archives import FILE, MANIFEST, SMALL, Put, all_of, made, opened, places, put_at, zipped

TEXT, PDF = "data/article.jsonl", "pdf/2026-001-v1.pdf"
WHOLE = made()
PLACES = places(WHOLE)


def test_what_is_written_is_read():
    assert all_of(made()) == {one.name: one.data for one in SMALL}
    archive = opened(made())
    assert archive.manifest == archives.MANIFEST
    assert list(archive.rows("firm")) == [{"id": 1, "name": "Tumbredd"}]
    assert [row["n"] for row in archive.rows("article")] == [1, 2] * 40
    assert [(member.name, member.of) for member in archive.files()] == [(one.name, one.of) for one in SMALL]
    assert archive.has("data/firm.jsonl")
    assert not archive.has(PDF)
    assert list(archive.rows("quote")) == []  # an older archive: the table came since
    known = opened(made(manifest=replace(MANIFEST, rows={"quote": 1})))
    assert refusal(lambda: list(known.rows("quote"))) == "missing"


def test_texts_of_every_length_are_read(monkeypatch):
    """Around the edges of the pieces that are inflated at a time, of what shrinks and what does not."""
    noise = random.Random(7).randbytes(200_000)
    for size in (0, 1, 65_535, 65_536, 65_537, 131_072, 200_000):
        for data in (noise[:size], bytes(size)):
            assert all_of(made([Put("LÄS-MIG.txt", data)]))["LÄS-MIG.txt"] == data


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(BadArchive) as refused:
        read()
    return refused.value.code


def central(name: str, offset: int, new: bytes) -> bytes:
    return put_at(WHOLE, PLACES[name][0] + offset, new)


def local(name: str, offset: int, new: bytes) -> bytes:
    return put_at(WHOLE, PLACES[name][1] + offset, new)


def both(name: str, in_record: int, in_head: int, new: bytes) -> bytes:
    return put_at(central(name, in_record, new), PLACES[name][1] + in_head, new)


def number(value: int) -> bytes:
    return struct.pack("<I", value)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "/etc/passwd",
            "C:\\x",
            "pdf\\x",
            "pdf/../../x",
            "pdf/./x",
            "pdf//x",
            "pdf/",
            "pdf",
            "x",
            "",
            "pdf/a/b/c/d",
        ),
        *("data/../firm.jsonl", "data/Firm.jsonl", "data/firm.json", "data/a/firm.jsonl", "andra/x.pdf", "pdf/.x"),
        *(
            "pdf/a\nb",
            "pdf/a\0b",
            "pdf/\u202egnp.exe",
            "pdf/å.pdf",
            "pdf/" + "x" * 81,
            "LA\u0308S-MIG.txt",
            "data/inner.zip",
        ),
        *("pdf/con:x", 'pdf/"x"', "pdf/<x>", "__MACOSX/x", "manifest.json"),
    ],
)
def test_c47_names_lead_nowhere(name):
    of = FILE if "pdf" in name else ""
    assert refusal(lambda: all_of(made([*SMALL, Put(name, b"x", of=of)]))) == "names"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "broken"),
        (b"PK", "broken"),
        (b"Not a ZIP file at all, but long enough to be one that was broken", "broken"),
        (WHOLE[:-1], "around"),
        (WHOLE[: len(WHOLE) // 2], "broken"),
        (WHOLE + b"x", "around"),
        (WHOLE + WHOLE, "around"),
        (b"#!/bin/sh\n" + WHOLE, "around"),
        (WHOLE[:-2] + b"\x05\x00hello", "around"),
        (put_at(WHOLE, len(WHOLE) - 2, b"\x01\x00"), "around"),
        (central(TEXT, 38, number(0o120777 << 16)), "names"),  # a link
        (central(TEXT, 38, number(0o040755 << 16 | 0x10)), "names"),  # a folder
        (central(TEXT, 38, number(0o020666 << 16)), "names"),  # a device
        (central(TEXT, 8, b"\x09\x08"), "encrypted"),
        (both(TEXT, 8, 6, b"\x09\x08"), "encrypted"),
        (both(TEXT, 10, 8, b"\x63\x00"), "encrypted"),
        (both(TEXT, 10, 8, b"\x0c\x00"), "broken"),  # bzip2
        (both(TEXT, 8, 6, b"\x28\x08"), "broken"),  # a patch
        (local(TEXT, 30, b"data/accounts.json"), "differ"),
        (local(TEXT, 8, b"\x00\x00"), "differ"),
        (local(TEXT, 6, b"\x00\x00"), "differ"),
        (local(PDF, 22, number(3)), "differ"),
        (local(PDF, 14, number(3)), "differ"),
        (local(PDF, 0, b"PK\x01\x02"), "around"),
        (both(PDF, 46, 30, b"pdf/2026-001-v2.pdf"), "manifest"),
        (both(PDF, 46, 30, b"pdf/../../../../x.p"), "names"),
        (central(PDF, 42, number(PLACES[TEXT][1])), "around"),  # two records for the same bytes
        (central(PDF, 42, number(PLACES[PDF][1] + 1)), "around"),
        (central(TEXT, 24, number(10)), "manifest"),
        (central(TEXT, 24, number(0xFFFFFFF0)), "large"),
        (central(TEXT, 20, number(0)), "around"),
        (central(TEXT, 34, b"\x01\x00"), "broken"),  # on another disk
        (central(TEXT, 32, b"\x01\x00"), "broken"),  # a comment
        (both(PDF, 16, 14, number(3)), "changed"),
        (local(PDF, 30 + len(PDF), b"%PDF-9.9"), "changed"),
        (put_at(WHOLE, len(WHOLE) - 14, struct.pack("<2H", 3, 3)), "around"),
        (put_at(WHOLE, len(WHOLE) - 14, struct.pack("<2H", 0, 0)), "large"),
        (put_at(WHOLE, len(WHOLE) - 14, struct.pack("<2H", 5, 6)), "broken"),
    ],
)
def test_c47_nothing_that_two_programs_read_differently(data, code):
    assert refusal(lambda: all_of(data)) == code


def test_c47_nothing_between():
    at = PLACES[PDF][1]
    shifted = WHOLE[:at] + b"hidden" + WHOLE[at:]
    for name in (PDF, manifests.NAME):
        record = PLACES[name][0] + 6
        shifted = put_at(shifted, record + 42, number(PLACES[name][1] + 6))
    start = struct.unpack_from("<I", WHOLE, len(WHOLE) - 6)[0]
    assert refusal(lambda: all_of(put_at(shifted, len(shifted) - 6, number(start + 6)))) == "around"


def test_c47_no_name_comes_twice():
    assert refusal(lambda: all_of(made([*SMALL, SMALL[1]]))) == "names"
    assert refusal(lambda: all_of(made(SMALL, last=[SMALL[1]]))) == "names"


def test_c47_a_bomb_is_not_inflated():
    bomb = made([*SMALL, Put("csv/quote.csv", bytes(30_000_000))])
    assert refusal(lambda: opened(bomb)) == "large"
    archive = opened(WHOLE)
    assert refusal(lambda: opened(WHOLE, most_bytes=sum(file.size_bytes for file in archive.files()))) == "large"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(300_000)) + packer.flush()
    taken = 0
    lying = replace(next(archive.files()), name="x", at=0, packed_bytes=len(packed), method=8, crc=0)
    archive._file = io.BytesIO(packed)

    def read() -> None:
        nonlocal taken
        for piece in archive.pieces(lying):
            taken += len(piece)

    assert refusal(read) == "large"
    assert taken == 0


def test_c47_a_hundred_thousand_files_are_refused_by_their_list():
    record, _head = PLACES[PDF]
    one = WHOLE[record : record + 46 + len(PDF)]
    start = PLACES["LÄS-MIG.txt"][0]
    count = 100_000
    directory = one * count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), start, 0)
    large = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(directory), 1)
    many = WHOLE[:start] + directory + large + locator + end
    assert refusal(lambda: opened(many)) == "large"
    assert refusal(lambda: opened(many, most_files=200_000)) == "around"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([*SMALL, Put("csv/quote.csv", b"a;b\n", listed={"size_bytes": 3})], "manifest"),
        ([*SMALL, Put("csv/quote.csv", b"a;b\n", listed={"sha256": "0" * 64})], "changed"),
        ([*SMALL, Put("csv/quote.csv", b"a;b\n", listed={"name": "csv/other.csv"})], "manifest"),
        ([*SMALL, Put("csv/quote.csv", b"a;b\n", of=FILE)], "names"),
        ([*SMALL, Put("pdf/x.pdf", b"a", of="../../../../etc/passwd")], "names"),
        ([*SMALL, Put("pdf/x.pdf", b"a", of=FILE, listed={"of": ""})], "names"),
    ],
)
def test_the_manifest_says_what_there_is(files, code):
    assert refusal(lambda: all_of(made(files))) == code


def test_no_file_is_missing_or_unnamed():
    assert refusal(lambda: opened(made(SMALL, last=[Put("csv/quote.csv", b"a")]))) == "manifest"
    assert refusal(lambda: opened(zipped(SMALL))) == "manifest"
    listed = b"".join(manifests.lines(MANIFEST, [one.in_manifest() for one in SMALL]))
    assert refusal(lambda: opened(zipped([*SMALL[:-1], Put(manifests.NAME, listed)]))) == "manifest"
    assert refusal(lambda: opened(zipped([Put(manifests.NAME, listed), *SMALL]))) == "manifest"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"export/2", b"export/1", "format"),
        (b'"checkpoint": null', b'"checkpoint": NaN', "manifest"),
        (b'"checkpoint": null', b'"checkpoint": 1' + b"0" * 400, "manifest"),
        (b'"checkpoint": null', b'"checkpoint": ' + b"[" * 100_000, "manifest"),
        (b'"checkpoint": null', b'"checkpoint": null, "schema": "x"', "manifest"),
        (b"Tumbredd", b"\\u0000", "manifest"),
        (b"Tumbredd", b"\\ud800", "manifest"),
        (b"Tumbredd", b"\xff", "manifest"),
        (b'"rows": {}', b'"rows": {"firm": -1}', "manifest"),
        (b'"rows": {}', b'"rows": []', "manifest"),
        (b'"unreadable": []', b'"unreadable": [1]', "manifest"),
        (b'"made_at": "2026', b'"made_at": "x', "manifest"),
        (b"\n]}\n", b"\n]}\nmore\n", "manifest"),
        (b"\n]}\n", b"", "line"),
    ],
)
def test_a_manifest_that_is_none(old, new, code):
    listed = b"".join(manifests.lines(MANIFEST, [one.in_manifest() for one in SMALL]))
    assert old in listed
    assert refusal(lambda: all_of(zipped([*SMALL, Put(manifests.NAME, listed.replace(old, new))]))) == code


@pytest.mark.parametrize(
    "line",
    [
        *(b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1.0}', b'{"a":1e999}'),
        *(b'{"a":9007199254740993}', b'{"a":-' + b"9" * 5000 + b"}", b'{"a":"\\u0000"}', b'{"a":"\\ud800"}'),
        *(b'{"\\u0000":1}', b'{"a":["\\udfff"]}', b'{"a":"\x00"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xff"}', b"[1]"),
        *(b"1", b"null", b"", b"{", b'{"a":1}{}', b"\xef\xbb\xbf{}", b'{"a":' * 100_000, b"{'a':1}", b'{"a":01}'),
    ],
)
def test_json_that_the_product_never_writes(line):
    archive = opened(made([*SMALL, Put("data/quote.jsonl", b'{"id":1}\n' + line + b"\n")]))
    with pytest.raises(BadArchive) as refused:
        list(archive.rows("quote"))
    assert (refused.value.code, refused.value.where) == ("json", "data/quote.jsonl:2")


def test_a_line_has_an_end_and_a_length(monkeypatch):
    monkeypatch.setattr(archive_zip, "MOST_LINE_BYTES", 100_000)
    for data in (b'{"a":1}', b'{"a":"' + random.Random(1).randbytes(60_000).hex().encode() + b'"}\n'):
        with pytest.raises(BadArchive, match="line"):
            list(opened(made([Put(TEXT, data)])).rows("article"))


def test_the_same_bytes_or_refused():
    """Flipped, cut, doubled or filled at random: nothing else comes out than what went in."""
    chance, clear = random.Random(20261121), {one.name: one.data for one in SMALL}
    for _turn in range(3000):
        data = mutated(WHOLE, chance)
        try:
            found = all_of(data)
        except BadArchive:
            continue
        assert found == clear
        assert opened(data).manifest == MANIFEST


def mutated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    length = chance.choice((1, 1, 1, 2, 4, 30, 200))
    return chance.choice(
        (
            lambda: put_at(data, at, bytes([data[at] ^ 1 << chance.randrange(8)])),
            lambda: data[:at] + data[at + length :],
            lambda: data[:at] + chance.randbytes(length) + data[at:],
            lambda: data[:at] + data[at : at + length] + data[at:],
            lambda: put_at(data, at, chance.choice((b"\0", b"\xff")) * min(length, len(data) - at)),
            lambda: put_at(data, at, number(chance.choice((0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))))[: len(data)],
        )
    )()


def test_marks_know_doubles_and_what_has_come():
    marks, others = Marks(), Marks()
    for value in range(2000):
        marks.add("a", value)
        others.add("a", 1999 - value)
    assert marks.same_as(others)
    assert len(marks) == 2000
    assert ("a", 7) in marks
    assert ("a", 2000) not in marks
    assert not marks.has_doubles()
    again = Marks()
    for value in (1, 2, 1):
        again.add(value)
    assert again.has_doubles()
    assert not again.same_as(marks)
