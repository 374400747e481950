"""Papers and keys that came along with a firm: known, and never called this installation's own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import pytest

from domain import canonical
from domain.authenticity import By, Result
from exchange import verifiera
from extensions import db
from jobs import draw_agreements
from models import Agreement, ChainHead, EarlierHome, Firm, Letter, QuoteVersion, StoredFile, new_public_id
from services import checkpoints, storage, verification
from services.checking import looking, verifying
from services.clock import utc_now
from services.installation import settings
from services.sealing import keys
from tests.evidence import act
from tests.routes.deal.conftest import make_sent, send
from tests.services.proof.conftest import failed, packed, relisted


@dataclass
class Moved:
    """A firm whose agreement was made and sealed by keys that are not this installation's."""

    firm_id: int
    quote_id: int
    deal: object
    sent: bytes
    paper: bytes
    whole: bytes
    own: bytes  # the customer's package, as it was handed out there; kept nowhere

    def verdict(self, data):
        db.session.rollback()
        return verifying.check(data, now=utc_now()).verdict

    @property
    def home(self):
        return db.session.query(EarlierHome).filter_by(firm_id=self.firm_id).one()


@pytest.fixture
def moved(app, make):
    sent = make_sent(app, make)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    agreement = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    firm = db.session.get_one(Firm, agreement.firm_id)
    firm_id, public_id = firm.id, firm.public_id
    version = db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).one()
    files = [
        storage.read(public_id, db.session.get_one(StoredFile, one))
        for one in (version.pdf_id, agreement.pdf_id, agreement.package_id)
    ]
    own = packed(sent.quote_id, for_party="")
    point = checkpoints.cover(utc_now())
    head, now = db.session.get_one(ChainHead, firm_id), utc_now()
    home = EarlierHome(firm_id=firm_id, n=1, installation=keys.installation_id(), address="https://gammal.example")
    home.left_at, home.arrived_at, home.archive_sha256 = now, now, "0" * 64
    home.seq, home.link, home.keys = head.seq, head.link, keys.nycklar().decode()
    home.proof = canonical.dumps(checkpoints.proof_of(public_id, point)).decode()
    db.session.add(home)
    db.session.commit()
    published = settings().secrets_dir / "published.json"
    before = published.read_bytes()
    published.unlink()
    keys.ensure(settings())
    act(public_id, "data.imported")
    act(public_id, "terms.accepted")
    yield Moved(firm_id, sent.quote_id, sent, files[0], files[1], files[2], own)
    published.write_bytes(before)


def test_what_came_along_is_known_and_not_called_authentic(moved, make):
    for data in (moved.sent, moved.paper, moved.whole):
        verdict = moved.verdict(data)
        assert (verdict.result, verdict.by) == (Result.MOVED, By.HASH)
        assert verdict.home.address == "https://gammal.example"
    told = verifying.fingerprint(canonical.sha256_hex(moved.paper), ip="192.0.2.7", now=utc_now()).verdict
    assert (told.result, told.by) == (Result.MOVED, By.HASH)
    # a key that came along vouches for the papers of its own firm
    verdict = moved.verdict(moved.own)
    assert (verdict.result, verdict.by, verdict.paper) == (Result.MOVED, By.KEY, None)
    # and for no other's
    agreement = db.session.query(Agreement).filter_by(quote_id=moved.quote_id).one()
    public_id, agreement.public_id = agreement.public_id, new_public_id()
    db.session.commit()
    assert moved.verdict(moved.own).result is Result.OTHER
    db.session.get_one(Agreement, agreement.id).public_id = public_id
    db.session.commit()
    # what is made after the move is of here
    firm = db.session.get_one(Firm, moved.firm_id)
    quote = send(make, make.quote(firm, make.customer(firm, "Per Berg")), email="per@kund.example")
    version = db.session.query(QuoteVersion).filter_by(quote_id=quote.id).one()
    file = db.session.get_one(StoredFile, version.pdf_id)
    assert moved.verdict(storage.read(firm.public_id, file)).result is Result.AUTHENTIC


