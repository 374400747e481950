"""One link for the life of the deal: what a new version changed, older ones to read, and what counts as looking."""

from __future__ import annotations

import hashlib
import json

import pytest

from bench.counting import statements
from extensions import db
from mail.letters import LETTERS
from models import Agreement, Letter, QuoteLine, QuoteLink, QuoteSection, QuoteVersion
from services import scope
from tests.routes.deal.conftest import Sent, make_sent, send, token_of
from tests.routes.deal.test_choices import sent_rich
from tests.routes.deal.test_show import checksum

LOOKED = "Ändrat sedan du senast tittade"


def change(sent: Sent, n: int = 2, **values) -> None:
    """Change a line of the draft and send it as the next version."""
    quote = sent.quote
    row = db.session.query(QuoteLine).filter_by(quote_id=quote.id, n=n).one()
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()
    send(sent.make, sent.quote)


@pytest.fixture
def twice(sent) -> Sent:
    """Version 1 had 16 hours, version 2 has 18."""
    change(sent, quantity_milli=18000)
    return sent


def test_the_newest_page_says_what_has_changed_in_kronor(twice):
    page = twice.get().text
    for words in (
        LOOKED,
        "Ändrat: Rivning av ytskikt",
        "16 tim → 18 tim",
        "+1\u00a0380\u00a0kr",  # 2 tim à 690 kr
        "ROT-avdrag",
        "−414\u00a0kr",
        "+966\u00a0kr",
        "Ändrad",
    ):
        assert words in page, words


def test_a_first_version_has_nothing_to_compare_with(sent):
    page = sent.get().text
    assert LOOKED not in page
    assert "/version/" not in page


def test_what_has_changed_costs_one_statement(sent):
    with statements() as first:
        sent.get()
    change(sent, quantity_milli=18000)
    with statements() as second:
        assert LOOKED in sent.get().text
    assert len(second) == len(first) + 1


def test_what_came_and_went(sent):
    quote = sent.quote
    section = db.session.query(QuoteSection).filter_by(quote_id=quote.id).one()
    sent.make.line(quote, section, n=9, text="Målning av tak", quantity_milli=2000, unit_price_ore=45000, kind="other")
    db.session.commit()
    change(sent, 3, removed_at=quote.created_at)
    page = sent.get().text
    for words in ("Tillagt: Målning av tak", "2 st × 450\u00a0kr", "+900\u00a0kr", "Borttaget: Bortforsling"):
        assert words in page, words
    assert "−3\u00a0900\u00a0kr" in page


def test_it_goes_on_from_the_version_last_acted_on(sent):
    sent.post("/sedd")
    change(sent, quantity_milli=17000)
    change(sent, quantity_milli=18000)
    assert sent.link.seen_version == 1
    assert "16 tim → 18 tim" in sent.get().text
    sent.post("/sedd")
    assert (sent.link.seen_version, sent.link.seen_before) == (3, 1)
    page = sent.get().text
    assert LOOKED not in page
    assert "Ändrat sedan version 1" in page
    assert "16 tim → 18 tim" in page


def test_without_a_trace_it_is_the_version_sent_here_before(sent):
    change(sent, quantity_milli=17000)
    change(sent, quantity_milli=18000)
    assert "17 tim → 18 tim" in sent.get().text


def test_a_link_that_came_with_the_newest_version_has_nothing_to_compare_with(app, sent):
    send(sent.make, sent.quote, email="ny.adress@kund.example")
    row = db.session.query(QuoteLine).filter_by(quote_id=sent.quote_id, n=2).one()
    row.quantity_milli = 18000
    db.session.commit()
    send(sent.make, sent.quote, email="annan.adress@kund.example")
    client = app.test_client()
    assert client.get(f"/l/{token_of(sent.quote)}").status_code == 303
    page = client.get(sent.url()).text
    assert LOOKED not in page
    assert "Läs version 1" in page


