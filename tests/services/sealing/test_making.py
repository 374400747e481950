"""A seal, by the process of its own that makes it, and as a validator sees it."""

from __future__ import annotations

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


def test_one_process_seals_a_batch(app):
    pdf, other = paper("Avtal"), paper("Ett annat")
    proof = making.Attachment("bevis.zip", b"PK" + bytes(range(256)), "Beviset för avtalet")
    batch = [making.Paper(pdf, (proof,), "Visar att inget är ändrat"), making.Paper(b"no PDF"), making.Paper(other)]
    whole, broken, plain = making.seal(batch, keys.seal_key())
    assert isinstance(broken, making.SealFailed)
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


def test_a_key_that_does_not_open_seals_nothing(app):
    (result,) = making.seal([making.Paper(paper("Avtal"))], keys.seal_key()._replace(passphrase="another"))
    assert isinstance(result, making.SealFailed)


def test_a_paper_that_takes_the_process_along_is_left_alone(app, monkeypatch):
    def fall(asked):
        if b"bad" in asked:
            raise making.SealFailed("exit status -9")
        return IN_CHILD(asked)

    monkeypatch.setattr(making, "in_child", fall)
    good, bad = making.seal([making.Paper(paper("Avtal")), making.Paper(b"bad")], keys.seal_key())
    assert isinstance(good, bytes)
    assert isinstance(bad, making.SealFailed)
