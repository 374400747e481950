from __future__ import annotations

import re

import pytest

from documents import agreement, quote
from documents.append import NotOurPdf, append, page_count
from documents.evidence_page import NotMasked
from documents.format import kr
from tests.documents.contents import agreed, bathroom, chosen, entrance, event, evidence, flat
from tests.documents.reading import bookmarks, boxes, catalogue, fonts, operators, pages, picture, reader, words


@pytest.fixture(scope="module")
def frozen():
    return quote.render(bathroom(starts_on="2027-01-18"))


@pytest.fixture(scope="module")
def paper(frozen):
    content = bathroom(starts_on="2027-01-18")
    return agreement.render(frozen, agreed(content), evidence(), content=content)


def test_the_file_begins_with_the_frozen_one(frozen, paper):
    assert paper.startswith(frozen)
    assert len(paper) > len(frozen)


def test_the_frozen_pages_are_unchanged(frozen, paper):
    before, after = reader(frozen), reader(paper)
    assert (len(before.pages), len(after.pages)) == (2, 4)
    for index, page in enumerate(before.pages):
        assert operators(page) == operators(after.pages[index])
        assert picture(frozen, index).tobytes() == picture(paper, index).tobytes()


def test_title_language_and_date_are_those_of_the_agreement(paper):
    about = reader(paper).metadata
    assert about is not None
    assert about.title == "Avtal enligt offert 2026-041, version 1: Badrum, Granstigen 4"
    assert about.creation_date_raw == "D:20261120081436+00'00'"
    assert catalogue(paper)["/Lang"] == "sv-SE"
    assert all(fonts(paper).values())
    assert len({name[:6] for name in fonts(paper)}) == 2


def test_bookmarks_go_through_the_whole_file(frozen, paper):
    marks = bookmarks(paper)
    assert marks[: len(bookmarks(frozen))] == bookmarks(frozen)
    assert ("Det här har ni kommit överens om", 2) in marks
    assert marks[-1] == ("Så kontrollerar du", 3)


def test_what_was_agreed_is_on_the_third_page(paper):
    drawn = re.sub(r"\s+", " ", pages(paper)[2])
    for text in (
        "20 november 2026 kl. 09.14",
        "Golvvärme, el 1 st 8 900 8 900",
        "Valdes inte: Nisch i duschvägg.",
        "Pris inkl. moms 101 675 kr",
        "ROT-avdrag 30 %, preliminärt −15 108 kr",
        "Ni betalar 86 567 kr",
        "Karin Almgren 19571230-•••• 7 554 kr",
        "Erik Almgren 19610729-•••• 7 554 kr",
        "Start 2027-01-18. Arbetet börjar tidigast dagen efter den 4 december 2026",
        "Sista dagen att ångra avtalet är den 4 december 2026.",
        "”Beställ med betalningsskyldighet”, 86 567 kr att betala",
        "Jag har läst offerten och godkänner villkoren.",
        "innan ångertiden är slut. (Lämnades inte.)",
        "Sida 3 av 4",
    ):
        assert text in drawn


def test_the_evidence_page_holds_who_what_when_and_how_to_check(frozen, paper):
    drawn = re.sub(r"\s+", " ", pages(paper)[3])
    proof = evidence()
    for text in (
        "Bevis på godkännandet",
        "2026-11-20 09.14.36 CET",
        "Jonas Ek, 18 november 2026 kl. 16.20",
        "Länk som skickades till beställarens e-postadress.",
        "enkel elektronisk underskrift",
        "Tid (CET)",
        "2026-11-18 16.20.04 Skickade offerten Jonas Ek Inloggad, 198.51.100.7",
        "Sidan är en sammanfattning och händelserna ett utdrag. Beviset är filen bevispaket.zip",
        "Kontrollpunkt 41, 20 november 2026 kl. 09.14",
        f"head -c {len(frozen)} avtal.pdf | sha256sum",
        *(proof[name] for name in ("pdf_sha256", "json_sha256", "agreed_sha256", "chain_link", "document_id")),
        "Koden leder till handslag.example/kontrollera",
    ):
        assert text in drawn


def test_no_personnummer_stands_in_full(paper):
    assert words(paper).count("-••••") == 3
    assert not re.search(r"(1957|1961)\d{4}-?\d{4}", words(paper))


@pytest.mark.parametrize("number", ["19571230-2222", "571230-2222", "195712302222", "571230+2222"])
def test_a_personnummer_in_full_is_refused(frozen, number):
    content = bathroom()
    with pytest.raises(NotMasked):
        agreement.render(frozen, agreed(content), evidence(personnummer_masked=[number]), content=content)


def test_a_phone_number_in_an_event_is_no_personnummer():
    content = bathroom()
    rows = [event("2026-11-20T08:14:36Z", "Lämnade över länken", "0701740605", "")]
    drawn = words(agreement.render(quote.render(content), agreed(content), evidence(events=rows), content=content))
    assert "0701740605" in drawn


def test_same_input_same_bytes(frozen, paper):
    content = bathroom(starts_on="2027-01-18")
    assert agreement.render(frozen, agreed(content), evidence(), content=content) == paper


def test_a_request_to_start_at_once_is_said():
    content = bathroom()
    choices = agreed(content)
    choices["consents"][2]["value"] = True
    drawn = words(agreement.render(quote.render(content), choices, evidence(), content=content))
    assert "Beställaren har begärt att arbetet får börja innan ångertiden är slut." in drawn
    assert "Lämnades inte" not in drawn


