"""/mallar: the list, one of them, saved from quotes, put into drafts."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import Quote, QuoteLine, QuoteTemplate
from services import transaction

HTMX = {"HX-Request": "true"}


def stored(n=7) -> QuoteTemplate:
    db.session.rollback()
    return db.session.query(QuoteTemplate).filter_by(n=n).populate_existing().one()


def fail_kindly(client) -> None:
    client.environ_base.pop("handslag.raise_errors", None)


def test_the_empty_list_says_how_one_is_made(seller):
    page = seller.get("/mallar")
    assert "Öppna en offert som blev bra och välj Spara som mall" in page.text
    assert "Ny mall" in page.text


def test_the_list_shows_name_and_size(seller, template):
    page = seller.get("/mallar")
    assert "Badrum" in page.text
    assert "1 del, 3 rader" in page.text
    part = seller.get("/mallar?q=kök", headers=HTMX)
    assert part.text.lstrip().startswith('<div class="mt3" id="mallar">')
    assert "Inget heter ”kök”." in part.text


def test_prices_templates_and_texts_lead_to_one_another(seller, make, firm):
    for address in ("/prislista", "/mallar", "/texter"):
        page = seller.get(address)
        assert all(f'href="{other}"' in page.text for other in ("/prislista", "/mallar", "/texter"))
    assert 'href="/mallar"' in seller.get("/mer").text


def test_a_quote_is_saved_as_a_template_once(seller, quote):
    page = seller.get(f"/mallar/spara?offert={quote.n}")
    assert 'value="Badrum, Granstigen 4"' in page.text
    assert "Ta bort utkastet efteråt" not in page.text
    form = dict(re.findall(r'name="(once|offert)" value="([^"]*)"', page.text)) | {"name": "Badrum"}
    answers = [seller.post("/mallar", data=form) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location == "/mallar/1"
    assert db.session.query(QuoteTemplate).count() == 1
    assert "Rivning av ytskikt" in seller.get("/mallar/1").text


def test_a_name_is_needed_and_the_typed_text_stays(seller, quote):
    answer = seller.post("/mallar", data={"offert": str(quote.n), "name": " ", "once": "k"})
    assert answer.status_code == 422
    assert answer.text.count("Skriv vad mallen ska heta.") == 2
    long = seller.post("/mallar", data={"offert": str(quote.n), "name": "x" * 121, "once": "k"})
    assert long.status_code == 422
    assert "x" * 121 in long.text
    assert db.session.query(QuoteTemplate).count() == 0


def test_no_personnummer_in_a_name(seller, quote):
    answer = seller.post("/mallar", data={"offert": str(quote.n), "name": "Badrum 840601-2388"})
    assert answer.status_code == 422
    assert "Skriv inte personnummer här." in answer.text


def test_a_template_is_replaced_and_a_stale_press_is_told(seller, quote, template):
    form = {"offert": str(quote.n), "once": "a", "mall": "7:1"}
    assert seller.post("/mallar/ersatt", data=form).location == "/mallar/7"
    stale = seller.post("/mallar/ersatt", data=form | {"once": "b"})
    assert stale.status_code == 409
    assert "Någon annan ändrade mallen ”Badrum”" in stale.text
    assert '<option value="7:2" selected>' in stale.text
    assert stored().rev == 2
    assert seller.post("/mallar/ersatt", data=form | {"once": "b", "mall": "7:2"}).status_code == 303
    nothing = seller.post("/mallar/ersatt", data=form | {"mall": ""})
    assert nothing.status_code == 422
    assert nothing.text.count("Välj vilken mall som ska ersättas.") == 2


def test_one_is_built_from_scratch(seller, karin):
    page = seller.get("/mallar")
    once = re.search(r'name="once" value="([^"]*)"', page.text)[1]
    answer = seller.post("/mallar/ny", data={"once": once})
    assert seller.post("/mallar/ny", data={"once": once}).location == answer.location
    builder = seller.get(answer.location)
    assert "Bygg den här och välj Spara som mall." in builder.text
    n = db.session.query(Quote).one().n
    assert "Ta bort utkastet efteråt" in seller.get(f"/mallar/spara?offert={n}").text
    saved = seller.post("/mallar", data={"offert": str(n), "name": "Tom", "ta-bort": "1"})
    assert saved.location == "/mallar/1"
    db.session.rollback()
    assert db.session.query(Quote).populate_existing().one().archived_at


def test_it_is_opened_in_the_builder(seller, template):
    answer = seller.post("/mallar/7/oppna", data={"once": "o"})
    page = seller.get(answer.location)
    assert "Rivning av ytskikt" in page.text
    assert "Karin" not in page.text.split('id="kundkort"')[1]


def test_it_is_renamed(seller, template):
    assert seller.post("/mallar/7/namn", data={"name": "Litet badrum", "rev": "1"}).status_code == 303
    assert stored().name == "Litet badrum"
    bad = seller.post("/mallar/7/namn", data={"name": "", "rev": "2"})
    assert bad.status_code == 422
    stale = seller.post("/mallar/7/namn", data={"name": "Mitt namn", "rev": "1"})
    assert stale.status_code == 409
    assert "Den heter ”Litet badrum” nu." in stale.text
    assert 'value="Mitt namn"' in stale.text
    assert 'name="rev" value="2"' in stale.text


def test_it_is_archived_and_taken_back(seller, template):
    assert seller.post("/mallar/7/arkivera").location == "/mallar"
    page = seller.get("/mallar")
    assert "/mallar/7/hamta-tillbaka" in page.text  # undo
    assert "Badrum" in seller.get("/mallar?visa=arkiverade").text
    assert seller.post("/mallar/7/hamta-tillbaka").status_code == 303
    assert stored().archived_at is None


def test_the_sheet_puts_one_into_a_draft_once(seller, quote, template):
    sheet = seller.get(f"/mallar?offert={quote.n}", headers=HTMX)
    assert 'id="ark-h">Hämta från mall' in sheet.text
    assert "<html" not in sheet.text
    page = seller.get(f"/mallar?offert={quote.n}")
    assert "<html" in page.text
    form = dict(re.findall(r'name="(once|offert)" value="([^"]*)"', page.text)) | {"mall": "7"}
    answers = [seller.post("/mallar/lagg-in", data=form).location for _press in range(2)]
    assert answers == [f"/offerter/{quote.n}/redigera#del-2"] * 2
    assert db.session.query(QuoteLine).count() == 6


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"schema":"handslag.template/2"}', "Mallen är sparad av en nyare version av Handslag."),
        ("{}", "Mallen går inte att läsa."),
    ],
)
def test_one_that_cannot_be_read_is_told_everywhere_and_kept(seller, quote, karin, template, content, words):
    fail_kindly(seller)
    template.content = content
    transaction.commit()
    for address in (
        "/mallar",
        "/mallar/7",
        f"/mallar?offert={quote.n}",
        f"/offerter/ny?kund={karin.n}",
        f"/mallar/spara?offert={quote.n}",
    ):
        page = seller.get(address)
        assert page.status_code == 200
        assert words in page.text or "spara" in address
    for address, data in (
        ("/mallar/lagg-in", {"offert": str(quote.n), "mall": "7"}),
        ("/offerter/ny", {"kund": str(karin.n), "mall": "7"}),
        ("/mallar/7/oppna", {}),
    ):
        refused = seller.post(address, data=data)
        assert refused.status_code == 409
        assert words in refused.text
    assert stored().content == content
    assert db.session.query(Quote).count() == 1


def test_a_sent_quote_is_no_draft_to_put_one_into(seller, quote, template):
    fail_kindly(seller)
    quote.status = "accepted"
    transaction.commit()
    assert seller.get(f"/mallar?offert={quote.n}").status_code == 409
    assert seller.post("/mallar/lagg-in", data={"offert": str(quote.n), "mall": "7"}).status_code == 409


POSTS = [
    ("/mallar", {"offert": "5", "name": "x"}),
    ("/mallar/ersatt", {"offert": "5", "mall": "7:1"}),
    ("/mallar/7/namn", {"name": "x", "rev": "1"}),
    ("/mallar/7/arkivera", {}),
    ("/mallar/7/hamta-tillbaka", {}),
    ("/mallar/7/oppna", {}),
    ("/mallar/lagg-in", {"offert": "5", "mall": "7"}),
    ("/mallar/lagg-in", {"offert": "x", "mall": "7"}),
    ("/offerter/ny", {"utan": "1", "mall": "7"}),
    ("/offerter/ny", {"utan": "1", "kopia": "5"}),
]


@pytest.mark.parametrize(("address", "data"), POSTS)
def test_another_firms_template_is_not_found(stranger, template, address, data):
    before = stored().content
    assert stranger.post(address, data=data).status_code == 404
    assert stored().content == before


def test_another_firms_pages_are_not_found(stranger, template, karin):
    for address in (
        "/mallar/7",
        "/mallar?offert=1",
        "/mallar?offert=x",
        "/mallar/spara?offert=1",
        "/mallar/spara",
        f"/offerter/ny?kund={karin.n}",
        "/offerter/ny?mall=7",
        "/offerter/ny?mall=x",
    ):
        assert stranger.get(address).status_code == 404
    assert "Badrum" not in stranger.get("/mallar").text


def test_who_only_reads_sees_and_changes_nothing(worker, template):
    assert "Ny mall" not in worker.get("/mallar").text
    page = worker.get("/mallar/7").text
    assert "Rivning av ytskikt" in page
    assert "Arkivera" not in page
    for address, data in POSTS:
        assert worker.post(address, data=data).status_code == 403
    assert worker.get("/mallar/spara?offert=1").status_code == 403


def test_the_purchase_price_is_on_no_page_of_a_template(seller, quote, actor, template):
    content = stored().content.replace('"purchase_price_ore":null', '"purchase_price_ore":4277700')
    stored().content = content
    transaction.commit()
    assert "42" + "\N{NO-BREAK SPACE}777" not in seller.get("/mallar/7").text
