"""An archive from a stranger (C-47): what the product writes is read whole, everything else is refused and why."""

from __future__ import annotations

import pytest

from exchange.archive_zip import BadArchive
from tests import archives
from tests.archives import SMALL, all_of, made, opened


def test_what_is_written_is_read():
    assert all_of(made()) == {one.name: one.data for one in SMALL}
    archive = opened(made())
    assert archive.manifest == archives.MANIFEST
    assert list(archive.rows("firm")) == [{"id": 1, "name": "Tumbredd"}]
    assert [row["n"] for row in archive.rows("article")] == [1, 2] * 40
    assert [(member.name, member.of) for member in archive.files()] == [(one.name, one.of) for one in SMALL]
    assert archive.has("data/firm.jsonl")
    assert not archive.has("pdf/2026-001-v1.pdf")
    with pytest.raises(BadArchive) as refused:
        list(archive.rows("quote"))
    assert refused.value.code == "missing"
