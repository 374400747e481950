"""One quote, the same krona everywhere: builder, review, page, step 2, letters, papers, agreement."""

from __future__ import annotations

import json
import re

from documents.format import kr
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, Applicant, Firm, Quote, QuoteLine, QuoteVersion, StoredFile
from services import storage
from services.clock import utc_now
from services.quotes import content
from tests import mailed
from tests.documents import reading
from tests.routes.deal.conftest import Sent, send, token_of, without_deduction

NUMBER = "SE556677889901"
BUILDER = {"kind": "company", "sells_construction_services": "yes", "vat_number": NUMBER}


def plain(page: str) -> str:
    return re.sub(r"&nbsp;|\xa0", " ", page)


def opened(app, make, quote: Quote) -> tuple[Sent, dict[str, str]]:
    """The quote sent and opened by its customer, and what the firm read in builder and review before."""
    desk = app.test_client()
    desk.log_in(make.owner(db.session.get_one(Firm, quote.firm_id)))
    read = {name: plain(desk.get(f"/offerter/{quote.n}/{name}").text) for name in ("redigera", "granska")}
    quote = send(make, quote)
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    client.get(f"/l/{token_of(quote)}")
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client), read


def paper(sent: Sent, file_id: int) -> str:
    return reading.words(storage.read(sent.firm.public_id, db.session.get_one(StoredFile, file_id)))


def letter(sent: Sent, word: str) -> str:
    """The newest letter to the customer whose subject has the word."""
    db.session.rollback()
    send_mail.run(utc_now())
    came = mailed.letters(firm=sent.firm.public_id)
    found = [kept for kept in came if "kund.example" in kept.to and word in kept.subject]
    return plain(f"{found[0].subject} {found[0].text}")


def read_before(sent: Sent, read: dict[str, str]) -> dict[str, str]:
    """All that says the price before the yes."""
    version = db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).one()
    return read | {
        "page": plain(sent.get().text),
        "step 2": plain(sent.get("/godkann").text),
        "paper": paper(sent, version.pdf_id),
        "letter": letter(sent, "Offert"),
    }


def read_after(sent: Sent, **typed: str) -> dict[str, str]:
    """All that says the price after it. What is typed may change the sum or its parts: shown, and pressed once more."""
    form = sent.step2(**typed)
    answer = sent.post("/godkann", form)
    if answer.status_code == 409:
        form |= dict(re.findall(r'name="(shares|total|to_pay|words)"[^>]*value="([^"]*)"', answer.text))
        answer = sent.post("/godkann", form)
    assert answer.status_code == 303, plain(answer.text)
    draw_agreements.run(utc_now())
    agreement = db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one()
    assert json.loads(agreement.agreed)["to_pay_ore"] == agreement.to_pay_ore
    whole = paper(sent, agreement.pdf_id)
    return {
        "receipt": plain(sent.get("/avtal").text),
        "paper": whole[whole.index("Det här har ni kommit överens om") :],
        "letter": letter(sent, "Avtal"),
    }


def says(read: dict[str, str], *words: str, never: tuple[str, ...] = ()) -> None:
    """Each of the places says all the words, and none of those that are never said."""
    for where, text in read.items():
        for word in words:
            assert word in text, f"{where}: {word}"
        for word in never:
            assert word not in text, f"{where}: {word}"


def test_rot_of_one_person(app, make):
    firm = make.firm()
    sent, read = opened(app, make, make.quote(firm, make.customer(firm)))
    says(read_before(sent, read), kr(1_162_800).replace("\xa0", " "))
    says(read_after(sent), "11 628 kr")


def test_reverse_charge(app, make):
    """The net is what is paid, nowhere a sum with VAT; the papers say by which law, and who the buyer is."""
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm, "Byggbolaget i Norr", **BUILDER), basis="excl", reverse_charge=True)
    sent, read = opened(app, make, without_deduction(quote))
    version = db.session.query(QuoteVersion).one()
    frozen = content.read(version.content)
    assert (frozen["totals"]["to_pay_ore"], version.gross_ore, version.to_pay_ore) == (1_494_000,) * 3
    assert frozen["totals"]["reverse_charge"] is True
    before = read_before(sent, read)
    says(before, "14 940 kr", never=("18 675", "Moms 25 %", "-avdrag 30"))
    says({"page": before["page"], "paper": before["paper"]}, NUMBER, "mvänd betalningsskyldighet")
    says(
        {"paper": before["paper"]},
        "Pris exkl. moms 14 940 kr Moms, omvänd betalningsskyldighet 0 kr Du betalar 14 940 kr",
        "16 kap. 13 § mervärdesskattelagen (2023:200)",
        f"Köparens momsnummer: {NUMBER}.",
        "Tillval för 8 900 kr är inte medräknade",
    )
    assert "14 940 kr exkl. moms" in before["letter"]
    assert "+8 900 kr" in before["page"]
    assert "mervärdesskattelagen" in sent.get("/villkor").text
    sent.post("/tillval", {"tillval": "4"})
    after = read_after(sent)
    says(after, "23 840 kr", never=("29 800",))
    says({"paper": after["paper"]}, f"Momsnr {NUMBER}", "Moms, omvänd betalningsskyldighet 0 kr")


def large(app, make) -> tuple[Sent, dict[str, str]]:
    """The same quote with ten times the hours: 110 400 kr of labour, 33 120 kr of rot for one person."""
    firm = make.firm()
    quote = make.quote(firm, make.customer(firm))
    db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=2).update({"quantity_milli": 160_000})
    db.session.commit()
    return opened(app, make, quote)


TWO = {"co-0-name": "Erik Almgren", "co-0-used_rot": "44 000"}


def test_rot_of_two_where_one_has_little_left(app, make):
    """6 000 kr are left for the one, so the other takes more: the price is as it was for one."""
    sent, read = large(app, make)
    says(read_before(sent, read), "81 180 kr")
    after = read_after(sent, **TWO)
    says(after, "81 180 kr")
    assert "Karin Almgren 27 120 kr<br>Erik Almgren 6 000 kr" in after["receipt"]
    says(
        {"paper": after["paper"]},
        "ROT-avdrag 30 %, preliminärt −33 120 kr Ni betalar 81 180 kr",
        "27 120 kr",
        "6 000 kr",
    )
    rows = db.session.query(Applicant).order_by(Applicant.position)
    assert [row.rot_kr for row in rows] == [27_120, 6_000]


def test_rot_of_two_who_cannot_carry_it(app, make):
    """The price is another than the quote said: shown once more, then the same krona in all that follows."""
    sent, _read = large(app, make)
    first = sent.post("/godkann", sent.step2(**TWO, used_rot="40 000"))
    assert first.status_code == 409
    assert "98 300 kr" in plain(first.text)
    after = read_after(sent, **TWO, used_rot="40 000")
    says(after, "98 300 kr", never=("81 180 kr",))
    says({"paper": after["paper"]}, "−16 000 kr", "10 000 kr", "6 000 kr")
