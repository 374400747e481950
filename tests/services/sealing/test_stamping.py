"""Time stamps on sealed papers, by a service on this machine."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from exchange import verifiera
from extensions import db
from jobs import JobResult, draw_agreements, stamp_papers
from models import Agreement, StoredFile
from services import doctor, storage
from services.clock import utc_now
from tests.routes.deal.conftest import make_sent

DER = serialization.Encoding.DER


def _authority() -> DummyTimeStamper:
    """RSA: pyHanko's own time stamper takes no other key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tid")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    raw = key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(DER)), asn1_keys.PrivateKeyInfo.load(raw)
    )


class Service(HTTPServer):
    is_up = True


@pytest.fixture(scope="module")
def service():
    """An address of a time-stamp service; `is_up` turned off, it answers 500."""
    authority = _authority()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if server.is_up else 500)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            if server.is_up:
                self.wfile.write(authority.request_tsa_response(tsp.TimeStampReq.load(asked)).dump())

        def log_message(self, *args: object) -> None:
            pass

    server = Service(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sealed(app, make, monkeypatch, service):
    """An agreement with its sealed paper, and the setting on."""
    sent = make_sent(app, make)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    address = f"http://127.0.0.1:{service.server_port}/"
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], TSA_URL=address))
    return sent


def agreement() -> Agreement:
    db.session.rollback()
    return db.session.query(Agreement).one()


def test_a_stamp_comes_after_the_seal(sealed, make, client):
    """Fetched by the child of its own, which may speak to this service and nobody else."""
    assert stamp_papers.run(utc_now()) == JobResult(1, 0)
    row = agreement()
    plain, stamped = (db.session.get_one(StoredFile, each) for each in (row.pdf_id, row.stamped_id))
    before, after = (storage.read(sealed.firm.public_id, file) for file in (plain, stamped))
    assert after.startswith(before)
    assert row.stamped_sha256 == hashlib.sha256(after).hexdigest()
    reader = PdfFileReader(BytesIO(after))
    (seal,), (stamp,) = reader.embedded_regular_signatures, reader.embedded_timestamp_signatures
    seal.compute_integrity_info()
    assert seal.summarise_integrity_info()["docmdp_ok"]
    stamp.compute_integrity_info()
    assert stamp.summarise_integrity_info()["coverage"].name == "ENTIRE_FILE"
    for paper, holds in ((after, None), (after + b"\n% mer\n", False)):
        assert verifiera.check(verifiera.unpack(verifiera.inside(paper)), pdf=paper)[-1].holds is holds
    assert stamp_papers.run(utc_now()) == JobResult(0, 0)
    page = client.log_in(make.owner(sealed.firm)).get(f"/offerter/{sealed.quote.n}").text
    assert "Avtalet med tidsstämpel" in page
    assert "Avtalet med tidsstämpel" in sealed.get("/avtal").text
    for got in (
        client.get(f"/offerter/{sealed.quote.n}/avtal-tidsstamplat.pdf"),
        sealed.get("/avtal-tidsstamplat.pdf"),
    ):
        assert got.data == after
        assert "tidsstamplat.pdf" in got.headers["Content-Disposition"]


def test_a_service_that_does_not_answer(sealed, service):
    """The seal stays as it is, the service is left alone for a minute, the operator is told."""
    before, now = agreement().pdf_sha256, utc_now()
    assert sealed.get("/avtal-tidsstamplat.pdf").status_code == 404
    service.is_up = False
    try:
        assert stamp_papers.run(now) == JobResult(0, 1)
    finally:
        service.is_up = True
    assert stamp_papers.run(now) == JobResult(0, 0)
    (told,) = [one for one in doctor.examine(now) if one.about == "time stamps"]
    assert told.sentence.startswith("1 sealed papers wait")
    assert stamp_papers.run(now + timedelta(minutes=2)) == JobResult(1, 0)
    assert (agreement().pdf_sha256, agreement().paper_tries) == (before, 0)


def test_a_paper_that_cannot_be_read_does_not_hold_up_the_others(sealed, app, make):
    other = make_sent(app, make)
    assert other.post("/godkann", other.step2()).status_code == 303
    draw_agreements.run(utc_now())
    first = db.session.query(Agreement).order_by(Agreement.id).first()
    storage.remove(sealed.firm.public_id, db.session.get_one(StoredFile, first.pdf_id).public_id)
    db.session.rollback()
    assert stamp_papers.run(utc_now()) == JobResult(1, 1)
    assert stamp_papers.run(utc_now()) == JobResult(0, 0)
