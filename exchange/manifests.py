"""manifest.json of an archive (handslag.export/2): what it is, how many rows, and each file with its SHA-256.

One JSON document, written so that it can be read line by line: the first line says what the archive is and ends with
the opening of `files`, then comes one file a line in the archive's order, and the last line closes both. docs/export.md
tells the format to others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any, TypeVar

from msgspec import Struct

FORMAT = "handslag.export/2"
NAME = "manifest.json"
_OPENING = b', "files": ['
_CLOSING = b"]}"
_SHA256 = re.compile(r"[0-9a-f]{64}")
# go on growing at a firm's next home: the chain, and the letters that tell of the arrival
GROWING = ("event", "event_value", "chain_head", "earlier_home", "letter")
OF_INSTALLATION = ("bevis/kontrollpunkter.jsonl", "bevis/checkpoint.json", "bevis/nycklar.json")
LEGAL = "villkor"  # folder of texts that installations have or have not
MOST_TOLD = 100

T = TypeVar("T")


class BadManifest(ValueError):
    """No manifest of this format. `code`: "format" (another format, or another version of it) or "manifest"."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code}: {where}")
        self.code, self.where = code, where


class File(Struct, frozen=True):
    """One file of the archive. `of`: public id of the row in stored_file whose bytes it is; empty: no such row."""

    name: str
    size_bytes: int
    sha256: str
    of: str = ""


class Home(Struct, frozen=True):
    """An installation that the firm has left, and the end of its chain there."""

    installation: str
    seq: int
    link: str


class Manifest(Struct, frozen=True):
    """All that the manifest says but the files."""

    schema: str  # the newest migration of the installation
    installation: str  # id of its first key
    address: str
    made_at: datetime
    firm: str  # public id
    firm_name: str
    seq: int  # end of the chain
    link: str
    checkpoint: int | None  # the newest one with a leaf of the firm
    rows: Mapping[str, int]  # by table
    under_way: Mapping[str, int]  # of them, those that would act by themselves or let somebody in
    unreadable: tuple[str, ...]  # what could not be read when the archive was made
    homes: tuple[Home, ...]  # oldest first


Read = tuple[Manifest, Iterator[File]]


