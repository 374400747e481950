"""Letters that wait, drawn as the worker would, and the addresses in them."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest

from extensions import db
from mail.letters import LETTERS
from models import Letter, User
from services import transaction
from tests.factories import PASSWORD

FIRM = {"firm_name": "Tumbredd Snickeri", "email": "eva@tumbredd.example", "password": PASSWORD, "accept": "y"}


@pytest.fixture
def letters(app):
    """letters() -> [(kind, address, drawn letter)], oldest first."""

    def drawn():
        db.session.rollback()
        transaction.may_write()
        found = []
        for row in db.session.query(Letter).order_by(Letter.id):
            with app.test_request_context(base_url="http://localhost"):
                letter = LETTERS[row.kind]({"firm_id": row.firm_id, **json.loads(row.params)})
            found.append((row.kind, row.to_address, letter))
        return found

    return drawn


@pytest.fixture
def link(letters):
    """link("confirm_email") -> path of the newest such letter's link."""

    def newest(kind):
        letter = next(letter for name, _, letter in reversed(letters()) if name == kind)
        paths = [urlsplit(found).path for found in re.findall(r"http://\S+", letter.text)]
        return next(path for path in paths if path.count("/") == 2)

    return newest


@pytest.fixture
def register(client):
    """register(email=...) -> the answer of a registration with the texts that are shown."""

    def post(**given):
        page = client.get("/registrera").get_data(as_text=True)
        shown = dict(re.findall(r'name="(once|texts)" value="([^"]*)"', page))
        return client.post("/registrera", data={**FIRM, **shown, **given})

    return post


@pytest.fixture
def user_of(app):
    def find(email):
        db.session.rollback()
        return db.session.query(User).filter_by(email=email).one_or_none()

    return find
