from __future__ import annotations

from datetime import date

import pytest

from documents import withdrawal_form
from tests.documents.contents import FIRM
from tests.documents.reading import catalogue, fonts, pages, reader, words

ADDRESS = "https://handslag.example/o/k7m2abcdefghijklmnopqr"


def form(**more):
    return withdrawal_form.render(
        FIRM, "2026-041", **{"agreed_on": date(2026, 11, 20), "title": "Badrum", "address": ADDRESS, **more}
    )


def test_the_form_holds_every_field():
    drawn = words(form())
    for text in (
        "Ångerblankett",
        "Fyll i och skicka blanketten bara om du vill ångra avtalet.",
        "senast den 4 december 2026",
        "Tumbredd Snickeri Verkstadsvägen 2 999 99 Lillhamra jonas@tumbredd.example",
        "frånträder mitt avtal om följande tjänst eller vara: Offert 2026-041, Badrum",
        "2026-11-20 Beställdes den (tjänst) eller mottogs den (vara)",
        "Ditt namn",
        "Din adress",
        "Datum",
        "Namnteckning (bara om du skickar blanketten på papper)",
        "handslag.example/o/k7m2abcdefghijklmnopqr och välja Ångra avtalet här",
    ):
        assert text in drawn
    assert len(pages(form())) == 1


def test_the_last_day_is_moved_to_a_working_day():
    assert "senast den 28 december 2026" in words(form(agreed_on=date(2026, 12, 12)))


def test_the_file_says_what_it_is():
    about = reader(form()).metadata
    assert about is not None
    assert about.title == "Ångerblankett, avtal enligt offert 2026-041"
    assert catalogue(form())["/Lang"] == "sv-SE"
    assert all(fonts(form()).values())


@pytest.mark.parametrize("more", [{}, {"title": "", "address": ""}])
def test_same_input_same_bytes(more):
    assert form(**more) == form(**more)
