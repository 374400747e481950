"""Add pages to a finished PDF as an incremental update (ISO 32000-1, 7.5.6): the new file begins with the old one.

So the SHA-256 of the frozen quote can be checked on the agreement too: over its first bytes, by anyone, without us.
A library that copies pages writes them anew; pypdfium2 also drops title and language. Both files are our own
(reportlab: plain dictionaries, a classic cross-reference table), which keeps the reading simple; what does not look so
is refused. It may be a stranger's all the same: a firm that has moved here brought its papers along.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Texts in parentheses and hexadecimal ones are skipped, so that "12 0 R" in a title stays what it is.
_REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|\b(\d+) 0 R\b", re.DOTALL)
_OBJECT = re.compile(rb"\s*(\d+) 0 obj\s*")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_LENGTH = re.compile(rb"/Length (\d+)\b(?! 0 R)")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_SECTION = re.compile(rb"(\d+) (\d+)\s*\n")
_ENTRY_BYTES = 20
MOST_TABLES = 20  # ours has two: the frozen pages and what was added


class NotOurPdf(ValueError):
    """The file is not built as the papers of this product are."""


class _Thing(NamedTuple):
    """One object: its dictionary (or array), and the stream after it, if any."""

    head: bytes
    stream: bytes


class _Pdf:
    """What lies in a file, by object number."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: dict[int, int] = {}
        found = _START.search(data)
        if not found:
            raise NotOurPdf("no end")
        self.start = int(found[1])
        self.trailer = self._table(self.start)
        previous, tables = self.trailer, 1
        while later := re.search(rb"/Prev (\d+)", previous):
            tables += 1
            if tables > MOST_TABLES:
                raise NotOurPdf("updated without end")
            previous = self._table(int(later[1]))
        self.size = int(_one(rb"/Size (\d+)", self.trailer))
        self.root = int(_one(rb"/Root (\d+) 0 R", self.trailer))
        self.info = int(_one(rb"/Info (\d+) 0 R", self.trailer))
        catalog = self.thing(self.root).head
        self.pages = int(_one(rb"/Pages (\d+) 0 R", catalog))
        self.outlines = int(_one(rb"/Outlines (\d+) 0 R", catalog))

    def thing(self, number: int) -> _Thing:
        """The newest object of a number."""
        place = self.places.get(number)
        head = _OBJECT.match(self.data, place) if place is not None else None
        if not head or int(head[1]) != number:
            raise NotOurPdf("an object is not where the table says")
        end = self.data.find(b"endobj", head.end())
        stream = _STREAM.search(self.data, head.end(), end if end > 0 else len(self.data))
        if not stream:
            return _Thing(self.data[head.end() : end].strip(), b"")
        words = self.data[head.end() : stream.start() + 2]
        after = stream.end() + int(_one(_LENGTH, words))
        return _Thing(words, self.data[stream.end() : after])

    def _table(self, start: int) -> bytes:
        """Read one cross-reference table; newer tables win. Answers its trailer."""
        if self.data[start : start + 4] != b"xref":
            raise NotOurPdf("no classic cross-reference table")
        at = start + 4
        while section := _SECTION.match(self.data, _skip(self.data, at)):
            first, count = int(section[1]), int(section[2])
            at = section.end()
            if count * _ENTRY_BYTES > len(self.data) - at:
                raise NotOurPdf("a table longer than the file")
            for number in range(first, first + count):
                entry = self.data[at : at + _ENTRY_BYTES]
                if entry[17:18] == b"n":
                    self.places.setdefault(number, int(entry[:10]))
                at += _ENTRY_BYTES
        end = self.data.find(b"startxref", at)
        return self.data[at:end]


def page_count(data: bytes) -> int:
    """Number of pages of one of our files. Raises NotOurPdf."""
    pdf = _Pdf(data)
    return int(_one(rb"/Count (\d+)", pdf.thing(pdf.pages).head))


