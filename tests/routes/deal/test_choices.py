"""What a customer chooses: one of several, quantities within limits; what page, paper and mails say of it."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import current_app
from pypdf import PdfReader

from domain import quotes
from domain.clock import stockholm_date
from extensions import db
from jobs import draw_agreements
from mail.letters import LETTERS
from models import Agreement, Firm, Letter, QuoteSection, QuoteVersion, StoredFile
from services import storage
from services.clock import utc_now
from services.deal import consenting, figures
from services.quotes import content as contents
from tests.chance import without_drawn
from tests.routes.deal.conftest import Sent, send, token_of
from tests.routes.deal.rich import PURCHASE_ORE, make_rich

PART = {"HX-Request": "true"}
CHOSEN = {"val-4": "12", "val-5": "16", "antal-17": "7", "antal-18": "3"}


@pytest.fixture
def rich(app, make) -> Sent:
    return sent_rich(app, make)


def sent_rich(app, make, *, mixers_bp: int = 0, **given) -> Sent:
    """`mixers_bp`: a discount on a section of which the customer chooses one."""
    firm = make.firm()
    draft = make_rich(make, firm, make.customer(firm), **given)
    db.session.query(QuoteSection).filter_by(quote_id=draft.id, n=5).one().discount_bp = mixers_bp
    db.session.commit()
    quote = send(make, draft)
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    assert client.get(f"/l/{token_of(quote)}").status_code == 303
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client)


def content_of(sent: Sent) -> dict[str, Any]:
    db.session.rollback()
    return contents.read(db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).one().content)


def kr(ore: int) -> str:
    whole, rest = divmod(ore, 100)
    return f"{whole:,}".replace(",", "\u00a0") + (f",{rest:02d}" if rest else "") + "\u00a0kr"


def test_the_page_shows_as_much_of_the_price_as_the_firm_wants(rich):
    page = rich.get().text
    for words in (
        "Vi börjar med rivningen",
        "Rabatt 10\u00a0%, 1\u00a0104\u00a0kr, är avdragen.",
        "Tätskikt på vägg",
        "24 m²",
    ):
        assert words in page
    assert "781\u00a0kr" not in page  # rows without prices
    assert "Elektriker" not in page  # the sum alone
    assert "Enligt ritning E1" in page
    for section in content_of(rich)["sections"][:3]:
        assert kr(section["labour_ore"]) in page
        assert kr(section["total_ore"]) in page
    for words in (
        "Rekommenderas",
        "Inget av dem",
        "Ingår inte",
        "Målning av taket.",
        "Det här ordnar du",
        "Fast pris.",
    ):
        assert words in page
    assert page.count(" checked") == 1  # nothing is chosen for the customer but "Inget av dem"
    assert "Rabatt 5\u00a0%" in page


def test_one_of_several_and_quantities_are_kept_and_priced(rich):
    content = content_of(rich)
    part = rich.post("/tillval", CHOSEN, headers=PART)
    assert part.status_code == 200
    result = figures.totals(content, ("12", "16"), quantities={"17": 7000})
    assert kr(result.to_pay_ore) in part.text
    assert kr(7 * 45_000) in part.text  # the line's own amount
    for share in figures.plan(content, result.to_pay_ore):
        assert kr(share["comes_to_ore"]) in part.text
    assert "<form" not in part.text
    assert "<input" not in part.text
    assert json.loads(rich.link.picked) == {"picked": ["12", "16"], "quantities": {"17": 7000}}
    page = rich.get().text
    assert page.count(" checked") == 2
    assert 'value="7"' in page
    assert rich.post("/tillval", {"val-4": "13", "val-5": "", "antal-17": "4", "antal-18": "3"}).status_code == 303
    assert json.loads(rich.link.picked) == ["13"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("åtta", "Skriv antal med siffror, till exempel 5,5"),
        ("2,3456", "Skriv antal med högst tre decimaler, till exempel 1,235"),
        ("", "Skriv antal"),
        ("1,9", "Skriv ett antal mellan 2 och 9"),
    ],
)
def test_a_quantity_that_cannot_be(rich, typed, said):
    whole = rich.post("/tillval", {**CHOSEN, "antal-17": typed})
    assert whole.status_code == 422
    assert whole.text.count(said) >= 2  # in the summary and at the field
    assert "<title>Fel: " in whole.text
    if typed:
        assert f'value="{typed}"' in whole.text
    part = rich.post("/tillval", {**CHOSEN, "antal-17": typed}, headers=PART)
    assert part.status_code == 422
    assert 'id="antal-17-e"' in part.text
    assert said in part.text
    assert rich.link.picked == "[]"
    assert rich.link.opened_at is None


@pytest.mark.parametrize("basis", ["incl", "excl"])
@pytest.mark.parametrize(("whole_bp", "mixers_bp"), [(0, 0), (500, 0), (0, 1000), (500, 1000)])
def test_an_option_adds_what_stands_beside_it(app, make, basis, whole_bp, mixers_bp):
    """Page, sum and both papers: what a price is with and what it is without is said in words."""
    sent = sent_rich(app, make, basis=basis, discount_bp=whole_bp, mixers_bp=mixers_bp)
    content, page, offer = content_of(sent), sent.get().text, pdf_text("quote")
    shown = dict(re.findall(r'value="(\d+)" id="tv-.*?<span class="a num"[^>]*>\+([^<]+)</span>', page))
    before = figures.totals(content).gross_ore
    rows = {line["key"]: line for section in content["sections"] for line in section["lines"]}
    for key in ("12", "13", "15", "16", "18"):
        assert kr(figures.totals(content, (key,)).gross_ore - before) == shown[key]
        less_ore = quotes.less(rows[key]["total_ore"], mixers_bp if key in ("15", "16") else 0, whole_bp)
        assert (f"Efter rabatt {kr(less_ore)}" in offer) == (less_ore != rows[key]["total_ore"])
        assert basis == "excl" or kr(less_ore) == shown[key]
    assert ("efter rabatt." in page) == bool(whole_bp or mixers_bp)
    assert ("Priserna här är med moms" in page) == (basis == "excl")
    sent.post("/tillval", CHOSEN)
    assert sent.post("/godkann", sent.step2()).status_code == 303
    draw_agreements.run(utc_now())
    assert ("Efter rabatt" in pdf_text("agreement")[len(offer) :]) == bool(whole_bp or mixers_bp)


def test_the_way_on_takes_along_what_is_chosen(rich):
    """Without scripts, or before they have come: the button sends the form."""
    assert 'form="valen" name="vidare"' in rich.get().text
    onward = rich.post("/tillval", {**CHOSEN, "vidare": "1"})
    assert (onward.status_code, onward.location) == (303, rich.url("/godkann"))
    assert json.loads(rich.link.picked) == {"picked": ["12", "16"], "quantities": {"17": 7000}}
    assert "Hyllplan 7 st" in rich.get("/godkann").text


def test_the_way_on_stops_at_a_quantity_that_cannot_be(rich):
    """The rest of the form is shown as it was sent, and reckoned with, but not kept."""
    rich.post("/tillval", {"antal-17": "6"})
    refused = rich.post("/tillval", {**CHOSEN, "tillval": "18", "antal-17": "99", "antal-18": "8", "vidare": "1"})
    assert refused.status_code == 422
    for words in (' value="99"', ' value="8"', 'value="16" id="tv-16" checked', 'value="18" id="tv-18" checked'):
        assert words in refused.text
    content = content_of(rich)
    result = figures.totals(content, ("12", "16", "18"), quantities={"17": 6000, "18": 8000})
    assert kr(result.to_pay_ore) in refused.text
    assert json.loads(rich.link.picked) == {"picked": [], "quantities": {"17": 6000}}
    assert ' value=""' in rich.post("/tillval", {"antal-17": ""}).text


def test_a_quantity_of_what_is_not_picked_is_left_alone(rich):
    assert rich.post("/tillval", {**CHOSEN, "antal-18": "99"}).status_code == 303
    assert rich.post("/tillval", {**CHOSEN, "tillval": "18", "antal-18": "99"}).status_code == 422
    assert rich.post("/tillval", {**CHOSEN, "tillval": "18", "antal-18": "9"}).status_code == 303
    assert json.loads(rich.link.picked) == {"picked": ["12", "16", "18"], "quantities": {"17": 7000, "18": 9000}}


def test_two_of_one_and_what_is_not_offered(rich):
    for wrong in (
        {"val-4": ["12", "13"]},
        {"tillval": ["8"]},
        {"antal-8": "3"},
        {"val-9": "zz"},
        {"antal-18": "3", "antal-99": "1"},
    ):
        assert rich.post("/tillval", wrong).status_code == 409
    assert rich.link.picked == "[]"


def test_nothing_is_approved_before_what_must_be_chosen_is(rich):
    page = rich.get().text
    assert "Golv är inte med i priset. Välj först." in page
    refused = rich.get("/godkann")
    assert refused.status_code == 422
    assert "Välj ett alternativ: Golv" in refused.text
    assert 'href="#tv-12"' in refused.text
    rich.post("/tillval", CHOSEN)
    form = rich.step2()
    rich.post("/tillval", {**CHOSEN, "val-4": ""})
    again = rich.post("/godkann", {**form, "picked": "16"})
    assert again.status_code in (409, 422)
    assert db.session.query(Agreement).count() == 0


def test_a_forged_form_cannot_leave_out_what_must_be_chosen(rich):
    """All that the form carries agrees with what is kept; only the choice is missing."""
    content = content_of(rich)
    now = utc_now()
    result = consenting.reckon(content, figures.NO_CHOICE, (consenting.Person("Karin Almgren"),))
    version = db.session.query(QuoteVersion).filter_by(quote_id=rich.quote_id).one()
    seen = consenting.shown(content, version.json_sha256, figures.NO_CHOICE, result, today=stockholm_date(now))
    db.session.rollback()
    typed = {
        "name": "Karin Almgren",
        "later": "y",
        "e_signature": "y",
        "once": "x" * 22,
        "version": "1",
        "json_sha256": seen.json_sha256,
        "shares": seen.shares,
        "total": str(seen.total_ore),
        "to_pay": str(seen.to_pay_ore),
        "words": seen.words,
    }
    refused = rich.post("/godkann", typed)
    assert refused.status_code == 422
    assert "Välj ett alternativ: Golv" in refused.text
    assert db.session.query(Agreement).count() == 0


def test_a_form_with_another_quantity_than_is_kept_is_shown_again(rich):
    rich.post("/tillval", CHOSEN)
    form = rich.step2()
    assert form["quantities"] == "17:7000"
    for quantities in ("", "17:6000", "17:x", "17:7000,9:1"):
        answer = rich.post("/godkann", {**form, "quantities": quantities})
        assert answer.status_code == 409
        assert "Inget är godkänt än." in answer.text
    assert db.session.query(Agreement).count() == 0
    assert rich.post("/godkann", form).status_code == 303


def test_page_paper_mails_and_agreement_say_the_same_sums(app, rich):
    content = content_of(rich)
    rich.post("/tillval", CHOSEN)
    page, step2 = rich.get().text, rich.get("/godkann").text
    assert rich.post("/godkann", rich.step2()).status_code == 303
    db.session.rollback()
    agreed = json.loads(db.session.query(Agreement).one().agreed)
    result = figures.totals(content, ("12", "16"), quantities={"17": 7000})
    plan = figures.plan(content, result.to_pay_ore)
    assert agreed["quantities"] == {"17": 7000}
    assert (agreed["to_pay_ore"], agreed["total_ore"]) == (result.to_pay_ore, result.gross_ore)
    assert agreed["payment_plan"] == plan
    assert agreed["most_ore"] == result.gross_ore
    draw_agreements.run(utc_now())
    paper = pdf_text("agreement")
    receipt = rich.get("/avtal").text
    texts = [page, step2, receipt, paper, *letters("quote_approved", "quote_approved_to_firm")]
    assert len(texts) == 6
    for text in texts:
        assert kr(result.to_pay_ore) in text
    for text in (page, step2, receipt, paper):
        for share in plan:
            assert kr(share["comes_to_ore"]) in text
    firm = app.test_client()
    firm.log_in(rich.make.owner(rich.firm))
    shown = firm.get(f"/offerter/{rich.quote.n}").text
    assert "Ekparkett, Svart, Hyllplan 7 st" in shown
    assert kr(result.to_pay_ore) in shown
    for text in (receipt, paper):
        assert "7 st" in text
        assert "Ekparkett" in text
    base = figures.totals(content)
    sent = letters("quote_sent")
    assert [kr(base.to_pay_ore) in text for text in (*sent, pdf_text("quote"))] == [True, True]


def test_a_purchase_price_is_nowhere_a_customer_looks(rich):
    """987 654,31 kr on five lines, in öre as in kronor, with any space and either decimal mark."""
    stored = [row.content for row in db.session.query(QuoteVersion)]
    pages = [rich.get(rest).text for rest in ("", "/villkor", "/uppgifter", "/nej")]
    pages += [rich.post("/tillval", CHOSEN, headers=PART).text, rich.get("/godkann").text]
    pages.append(rich.post("/godkann/summa", rich.step2(), headers=PART).text)
    rich.post("/godkann", rich.step2())
    db.session.rollback()
    agreed = db.session.query(Agreement).one().agreed
    draw_agreements.run(utc_now())
    pages += [rich.get(rest).text for rest in ("/avtal", "/avtal/filer", "/angra", "/angrat")]
    papers = [read(rich.get(rest).get_data()) for rest in ("/offert.pdf", "/avtal.pdf", "/angerblankett.pdf")]
    db.session.rollback()
    kinds = {letter.kind for letter in db.session.query(Letter)}
    for text in [*stored, *pages, agreed, *papers, *letters(*kinds)]:
        assert len(text) > 50
        plain = without_drawn(text).replace("\u00a0", "").replace(" ", "").replace(".", ",")
        assert str(PURCHASE_ORE) not in plain
        assert "987654" not in plain
        assert "purchase" not in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"price_type": "approximate", "limit_percent": 10}, "det får bli högst 10\u00a0% högre"),
        ({"price_type": "running", "markup_bp": 1200}, "Material kostar vårt inköpspris plus 12\u00a0%."),
        ({"price_type": "running_with_cap", "cap_ore": 9_000_000}, "Det blir aldrig mer än"),
    ],
)
def test_a_price_that_is_not_fixed_says_how_it_is_decided(app, make, given, said):
    sent = sent_rich(app, make, **given)
    page = sent.get().text
    assert said in page
    assert "Du betalar ungefär" in page
    if given["price_type"] != "approximate":  # a running account is followed by its prices
        assert "Elektriker" in page
    sent.post("/tillval", CHOSEN)
    step2 = sent.get("/godkann").text
    assert said in step2
    assert "ungefär" in step2
    content = content_of(sent)
    result = figures.totals(content, ("12", "16"), quantities={"17": 7000})
    most_ore = figures.most_ore(content, result, figures.totals(content))
    assert (most_ore is None) == (given["price_type"] == "running")
    if most_ore is not None:
        assert kr(most_ore) in step2
    assert sent.post("/godkann", sent.step2()).status_code == 303
    db.session.rollback()
    assert json.loads(db.session.query(Agreement).one().agreed)["most_ore"] == most_ore


def test_an_older_version_reads_as_before(sent):
    """A content frozen before the newest keys."""
    version = db.session.query(QuoteVersion).one()
    old = json.loads(version.content)
    for key in ("limit_percent", "cap_ore", "markup_bp", "most_ore", "discount_bp", "is_smahus", "payment_plan"):
        del old[key]
    del old["not_included"], old["customer_does"], old["totals"]["discount_ore"], old["totals"]["whole_discount_ore"]
    for section in old["sections"]:
        for key in ("price_mode", "discount_bp", "choice", "labour_ore"):
            del section[key]
        for line in section["lines"]:
            for key in ("is_text", "is_recommended", "quantity_min_milli", "quantity_max_milli"):
                del line[key]
    assert contents.read(json.dumps(old)) == contents.read(version.content) | {"most_ore": None}


def read(pdf: bytes) -> str:
    """The text on one line, amounts with hard spaces as in the pages."""
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
    return re.sub(r"(?<=\d) (?=\d{3}\b|kr)", "\u00a0", text)


def pdf_text(purpose: str) -> str:
    db.session.rollback()
    file = db.session.query(StoredFile).filter_by(purpose=purpose).one()
    return read(storage.read(db.session.get_one(Firm, file.firm_id).public_id, file))


def letters(*kinds: str) -> list[str]:
    """The letters of these kinds as they are sent, subject and text."""
    db.session.rollback()
    rows = db.session.query(Letter).filter(Letter.kind.in_(kinds)).order_by(Letter.id).all()
    with current_app.test_request_context(base_url="http://localhost"):  # as the worker draws them
        drawn = [LETTERS[row.kind]({**json.loads(row.params), "firm_id": row.firm_id}) for row in rows]
    return [f"{one.subject}\n{one.text}\n{one.html}" for one in drawn]