def test_a_company_agrees_without_deduction_and_withdrawal():
    content = entrance()
    choices = agreed(content, picked=[], consents=[], name="Börje Åkerman", home={"kind": "none"})
    drawn = words(agreement.render(quote.render(content), choices, evidence(), content=content))
    assert "Börje Åkerman För Åkermans AB" in drawn
    assert "Allt i offerten ingår. Priset" in drawn
    assert "Pris inkl. moms 68 080,74 kr" in drawn
    for absent in ("Avdraget fördelas", "ångra avtalet är", "Samtycken", "Valda tillval"):
        assert absent not in drawn


def test_details_given_later_are_said():
    content = bathroom()
    choices = agreed(content, home={"kind": "later"})
    drawn = words(
        agreement.render(quote.render(content), choices, evidence(personnummer_masked=["", ""]), content=content)
    )
    assert "Uppgifter om bostad och personnummer lämnas senare" in drawn
    assert "Karin Almgren 7 554 kr" in drawn
    assert "Namn ROT-avdrag" in drawn


def test_a_change_of_clocks_puts_the_zone_on_each_row():
    content = bathroom()
    rows = [
        event("2026-10-24T22:00:00Z", "Skickade", "Jonas Ek", ""),
        event("2026-10-25T12:00:00Z", "Godkände", "Karin Almgren", ""),
    ]
    drawn = words(agreement.render(quote.render(content), agreed(content), evidence(events=rows), content=content))
    assert "2026-10-25 00.00.00 CEST" in drawn
    assert "2026-10-25 13.00.00 CET" in drawn


def test_a_long_log_and_long_names_stay_on_the_paper():
    content = bathroom()
    rows = [event("2026-11-20T08:14:36Z", "Händelse " * 20, "x" * 90, "spår/" * 40) for _ in range(60)]
    proof = evidence(events=rows, firm_name="Snickeri " * 30, customer_name="K" * 200)
    data = agreement.render(quote.render(content), agreed(content), proof, content=content)
    assert sum(page.count("2026-11-20 09.14.36\r") + page.count("2026-11-20 09.14.36 ") for page in pages(data)) >= 60
    for page in boxes(data):
        assert all(left >= 56 and right <= 545.3 for left, _, right, _ in page)


def test_pages_can_be_added_again(paper, frozen):
    twice = append(paper, frozen)
    assert twice.startswith(paper)
    assert page_count(twice) == 6
    assert pages(twice)[4:] == pages(frozen)


def test_references_in_titles_stay_text(frozen):
    added = quote.render(bathroom(title="Rad 12 0 R (3 0 R) \\ [4 0 R]"))
    about = reader(append(frozen, added)).metadata
    assert about is not None
    assert about.title == "Offert 2026-041, version 1: Rad 12 0 R (3 0 R) \\ [4 0 R]"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 nothing",
        b"startxref\n5\n%%EOF",
        b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Prev 0 >>\nstartxref\n0\n%%EOF",
        b"xref\n0 999999999999\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n0\n%%EOF",
    ],
)
def test_a_file_that_is_not_ours_is_refused(data):
    content = bathroom()
    with pytest.raises(NotOurPdf):
        agreement.render(data, agreed(content), evidence(), content=content)


def test_what_the_customer_chose_is_on_the_page_of_choices():
    content = flat(price_type="running_with_cap", cap_ore=7_000_000, markup_bp=0)
    whole = chosen(content, ("8", "12"), {"13": 7_000})
    drawn = re.sub(r"\s+", " ", pages(agreement.render(quote.render(content), whole, evidence(), content=content))[3])
    for text in (
        "M Ekparkett Efter rabatt 18 496,50 kr 30 m² 649 19 470 M Svart Efter rabatt 2 365,50 kr 1 st 2 490 2 490",
        "Valdes inte: Klinker, Krom, Spegel.",
        "Hyllplan: 7 st i stället för 4 st.",
        f"Det blir aldrig mer än {kr(whole['most_ore'])} före avdrag.".replace("\u00a0", " "),
        "Material kostar vårt inköpspris.",
        "Ni betalar ungefär",
        f"ungefär {kr(whole['to_pay_ore'])} att betala".replace("\u00a0", " "),
        f"När arbetet är klart: ungefär {kr(whole['payment_plan'][2]['comes_to_ore'])}".replace("\u00a0", " "),
    ):
        assert text in drawn
    assert "bindande" not in drawn
    assert "Rekommenderas" not in drawn
    assert whole["most_ore"] - 7_000_000 == whole["total_ore"] - content["totals"]["gross_ore"] > 0


MARK = "M100 60L100 260M230 60L110 160L240 270M300 200L420 150L520 220L700 170L900 190"


def test_who_signed_stands_with_method_and_level_and_what_was_drawn(frozen, paper):
    content = bathroom(starts_on="2027-01-18")
    one = {"name": "Karin Almgren", "role": "", "at": "2026-11-20T08:14:36.123Z", "method": "link_code", "mark": MARK}
    two = {**one, "name": "Erik Almgren", "role": "witness", "method": "link", "mark": ""}
    signed = agreement.render(frozen, agreed(content), evidence(signatures=[one, two]), content=content)
    said = words(signed)
    assert "Med namn och engångskod, via länk (enkel elektronisk underskrift)." in said
    assert "Erik Almgren (vittne)" in said
    assert "Beställaren ritade också sin underskrift." in said
    drawn = [page.get_contents().get_data() for page in reader(signed).pages]
    assert sum(data.count(b"100 -60 m 100 -260 l") for data in drawn) == 1, "a line drawing, no picture"
    assert signed == agreement.render(frozen, agreed(content), evidence(signatures=[one, two]), content=content)
    assert "ritade" not in words(paper)
