"""Two presses at the very same moment are one request, and different ones all arrive."""

from __future__ import annotations

from functools import partial
from io import BytesIO

import pytest

from extensions import db
from models import Customer, Letter, Photo, Quote
from services import events, storage, transaction
from services.clock import utc_now
from services.inquiries import receiving
from services.inquiries.receiving import InquiryInput
from services.photos.intake import Upload
from tests.pictures import photo
from tests.routes.inquiries.conftest import inquiries
from tests.security.test_races import together

GIVEN = InquiryInput(
    "private", "Karin", "", "karin@kund.example", "", "Granstigen 4", "999 98", "Lillhamra", "", "Måla om köket"
)


def receive(firm_public_id, given, picture, now):
    transaction.only_read()  # as a request begins
    uploads = [Upload("kök.jpg", BytesIO(picture))]
    return receiving.receive(firm_public_id, given, uploads, title="Förfrågan", lang="sv", ip="192.0.2.1", now=now)


def test_the_same_words_at_once(app, firm):
    presses = receiving.LETTERS_PER_EMAIL  # with more, the one that is first need not be among those that get a letter
    public_id, picture, now = firm.public_id, photo(), utc_now()
    found = together(app, [partial(receive, public_id, GIVEN, picture, now)] * presses, threads=presses)
    assert len(set(found)) == 1
    assert len(inquiries(firm)) == 1
    counts = [db.session.query(model).count() for model in (Quote, Customer, Photo)]
    assert counts == [1, 1, 1]
    assert db.session.query(Letter).count() == 2
    assert events.verify(firm) is None


def test_a_fault_after_the_photos_are_on_disk_takes_them_away_again(app, firm, monkeypatch):
    monkeypatch.setattr("services.notices.tell", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        receive(firm.public_id, GIVEN, photo(), utc_now())
    transaction.may_write()
    assert inquiries(firm) == []
    folder = storage.folder(firm.public_id)
    assert not [path for path in folder.rglob("*") if path.is_file()]