def append(frozen: bytes, added: bytes) -> bytes:
    """`frozen`, byte for byte, followed by the pages and bookmarks of `added`. Title and dates become those of `added`.

    Raises NotOurPdf.
    """
    old, new = _Pdf(frozen), _Pdf(added)
    shift = old.size - 1
    numbers = {number: number + shift for number in new.places}
    # The added pages and bookmarks hang under the old roots; the old catalogue, with its language, stays.
    numbers[new.pages] = old.pages
    numbers[new.outlines] = old.outlines
    objects: dict[int, _Thing] = {}
    tag = ord("A") + frozen.count(b"%%EOF")
    for number in new.places:
        if number not in (new.root, new.pages, new.outlines):
            thing = new.thing(number)
            # Two subsets of one face in one file must have names of their own (ISO 32000-1, 9.6.4).
            head = _renumbered(thing.head, numbers).replace(b"/AAAAAA+", b"/%cAAAAA+" % tag)
            objects[numbers[number]] = _Thing(head, thing.stream)
    _join_pages(old, new, numbers, objects)
    _join_outlines(old, new, numbers, objects)
    return frozen + _update(old, numbers[new.info], _one(rb"/ID\s*\[\s*<\w+>\s*<(\w+)>", new.trailer), objects)


def _join_pages(old: _Pdf, new: _Pdf, numbers: dict[int, int], objects: dict[int, _Thing]) -> None:
    mine, other = old.thing(old.pages).head, _renumbered(new.thing(new.pages).head, numbers)
    kids = _one(rb"/Kids \[\s*([^\]]*?)\s*\]", mine) + b" " + _one(rb"/Kids \[\s*([^\]]*?)\s*\]", other)
    count = int(_one(rb"/Count (\d+)", mine)) + int(_one(rb"/Count (\d+)", other))
    objects[old.pages] = _Thing(b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (count, kids), b"")


def _join_outlines(old: _Pdf, new: _Pdf, numbers: dict[int, int], objects: dict[int, _Thing]) -> None:
    """Our bookmarks are one flat list: the last old one gets the first new one as its next."""
    mine, other = old.thing(old.outlines).head, _renumbered(new.thing(new.outlines).head, numbers)
    first, last = (int(_one(rb"/First (\d+) 0 R", each)) for each in (mine, other))
    link, end = int(_one(rb"/Last (\d+) 0 R", mine)), int(_one(rb"/Last (\d+) 0 R", other))
    count = int(_one(rb"/Count (\d+)", mine)) + int(_one(rb"/Count (\d+)", other))
    objects[old.outlines] = _Thing(
        b"<< /Type /Outlines /Count %d /First %d 0 R /Last %d 0 R >>" % (count, first, end), b""
    )
    objects[link] = _Thing(_with(old.thing(link).head, b"/Next %d 0 R" % last), b"")
    objects[last] = _Thing(_with(objects[last].head, b"/Prev %d 0 R" % link), b"")


def _update(old: _Pdf, info: int, file_id: bytes, objects: dict[int, _Thing]) -> bytes:
    """Objects, cross-reference table and trailer that follow the old file."""
    out = bytearray(b"" if old.data.endswith(b"\n") else b"\n")
    places: dict[int, int] = {}
    for number in sorted(objects):
        head, stream = objects[number]
        places[number] = len(old.data) + len(out)
        out += b"%d 0 obj\n%s\n" % (number, head)
        if stream:
            out += b"stream\n" + stream + b"\nendstream\n"
        out += b"endobj\n"
    start = len(old.data) + len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(places):
        if number - 1 not in places:
            count = 1
            while number + count in places:
                count += 1
            out += b"%d %d\n" % (number, count)
        out += b"%010d 00000 n \n" % places[number]
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d /ID [ <%s> <%s> ] >>\nstartxref\n%d\n%%%%EOF\n" % (
        max(*places, old.size - 1) + 1,
        old.root,
        info,
        old.start,
        _one(rb"/ID\s*\[\s*<(\w+)>", old.trailer),
        file_id,
        start,
    )
    return bytes(out)


def _renumbered(head: bytes, numbers: dict[int, int]) -> bytes:
    return _REFERENCE.sub(lambda hit: b"%d 0 R" % numbers[int(hit[1])] if hit[1] else hit[0], head)


def _with(dictionary: bytes, entry: bytes) -> bytes:
    """A dictionary with one more entry."""
    if not dictionary.endswith(b">>"):
        raise NotOurPdf("no dictionary")
    return dictionary[:-2] + entry + b" >>"


def _one(pattern: bytes | re.Pattern[bytes], text: bytes) -> bytes:
    found = re.search(pattern, text)
    if not found:
        raise NotOurPdf("an entry is missing")
    return found[1]


def _skip(data: bytes, at: int) -> int:
    while data[at : at + 1].isspace():
        at += 1
    return at
