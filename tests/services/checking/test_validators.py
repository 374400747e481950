"""Programs of others say the same of a sealed paper: pdfsig of poppler, qpdf, and pyHanko in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from services.sealing import keys, making
from tests.papers import pdf
from tests.services.checking.corpus import flipped, with_page

PYHANKO = """
import sys
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

own = ValidationContext(trust_roots=list(load_certs_from_pemder([sys.argv[1]]))[1:], allow_fetching=False)
for name in sys.argv[2:]:
    (seal,) = PdfFileReader(open(name, "rb")).embedded_regular_signatures
    found = validate_pdf_signature(seal, own)
    print(found.bottom_line, found.coverage.name, bool(found.docmdp_ok))
"""


def tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing. On Debian: apt install {package}")
    return found


@pytest.fixture
def files(app, tmp_path):
    """A paper with its seal, and what two changes make of it."""
    attached = making.Attachment("bevispaket.zip", b"PK" + bytes(2000), "Bevis")
    (sealed,) = making.seal([making.Paper(pdf(3), (attached,))], keys.seal_key())
    assert isinstance(sealed, bytes)
    made = {"whole": sealed, "flipped": flipped(sealed, len(pdf(3)) // 2), "longer": with_page(sealed)}
    for name, content in made.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
    (tmp_path / "own.pem").write_text(keys.published()[-1]["pem"])
    return tmp_path


def test_pdfsig_agrees(files):
    program = tool("pdfsig", "poppler-utils")

    def say(name: str) -> tuple[bool, bool]:
        done = subprocess.run([program, "-nocert", f"{name}.pdf"], cwd=files, capture_output=True, text=True)
        return "Signature is Valid." in done.stdout, "Total document signed" in done.stdout.replace("Not total", "Not")

    assert {name: say(name) for name in ("whole", "flipped", "longer")} == {
        "whole": (True, True),
        "flipped": (False, True),
        "longer": (True, False),
    }


def test_qpdf_finds_no_fault_in_the_form(files):
    done = subprocess.run([tool("qpdf", "qpdf"), "--check", "whole.pdf"], cwd=files, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No syntax or stream encoding errors found" in done.stdout


def test_pyhanko_agrees_with_our_ca_as_its_only_trust(files):
    names = ["own.pem", "whole.pdf", "flipped.pdf", "longer.pdf"]
    done = subprocess.run(
        [sys.executable, "-I", "-c", PYHANKO, *names], cwd=files, capture_output=True, text=True, check=True
    )
    said = [line.split() for line in done.stdout.splitlines()]
    assert said[0] == ["True", "ENTIRE_FILE", "True"]
    assert [line[0] for line in said[1:]] == ["False", "False"]
    assert said[2][1] == "ENTIRE_REVISION"
