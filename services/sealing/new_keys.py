"""Keys and certificates that are made anew: what an installation signs and seals with (services/sealing/keys.py)."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# The passphrase holds 256 bits: rounds add nothing to it. These take 0.02 s to open; 600,000 took 0.12 s.
ROUNDS = 100_000
# Papers are read for decades. A CA's key is never kept: nobody, we neither, can issue another seal under it.
VALID_FOR = timedelta(days=30 * 366)
SLACK = timedelta(days=1)  # a clock that is set back still finds the certificate valid


class New(NamedTuple):
    """A key just made: its id, its public half, and the private one, encrypted."""

    id: str
    pem: str
    stored: bytes


def signing(secret: bytes) -> New:
    """An Ed25519 key, encrypted with 32 secret bytes."""
    from cryptography.hazmat.primitives import serialization

    key = Ed25519PrivateKey.generate()
    name = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    nonce = os.urandom(12)
    return New(name, pem.decode(), nonce + AESGCM(secret).encrypt(nonce, key.private_bytes_raw(), name.encode()))


def seal(host: str, passphrase: bytes, now: datetime) -> New:
    """A certificate for sealing (EC P-256) under a CA made for it alone; with its key in PKCS#12."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = f"Handslag CA {host}"
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, now)
    certificate = _certificate(f"Handslag {host}", ca_name, key.public_key(), ca_key, now)
    name = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()[:16]
    how = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase)
    )
    stored = pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, [ca], how)
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (certificate, ca))
    return New(name, pem.decode(), stored)


def _certificate(subject: str, issuer: str, public_key: Any, ca_key: Any, now: datetime) -> Any:
    """A CA's own certificate where subject and issuer are one; else one that may seal and nothing else."""
    from cryptography import x509

    is_ca = subject == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return builder.sign(ca_key, hashes.SHA256())


def _name(common: str) -> Any:
    """At most 64 letters go into a common name."""
    from cryptography import x509

    names = (x509.NameOID.ORGANIZATION_NAME, "Handslag"), (x509.NameOID.COMMON_NAME, common[:64])
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
