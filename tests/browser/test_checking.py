"""A paper is checked where it lies: only its fingerprint leaves the browser, until someone presses the button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from extensions import db
from models import Firm, Quote, QuoteVersion, StoredFile
from services import storage
from tests.browser.checks import RULES, look
from tests.browser.product import Product
from tests.browser.rows import begin
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_known_altered_and_unknown(product: Product, visit: Callable[..., Visitor], tmp_path, scripts: bool) -> None:
    begun = begin(product, is_sent=True)
    with product.rows():
        version = db.session.query(QuoteVersion).join(Quote).filter(Quote.public_id == begun.deal).one()
        firm = db.session.get_one(Firm, version.firm_id)
        paper = storage.read(firm.public_id, db.session.get_one(StoredFile, version.pdf_id))
    for name, content in (("known", paper), ("altered", paper + b"%%EOF\n"), ("unknown", b"<p>Avtal</p>")):
        (tmp_path / f"{name}.pdf").write_bytes(content)
    someone = visit(scripts=scripts)
    sent: list[int] = []
    someone.page.on("request", lambda asked: sent.append(len(asked.post_data_buffer or b"")))
    for name, words in (
        ("known", "Filen är äkta."),
        ("altered", "Filen är ändrad."),
        ("unknown", "Vi känner inte igen filen."),
    ):
        someone.go("/kontrollera")
        sent.clear()
        someone.page.set_input_files("#fil", tmp_path / f"{name}.pdf")
        if scripts:
            expect(someone.page.locator("#svar h2")).to_be_focused()
            assert max(sent) < 2_000  # the file stays
            if name == "known":
                look(someone, "checked-known", desk=RULES)
            else:
                someone.button("Skicka in filen")
                expect(someone.page.locator("#svar [data-send]")).to_have_count(0)
        else:
            someone.button("Kontrollera")
        expect(someone.page.locator("#svar h2")).to_have_text(words)
        if name == "altered":
            someone.sees("Det här är papperet som filen börjar med:")
            look(someone, f"checked-altered-{scripts}", desk=RULES)
