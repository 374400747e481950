"""The installation's own keys: made once, rotated, refused when they do not open."""

from __future__ import annotations

import base64
import dataclasses
import json
import multiprocessing
import stat
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key, pkcs12

from services import keys as secrets_of
from services.clock import utc_now
from services.doctor import examine
from services.errors import RuleBroken
from services.sealing import keys


@pytest.fixture
def apart(app, tmp_path):
    """The app with another folder of secrets: what is done to them concerns no other test."""
    before = app.config["SETTINGS"], app.config["SECRETS"]
    app.config["SETTINGS"] = dataclasses.replace(before[0], DATA_DIR=tmp_path)
    app.config["SECRETS"] = secrets_of.ensure(app.config["SETTINGS"])
    yield tmp_path / "secrets"
    app.config["SETTINGS"], app.config["SECRETS"] = before


def test_keys_of_a_new_installation(apart):
    assert keys.ready()
    signing, seal = keys.published()
    public = load_pem_public_key(signing["pem"].encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(base64.b64decode(keys.sign(b"words")), b"words")
    assert keys.key_id() == signing["id"]
    assert keys.previous() is None
    certificate, ca = x509.load_pem_x509_certificates(seal["pem"].encode())
    certificate.verify_directly_issued_by(ca)
    opened = pkcs12.load_pkcs12(keys.seal_key().pkcs12, keys.seal_key().passphrase.encode())
    assert opened.cert.certificate == certificate
    assert {stat.S_IMODE(path.stat().st_mode) for path in apart.iterdir()} == {0o600}
    assert json.loads(keys.nycklar())["keys"] == [signing, seal]


def _start(settings):
    secrets_of.ensure(settings)


def test_starts_at_once_agree(app, tmp_path):
    settings = dataclasses.replace(app.config["SETTINGS"], DATA_DIR=tmp_path)
    context = multiprocessing.get_context("fork")
    starts = [context.Process(target=_start, args=(settings,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "secrets").iterdir())
    assert names == ["ed25519", "index.key", "installation.key", "published.json", "seal", "secret.key"]


def test_rotation_keeps_what_was_published(apart):
    first = keys.published()
    old_id = keys.key_id()
    made = keys.rotate(utc_now())
    assert [keys.key_id(), keys.seal_key().id] == made
    assert keys.previous() == old_id
    assert keys.sign_with(old_id, b"x") != keys.sign(b"x")
    assert [{**entry, "until": None} for entry in keys.published()[:2]] == first
    assert all(entry["until"] for entry in keys.published()[:2])
    keys.rotate(utc_now())
    with pytest.raises(keys.KeysMissing):
        keys.sign_with(old_id, b"x")
    assert len(keys.published()) == 6
    assert len(list(apart.glob("*-*"))) == 3


@pytest.mark.parametrize("kind", ["ed25519", "seal"])
def test_a_key_that_does_not_open(apart, kind):
    (path,) = apart.glob(f"{kind}-*")
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    published = apart / "published.json"
    published.touch()  # as a start does, this looks anew
    with pytest.raises(RuleBroken, match="no_seal_key"):
        keys.require()
    assert "does not open it" in next(one.sentence for one in examine(utc_now()) if one.about == "seal")
    path.write_bytes(kept)
    keys.require()


def test_a_year_later_the_doctor_reminds(apart):
    (found,) = [one for one in examine(utc_now() + timedelta(days=366)) if one.about == "seal"]
    assert found.is_wrong is None
    assert "keys rotate" in found.sentence
