"""A customer who reads English: what is frozen, shown, agreed to, mailed; and the switch on the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from domain import canonical
from extensions import db
from jobs import draw_agreements, send_mail
from models import Agreement, Customer, Event, QuoteVersion, StoredFile, Withdrawal
from services import storage
from services.clock import utc_now
from tests import mailed
from tests.documents import reading
from tests.routes.deal.conftest import Sent, send, token_of

ORDER = "Order with obligation to pay"
CONSENT = "I have read the quote and the terms, and I have been informed of my right of withdrawal."


@pytest.fixture
def english(app, make) -> Sent:
    """The quote of a customer who reads English, opened by its link."""
    firm = make.firm()
    quote = send(make, make.quote(firm, make.customer(firm, language="en")))
    client = app.test_client()
    client.environ_base["handslag.raise_errors"] = True
    client.get(f"/l/{token_of(quote)}")
    return Sent(make, quote.firm_id, quote.id, quote.public_id, client)


def version_of(sent: Sent) -> QuoteVersion:
    return db.session.query(QuoteVersion).filter_by(quote_id=sent.quote_id).order_by(QuoteVersion.version).all()[-1]


def agreed_of(sent: Sent) -> dict[str, Any]:
    return json.loads(db.session.query(Agreement).filter_by(quote_id=sent.quote_id).one().agreed)


def letters(sent: Sent) -> list[str]:
    """The texts of the firm's letters in the local mailbox."""
    firm = sent.firm.public_id
    return [letter.text for letter in mailed.letters(firm=firm)]


def test_the_language_of_the_card_is_frozen_with_the_version(english):
    version = version_of(english)
    assert json.loads(version.content)["lang"] == english.quote.language == "en"
    paper = db.session.get_one(StoredFile, version.pdf_id)
    assert paper.name.startswith("Quote 20")
    text = reading.words(storage.read(english.firm.public_id, paper))
    for words in ("Valid until", "You pay", "Right of withdrawal", "Approve online"):
        assert words in text
    assert "Offert" not in text


def test_the_page_follows_the_quote_not_the_browser(english):
    page = english.client.get(english.url(), headers={"Accept-Language": "sv"}).text
    assert '<html lang="en"' in page
    assert "You pay" in page
    assert "skriven på" not in page
    assert "written in" not in page


def test_a_swedish_quote_is_swedish_in_an_english_browser(sent):
    page = sent.client.get(sent.url(), headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="sv"' in page
    assert f'href="{sent.url()}?sprak=en" lang="en"' in page


def test_the_switch_is_kept_in_this_browser_and_writes_no_row(app, sent):
    before = db.session.query(Event).count()
    answer = sent.client.get(sent.url("?sprak=en"))
    assert '<html lang="en"' in answer.text
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"sprak-{sent.deal_id}=en;")
    assert "HttpOnly" in cookie
    page = sent.get("/godkann").text
    assert "Approve the quote" in page
    assert "The quote is in Swedish." in page
    assert db.session.query(Event).count() == before
    assert sent.quote.language == "sv"
    assert '<html lang="sv"' in sent.client.get(sent.url("?sprak=sv")).text
    assert '<html lang="sv"' in sent.get().text


def test_what_the_firm_typed_is_marked_as_its_language_on_a_switched_page(sent):
    """WCAG 3.1.2: each passage in another language than the page's says which."""
    own = sent.get().text
    assert ' lang="sv">' not in own[own.index("<body") : own.index('<footer class="foot"')]
    page = sent.client.get(sent.url("?sprak=en")).text
    for typed in ("Badrum, Granstigen 4", "Rivning av ytskikt", "Golvvärme", "Rivning"):
        assert re.search(rf'lang="sv">{re.escape(typed)}', page), typed
    assert re.search(r"\d h × ", page)  # a unit is a word of ours
    assert not re.search(r"\d tim × ", page)
    assert " tim × " in own


@pytest.mark.parametrize("asked", ["xx", "", "SV", "en<script>", "sv,en"])
def test_a_language_that_is_none_of_ours_changes_nothing(sent, asked):
    answer = sent.client.get(sent.url(), query_string={"sprak": asked})
    assert '<html lang="sv"' in answer.text
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("sprak")]


def test_a_choice_for_one_deal_is_not_the_choice_for_another(app, sent, make):
    sent.client.get(sent.url("?sprak=en"))
    other = make.firm("Annan firma")
    quote = send(make, make.quote(other, make.customer(other)))
    sent.client.get(f"/l/{token_of(quote)}")
    assert '<html lang="sv"' in sent.client.get(f"/o/{quote.public_id}").text


def test_what_is_agreed_to_is_what_was_shown(sent):
    """A Swedish quote, read and approved in English."""
    sent.client.get(sent.url("?sprak=en"))
    page = sent.get("/godkann").text
    assert ORDER in page
    assert CONSENT in page
    assert sent.post("/godkann", sent.step2()).status_code == 303
    agreed = agreed_of(sent)
    assert agreed["lang"] == "en"
    assert agreed["button"] == {"text": ORDER, "sha256": canonical.sha256_hex(ORDER.encode())}
    consent = agreed["consents"][0]
    assert consent["text"].startswith(CONSENT)
    assert consent["text_sha256"] == canonical.sha256_hex(consent["text"].encode())
    said = [json.loads(row.entry) for row in db.session.query(Event).order_by(Event.seq)]
    told = {entry["act"]: entry["data"].get("lang") for entry in said}
    assert (told["consent.given"], told["quote.accepted"], told["link.opened"]) == ("en", "en", "en")


def test_a_form_shown_in_one_language_is_not_agreed_to_in_the_other(sent):
    """The ticks carry a fingerprint of their words."""
    form = sent.step2()
    sent.client.get(sent.url("?sprak=en"))
    answer = sent.post("/godkann", form)
    assert answer.status_code == 409
    assert "The texts to tick have changed" in answer.text
    assert db.session.query(Agreement).count() == 0


def test_withdrawing_in_english(english):
    english.post("/godkann", english.step2())
    page = english.get("/avtal").text
    assert "Withdraw from contract here" in page
    assert "Confirm withdrawal" in english.get("/angra").text
    typed = {"name": "Karin Almgren", "contract": "Quote 2026-001", "email": "karin.almgren@kund.example"}
    assert english.post("/angra", {**typed, "once": "withdraw-1"}).status_code == 303
    assert db.session.query(Withdrawal).count() == 1
    said = json.loads(db.session.query(Event).filter_by(act="withdrawal.received").one().entry)
    assert said["data"]["lang"] == "en"
    assert "We have received your statement" in english.get("/angrat").text


def test_letters_go_out_in_the_language_of_who_reads_them(english):
    english.post("/godkann", english.step2())
    draw_agreements.run(utc_now())
    assert send_mail.run(utc_now()).failed == 0
    texts = "\n".join(letters(english))
    assert "The agreement is attached as a PDF." in texts  # to the customer
    assert "har godkänt" in texts  # to the firm's own, who read Swedish
    assert "Read the quote" in texts


def test_changing_the_card_changes_the_next_version_only(english, make):
    customer = db.session.query(Customer).one()
    customer.language = "sv"
    db.session.commit()
    assert '<html lang="en"' in english.get().text
    send(make, english.quote)
    assert '<html lang="sv"' in english.get().text
    assert english.quote.language == "sv"


def test_without_a_good_link_the_browser_decides(app, sent):
    other = app.test_client()
    assert "Did you open the link" in other.get(sent.url(), headers={"Accept-Language": "en"}).text
    assert "Öppnade du länken" in other.get(sent.url()).text
