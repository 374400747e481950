"""A firm whose public form is open, and one who asks."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from extensions import db
from models import Inquiry
from services import tokens
from services.clock import utc_now

TYPED = {
    "text": "Måla om köket, väggar och tak.\nCirka 14 m².",
    "name": "Karin Almgren",
    "email": "Karin.Almgren@kund.example",
    "phone": "070-174 06 05",
    "street": "Granstigen 4",
    "postal_code": "99998",
    "city": "Lillhamra",
    "wanted": "Före jul",
    "kind": "private",
    "company": "",
    "meddelande": "",
}


def stamp(firm, *, seconds=60):
    """The token of a form that was drawn some seconds ago."""
    with time_machine.travel(utc_now() - timedelta(seconds=seconds), tick=False):
        return tokens.sign("inquiry_form", firm.public_id)


class Visitor:
    """A browser at the public form of a firm."""

    def __init__(self, client, firm):
        self.client, self.firm = client, firm
        self.public_id, self.firm_id = firm.public_id, firm.id
        self.address = f"/f/{firm.public_id}/forfragan"
        client.environ_base["handslag.raise_errors"] = True

    def get(self):
        return self.client.get(self.address)

    def send(self, *photos, seconds=60, token=None, names=None, **typed):
        """POST the form. The body is made here: the test client leaves the temporary file of a large one open."""
        fields = {**TYPED, "csrf_token": stamp(self.firm, seconds=seconds) if token is None else token, **typed}
        names = names or [f"IMG_{number}.jpg" for number, _data in enumerate(photos)]
        files = [FileStorage(BytesIO(data), filename=name) for data, name in zip(photos, names, strict=True)]
        if files:
            fields["foton"] = files
        boundary, body = encode_multipart(fields)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(self.address, data=body, content_type=kind, csrf=False)


@pytest.fixture
def firm(make):
    return make.firm(takes_inquiries=True)


@pytest.fixture
def visitor(client, firm):
    return Visitor(client, firm)


@pytest.fixture
def owner(app, make, firm):
    return app.test_client().log_in(make.owner(firm))


def inquiries(firm):
    db.session.rollback()
    return list(db.session.query(Inquiry).filter_by(firm_id=firm.id).order_by(Inquiry.id))
