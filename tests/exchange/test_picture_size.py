"""The size of a picture by its first bytes is the one that a library reads."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from exchange import picture_size


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("more", [{}, {"progressive": True, "optimize": True}])
def test_it_is_the_size(kind, more):
    kept = io.BytesIO()
    Image.new("RGB", (37, 1211), "white").save(kept, kind, **more)
    assert picture_size.of(kept.getvalue()) == (37, 1211)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0",
        b"\xff\xd8\xff\xe0\0\0" * 9,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
    ],
)
def test_what_is_none_has_none(head):
    assert picture_size.of(head) is None