def test_the_first_act_of_each_link_is_written(app, sent):
    """Two links of one deal: what one has seen, the other need not have."""
    quote = sent.quote
    other = QuoteLink(
        firm_id=quote.firm_id,
        quote_id=quote.id,
        way="handed_over",
        created_at=quote.sent_at,
        expires_at=sent.link.expires_at,
    )
    db.session.add(other)
    db.session.commit()
    sent.post("/sedd")
    change(sent, quantity_milli=18000)
    sent.post("/sedd")
    assert sent.link.seen_version == 2
    found = db.session.get(QuoteLink, other.id)
    assert found is not None
    assert found.seen_version is None


def test_a_section_that_hides_prices_hides_them_here(app, make):
    sent = sent_rich(app, make)
    for n, quantity in ((9, 25000), (10, 11000)):
        db.session.query(QuoteLine).filter_by(quote_id=sent.quote_id, n=n).one().quantity_milli = quantity
    db.session.commit()
    send(make, sent.quote)
    fold = sent.get().text.split('id="andrat"')[1].split("</details>")[0]
    assert "Ändrat: Tätskikt på vägg" in fold
    assert "24 m² → 25 m²" in fold
    assert "Priset för Tätskikt" in fold
    assert "781\u00a0kr" not in fold
    assert "Priset för El" in fold
    assert "Elektriker" not in fold


def test_an_older_version_is_read_as_it_was_sent(twice):
    page = twice.get("/version/1")
    assert page.status_code == 200
    for words in ("Det här är en äldre version.", "16 tim", "11\u00a0628", "Till den senaste, version 2"):
        assert words in page.text, words
    main = page.text.split("<main")[1]
    for words in ("Till godkännande", "/godkann", "<button", "/nej", "18 tim"):
        assert words not in main, words
    assert f'href="{twice.url("/version/1/offert.pdf")}"' in page.text
    assert 'id="oppnad"' not in page.text
    assert f'href="{twice.url("/version/1")}"' in twice.get().text


def test_its_paper_is_the_one_that_was_sent(twice):
    db.session.rollback()
    row = scope.get(QuoteVersion, twice.firm_id, QuoteVersion.quote_id == twice.quote_id, QuoteVersion.version == 1)
    answer = twice.get("/version/1/offert.pdf")
    assert hashlib.sha256(answer.data).hexdigest() == row.pdf_sha256
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("rest", ["/version/0", "/version/3", "/version/99", "/version/x", "/version/2/offert.pdf"])
def test_there_is_no_other_version(twice, rest):
    assert twice.get(rest).status_code == 404


def test_the_newest_is_the_page_itself(twice):
    answer = twice.get("/version/2")
    assert (answer.status_code, answer.location) == (302, twice.url())


@pytest.mark.parametrize("rest", ["", "/offert.pdf"])
def test_a_version_is_only_read(twice, rest):
    assert twice.post(f"/version/1{rest}").status_code == 405


def test_another_deals_version_is_not_there(app, make, twice):
    other = make_sent(app, make)
    change(other, quantity_milli=2000)
    token = twice.client.get_cookie(f"l-{twice.deal_id}").value
    twice.client.set_cookie(f"l-{other.deal_id}", token)
    for rest in ("", "/offert.pdf", "/foton/x/liten.jpg"):
        assert twice.client.get(f"/o/{other.deal_id}/version/1{rest}").status_code == 404
        assert app.test_client().get(twice.url(f"/version/1{rest}")).status_code == 404


def test_versions_stay_readable_after_the_agreement(twice):
    assert twice.post("/godkann", twice.step2()).status_code == 303
    assert "Läs version 1" in twice.get("/avtal").text
    page = twice.get("/version/1").text
    assert "Det här är en äldre version." in page


def test_the_conversation_goes_on_over_versions(sent):
    sent.post("/fraga", {"question": "Ingår taket?"})
    change(sent, quantity_milli=18000)
    sent.post("/fraga", {"question": "Och golvet?"})
    for rest in ("", "/version/1"):
        page = sent.get(rest).text
        assert page.index("Ingår taket?") < page.index("Och golvet?")


