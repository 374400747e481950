"""The package of every kind of yes: late, given elsewhere, by several with a witness, of a contract."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import time_machine

from exchange import verifiera
from services.clock import utc_now
from services.deal import answering
from tests.routes.deal.conftest import actor_of, make_sent
from tests.routes.deal.test_signers import sign, signing  # noqa: F401  (a fixture)
from tests.routes.quotes.test_manual import PDF, record
from tests.services.proof.conftest import packed


def held(quote_id: int, **given):
    """The files and bevis.json of a package of which everything holds."""
    files = verifiera.unpack(packed(quote_id, **given))
    steps = verifiera.check(files)
    assert verifiera.verdict(steps) == 0, verifiera.report(steps)
    return files, json.loads(files["bevis.json"]), "\n".join(verifiera.report(steps))


def test_a_contract(app, make):
    sent = make_sent(app, make, kind_of_deal="contract")
    sent.post("/godkann", sent.step2())
    _files, proof, said = held(sent.quote_id)
    assert proof["kind"] == "contract"
    assert f"kontrakt {sent.quote.number}, version 1" in said
    assert "Företagets egen underskrift" in said
    assert "Jonas Ek" in said
    assert [one["name"] for one in proof["signers"]] == ["Karin Almgren"]


def test_a_late_yes_is_final_once_it_is_confirmed(app, make):
    sent = make_sent(app, make, valid_until=utc_now().date() + timedelta(days=1))
    with time_machine.travel(utc_now() + timedelta(days=5), tick=False):
        assert sent.post("/godkann", sent.step2()).status_code == 303
        files = verifiera.unpack(packed(sent.quote_id))
        steps = verifiera.check(files)
        assert verifiera.verdict(steps) == 2
        assert [step.name for step in steps if step.holds is None] == ["Alla som skulle har sagt ja"]
        assert "PRELIMINÄRT" in files["LÄS-MIG.txt"].decode()
        answering.confirm_late(sent.quote, actor=actor_of(make, sent.firm), now=utc_now())
        files, proof, _said = held(sent.quote_id)
    assert proof["final"]
    assert "PRELIMINÄRT" not in files["LÄS-MIG.txt"].decode()


def test_a_yes_given_elsewhere_is_no_signature(app, make):
    sent = make_sent(app, make)
    seller = app.test_client()
    seller.log_in(make.user(sent.firm, role="seller"))
    sent.client = seller
    answer = record(sent, ago=timedelta(0), attachment=(io.BytesIO(PDF), "mejl.pdf"))
    assert answer.status_code == 303, answer.text
    files, proof, said = held(sent.quote_id)
    (signer,) = proof["signers"]
    assert signer["way"] == "manual"
    assert signer["level"] in ("none", "paper")
    assert "enligt" in said
    (attached,) = [name for name in files if name.startswith("bilaga-")]
    assert files[attached] == PDF
    assert not [name for name in held(sent.quote_id, for_party="")[0] if name.startswith("bilaga-")]


def test_several_one_of_whom_took_the_signature_back_first(signing):  # noqa: F811
    karin, anna, vera = signing("co_decides", "witness")
    sign(karin, "Karin Almgren")
    files = verifiera.unpack(packed(karin.quote_id))
    assert json.loads(files["bevis.json"])["final"] is False
    assert verifiera.verdict(verifiera.check(files)) == 2
    sign(anna, "Anna Holm")
    assert karin.post("/ta-tillbaka").status_code == 303
    sign(karin, "Karin Almgren")
    sign(vera, "Vera Lind")
    _files, proof, said = held(karin.quote_id)
    assert [one["name"] for one in proof["signers"]] == ["Anna Holm", "Karin Almgren", "Vera Lind"]
    assert [one["role"] for one in proof["signers"]] == ["co_decides", "decides", "witness"]
    assert "bevittnar" in said
