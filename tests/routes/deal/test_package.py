"""The package of evidence on the pages of customer and firm: each who signs gets the own, the firm gets all."""

from __future__ import annotations

import io
import json
import re

import time_machine

from exchange import verifiera
from extensions import db
from jobs import draw_agreements
from models import Agreement
from services.clock import utc_now
from services.deal import links
from services.sealing import keys
from tests.documents.reading import words as in_paper
from tests.routes.deal.conftest import make_sent
from tests.routes.deal.test_parties import among, step2  # noqa: F401  (a fixture)

PATH = "/bevispaket.zip"


def of(files):
    return json.loads(files["bevis.json"])


def values(proof, field):
    return [row["value"] for row in proof["opened"] if row["field"] == field]


def the_seal_holds_the_whole_file(files, paper):
    """The checker reads the seal itself: what stands on the evidence page is as sure as the rest."""

    def said(pdf, **given):
        step = verifiera.check(files, pdf=pdf, **given)[-1]
        return step.holds, step.words

    holds, words = said(paper)
    assert holds is True, words
    begin, after, rest = map(int, verifiera._RANGE.findall(paper)[-1])
    assert after + rest == len(paper)
    for place in (len(files["avtal.pdf"]) + 50, begin - 40, after + 20):
        altered = paper[:place] + bytes([paper[place] ^ 1]) + paper[place + 1 :]
        assert said(altered)[0] is False
    holds, words = said(paper + b"\n% mer\n")
    assert (holds, "7 byte har lagts till" in words) == (False, True)
    assert said(paper[:-1]) == (False, "filen är avkortad")
    assert said(files["avtal.pdf"]) == (False, "PDF-filen har inget sigill")
    middle = begin + 1 + 2 * 60
    assert (
        said(paper[:middle] + (b"00" if paper[middle : middle + 2] != b"00" else b"11") + paper[middle + 2 :])[0]
        is False
    )
    listed = json.loads(files["nycklar.json"])
    listed["keys"] = [row for row in listed["keys"] if row["kind"] != "seal"]
    assert said(paper, keys=json.dumps(listed).encode()) == (False, "sigillets certifikat står inte i nycklar.json")


def test_each_who_signs_gets_the_own_and_the_firm_gets_all(app, make, client, among, monkeypatch):  # noqa: F811
    karin, anna, eva = among("co_decides", "copy", emails=("anna@kund.example", "eva@kund.example"))
    anna.client.environ_base["REMOTE_ADDR"] = "192.0.2.77"
    karin.post("/godkann", step2(karin, "Karin Almgren"))
    assert karin.get(PATH).status_code == 404  # not all have signed
    client.log_in(make.owner(karin.firm))
    so_far = client.get(f"/offerter/{karin.quote.n}{PATH}")
    assert so_far.headers["Content-Disposition"].endswith(f'filename="Bevis hittills {karin.quote.number}.zip"')
    files = verifiera.unpack(so_far.data)
    assert verifiera.verdict(verifiera.check(files)) == 2
    assert of(files)["final"] is False
    assert "PRELIMINÄRT" in files["LÄS-MIG.txt"].decode()
    checked = client.post("/kontrollera", data={"fil": (io.BytesIO(so_far.data), "paket.zip")}).text
    assert "Det visar inget avtal." in checked
    assert PATH in client.get(f"/offerter/{karin.quote.n}").text
    anna.post("/godkann", step2(anna, "Anna Holm"))
    assert anna.get(PATH).status_code == client.get(f"/offerter/{anna.quote.n}{PATH}").status_code == 404  # nor sealed
    assert PATH not in anna.get("/avtal").get_data(as_text=True)
    draw_agreements.run(utc_now())

    answer = anna.get(PATH)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="Bevispaket {karin.quote.number}.zip"'
    assert answer.data == anna.get(PATH).data
    packages = {"anna": answer.data, "karin": karin.get(PATH).data}
    packages["firm"] = client.get(f"/offerter/{anna.quote.n}{PATH}").data
    paper = anna.get("/avtal.pdf").data
    packages["shared"] = verifiera.inside(paper)
    told = {}
    for whose, data in packages.items():
        files = verifiera.unpack(data)
        steps = verifiera.check(files, pdf=paper)
        assert verifiera.verdict(steps) == 0, (whose, verifiera.report(steps))
        told[whose] = of(files)

    text = re.sub(r"\s+", " ", in_paper(paper))
    for name in ("Karin Almgren", "Anna Holm"):
        assert f"Öppnad första gången {name}" in text
    the_seal_holds_the_whole_file(verifiera.unpack(packages["shared"]), paper)
    assert [one["name"] for one in told["firm"]["signers"]] == ["Karin Almgren", "Anna Holm"]
    assert {"192.0.2.77", "127.0.0.1", "192.0.2.1"} <= set(values(told["firm"], "ip"))
    assert set(values(told["anna"], "ip")) == {"192.0.2.77"}
    assert set(values(told["karin"], "ip")) == {"127.0.0.1"}
    assert set(values(told["anna"], "to")) == {"anna@kund.example"}
    assert values(told["shared"], "ip") == values(told["shared"], "to") == []
    for whose in ("anna", "karin", "shared"):
        assert values(told[whose], "name") == ["Karin Almgren", "Anna Holm"]
        assert "eva@kund.example" not in json.dumps(told[whose])
    whole = {one["seq"]: one for one in told["firm"]["signers"]}
    theirs = {one["seq"]: one for one in told["anna"]["signers"]}
    hashed = [seq for seq, one in theirs.items() if "proof_sha256" in one]
    assert len(hashed) == 1  # Karin's, as the SHA-256 of what Karin's own package says
    own = next(one for one in told["karin"]["signers"] if one["seq"] == hashed[0])
    assert own == whole[hashed[0]]
    stated = verifiera._sha256(verifiera.canonical(own))
    assert theirs[hashed[0]]["proof_sha256"] == stated

    with monkeypatch.context() as lost:
        lost.setattr(keys, "sign_with", lambda *_given: (_ for _ in ()).throw(keys.KeysMissing("gone")))
        refused = anna.get(PATH)
        assert refused.status_code == 409
        assert "Bevispaketet går inte att hämta just nu" in refused.text
    assert eva.get(PATH).status_code == 404  # who only reads has the paper
    assert PATH not in eva.get("/avtal").get_data(as_text=True)
    assert PATH in anna.get("/avtal").get_data(as_text=True)
    assert app.test_client().get(anna.url(PATH)).status_code in (302, 303, 404)
    stranger = make_sent(app, make)
    assert stranger.client.get(anna.url(PATH)).status_code in (302, 303, 404)
    for role, status in (("worker", 403), ("seller", 200)):
        other = app.test_client()
        other.log_in(make.user(anna.firm, role=role))
        assert other.get(f"/offerter/{anna.quote.n}{PATH}").status_code == status
        shown = other.get(f"/offerter/{anna.quote.n}").get_data(as_text=True)
        assert (PATH in shown) == (status == 200)
    other = app.test_client()
    other.log_in(make.owner(stranger.firm))
    assert other.get(f"/offerter/{anna.quote.n}{PATH}").status_code == 404
    db.session.rollback()
    until = db.session.query(Agreement).filter_by(quote_id=anna.quote_id).one().accepted_at + links.READ_AFTER_AGREEMENT
    with time_machine.travel(until.replace(year=until.year + 1), tick=False):
        assert anna.get(PATH).status_code in (302, 303, 404, 410)
