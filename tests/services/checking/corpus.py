"""What people and programs do to a sealed paper and to a package of evidence, each with what is to be said of it.

A row is (name, how it is made of a Sample, verdict). A verdict is the result, and where or why.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.papers import pdf, stream

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Sample:
    """A sealed paper and the firm's package, both kept; and what others have made."""

    sealed: bytes
    package: bytes
    frozen: bytes  # the quote as it was sent, with which the paper begins
    drawn: bytes  # the paper before the seal
    other: bytes  # another agreement's sealed paper of this installation
    seal: Callable[..., bytes]  # (pdf, key) -> sealed pdf
    keys: Mapping[
        str, object
    ]  # ours, gone (ours, of a firm that is erased), foreign, namesake, expired, early, retired
    forged: bytes  # a package whose every file is made anew with keys of the forger's own
    foreign: bytes  # a package of another installation
    stamped: bytes  # the sealed paper with a document time stamp

    @property
    def files(self) -> dict[str, bytes]:
        return opened(self.package)

    @property
    def gap(self) -> tuple[int, int]:
        """Where the signature's container begins and ends."""
        numbers = re.findall(rb"/ByteRange\s*\[\s*\d+ (\d+) (\d+) \d+\s*\]", self.sealed)[-1]
        return int(numbers[0]), int(numbers[1])


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return out.getvalue()


def flipped(data: bytes, at: int, bit: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def qpdf(data: bytes, *arguments: str) -> bytes:
    """What qpdf makes of a file."""
    if not shutil.which("qpdf"):
        pytest.fail("qpdf is missing. On Debian: apt install qpdf")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        source.write_bytes(data)
        done = subprocess.run(["qpdf", "--warning-exit-0", str(source), *arguments, str(made)], capture_output=True)
        assert done.returncode == 0, done.stderr
        return made.read_bytes()


def with_page(data: bytes) -> bytes:
    """One more page, as an incremental update."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    page = {generic.pdf_name("/Type"): generic.pdf_name("/Page"), generic.pdf_name("/MediaBox"): box}
    writer.insert_page(generic.DictionaryObject({**page, generic.pdf_name("/Contents"): content}))
    return written(writer)


def with_comment(data: bytes) -> bytes:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    name = generic.pdf_name
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    note = writer.add_object(
        generic.DictionaryObject(
            {
                name("/Type"): name("/Annot"),
                name("/Subtype"): name("/Text"),
                name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 30, 30))),
                name("/Contents"): generic.pdf_string("Halva priset"),
            }
        )
    )
    page, _ = writer.find_page_for_modification(0)
    page = page.get_object()
    page[name("/Annots")] = generic.ArrayObject([note])
    writer.update_container(page)
    return written(writer)


def written(writer) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def inside(sample: Sample, change: Callable[[bytes], bytes]) -> bytes:
    """The paper with other bytes, as many, in place of the package that lies in it."""
    from exchange import verifiera

    package = verifiera.inside(sample.sealed)
    changed = change(package)
    assert len(changed) == len(package)
    assert sample.sealed.count(package) == 1
    return sample.sealed.replace(package, changed)


def spliced(sample: Sample) -> bytes:
    """The seal of another paper in this one's place."""
    numbers = re.findall(rb"/ByteRange\s*\[\s*\d+ (\d+) (\d+) \d+\s*\]", sample.other)[-1]
    theirs = sample.other[int(numbers[0]) : int(numbers[1])]
    start, end = sample.gap
    return sample.sealed[:start] + theirs.ljust(end - start, b"0")[: end - start - 1] + b">" + sample.sealed[end:]


def edited(name: str, change: Callable[[bytes], bytes]) -> Callable[[Sample], bytes]:
    """A package with one file changed."""
    return lambda sample: packed({**sample.files, name: change(sample.files[name])})


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Sample], bytes]:
    return edited("kedja.jsonl", lambda data: b"".join(change(data.splitlines(keepends=True))))


