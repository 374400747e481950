"""In which language a letter is written: that of whoever gets it."""

from __future__ import annotations

import pytest

from services import outbox, readers
from services.clock import utc_now


@pytest.fixture
def firm(make):
    """A firm whose first user reads Swedish, the second English."""
    firm = make.firm()
    make.user(firm, role="office", email="office@tumbredd.example", language="en")
    return firm


def letter(firm, to, quote=None, **params):
    quote_id = quote.id if quote else None
    firm_id = firm.id if firm else None
    return outbox.queue("link_wanted", to, params, firm_id=firm_id, now=utc_now(), quote_id=quote_id)


@pytest.mark.parametrize(
    ("to", "language", "reads"),
    [
        pytest.param("office@tumbredd.example", "sv", "en", id="a user's own"),
        pytest.param("kontakt@tumbredd.example", "en", "sv", id="the firm's address: its first user's"),
        pytest.param("karin@kund.example", "en", "en", id="a customer: the quote's"),
        pytest.param("karin@kund.example", "sv", "sv", id="a Swedish quote's"),
        pytest.param("+46701740605", "en", "en", id="a text message"),
    ],
)
def test_who_reads(make, firm, to, language, reads):
    quote = make.quote(firm, make.customer(firm), language=language)
    assert readers.language_of(letter(firm, to, quote)) == reads


def test_a_letter_may_name_it(make, firm):
    assert readers.language_of(letter(firm, "karin@kund.example", lang="en")) == "en"


def test_a_letter_of_no_quote_and_one_of_no_firm(make, firm):
    assert readers.language_of(letter(firm, "nobody@kund.example")) == "sv"
    assert readers.language_of(letter(None, "nobody@kund.example")) == "sv"
