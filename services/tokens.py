"""Signed tokens of mailed links. The signature keeps strangers off the database; the row decides.

The payload is the row's random id and the purpose, nothing else, since anyone can read it. Every purpose has its own
salt and its own derived key, HMAC-SHA-256, and an outer age.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from services.installation import secrets

DAY = 24 * 3600
MAX_AGE_SECONDS = {
    "quote": 3652 * DAY,  # outer bound; the row's expires_at decides
    "confirm_email": 7 * DAY,
    "reset_password": DAY,
}


class BadToken(Exception):
    """Not one of ours for this purpose."""


class OldToken(BadToken):
    """Ours, but past its outer age."""


@lru_cache(maxsize=64)
def _serializer(purpose: str, secret_keys: tuple[str, ...]) -> URLSafeTimedSerializer:
    keys = [hashlib.sha256(f"{purpose}\0{key}".encode()).hexdigest() for key in secret_keys]
    return URLSafeTimedSerializer(
        keys,
        salt=f"handslag.{purpose}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def sign(purpose: str, public_id: str) -> str:
    return str(_serializer(purpose, secrets().secret_keys).dumps([purpose, public_id]))


def read(purpose: str, token: str) -> str:
    """The row's public id. Raises BadToken or OldToken."""
    try:
        payload = _serializer(purpose, secrets().secret_keys).loads(token, max_age=MAX_AGE_SECONDS[purpose])
    except SignatureExpired:
        raise OldToken from None
    except BadSignature:
        raise BadToken from None
    if not isinstance(payload, list) or len(payload) != 2 or payload[0] != purpose:
        raise BadToken
    return str(payload[1])