def lines(manifest: Manifest, files: Iterable[File]) -> Iterator[bytes]:
    """The manifest as it is written, a line at a time."""
    about = {
        "format": FORMAT,
        "schema": manifest.schema,
        "installation": manifest.installation,
        "address": manifest.address,
        "made_at": manifest.made_at.isoformat(timespec="milliseconds"),
        "firm": {"id": manifest.firm, "name": manifest.firm_name},
        "chain": {"seq": manifest.seq, "link": manifest.link},
        "homes": [{"installation": home.installation, "seq": home.seq, "link": home.link} for home in manifest.homes],
        "checkpoint": manifest.checkpoint,
        "rows": dict(manifest.rows),
        "under_way": dict(manifest.under_way),
        "unreadable": list(manifest.unreadable),
    }
    yield json.dumps(about, ensure_ascii=False).encode()[:-1] + _OPENING
    end = b"\n"
    for file in files:
        entry: dict[str, object] = {"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256}
        if file.of:
            entry["of"] = file.of
        yield end + json.dumps(entry, ensure_ascii=False).encode()
        end = b",\n"
    yield b"\n" + _CLOSING + b"\n"


def read(given: Iterable[bytes]) -> Read:
    """What a manifest says, its files one after the other. Raises BadManifest, of a file when it is come to."""
    rest = iter(given)
    first = next(rest, b"").rstrip(b"\r\n")
    if not first.endswith(_OPENING):
        raise BadManifest("manifest", "line 1")
    about = _object(first.removesuffix(_OPENING) + b"}", "line 1")
    if about.get("format") != FORMAT:
        raise BadManifest("format", str(about.get("format"))[:40])
    try:
        return _manifest(about), _files(rest)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadManifest("manifest", "line 1") from error


def _files(given: Iterator[bytes]) -> Iterator[File]:
    follows: bool | None = None  # whether the line before says that there is one more
    for number, line in enumerate(given, 2):
        text, where = line.rstrip(b"\r\n"), f"line {number}"
        if (follows is True and text == _CLOSING) or (follows is False and text != _CLOSING):
            raise BadManifest("manifest", where)
        if text == _CLOSING:
            break
        follows = text.endswith(b",")
        entry = _object(text.removesuffix(b","), where)
        try:
            file = File(_text(entry["name"]), _count(entry["size_bytes"]), _sha256(entry["sha256"]))
            yield File(file.name, file.size_bytes, file.sha256, _text(entry["of"])) if "of" in entry else file
        except (KeyError, TypeError, ValueError) as error:
            raise BadManifest("manifest", where) from error
    else:
        raise BadManifest("manifest", "end")
    if any(line.strip() for line in given):
        raise BadManifest("manifest", "end")


def _object(text: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadManifest("manifest", where) from error
    if not isinstance(found, dict):
        raise BadManifest("manifest", where)
    return found


def _manifest(about: Mapping[str, Any]) -> Manifest:
    made_at = datetime.fromisoformat(_text(about["made_at"]))
    if made_at.tzinfo is None:
        raise ValueError("a time without a zone")
    return Manifest(
        schema=_text(about["schema"]),
        installation=_text(about["installation"]),
        address=_text(about["address"]),
        made_at=made_at,
        firm=_text(about["firm"]["id"]),
        firm_name=_text(about["firm"]["name"]),
        seq=_count(about["chain"]["seq"]),
        link=_sha256(about["chain"]["link"]),
        checkpoint=None if about["checkpoint"] is None else _count(about["checkpoint"]),
        rows={_text(table): _count(count) for table, count in about["rows"].items()},
        under_way={_text(table): _count(count) for table, count in about["under_way"].items()},
        unreadable=tuple(_text(what) for what in about["unreadable"]),
        homes=tuple(
            Home(_text(home["installation"]), _count(home["seq"]), _sha256(home["link"])) for home in about["homes"]
        ),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if value < 0:
        raise ValueError
    return value


def _sha256(value: object) -> str:
    if not _SHA256.fullmatch(_text(value)):
        raise ValueError
    return str(value)


def differences(a: Read, b: Read) -> list[str]:
    """In what `b` is not the firm of `a` after it has moved to another installation; nothing: in nothing.

    Installation, address, times and checkpoints are each installation's own. The chain goes on, and says itself that it
    is the same one: an earlier home of b names the end of a's. Tables with rows under way are left out, since those are
    stopped when they are taken in. At most some hundred are told.
    """
    (one, files), (other, other_files) = a, b
    left_out = {table for table in (*one.under_way, *other.under_way) if _under_way(one, other, table)}
    told = chain(
        _of_heads(one, other, left_out),
        _of_files(_compared(files, left_out), _compared(other_files, left_out)),
    )
    found: list[str] = []
    for difference in told:
        if len(found) == MOST_TOLD:
            return [*found, "and more"]
        found.append(difference)
    return found


def _under_way(one: Manifest, other: Manifest, table: str) -> bool:
    return bool(one.under_way.get(table) or other.under_way.get(table))


def _of_heads(one: Manifest, other: Manifest, left_out: set[str]) -> Iterator[str]:
    heads: tuple[tuple[str, object, object], ...] = (
        ("schema", one.schema, other.schema),
        ("firm", one.firm, other.firm),
        ("name of the firm", one.firm_name, other.firm_name),
        ("unreadable", one.unreadable, other.unreadable),
        ("earlier homes", one.homes, other.homes[: len(one.homes)]),
    )
    for what, mine, yours in heads:
        if mine != yours:
            yield f"{what}: {mine} / {yours}"
    if (one.seq, one.link) != (other.seq, other.link) and (
        Home(one.installation, one.seq, one.link) not in other.homes or other.seq < one.seq
    ):
        yield f"chain: {other.seq} does not say that it goes on from {one.seq} of {one.installation}"
    for table in dict.fromkeys((*one.rows, *other.rows)):
        before, after = one.rows.get(table), other.rows.get(table)
        has_grown = table in GROWING and before is not None and after is not None and after > before
        if before != after and not has_grown and table not in left_out:
            yield f"rows of {table}: {before} / {after}"


def _compared(files: Iterator[File], left_out: set[str]) -> Iterator[File]:
    """The files that are to be the same, those that grow by their names alone."""
    grown = {*_of_tables(GROWING), "bevis/kedja.jsonl"}
    skipped = {*_of_tables(left_out), *OF_INSTALLATION}
    for file in files:
        if file.name in grown:
            yield File(file.name, 0, "")
        elif file.name not in skipped and not file.name.startswith(f"{LEGAL}/"):
            yield File(file.name, file.size_bytes, file.sha256, file.of)  # no matter where in an archive it lies


def _of_tables(tables: Iterable[str]) -> Iterator[str]:
    for table in tables:
        yield from (f"data/{table}.jsonl", f"csv/{table}.csv")


def _of_files(mine: Iterator[File], yours: Iterator[File]) -> Iterator[str]:
    """Side by side with constant memory; where the order parts, what is left is compared by name."""
    for one, other in zip_longest(mine, yours):
        if one is None or other is None or one.name != other.name:
            yield from _of_the_rest(
                {file.name: file for file in _with_first(one, mine)},
                {file.name: file for file in _with_first(other, yours)},
            )
            return
        if one != other:
            yield f"file {one.name}"


def _with_first(first: T | None, rest: Iterator[T]) -> Iterator[T]:
    return rest if first is None else chain([first], rest)


def _of_the_rest(mine: Mapping[str, File], yours: Mapping[str, File]) -> Iterator[str]:
    yield from (f"file {name}: only in the first" for name in mine if name not in yours)
    yield from (f"file {name}: only in the second" for name in yours if name not in mine)
    yield from (f"file {name}" for name, file in mine.items() if name in yours and yours[name] != file)
    if mine.keys() == yours.keys():
        yield "order of the files"
