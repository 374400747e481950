"""What a quote should say and does not: told with its place, on Granska and in the builder, never in the way."""

from __future__ import annotations

import re
from datetime import date

import pytest

from blueprints.quotes.gaps import _WORDS
from domain.completeness import Gap
from extensions import db
from models import QuoteSection
from services import legal

READY = "Allt som bör stå i offerten finns med."


@pytest.fixture
def ready(quote):
    """The quote with all that it should say."""
    quote.starts_on, quote.finishes_on = date(2027, 1, 11), date(2027, 2, 1)
    quote.site_street, quote.site_city = "Granstigen 4", "Lillhamra"
    quote.terms = legal.default_quote_terms() + "\n\nVi har ansvarsförsäkring."
    quote.not_included, quote.customer_does = "Målning", "Tömmer rummet"
    db.session.commit()
    return quote


def test_each_code_has_words():
    assert set(_WORDS) == set(Gap)


def test_a_quote_that_says_it_all(seller, ready):
    assert READY in seller.get(f"/offerter/{ready.n}/granska").text
    assert "Allt annat som bör stå finns med" in seller.get(f"/offerter/{ready.n}/redigera").text


def test_each_gap_is_a_sentence_with_a_link_and_sending_stays_possible(owner, firm, ready):
    firm.email, firm.vat_number = "", ""
    ready.finishes_on = None
    db.session.commit()
    page = owner.get(f"/offerter/{ready.n}/granska").text
    assert READY not in page
    law, advice = page.split("Ska stå enligt lag")[1].split("Bör stå")
    assert re.search(r'href="/installningar/foretag#email">Skriv företagets e-post\.', law)
    assert re.search(rf'href="/offerter/{ready.n}/uppgifter#finishes_on">Skriv när jobbet är klart\.', law)
    assert re.search(r'href="/installningar/foretag#vat_number">Skriv företagets momsnummer\.', advice)
    assert "Skicka offerten" in page
    builder = owner.get(f"/offerter/{ready.n}/redigera").text
    assert "Skriv företagets e-post<" in builder
    assert f'href="/offerter/{ready.n}/uppgifter#finishes_on"' in builder


def test_links_lead_to_fields_that_are_there(owner, firm, make, ready):
    firm.orgnr, firm.seat = "556036-0793", ""
    ready.terms = ready.not_included = ready.customer_does = ""
    company = make.customer(firm, "Bygg AB", kind="company", site_street="", site_city="")
    ready.customer_id = company.id
    section = db.session.query(QuoteSection).one()
    section.title, section.price_mode = "", "sum"
    make.line(ready, section, n=9, text="")
    ready.starts_on = ready.finishes_on = None
    ready.site_street = ready.site_city = ""
    ready.price_type = "running_with_cap"
    db.session.commit()
    page = owner.get(f"/offerter/{ready.n}/granska").text
    card = page.split('aria-labelledby="h-bor"')[1].split("</section>")[0]
    links = re.findall(r'href="([^"#]+)(?:#([^"]+))?"', card)
    assert len(links) >= 12
    for address, field in links:
        there = owner.get(address)
        assert there.status_code == 200, address
        assert not field or f'id="{field}"' in there.text, (address, field)


def test_who_may_not_write_of_the_firm_is_told_who_does(seller, firm, ready):
    """No link leads to a page that is refused."""
    firm.email, firm.f_skatt = "", False
    db.session.commit()
    for page in ("granska", "redigera"):
        html = seller.get(f"/offerter/{ready.n}/{page}").text
        assert "/installningar/foretag" not in html
        assert "Skriv företagets e-post. Det gör ägaren eller kontoret" in html
        assert "Avdraget kräver att ni är godkända för F-skatt. Det gör ägaren eller kontoret" in html


def test_a_draft_without_customer_and_lines(seller, firm, make):
    bare = make.quote(firm, lines=False)
    page = seller.get(f"/offerter/{bare.n}/granska").text
    assert "Skriv vad som ska göras: det finns inga rader." in page
    assert seller.get(f"/offerter/{bare.n}/redigera").status_code == 200