def test_approving_version_1_while_version_2_is_sent(sent):
    form = sent.step2(home="flat", brf_orgnr="799900-0040", flat_number="1102")
    change(sent, quantity_milli=18000)
    answer = sent.post("/godkann", form)
    assert answer.status_code == 409
    for words in (
        "Inget är godkänt än",
        "Du betalar nu 12\u00a0594\u00a0kr i stället för 11\u00a0628\u00a0kr",
        "Ändrat sedan version 1",
        "16 tim → 18 tim",
        "799900-0040",
        'value="1102"',
        "19840601-2388",
        "Karin Almgren",
    ):
        assert words in answer.text, words
    assert " checked" not in answer.text.split('id="h-sig"')[1]  # she read the older one
    assert db.session.query(Agreement).count() == 0
    assert (sent.quote.status, "quote.accepted" in sent.acts()) == ("sent", False)
    again = sent.step2(home="flat", brf_orgnr="799900-0040", flat_number="1102")
    assert sent.post("/godkann", again).status_code == 303
    db.session.rollback()
    assert db.session.query(Agreement).one().version == 2


def test_a_version_with_the_same_price_is_told_all_the_same(sent):
    form = sent.step2()
    change(sent, text="Rivning av allt")
    answer = sent.post("/godkann", form)
    assert answer.status_code == 409
    assert "Offerten har ändrats sedan du öppnade sidan" in answer.text
    assert "hette Rivning av ytskikt" in answer.text
    assert db.session.query(Agreement).count() == 0


def test_a_hundred_fetches_leave_no_trace(twice):
    pages = ("", "/version/1", "/version/1/offert.pdf", "/version/2", "/version/7", "/offert.pdf", "/avtal")
    before = checksum()
    for rest in pages:
        for _ in range(100 // len(pages) + 1):
            twice.client.get(twice.url(rest)).close()
            twice.client.head(twice.url(rest)).close()
    assert checksum() == before
    assert twice.link.seen_version is None


def test_the_firms_own_visit_is_no_sign_of_the_customers(sent):
    """A cookie of a login at the same firm, and the customer's link, in one browser."""
    sent.client.log_in(sent.make.owner(sent.firm))
    before = checksum()
    page = sent.get()
    assert "Ditt besök räknas inte som att kunden har öppnat." in page.text
    assert 'id="oppnad"' not in page.text
    assert sent.post("/sedd").status_code == 204
    assert checksum() == before
    sent.post("/fraga", {"question": "Ett prov från kontoret"})
    assert sent.link.opened_at is None
    assert sent.quote.seen_at is None
    assert not {"link.opened", "doc.viewed"} & set(sent.acts())


def test_a_login_at_another_firm_is_a_customers(sent):
    sent.client.log_in(sent.make.owner(sent.make.firm("Annat Bygg")))
    assert 'id="oppnad"' in sent.get().text
    assert sent.post("/sedd").status_code == 204
    assert sent.link.opened_at is not None
    assert sent.link.seen_version == 1


def test_the_preview_does_not_count(sent):
    client = sent.make.app.test_client()
    client.log_in(sent.make.owner(sent.firm))
    before = checksum()
    assert client.get(f"/offerter/{sent.quote.n}/som-kund").status_code == 200
    assert checksum() == before


def test_the_letter_of_a_new_version_says_what_changed(twice):
    row = db.session.query(Letter).filter_by(quote_id=twice.quote_id, kind="quote_sent").order_by(Letter.id).all()[-1]
    with twice.make.app.test_request_context():
        letter = LETTERS["quote_sent"]({**json.loads(row.params), "firm_id": twice.firm_id})
    assert "Förut 11\u00a0628\u00a0kr efter ROT, nu 12\u00a0594\u00a0kr efter ROT." in letter.text
    assert "Ändrat: Rivning av ytskikt (+1\u00a0380\u00a0kr)" in letter.text
    assert letter.html.count("16 tim") == 0
