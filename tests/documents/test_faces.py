from __future__ import annotations

import pytest

from documents import faces, quote
from documents.sheet import BODY
from documents.text import wrap
from tests.documents.contents import bathroom
from tests.documents.reading import fonts, words

NAMES = [
    pytest.param("Łukasz Żółkiewski", id="polish"),
    pytest.param("Đorđe Čvrljević-Šarić", id="croatian"),
    pytest.param("Наталья Щербакова", id="cyrillic"),
    pytest.param("Ştefan Țiriac", id="romanian"),
    pytest.param("Ἀθηνᾶ Ωραία", id="greek"),
    pytest.param("Åse Ängström-Öberg, é ü ß", id="swedish"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_read_back_exactly(name):
    drawn = quote.render(bathroom(customer={"name": name}, title=name, message=name))
    assert words(drawn).count(name) >= 3


def test_every_weight_has_a_postscript_name_of_its_own():
    families = [faces.familjen, faces.source]
    names = [family(weight).font.face.name for family in families for weight in (400, 500, 700)]
    assert len(set(names)) == 6


def test_a_run_is_set_in_one_face_of_like_weight():
    assert faces.shape("Karin", faces.BOLD)[0] is faces.familjen(faces.BOLD)
    assert faces.shape("Karin Žižek", faces.BOLD)[0] is faces.source(faces.BOLD)


def test_only_the_faces_in_use_are_in_the_file():
    plain = fonts(quote.render(bathroom()))
    assert set(plain) == {f"/AAAAAA+FamiljenGrotesk-{weight}" for weight in ("Regular", "Medium", "Bold")}
    mixed = fonts(quote.render(bathroom(customer={"name": "Łukasz"})))
    assert set(mixed) == {*plain, "/AAAAAA+SourceSansPro-Bold"}
    assert all(mixed.values())


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Hej 😊 du", "Hej du"),
        ("مرحبا hej", "????? hej"),
        ("a\u00adb\u200bc", "abc"),
        ("10\u202f000", "10\u00a0000"),
        ("A\u030angstro\u0308m", "Ångström"),
    ],
)
def test_letters_that_no_face_has_never_become_boxes(text, drawn):
    face, shaped = faces.shape(text, faces.REGULAR)
    assert shaped == drawn
    assert face.letters.issuperset(shaped)


def test_lines_keep_to_their_width():
    text = "Ett mycket-långt-ord-utan-mellanslag-" + "x" * 400 + " och några korta ord\n\nNytt stycke"
    lines = wrap(text, BODY, 120)
    assert all(line.face.width(line.text, BODY.size) <= 120 for line in lines)
    assert "".join(line.text.replace(" ", "") for line in lines) == "".join(text.split())


def test_an_address_is_broken_after_a_slash():
    assert [line.text for line in wrap("handslag.example/o/k7m2abcdefghijklmnopqr", BODY, 130)] == [
        "handslag.example/o/",
        "k7m2abcdefghijklmnopqr",
    ]
