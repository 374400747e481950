"""Signed tokens of mailed links. The signature keeps strangers off the database; the row decides.

The payload is the row's random id and the purpose, nothing else, since anyone can read it. Every purpose has its own
salt and its own derived key, HMAC-SHA-256, and an outer age.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.clock import utc_now
from services.installation import secrets

DAY = 24 * 3600
MAX_AGE_SECONDS = {
    "quote": 3652 * DAY,  # outer bound; the row's expires_at decides
    "confirm_email": 7 * DAY,
    "reset_password": DAY,
    "applicant": 450 * DAY,  # the agreement's day decides
    "inquiry": 400 * DAY,  # a request that was sent; its row ends before
    "operator_link": 15 * 60,  # printed in a terminal
    "operator": DAY // 2,
    "inquiry_form": 7 * DAY,  # an open form, with the firm in place of a row
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


@lru_cache(maxsize=512)  # a customer asks several times with one token
def _verified(purpose: str, token: str, secret_keys: tuple[str, ...]) -> tuple[Any, datetime]:
    """What a token of ours says, and when it was signed. Raises BadSignature."""
    payload, signed_at = _serializer(purpose, secret_keys).loads(token, return_timestamp=True)
    return payload, signed_at


def read(purpose: str, token: str) -> str:
    """The row's public id. Raises BadToken or OldToken."""
    return read_with_age(purpose, token)[0]


def read_with_age(purpose: str, token: str) -> tuple[str, float]:
    """The same, and how many seconds ago it was signed."""
    try:
        payload, signed_at = _verified(purpose, token, secrets().secret_keys)
    except BadSignature:
        raise BadToken from None
    age = (utc_now() - signed_at).total_seconds()
    if age < 0:
        raise BadToken
    if age > MAX_AGE_SECONDS[purpose]:
        raise OldToken
    if not isinstance(payload, list) or len(payload) != 2 or payload[0] != purpose:
        raise BadToken
    return str(payload[1]), age
