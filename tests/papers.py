"""PDFs for tests, made here byte by byte: plain ones, and those that no one should take in."""

from __future__ import annotations

import zlib

FACE = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica"


def pdf(
    pages=1, *, size=(595, 842), words="Ritning", catalog="", page="", more=(), content=None, trailer="", packed=b""
):
    """A whole file. `catalog`, `page` and `trailer`: entries put into each; `more`: further objects, from number 3 on.

    `content` and `packed` (already deflated) replace what the pages draw.
    """
    first = 3 + len(more)
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages /Count {pages} /Kids [ {kids} ] >>".encode(),
        *(one if isinstance(one, bytes) else one.encode() for one in more),
    ]
    for n in range(pages):
        drawn = content if content is not None else _words(f"{words} {n + 1}", size)
        stream = packed or zlib.compress(drawn)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {first + 2 * n + 1} 0 R "
            f"/Resources << /Font << /F1 << {FACE} >> >> >> {page} >>".encode()
        )
        objects.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
    return _file(objects, trailer)


def _words(text, size):
    return f"BT /F1 {size[1] // 20} Tf {size[0] // 10} {size[1] // 2} Td ({text}) Tj ET".encode("latin-1", "replace")


def _file(objects, trailer):
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer.encode(),
        start,
    )
    return bytes(out)


def stream(data, entries=""):
    """An object with a stream, for `more`."""
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries.encode()) + data + b"\nendstream"


def _many_operators():
    """Some kilobytes that unfold to as many as take minutes to draw."""
    return zlib.compress(b"0 0 595 842 re f 10 10 500 800 re S\n" * 4_000_000, 9)


HELD = "/Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <" + "00" * 32 + "> /U <" + "11" * 32 + ">"

# name: (how it is made, why it is refused)
HOSTILE = {
    "program": (lambda: b"MZ\x90\x00" + b"\0" * 4000, "kind"),
    "page of the web": (lambda: b"<!doctype html><script>alert(1)</script>\n" + pdf(), "kind"),
    "page of the web within": (lambda: b"%PDF-1.7\n<html><script>alert(1)</script></html>\n" + pdf(), "kind"),
    "script on opening": (lambda: pdf(catalog="/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "active"),
    "script by an escaped name": (
        lambda: pdf(catalog="/OpenAction << /S /Java#53cript /J#53 (app.alert(1)) >>"),
        "active",
    ),
    "script of a page": (lambda: pdf(page="/AA << /O << /S /JavaScript /JS (app.alert(1)) >> >>"), "active"),
    "starts a program": (lambda: pdf(catalog="/OpenAction << /S /Launch /F (cmd.exe) >>"), "active"),
    "starts a program, named elsewhere": (
        lambda: pdf(catalog="/OpenAction << /S 3 0 R /F (cmd.exe) >>", more=("/Launch",)),
        "active",
    ),
    "layer that goes when it is opened": (
        lambda: pdf(
            catalog="/OCProperties << /OCGs [ 3 0 R ] /D << >> >> "
            "/OpenAction << /S /SetOCGState /State [ /OFF 3 0 R ] >>",
            more=("<< /Type /OCG /Name (Pris) >>",),
        ),
        "active",
    ),
    "layer that is not printed": (
        lambda: pdf(
            catalog="/OCProperties << /OCGs [ 3 0 R ] /D << /AS [ << /Event /Print /Category [ /Print ] "
            "/OCGs [ 3 0 R ] >> ] >> >>",
            more=("<< /Type /OCG /Name (Pris) /Usage << /Print << /PrintState /OFF >> >> >>",),
        ),
        "print",
    ),
    "comment that only paper shows": (
        lambda: pdf(page="/Annots [ << /Type /Annot /Subtype /Square /Rect [ 9 9 99 99 ] /F 36 >> ]"),
        "print",
    ),
    "sends a form": (lambda: pdf(catalog="/OpenAction << /S /SubmitForm /F (https://x.example/) >>"), "active"),
    "embedded file": (
        lambda: pdf(
            catalog="/Names << /EmbeddedFiles << /Names [ (a.exe) 3 0 R ] >> >>",
            more=("<< /Type /Filespec /F (a.exe) /EF << /F 4 0 R >> >>", stream(b"MZ", "/Type /EmbeddedFile")),
        ),
        "attached",
    ),
    "encrypted": (lambda: pdf(more=(f"<< {HELD} >>",), trailer="/Encrypt 3 0 R /ID [ <00> <00> ]"), "locked"),
    "dynamic form": (
        lambda: pdf(catalog="/AcroForm << /Fields [] /XFA 3 0 R >>", more=(stream(b"<xdp:xdp/>"),)),
        "form",
    ),
    "ten thousand pages": (lambda: pdf(10_000), "pages"),
    "200,000 points wide": (lambda: pdf(size=(200_000, 842)), "size"),
    "bomb of operators": (lambda: pdf(packed=_many_operators()), "heavy"),
    "cut off": (lambda: pdf(3)[:-600], "broken"),
    "no bytes after the head": (lambda: b"%PDF-1.7\n", "broken"),
}
