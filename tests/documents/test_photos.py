"""Photos in the PDF: all of them, with captions, as the bytes they are, and the same file from the same content."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from documents import agreement, quote
from tests.documents.contents import agreed, bathroom, evidence
from tests.documents.reading import bookmarks, pages, reader, words


def jpeg(size=(900, 675), shade=90):
    kept = BytesIO()
    Image.effect_noise(size, 50).point(lambda value: (value + shade) % 256).convert("RGB").save(
        kept, "JPEG", quality=60
    )
    return kept.getvalue()


def with_photos(count, **more):
    photos = [
        {"id": f"p{n}", "sha256": "0" * 64, "caption": f"Bild {n}: före rivning", "width": 1600, "height": 1200}
        | {"section": None, "line": None}
        | more
        for n in range(count)
    ]
    return bathroom(photos=photos), {f"p{n}": jpeg(shade=n * 20) for n in range(count)}


def test_each_photo_stands_with_its_caption():
    content, pictures = with_photos(5)
    data = quote.render(content, pictures=pictures)
    assert all(f"Bild {n}: före rivning" in words(data) for n in range(5))
    assert "Foton" in [title for title, _page in bookmarks(data)]
    found = [image.data for page in reader(data).pages for image in page.images]
    assert len(found) == 5
    assert sum(picture in data for picture in pictures.values()) == 5, "drawn as they are, never decoded"


def test_same_content_same_bytes():
    content, pictures = with_photos(3)
    assert quote.render(content, pictures=pictures) == quote.render(content, pictures=pictures)
    other = pictures | {"p1": jpeg(shade=200)}
    assert quote.render(content, pictures=other) != quote.render(content, pictures=pictures)


def test_a_quote_without_photos_is_as_it_was():
    assert quote.render(bathroom(photos=[])) == quote.render(bathroom())


def test_what_a_photo_belongs_to_is_said():
    section = bathroom()["sections"][0]
    content, pictures = with_photos(1, section=section["key"], caption="")
    assert words(quote.render(content, pictures=pictures)).count(section["title"]) == 1 + words(
        quote.render(bathroom())
    ).count(section["title"])


@pytest.mark.parametrize(("width", "height"), [(1600, 90), (90, 1600), (1200, 1600)])
def test_odd_shapes_stay_on_the_page(width, height):
    content, pictures = with_photos(4, width=width, height=height, caption="Långt ord " * 19)
    data = quote.render(content, pictures=pictures)
    for page in reader(data).pages:
        assert page.mediabox.width < 600
    assert len(pages(data)) < 8


def test_forty_photos_weigh_what_they_weigh():
    content, pictures = with_photos(40)
    data = quote.render(content, pictures=pictures)
    assert len(data) < sum(map(len, pictures.values())) + 60_000


def test_the_agreement_begins_with_the_pages_and_their_photos():
    content, pictures = with_photos(2)
    frozen = quote.render(content, pictures=pictures)
    data = agreement.render(frozen, agreed(content), evidence(), content=content)
    assert data.startswith(frozen)
    assert "Bild 1: före rivning" in words(data)


def test_a_photo_without_its_picture_is_an_error():
    content, _pictures = with_photos(1)
    with pytest.raises(KeyError):
        quote.render(content)
