"""The row about checking a sealed paper: processor time, beside a program that only loads pyHanko and validates."""

from __future__ import annotations

import io
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import Bench
from bench.report import Row
from services.checking import looking
from services.sealing import keys, making

PAGES, ROUNDS, MORE = 10, 5, 20
BARE = """
import sys
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

(seal,) = PdfFileReader(open(sys.argv[1], "rb")).embedded_regular_signatures
validate_pdf_signature(seal, ValidationContext(trust_roots=[], allow_fetching=False))
"""


def rows(bench: Bench) -> list[Row]:
    """A sealed paper of ten pages whose bytes are not known here, so that it is looked into."""
    with bench.app.app_context(), tempfile.TemporaryDirectory() as place:
        (sealed,) = making.seal([making.Paper(_paper())], keys.seal_key())
        assert isinstance(sealed, bytes)
        file, published = Path(place) / "sealed.pdf", keys.nycklar()
        file.write_bytes(sealed)
        command = [sys.executable, "-I", "-c", BARE, str(file)]
        ours, bare, more = [], [], []
        for _ in range(ROUNDS):
            ours.append(_cpu(lambda: looking.look([sealed], keys=published)))
            bare.append(_cpu(lambda: subprocess.run(command, check=True, capture_output=True)))
            more.append(_cpu(lambda: looking.look([sealed] * MORE, keys=published)))
    one, reference = statistics.median(ours), statistics.median(bare)
    each = (statistics.median(more) - one) / (MORE - 1)
    told = f"{1e3 * one:.0f} ms of CPU, of it {1e3 * each:.0f} ms for the paper; bare pyHanko {1e3 * reference:.0f} ms"
    return [Row("verification of a sealed PDF, 10 pages", told, one / reference, "× pyHanko", 1.5, 1)]


def _cpu(act: Callable[[], object]) -> float:
    """Seconds of processor time that the processes begun by it take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def _paper() -> bytes:
    from reportlab.pdfgen import canvas

    kept = io.BytesIO()
    page = canvas.Canvas(kept, invariant=1)
    for n in range(PAGES):
        for line in range(40):
            page.drawString(60, 780 - 18 * line, f"Sida {n + 1}, rad {line + 1}: rivning, kakel och fog i badrummet")
        page.showPage()
    page.save()
    return kept.getvalue()
