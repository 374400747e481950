"""The packages as they are downloaded: the firm's as it was kept with the paper, a party's own made when asked for.

Both lean on one checkpoint, that of the paper, so that what is handed out again is the same.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from domain.parties import CUSTOMER
from languages import gettext as _
from models import Agreement, StoredFile
from services import scope, storage
from services.deal.links import Deal
from services.errors import NotFound, RuleBroken
from services.proof import package
from services.sealing.keys import KeysMissing


def may_have(deal: Deal) -> bool:
    """Whether who has come gets a package: those who sign, once the paper is sealed. Who only reads has the paper."""
    return deal.may_sign and deal.agreement is not None and deal.agreement.package_id is not None


def of_party(deal: Deal) -> tuple[bytes, str]:
    """The package of who has come, and its file name. Raises NotFound for who gets none.

    Raises RuleBroken("no_package_now") while the keys of the installation are lost: nothing can be signed.
    """
    if not may_have(deal):
        raise NotFound
    agreement = deal.agreement
    assert agreement is not None  # noqa: S101  (may_have has looked)
    checkpoint = _checkpoint(agreement, deal.found.firm_public_id)
    party = deal.found.recipient or CUSTOMER
    name = _("Bevispaket %(n)s", n=deal.content["number"]) + ".zip"
    try:
        return package.build(agreement, checkpoint=checkpoint, for_party=party), name
    except KeysMissing:
        raise RuleBroken("no_package_now") from None


def _checkpoint(agreement: Agreement, firm_public_id: str) -> dict[str, Any] | None:
    """The checkpoint that the package kept with the paper leans on."""
    file = scope.get(StoredFile, agreement.firm_id, StoredFile.id == agreement.package_id)
    with zipfile.ZipFile(io.BytesIO(storage.read(firm_public_id, file))) as kept:
        if "checkpoint.json" not in kept.namelist():
            return None
        found: dict[str, Any] = json.loads(kept.read("checkpoint.json"))
        return found
