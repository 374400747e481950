"""A seal, by the process of its own that makes it, and as a validator sees it."""

from __future__ import annotations

import signal
import subprocess
from io import BytesIO

import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.sealing import keys, making

IN_CHILD = making.in_child  # before tests/conftest.py loads the child into this process


@pytest.fixture(autouse=True)
def _own_process(app, monkeypatch):
    monkeypatch.setattr(making, "in_child", IN_CHILD)


def paper(words: str) -> bytes:
    from reportlab.pdfgen import canvas

    kept = BytesIO()
    page = canvas.Canvas(kept, lang="sv", invariant=1)
    page.drawString(100, 700, words)
    page.save()
    return kept.getvalue()


def status(sealed: bytes):
    trusted = list(load_certs_from_pemder_data(keys.published()[-1]["pem"].encode()))[1:]
    (seal,) = PdfFileReader(BytesIO(sealed)).embedded_regular_signatures
    return validate_pdf_signature(seal, ValidationContext(trust_roots=trusted, allow_fetching=False))


def started(monkeypatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started from here on."""
    made: list[subprocess.Popen[bytes]] = []

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            made.append(self)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    return made


def test_one_process_seals_one_after_the_other(app, monkeypatch):
    pdf, other, key = paper("Avtal"), paper("Ett annat"), keys.seal_key()
    proof = making.Attachment("bevis.zip", b"PK" + bytes(range(256)), "Beviset för avtalet")
    processes = started(monkeypatch)
    with making.Sealer() as sealer:
        whole = sealer.seal(making.Paper(pdf, (proof,), "Visar att inget är ändrat"), key)
        with pytest.raises(making.SealFailed, match=r"^\w+ at \w+\.py:\d+$"):
            sealer.seal(making.Paper(b"no PDF"), key)
        plain = sealer.seal(making.Paper(other), key)
        assert [one.poll() for one in processes] == [None]
        processes[0].stdin.close()  # as it is when its worker is killed
        assert processes[0].wait(60) == 0
        with pytest.raises(making.SealFailed, match="exit status 1"):
            sealer.seal(making.Paper(pdf), key._replace(passphrase="another"))
        assert len(processes) == 2
    assert None not in [one.poll() for one in processes]
    for source, sealed in ((pdf, whole), (other, plain)):
        assert sealed.startswith(source)
        found = status(sealed)
        assert found.bottom_line
        assert found.coverage.name == "ENTIRE_FILE"
        assert found.docmdp_ok
    reader = PdfFileReader(BytesIO(whole))
    name, file = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert (name, file.get_object()["/EF"]["/F"].data) == ("bevis.zip", proof.data)
    assert len(plain) - len(other) < 8_000


def test_a_paper_that_takes_the_process_along_takes_no_other(app, monkeypatch):
    processes, pdf, key = started(monkeypatch), paper("Avtal"), keys.seal_key()
    with making.Sealer() as sealer:
        sealer.seal(making.Paper(pdf), key)
        processes[0].kill()
        with pytest.raises(making.SealFailed, match="exit status -9"):
            sealer.seal(making.Paper(pdf), key)
        assert sealer.seal(making.Paper(pdf), key).startswith(pdf)
        processes[-1].send_signal(signal.SIGSTOP)
        monkeypatch.setattr(sealer._child, "_seconds", 0.1)
        with pytest.raises(making.SealFailed, match="too long"):
            sealer.seal(making.Paper(pdf), key)
