"""What the words of a line say against its deduction."""

from datetime import date

import pytest

from domain.covered import Doubt, doubts, type_of
from domain.rot_rut import Deduction

PAID = date(2026, 12, 20)


@pytest.mark.parametrize(
    ("text", "deduction", "work_type", "expected"),
    [
        ("Rivning av golv och väggar", "rot", "bygg", []),
        ("Resa till och från", "rot", "bygg", [Doubt.NOT_LABOUR]),
        ("Reservdelar monteras", "rot", "vvs", []),
        ("Bortforsling av rivningsmassor", "rot", "bygg", [Doubt.NOT_LABOUR]),
        ("Maskinhyra minigrävare", "rot", "mark_draneringarbete", [Doubt.NOT_LABOUR]),
        ("Administration", "rut", "stadning", [Doubt.NOT_LABOUR]),
        ("ROT-avgift", "rot", "bygg", [Doubt.NOT_LABOUR]),
        ("Ritningar och bygglov", "rot", "bygg", [Doubt.NOT_COVERED]),
        ("Slutbesiktning", "rot", "bygg", []),  # a word that only ends so is not known
        ("Besiktning av skorsten", "rot", "murning", [Doubt.NOT_COVERED]),
        ("Felsökning elcentral", "rot", "el", [Doubt.NOT_COVERED]),
        ("Felsökning och reparation av elcentral", "rot", "el", []),
        ("Service av värmepump", "rot", "vvs", [Doubt.NOT_COVERED]),
        ("Service, byte av filter", "rot", "vvs", []),
        ("Försäkringsskada kök", "rot", "bygg", [Doubt.NOT_COVERED]),
        ("Matlagning till fest", "rut", "stadning", [Doubt.NOT_COVERED]),
        ("Matlagning till fest", "rot", "bygg", []),
        ("Flyttstädning 3 rok", "rut", "flyttjanster", [Doubt.WRONG_TYPE]),
        ("Flyttstädning 3 rok", "rut", "stadning", []),
        ("Flyttstädning 3 rok", "rot", "bygg", [Doubt.WRONG_TYPE]),
        ("Plattsättning badrum", "rot", "bygg", [Doubt.WRONG_TYPE]),
        ("Plattsättning badrum", "rot", "murning", []),
        ("Riva kakel och klinker", "rot", "bygg", []),
        ("Plattsättning badrum", "rot", None, []),  # no type yet is told by itself
        ("Installera laddbox", "rot", "el", [Doubt.GREEN_INSTEAD]),
        ("Installera laddbox", "rut", "it_tjanster", []),
        ("Installera laddbox", "green", "charging", []),
        ("Möblera om", "rot", "moblering", [Doubt.NOT_COVERED]),  # no type of rot
    ],
)
def test_words_that_speak_against_the_deduction(text, deduction, work_type, expected):
    assert doubts(text, deduction, work_type, PAID) == expected
    assert doubts(text.upper(), deduction, work_type, PAID) == expected


def test_a_type_counts_from_its_first_day():
    assert doubts("Flytt", "rut", "flyttjanster", date(2016, 7, 31)) == [Doubt.NOT_COVERED]
    assert doubts("Flytt", "rut", "flyttjanster", date(2016, 8, 1)) == []


def test_the_type_that_words_belong_to():
    assert type_of("Kakel och klinker i hallen") == (Deduction.ROT, "murning")
    assert type_of("Måla taket") is None
