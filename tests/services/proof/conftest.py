"""Evidence packages of agreements, as they are stored and handed out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from domain import canonical
from exchange import verifiera
from extensions import db
from models import Agreement, Firm
from services import checkpoints
from services.clock import utc_now
from services.proof import package
from services.sealing import keys
from tests.routes.deal.conftest import make_sent

Files = dict[str, bytes]


def packed(quote_id: int, *, for_party: str | None = None, covered: bool = True) -> bytes:
    """The package of the quote's agreement, under a checkpoint made now."""
    db.session.rollback()
    agreement = db.session.query(Agreement).filter_by(quote_id=quote_id).one()
    firm_public_id, agreement_id = db.session.get_one(Firm, agreement.firm_id).public_id, agreement.id
    db.session.rollback()
    proof = None
    if covered:
        point = checkpoints.cover(utc_now())
        assert point is not None
        proof = checkpoints.proof_of(firm_public_id, point)
    return package.build(db.session.get_one(Agreement, agreement_id), checkpoint=proof, for_party=for_party)


def failed(files: Mapping[str, bytes], **given: Any) -> set[str]:
    """Names of the steps that do not hold."""
    return {step.name for step in verifiera.check(files, **given) if step.holds is False}


def relisted(files: Mapping[str, bytes], change: Callable[[dict[str, Any]], None] = lambda proof: None) -> Files:
    """The files as whoever holds our key could list and sign them, after a change of bevis.json."""
    proof = json.loads(files["bevis.json"])
    for row in proof["files"]:
        row["sha256"] = canonical.sha256_hex(files[row["name"]])
    change(proof)
    stored = canonical.dumps(proof)
    signature = {"key": keys.key_id(), "signature": keys.sign(package.SIGNED_AS + stored)}
    return {**files, "bevis.json": stored, "bevis.sig": canonical.dumps(signature)}


@pytest.fixture
def agreed(app, make):
    """A quote that one customer has approved, among entries of another quote."""
    sent = make_sent(app, make)
    sent.post("/fraga", {"question": "Hur då?"})
    firm = sent.firm
    other = make.quote(firm, make.customer(firm, "Per Berg"))
    from tests.routes.deal.conftest import send

    send(make, other, email="per@kund.example")
    assert sent.post("/godkann", sent.step2()).status_code == 303
    return sent