def relisted(sample: Sample) -> bytes:
    """A dearer agreement whose bevis.json is made to fit, by someone without our key."""
    import hashlib

    files = sample.files
    files["avtal.json"] = files["avtal.json"].replace(b'"to_pay_ore":', b'"to_pay_ore":1')
    proof = json.loads(files["bevis.json"])
    for row in proof["files"]:
        row["sha256"] = hashlib.sha256(files[row["name"]]).hexdigest()
    files["bevis.json"] = json.dumps(proof, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return packed(files)


def renamed_keys(data: bytes) -> bytes:
    kept = json.loads(data)
    for row in kept["keys"]:
        row["id"] = row["id"][::-1]
    return json.dumps(kept).encode()


def other_checkpoint(data: bytes) -> bytes:
    kept = json.loads(data)
    kept["checkpoint"]["root"] = "ab" * 32
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def doubled(sample: Sample) -> bytes:
    out = io.BytesIO(sample.package)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("avtal.json", b"{}")
    return out.getvalue()


def added(name: str | zipfile.ZipInfo, content: bytes = b"x") -> Callable[[Sample], bytes]:
    def make(sample: Sample) -> bytes:
        out = io.BytesIO(sample.package)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue()

    return make


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("lank")
    member.create_system, member.external_attr = 3, 0o120777 << 16
    return member


def encrypted(sample: Sample) -> bytes:
    """The flag of encryption set on the first file, in both places."""
    data = bytearray(sample.package)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def other_local_name(sample: Sample) -> bytes:
    return sample.package.replace(b"avtal.json", b"avtal.jsom", 1)


def said_smaller(sample: Sample) -> bytes:
    """A bomb of 60 MB whose directory says ten bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("avtal.pdf", bytes(60 * 1024 * 1024))
    data = bytearray(out.getvalue())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + place, 10)
    return bytes(data)


def many(sample: Sample) -> bytes:
    return packed({f"{n}.txt": b"" for n in range(20_000)}, method=zipfile.ZIP_STORED)


AUTHENTIC, ALTERED, OTHER, UNKNOWN, UNREADABLE = "authentic", "altered", "other", "unknown", "unreadable"
PAPERS = [
    ("as it is kept", lambda s: s.sealed, (AUTHENTIC, "hash")),
    ("the quote as it was sent", lambda s: s.frozen, (AUTHENTIC, "hash")),
    ("with a time stamp after the seal", lambda s: s.stamped, (AUTHENTIC, "seal")),
    ("sealed here, kept no more", lambda s: s.seal(pdf(10), s.keys["ours"]), (AUTHENTIC, "seal")),
    ("sealed by a key that was changed since", lambda s: s.seal(pdf(2), s.keys["gone"]), (AUTHENTIC, "seal")),
    ("a byte in the frozen pages", lambda s: flipped(s.sealed, len(s.frozen) // 2), (ALTERED, "frozen")),
    ("the first byte", lambda s: flipped(s.sealed, 9), (ALTERED, "frozen")),
    ("a byte in the pages after", lambda s: flipped(s.sealed, len(s.frozen) + 700), (ALTERED, "sealed")),
    ("a byte in the package within", lambda s: inside(s, lambda z: flipped(z, len(z) // 3)), (ALTERED, "attachment")),
    ("nothing where the package was", lambda s: inside(s, lambda z: bytes(len(z))), (ALTERED, "attachment")),
    ("a byte in the signature", lambda s: flipped(s.sealed, s.gap[0] + 2400), (ALTERED, "sealed")),
    ("a bit in the zeros after the signature", lambda s: flipped(s.sealed, s.gap[1] - 40), (ALTERED, "container")),
    ("the signature said to be shorter", lambda s: flipped(s.sealed, s.gap[0] + 6), (ALTERED, "sealed")),
    ("a large letter made small", lambda s: small_letter(s), (ALTERED, "container")),
    ("a capital in the signer's CA", lambda s: in_certificate(s, 2, 0x02), (ALTERED, "container")),
    ("a byte in who vouches for the CA", lambda s: in_certificate(s, 0), (ALTERED, "container")),
    ("a byte in the name of the CA", lambda s: in_certificate(s, 1), (ALTERED, "container")),
    ("a byte in the table of places", lambda s: flipped(s.sealed, s.sealed.rfind(b" n")), (ALTERED, "sealed")),
    ("a byte in the trailer", lambda s: flipped(s.sealed, s.sealed.rfind(b"/Root") + 1), (ALTERED, "sealed")),
    (
        "a byte in where the table begins",
        lambda s: flipped(s.sealed, s.sealed.rfind(b"%%EOF") - 3),
        (ALTERED, "sealed"),
    ),
    ("a wider range of bytes", lambda s: wider(s), (ALTERED, "rewritten")),
    ("a page more", lambda s: with_page(s.sealed), (ALTERED, "after")),
    ("a comment", lambda s: with_comment(s.sealed), (ALTERED, "after")),
    ("a space more", lambda s: s.sealed + b" ", (ALTERED, "after")),
    ("a ZIP file after it", lambda s: s.sealed + s.package, (ALTERED, "after")),
    ("a page more after the quote", lambda s: with_page(s.frozen), (ALTERED, "after")),
    ("cut back to before the seal", lambda s: s.drawn, (ALTERED, "after")),
    ("cut off within the seal", lambda s: s.sealed[: s.gap[0] + 900], (ALTERED, "cut")),
    ("the last bytes missing", lambda s: s.sealed[:-20], (ALTERED, "cut")),
    ("another paper's seal put in", spliced, (ALTERED, "sealed")),
    ("our pages sealed by another", lambda s: s.seal(s.drawn, s.keys["foreign"]), (ALTERED, "not_ours")),
    ("sealed by one of our name", lambda s: s.seal(pdf(2), s.keys["namesake"]), (ALTERED, "not_ours")),
    ("sealed by another installation", lambda s: s.seal(pdf(2), s.keys["foreign"]), (OTHER, "")),
    ("its page more", lambda s: with_page(s.seal(pdf(2), s.keys["foreign"])), (ALTERED, "after")),
    ("sealed when the certificate had run out", lambda s: s.seal(pdf(2), s.keys["expired"]), (ALTERED, "time")),
    ("sealed before the certificate began", lambda s: s.seal(pdf(2), s.keys["early"]), (ALTERED, "time")),
    ("sealed by a key that was put away before", lambda s: s.seal(pdf(2), s.keys["retired"]), (ALTERED, "time")),
    ("saved anew", lambda s: qpdf(s.sealed), (ALTERED, "rewritten")),
    ("made for the web", lambda s: qpdf(s.sealed, "--linearize"), (ALTERED, "rewritten")),
    ("a page taken out", lambda s: qpdf(s.sealed, "--pages", ".", "1", "--"), (ALTERED, "rewritten")),
    ("turned", lambda s: qpdf(s.sealed, "--rotate=+90:1"), (ALTERED, "rewritten")),
    ("locked", lambda s: qpdf(s.sealed, "--encrypt", "a", "b", "256", "--"), (UNREADABLE, "encrypted")),
    ("another's, locked", lambda s: qpdf(pdf(2), "--encrypt", "a", "b", "256", "--"), (UNREADABLE, "encrypted")),
    ("another's", lambda s: pdf(2), (UNKNOWN, "unsealed")),
    ("nothing", lambda s: b"", (UNREADABLE, "empty")),
    ("a page of the web", lambda s: b"<!doctype html><h1>Avtal</h1>", (UNKNOWN, "kind")),
    ("another's pages with our package in them", lambda s: attached(s.package), (ALTERED, "not_ours")),
    ("a bomb attached", lambda s: bomb(), (UNREADABLE, "large")),
    ("no end to its names", lambda s: endless(), (UNREADABLE, "large")),
]
PACKAGES = [
    ("as it is kept", lambda s: s.package, (AUTHENTIC, "hash")),
    ("packed anew", lambda s: packed(s.files), (AUTHENTIC, "proof")),
    ("another amount", edited("avtal.json", lambda data: data.replace(b"1", b"2", 1)), (ALTERED, "avtal.json")),
    ("another PDF", lambda s: packed({**s.files, "avtal.pdf": pdf(1)}), (ALTERED, "avtal.pdf")),
    ("another content", edited("offert.json", lambda data: data + b" "), (ALTERED, "offert.json")),
    ("an entry changed", lines(lambda rows: [rows[0].replace(b"seq", b"sek"), *rows[1:]]), (ALTERED, "kedja.jsonl")),
    ("an entry taken out", lines(lambda rows: rows[:2] + rows[3:]), (ALTERED, "kedja.jsonl")),
    ("an entry put in", lines(lambda rows: rows[:2] + rows[1:]), (ALTERED, "kedja.jsonl")),
    ("entries in another order", lines(lambda rows: [rows[0], rows[2], rows[1], *rows[3:]]), (ALTERED, "kedja.jsonl")),
    ("a chain cut short", lines(lambda rows: rows[:-1]), (ALTERED, "kedja.jsonl")),
    ("another checkpoint", edited("checkpoint.json", other_checkpoint), (ALTERED, "checkpoint.json")),
    ("keys by other names", edited("nycklar.json", renamed_keys), (ALTERED, "nycklar.json")),
    ("another checker", edited("verifiera.py", lambda data: b"print('ja')\n"), (ALTERED, "verifiera.py")),
    (
        "another time of a yes",
        edited("bevis.json", lambda data: re.sub(rb"\b20\d\d-", b"2001-", data, count=1)),
        (ALTERED, "bevis.json"),
    ),
    ("all made to fit but the signature", relisted, (ALTERED, "bevis.json")),
    ("no signature", lambda s: packed({n: d for n, d in s.files.items() if n != "bevis.sig"}), (ALTERED, "bevis.sig")),
    ("a file more", added("rabatt.pdf"), (ALTERED, "rabatt.pdf")),
    ("a file less", lambda s: packed({n: d for n, d in s.files.items() if n != "avtal.json"}), (ALTERED, "avtal.json")),
    ("all made anew with other keys", lambda s: s.forged, (ALTERED, "not_ours")),
    ("another installation's", lambda s: s.foreign, (OTHER, "")),
    ("a name twice", doubled, (UNREADABLE, "names")),
    ("a way out of the folder", added("../avtal.pdf"), (UNREADABLE, "names")),
    ("a link", added(link(), b"/etc/passwd"), (UNREADABLE, "names")),
    ("other names before the files", other_local_name, (UNREADABLE, "names")),
    ("encrypted", encrypted, (UNREADABLE, "encrypted")),
    ("something before", lambda s: b"PK\x03\x04" + s.package, (UNREADABLE, "around")),
    ("something after", lambda s: s.package + b"\0\0", (UNREADABLE, "around")),
    ("cut off", lambda s: s.package[:-30], (UNREADABLE, "broken")),
    ("a byte within", lambda s: flipped(s.package, s.package.index(b"%PDF-") + 900), (UNREADABLE, "broken")),
    ("a bomb", added("stor.txt", bytes(60 * 1024 * 1024)), (UNREADABLE, "large")),
    ("a bomb that says it is small", said_smaller, (UNREADABLE, "broken")),
    ("twenty thousand files", many, (UNREADABLE, "large")),
    ("no file", lambda s: packed({}), (UNKNOWN, "kind")),
]


def small_letter(sample: Sample) -> bytes:
    start, end = sample.gap
    at = next(n for n in range(start + 1, end) if sample.sealed[n] in b"ABCDEF")
    return flipped(sample.sealed, at, 0x20)


def in_certificate(sample: Sample, which: int, bit: int = 1) -> bytes:
    """A letter of the CA's name, where no signature of the paper covers it."""
    start, end = sample.gap
    text = sample.sealed[start:end]
    _signer, *own = [found.start() for found in re.finditer(b"Handslag CA".hex().upper().encode(), text)]
    return flipped(sample.sealed, start + own[which] + (bit == 1), bit)


def wider(sample: Sample) -> bytes:
    """The signed ranges made to leave out more than the seal."""
    numbers = re.findall(rb"/ByteRange\s*\[\s*(\d+ (\d+) (\d+) (\d+))\s*\]", sample.sealed)[-1]
    first, again, rest = (int(number) for number in numbers[1:])
    made = b"0 %d %d %d" % (first - 40, again, rest)
    return sample.sealed.replace(numbers[0], made.ljust(len(numbers[0])))


def endless() -> bytes:
    """A tree of names that is its own branch."""
    tree = "/Names << /EmbeddedFiles 3 0 R >>"
    return pdf(catalog=tree, more=("<< /Kids [ 3 0 R 3 0 R ] /Type /EmbeddedFile >>",))


def bomb() -> bytes:
    """Two megabytes that unfold to a gigabyte."""
    flat = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = flat.compress(bytes(1 << 20)) + flat.flush(zlib.Z_FULL_FLUSH)
    return attached(b"\x78\xda" + chunk * 1024, "/Filter /FlateDecode")


def attached(data: bytes, entries: str = "") -> bytes:
    """A PDF without a seal in which this lies."""
    named = "/Names << /EmbeddedFiles << /Names [ (a.zip) 3 0 R ] >> >>"
    file = stream(data, f"/Type /EmbeddedFile {entries}")
    return pdf(catalog=named, more=("<< /Type /Filespec /F (a.zip) /EF << /F 4 0 R >> >>", file))
