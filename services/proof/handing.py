"""The packages as they are downloaded: the firm's as it was kept with the paper, a party's own made when asked for.

Both lean on one checkpoint, that of the paper, so that what is handed out again is the same. While not all have said
yes the firm can have what there is so far, which says that it is not final.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from domain.parties import CUSTOMER
from languages import gettext as _
from models import Agreement, Quote, StoredFile
from services import scope, storage
from services.deal import parties
from services.deal.deals import Deal
from services.errors import NotFound, RuleBroken
from services.proof import earlier, package, reading
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
    kept = _checkpoint(agreement, deal.found.firm_public_id)
    party = deal.found.recipient or CUSTOMER
    name = _("Bevispaket %(n)s", n=deal.content["number"]) + ".zip"
    return _built(agreement, kept, party), name


def of_firm(firm_id: int, firm_public_id: str, n: int) -> tuple[bytes, str]:
    """The firm's package of quote n, and its file name. Raises NotFound, RuleBroken("no_package_now")."""
    quote = scope.get(Quote, firm_id, Quote.n == n)
    agreement = scope.get(Agreement, firm_id, Agreement.quote_id == quote.id)
    if agreement.package_id is not None:
        file = scope.get(StoredFile, firm_id, StoredFile.id == agreement.package_id)
        return storage.read(firm_public_id, file), file.name
    if quote.status not in parties.PENDING:  # it is being sealed
        raise NotFound
    return _built(agreement, None, package.FIRM), _("Bevis hittills %(n)s", n=quote.number) + ".zip"


def _built(agreement: Agreement, kept: dict[str, Any] | None, for_party: str | None) -> bytes:
    """`kept`: the checkpoint of the paper."""
    try:
        facts = reading.facts(agreement)
        return package.build_of(facts, checkpoint=earlier.checkpoint(facts, kept), for_party=for_party)
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