def test_a_hostile_archive_makes_nothing_ours(moved, make, monkeypatch):
    """Whoever packs an archive chooses its keys, its address and its times."""
    firm = db.session.get_one(Firm, moved.firm_id)
    firm.standing = "arriving"  # half of it is laid, and its home not yet
    db.session.commit()
    assert (
        verifying.fingerprint(canonical.sha256_hex(moved.sent), ip="", now=utc_now()).verdict.result is Result.UNKNOWN
    )
    assert firm.public_id not in [row.firm for row in checkpoints.ends()]
    assert verification.check(utc_now()).chains == 0
    db.session.query(Firm).filter_by(id=moved.firm_id).update({"standing": "active"})
    db.session.commit()
    facts = verifying.check(moved.own, now=utc_now()).facts
    monkeypatch.setattr(looking, "look", lambda files, keys: [facts])  # the same file each time
    home, other = moved.home, make.firm("Granne AB")
    copied = EarlierHome(firm_id=other.id, n=1, installation=home.installation, address="https://bank.example")
    for name in ("left_at", "arrived_at", "archive_sha256", "seq", "link", "keys"):
        setattr(copied, name, getattr(home, name))
    db.session.add(copied)
    db.session.commit()
    assert moved.verdict(moved.own).home.address == ""  # two name one installation differently
    for junk in ("[]", "nonsense", '{"keys":[{"pem":7}]}', '{"keys":[{"kind":"seal","pem":"-----x"}]}'):
        moved.home.keys = junk
        db.session.commit()
        # another firm has brought the key, so it does not vouch for this firm's paper; nor is that a forgery then
        assert moved.verdict(moved.own).result is Result.OTHER


def test_copies_of_a_paper_in_an_archive_change_nothing(moved, make):
    """Two agreements of one paper, as only a made-up archive has them."""
    told = moved.verdict(moved.paper)
    agreement = db.session.query(Agreement).filter_by(quote_id=moved.quote_id).one()
    firm = db.session.get_one(Firm, moved.firm_id)
    same = {column: getattr(agreement, column) for column in set(Agreement.__table__.columns.keys()) - {"id"}}
    same |= {"public_id": new_public_id(), "quote_id": make.quote(firm, make.customer(firm)).id}
    db.session.add(Agreement(**same))
    db.session.commit()
    assert moved.verdict(moved.paper) == told


def test_what_is_made_here_of_it_says_where_it_happened(moved):
    data = packed(moved.quote_id)
    files = verifiera.unpack(data)
    steps = verifiera.check(files)
    assert verifiera.verdict(steps) == 0, verifiera.report(steps)
    (step,) = [step for step in steps if step.name.startswith("Händelserna på en annan")]
    assert "gammal.example" in step.words
    verdict = moved.verdict(data)
    assert (verdict.result, verdict.by) == (Result.MOVED, By.PROOF)
    for field, forged in (("link", "0" * 64), ("keys", keys.published())):
        told = json.loads(files["tidigare.json"])
        told["homes"][0][field] = forged
        assert failed(relisted({**files, "tidigare.json": canonical.dumps(told)})) == {step.name}
    # the customer's own, as it is handed out here: on a checkpoint of here
    own = verifiera.unpack(moved.deal.get("/bevispaket.zip").data)
    assert json.loads(own["checkpoint.json"])["checkpoint"]["key"] == keys.key_id()
    assert "tidigare.json" in own


def test_what_is_sealed_here_later_tells_of_the_move_too(moved, client):
    agreement = db.session.query(Agreement).filter_by(quote_id=moved.quote_id).one()
    agreement.pdf_id = agreement.package_id = agreement.sealed_at = agreement.paper_next_at = None
    agreement.pdf_sha256 = agreement.package_sha256 = ""
    db.session.commit()
    letters = db.session.query(Letter).count()
    draw_agreements.run(utc_now())
    assert db.session.query(Letter).count() == letters  # they were written to from there
    agreement = db.session.query(Agreement).filter_by(quote_id=moved.quote_id).one()
    firm = db.session.get_one(Firm, moved.firm_id)
    paper = storage.read(firm.public_id, db.session.get_one(StoredFile, agreement.pdf_id))
    agreement.pdf_id = None  # the seal alone tells
    db.session.commit()
    page = client.post("/kontrollera", data={"fil": (io.BytesIO(paper), "avtal.pdf")})
    assert "kommer från en annan installation" in page.text
    assert "Den har fått sitt sigill" in page.text
    for words in ("Filen är äkta", "Har sagt ja"):
        assert words not in page.text


def test_the_command_says_so(moved, app, tmp_path):
    (tmp_path / "offert.pdf").write_bytes(moved.sent)
    told = app.test_cli_runner().invoke(args=["evidence", "verify", str(tmp_path / "offert.pdf")])
    assert told.exit_code == 2
    assert "MADE ON ANOTHER INSTALLATION (https://gammal.example" in told.output
