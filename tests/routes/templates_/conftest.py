"""A firm with a private customer, its quote, somebody who is logged in, and others who are not to get in."""

from __future__ import annotations

import pytest

from models import QuoteTemplate, TextBlock
from services import numbers
from services.actors import Actor
from services.clock import utc_now
from services.quotes import templates
from services.text_blocks import TextInput, create


@pytest.fixture
def karin(make, firm):
    return make.customer(firm)


@pytest.fixture
def quote(make, firm, karin):
    return make.quote(firm, karin)


@pytest.fixture
def actor(make, firm):
    user = make.owner(firm)
    return Actor(firm.id, firm.public_id, f"user:{user.public_id}", user.name, user.id)


@pytest.fixture
def seller(client, make, firm):
    client.environ_base["handslag.raise_errors"] = True
    return client.log_in(make.user(firm, role="seller"))


@pytest.fixture
def stranger(app, make):
    """The owner of another firm."""
    return app.test_client().log_in(make.owner(make.firm("Annan Snickeri")))


@pytest.fixture
def worker(app, make, firm):
    return app.test_client().log_in(make.user(firm, role="worker"))


@pytest.fixture
def template(quote, actor) -> QuoteTemplate:
    """A template of the quote, number 7."""
    numbers.take(actor.firm_id, "template", count=6)
    return templates.save(quote.n, "Badrum", once_key="", removes_draft=False, actor=actor, now=utc_now())


@pytest.fixture
def block(actor) -> TextBlock:
    """A greeting, number 9."""
    numbers.take(actor.firm_id, "text", count=8)
    return create(TextInput("message", "Vanlig hälsning", "Tack för besöket."), actor=actor, now=utc_now())
