"""The package of an agreement: what it holds, for whom, and that the checker that lies in it finds every change."""

from __future__ import annotations

import base64
import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain import canonical
from exchange import verifiera
from extensions import db
from models import QuoteLink
from services import tokens
from services.deal import links
from services.proof import package
from services.sealing import keys
from tests.factories import PERSONNUMMER
from tests.routes.deal.conftest import MAIL
from tests.services.proof.conftest import failed, packed, relisted

FILES = {
    "LÄS-MIG.txt",
    "avtal.json",
    "avtal.pdf",
    "bevis.json",
    "bevis.sig",
    "checkpoint.json",
    "kedja.jsonl",
    "nycklar.json",
    "offert.json",
    "verifiera.py",
}


def test_everything_holds_and_the_same_gives_the_same_bytes(agreed):
    data = packed(agreed.quote_id)
    files = verifiera.unpack(data)
    assert set(files) == FILES
    assert data == packed(agreed.quote_id)
    steps = verifiera.check(files)
    assert verifiera.verdict(steps) == 0, verifiera.report(steps)
    assert {step.rests_on for step in steps} == {"arithmetic", "key", "clock"}
    assert canonical.sha256_hex(files["offert.json"]) == json.loads(files["avtal.json"])["json_sha256"]


def test_others_of_the_firm_stand_as_hashes_alone_and_nobody_is_named_in_full(agreed):
    for whom in (None, "", "shared"):
        data = packed(agreed.quote_id, for_party=whom)
        text = b"\n".join(verifiera.unpack(data).values()).decode("latin-1")
        assert "per@kund.example" not in text
        for number in PERSONNUMMER:
            assert not re.search(f"{number[:8]}[-+ ]?{number[8:]}|{number[2:8]}[-+ ]?{number[8:]}", text)
        for link in db.session.query(QuoteLink):
            assert tokens.sign(links.PURPOSE, link.public_id) not in text
    assert MAIL in text  # alone, the customer gets the own proof whole


def test_without_a_checkpoint_nothing_is_wrong_and_not_all_is_shown(agreed):
    files = verifiera.unpack(packed(agreed.quote_id, covered=False))
    steps = verifiera.check(files)
    assert verifiera.verdict(steps) == 2
    assert {step.words for step in steps if step.holds is None} == {"kontrollpunkt saknas än"}


def test_a_checkpoint_from_before_the_agreement_is_refused(agreed):
    proof = json.loads(verifiera.unpack(packed(agreed.quote_id))["checkpoint.json"])
    proof["leaf"]["seq"] = 2
    from models import Agreement

    with pytest.raises(ValueError, match="reach"):
        package.build(db.session.query(Agreement).one(), checkpoint=proof)


def test_where_too_many_others_lie_between_the_oldest_are_left_out(agreed, monkeypatch):
    monkeypatch.setattr(package, "MOST_ENTRIES", 1)
    files = verifiera.unpack(packed(agreed.quote_id))
    steps = verifiera.check(files)
    assert verifiera.verdict(steps) == 0, verifiera.report(steps)
    assert json.loads(files["bevis.json"])["chain"]["left_out"] > 3
    acts = [json.loads(line).get("act") for line in files["kedja.jsonl"].splitlines()]
    assert acts == [None, "consent.given", "deduction.details_given", "quote.accepted"]


def replaced(files, name, old, new):
    assert old in files[name]
    return {**files, name: files[name].replace(old, new, 1)}


def edited(files, name, change):
    content = json.loads(files[name])
    change(content)
    return {**files, name: canonical.dumps(content)}


NONE = "0" * 64
LISTED, FORM = "Filerna är de som bevis.json räknar upp", "JSON-filerna har sin bestämda form"
SIGNED, AGREED = "bevis.json är undertecknad av utfärdaren", "Det avtalade gäller just det här dokumentet"
CHAIN, OPENED = "Händelsekedjan hänger ihop, länk för länk", "De öppnade uppgifterna är de som kedjan band"
ALL, LEAF = "Alla som skulle har sagt ja", "Kontrollpunkten innehåller kedjan"
POINT, KARIN = "Kontrollpunkten är undertecknad av utfärdaren", "Underskrift 1: Karin Almgren"

