"""The legal texts are files; a published version never changes."""

from __future__ import annotations

import hashlib

import pytest

from languages import ENGLISH, speaking
from services import legal
from services.errors import NotFound

# A text that someone has accepted must not change: a correction is a new version.
PUBLISHED = {
    ("terms", "2026-11-20"): "b9615ca9fd179481e01ee083b6f57bf1dcc5ecf4c4f3a21a7955b00d709af751",
    ("dpa", "2026-11-20"): "b49f93e61562a9ed6749096c7073e5217f43278d5cab043e7f4cbfdeaee8acc7",
    ("privacy", "2026-11-20"): "076c338c4dac9c8ff20b8a547a91db97aed6cdb2e200ee568d7d91654d7e80c0",
    ("customers", "2026-11-20"): "05871305ac1fa8200d1217db67c339b8c08f8041672c8a41ac8dcae6f70d9b48",
    ("customers", "2026-11-21"): "009110af3b678db5b11602d14772ae10d063812a20d8f1a78e8355e6fd7d2bf8",
    ("dpa", "2026-11-21"): "0ace4942671905be2744e898430f014cd29322cbf705a2458f4accfc4f8f9870",
    ("privacy", "2026-11-21"): "0b08bb17ee1cac991c16184ba2bf02a4e83af6098d94f9457b30f5409ef530d2",
    ("customers", "2026-11-22"): "06a6b006595b62f173ee57e1cc3247b389183d92646723f89691a3bb1dc8fd34",
}


@pytest.mark.parametrize(("document", "version"), PUBLISHED)
def test_published_versions_stay(document, version):
    text = legal.get(document, version)
    assert text.sha256 == PUBLISHED[document, version]
    assert text.title
    assert {block.kind for block in text.blocks} >= {"h2", "li"}


def test_every_version_is_published():
    assert {(name, version) for name, _ in PUBLISHED for version in legal.versions(name)} == set(PUBLISHED)


@pytest.mark.parametrize(("document", "version"), PUBLISHED)
def test_each_is_read_in_english_and_known_by_the_swedish_hash(document, version):
    swedish = legal.get(document, version)
    with speaking(ENGLISH):
        english = legal.shown(swedish)
    assert legal.shown(swedish) is swedish
    assert english.sha256 == swedish.sha256
    assert english.title != swedish.title
    assert "The Swedish text" in english.blocks[0].lines[0]
    # the same chapters with the same points; the note that it is a translation is one line more
    assert [len(block.lines) for block in english.blocks[1:]] == [len(block.lines) for block in swedish.blocks[1:]]


def test_the_hash_is_of_the_file():
    content = (legal.FOLDER / "terms-2026-11-20.txt").read_bytes()
    assert legal.get("terms", "2026-11-20").sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("document", "version"), [("terms", "2020-01-01"), ("terms", "../terms"), ("x", "y")])
def test_an_unknown_text_is_not_found(document, version):
    with pytest.raises(NotFound):
        legal.get(document, version)


def test_quote_terms_name_what_the_law_asks_for():
    text = legal.default_quote_terms()
    for word in (
        "30 dagar",
        "ÄTA",
        "räntelagen",
        "www.arn.se",
        "Skatteverket",
        "konsumenttjänstlagen",
    ):
        assert word in text
