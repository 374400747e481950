"""What the papers say of rot and rut, and of reverse charge (rules: docs/rules/rot_rut.md, docs/rules/vat.md)."""

from __future__ import annotations

import json

import pytest

from documents import agreement, quote, work_types
from services.quotes import content as frozen_content
from tests.documents.contents import agreed, bathroom, content, entrance, evidence, line
from tests.documents.reading import words

NOW = {"deduction_terms": {"text_version": "2026-11-21"}}
NUMBER = "SE556677889901"
REVERSE = {"reverse_charge": {"text_version": "2026-11-21"}}


def builder(**more):
    return entrance(**REVERSE, **more) | {"customer": entrance()["customer"] | {"vat_number": NUMBER}}


def test_labour_stands_apart_with_vat():
    drawn = words(quote.render(bathroom(**NOW)))
    for text in (
        "Arbetskostnad inkl. moms 50 360 kr Material inkl. moms 38 515 kr Övriga kostnader inkl. moms 3 900 kr",
        "Preliminärt ROT-avdrag: 30 % av arbetskostnaden 50 360 kr inkl. moms är 15 108 kr.",
        "Räknat på en person. Delar ni avdraget står vars och ens del i avtalet.",
        "Vi är överens om fakturamodellen",
        "Avdraget är preliminärt. Det betyder att Skatteverket bestämmer om det först när arbetet är gjort",
        "betalar du den delen till oss mot en tilläggsfaktura. Det gäller inte om felet är vårt",
        "Kontant betalning ger ingen rätt till avdrag",
        "Arbete med ROT-avdrag: Bygg.",
    ):
        assert text in drawn


def test_older_versions_say_what_they_said():
    drawn = words(quote.render(bathroom()))
    assert "Vi använder fakturamodellen" in drawn
    assert "Det betyder att" not in drawn


def test_hours_by_type_of_work():
    rot, rut = {"deduction": "rot", "work_type": "el"}, {"deduction": "rut", "work_type": "stadning"}
    lines = [
        line("1", "Elarbete", 10_000, "tim", 72_000, "labour", **rot),
        line("2", "Mer el", 2_500, "tim", 72_000, "labour", **rot),
        line("3", "Putsning", 4_000, "tim", 72_000, "labour", **(rot | {"work_type": "murning"})),
        line("4", "Murning", 4_000, "m²", 72_000, "labour", **(rot | {"work_type": "murning"})),
        line("5", "Städning", 3_000, "tim", 50_000, "labour", **rut),
        line("6", "Extra el", 9_000, "tim", 72_000, "labour", is_option=True, **rot),
    ]
    assert work_types.lines(content([("", lines)])) == [
        "Arbete med ROT-avdrag: El, beräknat 12,5 timmar; Murning.",
        "Arbete med RUT-avdrag: Städning, beräknat 3 timmar.",
    ]
    assert work_types.lines(entrance()) == []


def test_the_agreement_says_each_ones_part_and_the_home():
    whole = bathroom(**NOW)
    proof = evidence(home="Fastighetsbeteckning: LILLHAMRA 3:14.")
    drawn = words(agreement.render(quote.render(whole), agreed(whole), proof, content=whole))
    for text in (
        "Karin Almgren 19571230-•••• 7 554 kr Erik Almgren 19610729-•••• 7 554 kr",
        "Bostaden är ett småhus som någon av er äger. Fastighetsbeteckning: LILLHAMRA 3:14.",
        "Säger Skatteverket nej betalar du den delen till oss, om felet inte är vårt.",
        "ROT-avdrag 30 %, preliminärt −15 108 kr Ni betalar",
    ):
        assert text in drawn


def test_reverse_charge_on_the_paper():
    whole = builder()
    frozen = quote.render(whole)
    drawn = words(frozen)
    for text in (
        "Pris exkl. moms 54 525,09 kr Moms, omvänd betalningsskyldighet 0 kr Du betalar 54 525,09 kr",
        "Org.nr 556677-8899 Momsnr " + NUMBER,
        "exklusive moms. Omvänd betalningsskyldighet: köparen redovisar momsen.",
        "16 kap. 13 § mervärdesskattelagen (2023:200)",
        f"Köparens momsnummer: {NUMBER}.",
    ):
        assert text in drawn
    for text in ("Moms 25 %", "Moms 6 %", "Pris inkl. moms"):
        assert text not in drawn
    said = agreed(whole, picked=[], home={"kind": "none"})
    drawn = words(agreement.render(frozen, said, evidence(), content=whole))
    after = drawn[drawn.index("Det här har ni kommit överens om") :]
    assert "Momsnr " + NUMBER in after
    assert "Priset utan moms är bindande. Köparen redovisar momsen." in after


def test_a_buyer_without_a_number_is_not_named_by_one():
    drawn = words(quote.render(entrance(**REVERSE)))
    assert "Köparens momsnummer" not in drawn
    assert "Momsnr" not in drawn


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (bathroom(lang="en", **NOW), "The deduction is preliminary. This means that the Tax Agency decides"),
        (builder(lang="en"), "This follows from chapter 16, section 13 of the Swedish VAT Act"),
    ],
)
def test_in_english(whole, said):
    assert said in words(quote.render(whole))


def test_a_version_without_the_keys_reads_as_before():
    older = bathroom()
    del older["reverse_charge"], older["customer"]["vat_number"], older["totals"]["reverse_charge"]
    read = frozen_content.read(json.dumps(older))
    assert (read["reverse_charge"], read["customer"]["vat_number"], read["totals"]["reverse_charge"]) == (
        None,
        "",
        False,
    )
    assert quote.render(read) == quote.render(frozen_content.read(json.dumps(bathroom())))
