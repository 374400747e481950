from __future__ import annotations

from io import BytesIO

import pytest

from models import Photo
from services import scope, storage, transaction
from services.clock import utc_now
from services.photos import intake
from services.photos.intake import Upload
from services.photos.rows import Place


@pytest.fixture
def add(quote, actor):
    """Take photos in; `place` is of the whole quote unless given."""

    def _add(*files, place=None, name="IMG_1.jpg"):
        uploads = [Upload(name, BytesIO(data)) for data in files]
        taken = intake.add(quote.n, uploads, place or Place(), actor=actor, now=utc_now())
        transaction.may_write()
        return taken

    return _add


def of(quote):
    return sorted(scope.rows(Photo, quote.firm_id, Photo.quote_id == quote.id), key=lambda photo: photo.position)


def on_disk(firm):
    folder = storage.folder(firm.public_id)
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()
