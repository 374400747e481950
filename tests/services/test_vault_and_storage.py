"""Values and files open only where they were sealed."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from extensions import db
from models import StoredFile
from services import storage, vault
from services.clock import utc_now


def keep(firm, data):
    kind = {"purpose": "quote", "name": "a.pdf", "media_type": "application/pdf"}
    return storage.put(firm.id, firm.public_id, data, now=utc_now(), **kind)


def test_a_moved_value_does_not_open(make):
    firm, other = make.firm(), make.firm("Andra")
    sealed = vault.seal(firm.public_id, b"198406012388", "applicant", "a1", "personnummer")
    assert vault.unseal(firm.public_id, sealed, "applicant", "a1", "personnummer") == b"198406012388"
    for firm_id, place in [
        (firm.public_id, ("applicant", "a2", "personnummer")),
        (other.public_id, ("applicant", "a1", "personnummer")),
    ]:
        with pytest.raises(InvalidTag):
            vault.unseal(firm_id, sealed, *place)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_a_file_comes_back_whole(make, size):
    firm = make.firm()
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    row = storage.put(
        firm.id, firm.public_id, data, purpose="quote", name="a.pdf", media_type="application/pdf", now=utc_now()
    )
    db.session.commit()
    found = db.session.get_one(StoredFile, row.id)
    assert storage.read(firm.public_id, found) == data
    assert storage.path(firm.public_id, row.public_id).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("harm", ["cut", "flip", "swap"])
def test_a_harmed_file_does_not_open(make, harm):
    firm = make.firm()
    row = storage.put(
        firm.id,
        firm.public_id,
        b"y" * 200_000,
        purpose="quote",
        name="a.pdf",
        media_type="application/pdf",
        now=utc_now(),
    )
    path = storage.path(firm.public_id, row.public_id)
    bytes_now = path.read_bytes()
    chunk = 65536 + 16
    harmed = {
        "cut": bytes_now[: 10 + chunk * 2],
        "flip": bytes_now[:100] + bytes([bytes_now[100] ^ 1]) + bytes_now[101:],
        "swap": bytes_now[:10]
        + bytes_now[10 + chunk : 10 + 2 * chunk]
        + bytes_now[10 : 10 + chunk]
        + bytes_now[10 + 2 * chunk :],
    }[harm]
    path.write_bytes(harmed)
    with pytest.raises(InvalidTag):
        b"".join(storage.stream(firm.public_id, row.public_id))
