"""The manifest: read as it was written, refused when it is none, and compared with a later home's."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from exchange import manifests
from exchange.manifests import BadManifest, File, Home, Manifest

A, B = "a" * 64, "b" * 64
MANIFEST = Manifest(
    schema="20261121_1811",
    installation="0123456789abcdef",
    address="https://handslag.example",
    made_at=datetime(2026, 11, 21, 8, 14, 36, 123000, tzinfo=UTC),
    firm="firm-public-id",
    firm_name='Åkes "Bygg"',
    seq=7,
    link=A,
    checkpoint=None,
    rows={"quote": 2, "event": 7, "letter": 1, "login": 3},
    under_way={"login": 1},
    unreadable=("pdf/2026-001-v1.pdf",),
    homes=(Home("fedcba9876543210", 3, B),),
)
FILES = [
    File("LÄS-MIG.txt", 10, A),
    File("data/quote.jsonl", 20, A),
    File("data/event.jsonl", 20, A),
    File("data/login.jsonl", 20, A),
    File("bevis/kedja.jsonl", 30, A),
    File("bevis/checkpoint.json", 30, A),
    File("pdf/2026-002-v1.pdf", 2**33, B, "file-public-id"),
]
# the same firm after it has moved
MOVED = replace(
    MANIFEST,
    installation="1111111111111111",
    address="https://annan.example",
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
    seq=9,
    link=B,
    checkpoint=4,
    rows={**MANIFEST.rows, "event": 9, "letter": 2, "login": 0},
    under_way={},
    homes=(*MANIFEST.homes, Home(MANIFEST.installation, 7, A)),
)
MOVED_FILES = [
    replace(file, sha256=B) if file.name in ("data/event.jsonl", "data/login.jsonl", "bevis/kedja.jsonl") else file
    for file in FILES
    if file.name != "bevis/checkpoint.json"
]


def written(manifest=MANIFEST, files=FILES) -> list[bytes]:
    return b"".join(manifests.lines(manifest, files)).splitlines(keepends=True)


def test_read_as_it_was_written():
    manifest, files = manifests.read(written())
    assert manifest == MANIFEST
    assert list(files) == FILES
    manifest, files = manifests.read(written(files=[]))
    assert list(files) == []


def test_it_is_one_json_document():
    document = json.loads(b"".join(written()))
    assert document["format"] == "handslag.export/2"
    assert document["made_at"] == "2026-11-21T08:14:36.123+00:00"
    assert [file["name"] for file in document["files"]] == [file.name for file in FILES]
    assert [file for file in document["files"] if "of" in file] == [document["files"][-1]]


def test_another_format_is_told():
    lines = written()
    with pytest.raises(BadManifest) as refused:
        manifests.read([lines[0].replace(b"export/2", b"export/1"), *lines[1:]])
    assert refused.value.code == "format"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, b""),
        (0, b"{}\n"),
        (0, b'{"format": "handslag.export/2", "files": [\n'),
        (0, b"[" * 100_000 + b', "files": [\n'),
        (1, b"\xff,\n"),
        (1, b"[],\n"),
        (1, b'{"name": "x", "size_bytes": -1, "sha256": "' + A.encode() + b'"},\n'),
        (1, b'{"name": "x", "size_bytes": true, "sha256": "' + A.encode() + b'"},\n'),
        (1, b'{"name": "x", "size_bytes": 1, "sha256": "' + A.upper().encode() + b'"},\n'),
        (1, b'{"name": 1, "size_bytes": 1, "sha256": "' + A.encode() + b'"},\n'),
        (2, b""),  # the comma before it says that there is one more
        (-1, b""),
        (-1, b"]}\nmore\n"),
    ],
)
def test_what_is_no_manifest_is_refused(number, text):
    lines = written(files=FILES[:2]) if number == 2 else written()
    lines[number] = text
    with pytest.raises(BadManifest) as refused:
        list(manifests.read([line for line in lines if line])[1])
    assert refused.value.code == "manifest"


@pytest.mark.parametrize("name", ["made_at", "chain", "rows", "homes", "installation", "under_way"])
@pytest.mark.parametrize("value", [None, "2026-11-21", [1], {"x": -1}])
def test_a_head_of_other_kinds_is_refused(name, value):
    lines = written()
    head = json.loads(lines[0].rstrip() + b"]}")
    head.pop("files")
    if name == "installation" and isinstance(value, str):
        value = 7
    head[name] = value
    with pytest.raises(BadManifest):
        manifests.read([json.dumps(head).encode()[:-1] + b', "files": [\n', *lines[1:]])


def compared(manifest=MOVED, files=MOVED_FILES) -> list[str]:
    return manifests.differences((MANIFEST, iter(FILES)), (manifest, iter(files)))


def test_a_firm_that_has_moved_is_the_same():
    assert compared() == []
    assert manifests.differences((MANIFEST, iter(FILES)), (MANIFEST, iter(FILES))) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"firm": "another"}, "firm: "),
        ({"firm_name": "Annan"}, "name of the firm: "),
        ({"schema": "x"}, "schema: "),
        ({"unreadable": ()}, "unreadable: "),
        ({"rows": {**MOVED.rows, "quote": 3}}, "rows of quote: 2 / 3"),
        ({"rows": {**MOVED.rows, "event": 6}}, "rows of event: 7 / 6"),
        ({"rows": {**MOVED.rows, "new": 1}}, "rows of new: None / 1"),
        ({"homes": (*MANIFEST.homes, Home(MANIFEST.installation, 7, B))}, "chain: "),
        ({"homes": MOVED.homes[1:]}, "earlier homes: "),
        ({"seq": 6}, "chain: "),
    ],
)
def test_another_firm_is_not(change, told):
    (difference,) = compared(replace(MOVED, **change))
    assert difference.startswith(told)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([replace(file, sha256=B) for file in MOVED_FILES], ["file LÄS-MIG.txt", "file data/quote.jsonl"]),
        (MOVED_FILES[:-1], ["file pdf/2026-002-v1.pdf: only in the first"]),
        ([File("x", 1, A), *MOVED_FILES], ["file x: only in the second"]),
        ([*MOVED_FILES[1:], MOVED_FILES[0]], ["order of the files"]),
        ([*MOVED_FILES[:-1], replace(MOVED_FILES[-1], of="another")], ["file pdf/2026-002-v1.pdf"]),
    ],
)
def test_files_that_are_not_the_same_are_named(files, told):
    assert compared(files=files) == told


def test_only_so_many_are_told():
    many = [File(f"pdf/{number}.pdf", 1, A) for number in range(1000)]
    assert len(compared(files=[*MOVED_FILES, *many])) == manifests.MOST_TOLD + 1
