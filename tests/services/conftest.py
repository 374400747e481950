"""A quote of a private customer, and its firm's owner who acts."""

from __future__ import annotations

import pytest

from services.actors import Actor


@pytest.fixture
def quote(make, firm):
    return make.quote(firm, make.customer(firm))


@pytest.fixture
def actor(make, firm):
    owner = make.owner(firm)
    return Actor(firm.id, firm.public_id, f"user:{owner.public_id}", owner.name, owner.id)
