"""A sealed paper and its package, changed in some eighty ways: what is said of each, by one process for all."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from domain import authenticity, canonical
from domain.authenticity import OwnSeal, Result
from extensions import db
from jobs import draw_agreements
from models import Agreement, Firm, QuoteVersion, StoredFile
from services import storage
from services.checking import looking, verifying
from services.clock import utc_now
from services.errors import TooMany
from services.proof import package
from services.sealing import keys, making, new_keys
from tests.routes.deal.conftest import make_sent
from tests.services.checking.corpus import PACKAGES, PAPERS, Sample, opened, packed

OURS = "localhost"


def new_key(host: str, at: datetime):
    """A seal's key that was made then, and its certificate as PEM."""
    passphrase = (b"k" * 32).hex()
    made = new_keys.seal(host, passphrase.encode(), at)
    return keys.SealKey(made.id, made.stored, passphrase), made.pem


def own_seal(pem: str, until: datetime | None = None) -> OwnSeal:
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return OwnSeal(certificate.fingerprint(SHA256()).hex(), "Handslag localhost", until)


def sealed(pdf: bytes, key) -> bytes:
    (made,) = making.seal([making.Paper(pdf)], key)
    assert isinstance(made, bytes), made
    return made


def stamped(pdf: bytes) -> bytes:
    """With a time stamp over all of it, by a service that answers here."""
    from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers, timestamps

    key = rsa.generate_private_key(65537, 2048)
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tidsstämpling")])
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=9))
        .add_extension(purpose, critical=True)
        .sign(key, SHA256())
    )
    (cert,) = load_certs_from_pemder_data(certificate.public_bytes(serialization.Encoding.PEM))
    raw = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    service = timestamps.DummyTimeStamper(cert, asn1_keys.PrivateKeyInfo.load(raw))
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(signers.PdfTimeStamper(service).timestamp_pdf(writer, "sha256").getbuffer())


def agreed_by(sent):
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    agreement = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    firm = db.session.get_one(Firm, agreement.firm_id)

    def read(file_id: int) -> bytes:
        return storage.read(firm.public_id, db.session.get_one(StoredFile, file_id))

    version = db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).one()
    return read(agreement.pdf_id), read(agreement.package_id), read(version.pdf_id)


def signed_anew(files, change=lambda text: text):
    """All files of a package made by who holds keys of the own: everything fits, by the keys that lie in it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    name = canonical.sha256_hex(public.public_bytes_raw())[:16]
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(data: bytes) -> str:
        return base64.b64encode(key.sign(data)).decode()

    listed = [{"id": name, "kind": "ed25519", "pem": pem, "from": "2026-01-01T00:00:00.000Z", "until": None}]
    files = {**files, "nycklar.json": canonical.dumps({"v": 1, "keys": listed})}
    point = json.loads(files["checkpoint.json"])
    point["checkpoint"]["key"] = name
    point["signatures"] = {name: sign(canonical.dumps(point["checkpoint"]))}
    files["checkpoint.json"] = canonical.dumps(point)
    proof = change(json.loads(files["bevis.json"]))
    for row in proof["files"]:
        row["sha256"] = canonical.sha256_hex(files[row["name"]])
    files["bevis.json"] = canonical.dumps(proof)
    files["bevis.sig"] = canonical.dumps({"key": name, "signature": sign(package.SIGNED_AS + files["bevis.json"])})
    return packed(files)


@pytest.fixture
def sample(app, make):
    """Two agreements, sealed and kept as the worker does; and the installation's seals."""
    first = make_sent(app, make)
    whole, proof, frozen = agreed_by(first)
    other, _, _ = agreed_by(make_sent(app, make))
    now = utc_now()
    ours = keys.seal_key()
    made = {
        "gone": new_key(OURS, now - timedelta(days=400)),
        "retired": new_key(OURS, now - timedelta(days=400)),
        "expired": new_key(OURS, now - timedelta(days=40 * 366)),
        "early": new_key(OURS, now + timedelta(days=30)),
        "foreign": new_key("annan.example", now),
        "namesake": new_key(OURS, now),
    }
    seals = [own_seal(keys.published()[-1]["pem"])]
    seals += [own_seal(made[name][1]) for name in ("expired", "early")]
    seals += [own_seal(made["gone"][1], now + timedelta(days=1)), own_seal(made["retired"][1], now - timedelta(days=9))]
    before = whole.rfind(b"%%EOF", 0, whole.index(b"/EmbeddedFile")) + len(b"%%EOF\n")
    files = opened(proof)
    return (
        Sample(
            sealed=whole,
            package=proof,
            frozen=frozen,
            drawn=whole[:before],
            other=other,
            seal=sealed,
            keys={"ours": ours, **{name: key for name, (key, _) in made.items()}},
            forged=signed_anew(files),
            foreign=signed_anew(files, lambda bevis: {**bevis, "agreement": "x" * 22}),
            stamped=stamped(whole),
        ),
        seals,
    )


def in_short(verdict: authenticity.Verdict) -> tuple[str, str]:
    if verdict.result is Result.AUTHENTIC:
        return verdict.result, verdict.by or ""
    return verdict.result, verdict.file or verdict.where or verdict.why


def test_the_corpus(sample):
    made, seals = sample
    rows = [(f"{kind}: {name}", *rest) for kind, part in (("PDF", PAPERS), ("ZIP", PACKAGES)) for name, *rest in part]
    found = looking.look([change(made) for _, change, _ in rows], keys=keys.nycklar())
    now = utc_now()
    said = {row[0]: in_short(verifying.conclude(facts, seals, now)) for row, facts in zip(rows, found, strict=True)}
    assert said == {name: expected for name, _, expected in rows}


@pytest.mark.parametrize(("does", "refused"), [("time.sleep(600)", None), ("os.kill(os.getpid(), 9)", "heavy")])
def test_a_machine_without_time_says_nothing_of_the_file(app, tmp_path, monkeypatch, does, refused):
    """A child that computes too much is ended by its own limit, long before; one that waits was given no time."""
    child = tmp_path / "child.py"
    child.write_text(f"import os, time\n{does}\n")
    monkeypatch.setattr(looking, "CHILD", child)
    if refused:
        (facts,) = looking.look([b"%PDF-"], keys=None)
        assert facts.refused == refused
    else:
        monkeypatch.setattr(looking, "WALL_SECONDS", 0.2)
        with pytest.raises(TooMany):
            looking.look([b"%PDF-"], keys=None)