# What a stranger can do: the list or its signature tells.
BY_A_STRANGER = {
    "a byte of the paper": (lambda f: {**f, "avtal.pdf": f["avtal.pdf"][:-9] + b"x" + f["avtal.pdf"][-8:]}, LISTED),
    "the readme": (lambda f: {**f, "LÄS-MIG.txt": b"Lita p\xc3\xa5 mig"}, LISTED),
    "the checker": (lambda f: {**f, "verifiera.py": b"raise SystemExit(0)"}, LISTED),
    "a file more": (lambda f: {**f, "bilaga.pdf": b"%PDF-"}, LISTED),
    "a file less": (lambda f: {n: d for n, d in f.items() if n != "checkpoint.json"}, LISTED),
    "no list": (lambda f: {n: d for n, d in f.items() if n != "bevis.json"}, "Alla filer finns"),
    "no signature": (lambda f: {n: d for n, d in f.items() if n != "bevis.sig"}, "Alla filer finns"),
    "a word of the list": (lambda f: replaced(f, "bevis.json", b'"final":true', b'"final":false'), SIGNED),
    "spaces in the list": (lambda f: replaced(f, "bevis.json", b":", b": "), FORM),
    "a key twice": (lambda f: replaced(f, "bevis.json", b'{"agreed', b'{"agreement":"x","agreed'), FORM),
    "no JSON": (lambda f: {**f, "bevis.json": b"{" * 100_000}, "Alla filer finns"),
}
# What whoever holds our key can do, signing the list anew: the chain and its checkpoint tell.
WITH_OUR_KEY = {
    "the paper": (lambda f: {**f, "avtal.pdf": f["avtal.pdf"] + b" "}, AGREED),
    "the price": (lambda f: edited(f, "offert.json", lambda c: c["totals"].update(to_pay_ore=1)), AGREED),
    "what was agreed": (lambda f: edited(f, "avtal.json", lambda c: c.update(to_pay_ore=1)), ALL),
    "the time in an entry": (lambda f: replaced(f, "kedja.jsonl", b'"t":"2', b'"t":"1'), CHAIN),
    "an entry out": (lambda f: {**f, "kedja.jsonl": f["kedja.jsonl"].replace(b"\n", b"", 1)}, CHAIN),
    "another's entry": (lambda f: replaced(f, "kedja.jsonl", b'{"content":"', b'{"content":"0'), CHAIN),
    "the way to the root": (
        lambda f: edited(f, "checkpoint.json", lambda c: c["path"].append(["left", "0" * 64])),
        LEAF,
    ),
    "the root": (lambda f: edited(f, "checkpoint.json", lambda c: c["checkpoint"].update(root="0" * 64)), POINT),
    "the time of the checkpoint": (
        lambda f: edited(f, "checkpoint.json", lambda c: c["checkpoint"].update(t="2020-01-01T00:00:00.000Z")),
        POINT,
    ),
    "the checkpoint's signature": (
        lambda f: edited(f, "checkpoint.json", lambda c: c["signatures"].update({c["checkpoint"]["key"]: "AAAA"})),
        POINT,
    ),
    "the checkpoint's number": (lambda f: f, LEAF, lambda p: p.update(checkpoint=99)),
    "who signed": (lambda f: f, KARIN.replace("Karin", "Karl"), lambda p: p["signers"][0].update(name="Karl Almgren")),
    "when": (lambda f: f, KARIN, lambda p: p["signers"][0].update(at="2026-01-01T00:00:00.000Z")),
    "the way": (lambda f: f, KARIN, lambda p: p["signers"][0].update(way="on_site")),
    "the level": (lambda f: f, KARIN, lambda p: p["signers"][0].update(level="advanced")),
    "a tick": (lambda f: f, KARIN, lambda p: p["signers"][0]["consents"][0].update(text="Jag lovar allt")),
    "nobody": (lambda f: f, ALL, lambda p: p["signers"].clear()),
    "an opened value": (lambda f: f, OPENED, lambda p: p["opened"][0].update(value="192.0.2.99")),
    "random bytes": (lambda f: f, OPENED, lambda p: p["opened"][0].update(random="00" * 32)),
    "a value kept back": (lambda f: f, OPENED, lambda p: p["opened"].pop()),
    "another firm": (lambda f: f, CHAIN, lambda p: p["firm"].update(id="annan")),
}


def test_a_stranger_can_change_nothing(agreed):
    files = verifiera.unpack(packed(agreed.quote_id))
    for what, (change, step) in BY_A_STRANGER.items():
        assert step in failed(change(files)), what


def test_nor_can_whoever_holds_our_key(agreed):
    files = verifiera.unpack(packed(agreed.quote_id))
    assert failed(relisted(files)) == set()
    for what, (change, step, *proof) in WITH_OUR_KEY.items():
        altered = relisted(change(files), *proof)
        assert step in failed(altered), what
        assert LISTED not in failed(altered), what


def test_a_package_signed_anew_by_another_key_is_told_by_keys_from_elsewhere(agreed):
    """Who makes a key of the own can sign all anew; the key is not ours. Under our key's name it is refused."""
    files = verifiera.unpack(packed(agreed.quote_id))
    own = Ed25519PrivateKey.generate()
    raw = own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    named = canonical.sha256_hex(raw)[:16]
    point = json.loads(files["checkpoint.json"])
    point["checkpoint"]["key"] = named
    body = canonical.dumps(point["checkpoint"])
    point["signatures"] = {named: base64.b64encode(own.sign(body)).decode()}
    forged = {
        **files,
        "checkpoint.json": canonical.dumps(point),
        "nycklar.json": canonical.dumps({"v": 1, "keys": [{"id": named, "kind": "ed25519", "pem": pem}]}),
    }
    stored = relisted(forged)["bevis.json"]
    signature = base64.b64encode(own.sign(package.SIGNED_AS + stored)).decode()
    forged |= {"bevis.json": stored, "bevis.sig": canonical.dumps({"key": named, "signature": signature})}
    assert failed(forged) == set()
    assert failed(forged, keys=keys.nycklar()) == {SIGNED, POINT}
    taken = replaced(forged, "nycklar.json", named.encode(), keys.key_id().encode())
    taken = edited(taken, "bevis.sig", lambda c: c.update(key=keys.key_id()))
    assert SIGNED in failed(taken)
