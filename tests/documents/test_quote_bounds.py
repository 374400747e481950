"""The same paper with too much and too little in it: nothing is clipped, nothing lies over anything else."""

from __future__ import annotations

from typing import Any

import pytest

from documents import quote
from tests.documents.contents import bathroom, content, entrance, flat, line, long_quote
from tests.documents.reading import MM, bookmarks, boxes, pages, words

WORD = "Oavbrutet" * 30
EMPTY_FIRM = dict.fromkeys(
    ("orgnr", "vat_number", "street", "postal_code", "city", "seat", "phone", "email", "website", "bankgiro"), ""
) | {"plusgiro": "", "contact": "", "f_skatt": False}
EMPTY_CUSTOMER = {"street": "", "postal_code": "", "city": "", "email": ""}


def absurd() -> dict[str, Any]:
    """Everything far too long."""
    frozen = content(
        [
            (
                WORD,
                [
                    line(
                        "1", WORD, 999_999_999, "löpmeter-per-dag", 99_999_999_999, "labour", note=WORD, discount_bp=1
                    ),
                    line("2", "Ord " * 800, 1, "st", 1, "material", note="\n".join(["Rad"] * 90)),
                ],
            )
        ],
        title=WORD,
        message=WORD,
        terms="\n\n".join(["Villkor " * 60] * 30),
        address=f"https://{'lang-vard.' * 10}example/o/k7m2abcdefghijklmnopqr",
    )
    for name in ("firm", "customer"):
        frozen[name].update(name=WORD, street=WORD, city=WORD, email=f"{WORD}@example.com")
    frozen["firm"].update(website=WORD, phone=WORD, contact=WORD)
    frozen["site"].update(street=WORD, city=WORD)
    return frozen


CONTENTS = [
    pytest.param(bathroom, id="private"),
    pytest.param(entrance, id="company"),
    pytest.param(lambda: long_quote(120), id="120 lines"),
    pytest.param(absurd, id="absurd"),
    pytest.param(lambda: flat(price_type="running_with_cap", cap_ore=9_000_000, markup_bp=1250), id="all there is"),
    pytest.param(lambda: content([], firm=EMPTY_FIRM, customer=EMPTY_CUSTOMER, title="", address=""), id="empty"),
    pytest.param(lambda: bathroom(firm={"name": "Łukasz Żółkiewski i Synowie " * 4}), id="other face"),
]


@pytest.mark.parametrize("make", CONTENTS)
def test_all_text_stands_within_the_margins(make):
    for page in boxes(quote.render(make())):
        for left, bottom, right, top in page:
            assert left >= 20 * MM - 1
            assert right <= 192 * MM + 1
            assert bottom >= 13 * MM
            assert top <= 284 * MM


@pytest.mark.parametrize("make", CONTENTS)
def test_no_text_lies_over_other_text(make):
    for page in boxes(quote.render(make())):
        for place, one in enumerate(page):
            for other in page[place + 1 :]:
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                assert across < 1 or down < 1, (one, other)


def test_five_hundred_lines_repeat_head_and_section():
    drawn = pages(quote.render(long_quote(500)))
    assert 16 <= len(drawn) <= 22
    assert all(f"Sida {number} av {len(drawn)}" in page for number, page in enumerate(drawn, 1))
    rows = [page for page in drawn if "Rad " in page]
    assert all("Beskrivning" in page for page in rows)
    assert any("Del 2 (forts.)" in page for page in rows)
    for part in range(1, 5):
        for row in range(125):
            assert sum(f"Rad {part * 1000 + row}" in page for page in rows) == 1


def test_a_section_never_stands_last_on_a_page():
    for page in pages(quote.render(long_quote(500))):
        lines = page.split("Tumbredd Snickeri\r\nVerkstadsvägen")[0].strip().splitlines()
        assert not lines[-1].startswith("Del ")


def test_a_row_longer_than_a_page_is_broken_and_whole():
    drawn = pages(quote.render(absurd()))
    assert sum(page.count("Ord") for page in drawn) >= 800
    assert len(drawn) > 3


def test_empty_fields_leave_no_labels_behind():
    frozen = content([], firm=EMPTY_FIRM, customer=EMPTY_CUSTOMER, title="", address="", valid_until=None)
    frozen["site"] = {"street": "", "postal_code": "", "city": ""}
    drawn = words(quote.render(frozen))
    labels = ("Arbetsplats", "Bankgiro", "Org.nr", "Säte", "Godkänd för F-skatt", "Gäller till", "Villkor", "Skanna")
    for label in labels:
        assert label not in drawn
    assert bookmarks(quote.render(frozen))


def test_markup_in_a_text_is_only_text():
    text = "<b>5 < 6 & \\ (1 0 R) %PDF</b>"
    assert text in words(quote.render(bathroom(title=text, message=text, terms=text)))
