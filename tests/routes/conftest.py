"""A photo that many tests send is drawn by the first of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from services.photos import drawing


@pytest.fixture(scope="package", autouse=True)
def _drawn_once() -> Iterator[None]:
    """In a process of its own, as always; what that one says of the same bytes is the same (services/photos)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "in_child", cache(drawing.in_child))
        yield
