from __future__ import annotations

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import segno
from PIL import Image

from documents import format as written
from documents import quote
from tests.documents.contents import bathroom, content, entrance, flat, line
from tests.documents.reading import MM, bookmarks, catalogue, fonts, links, pages, picture, reader, words


def test_a_private_quote_says_all_there_is_to_say():
    drawn = words(quote.render(bathroom(message="Hej Karin.", terms="Betalning 30 dagar.", starts_on="2027-01-18")))
    for text in (
        "Offert",
        "2026-041, version 1",
        "2026-11-18",
        "2026-12-18",
        "Jonas Ek, 08-465 004 04",
        "Karin Almgren",
        "Badrum, Granstigen 4",
        "Hej Karin.",
        "Start 2027-01-18.",
        "Rivning av ytskikt och inredning 16 tim 690 11 040",
        "Klinker, golv 5,5 m² 860 4 730",
        "Tätskikt och kakel 50 225",
        "Arbetskostnad inkl. moms 50 360 kr",
        "Material inkl. moms 38 515 kr",
        "Övriga kostnader inkl. moms 3 900 kr",
        "Pris inkl. moms 92 775 kr",
        "varav moms 25 % 18 555 kr",
        "ROT-avdrag 30 %, preliminärt −15 108 kr",
        "Du betalar 77 667 kr",
        "Godkänn på webben",
        "Tillval, inte medräknade i priset",
        "Nisch i duschvägg 3 st 850 2 550",
        "Betalning 30 dagar.",
        "Fast pris.",
        "arbetskostnaden 50 360 kr inkl. moms är 15 108 kr",
        "betalning under 2026 (väntad betalningsdag 2026-12-18)",
        "betalar du den delen till oss mot en tilläggsfaktura",
        "Kontant betalning ger ingen rätt till avdrag",
        "inom 14 dagar från den dag det ingicks",
        "Ångra avtalet här",
        "Allmänna reklamationsnämnden",
        "Godkänd för F-skatt",
        "Org.nr 559999-0042",
        "Moms SE559999004201",
        "Säte Lillhamra",
        "Bankgiro 5050-1055",
        "Plusgiro 90 08 00-4",
        "Sida 1 av 2",
    ):
        assert text in drawn


def test_options_are_not_among_the_lines():
    first, second = pages(quote.render(bathroom()))
    assert "Golvvärme" not in first
    assert "Tillval för 11 450 kr är inte medräknade" in re.sub(r"\s+", " ", first)
    assert "Golvvärme" in second


def test_a_company_sees_prices_without_vat():
    drawn = words(quote.render(entrance()))
    for text in (
        "Åkermans AB Att. Börje Åkerman",
        "Org.nr 556677-8899",
        "Alla priser på raderna är i kronor exklusive moms. Moms 25 % där inget annat står.",
        "Rabatt 12,5 %",
        "7 872,59",
        "Skötselanvisning Moms 6 % 2 st 199 398",
        "Pris exkl. moms 54 525,09 kr",
        "Moms 25 % på 54 127,09 kr 13 531,77 kr",
        "Moms 6 % på 398 kr 23,88 kr",
        "Pris inkl. moms 68 080,74 kr",
    ):
        assert text in drawn
    assert "avdrag" not in drawn
    assert "ångra" not in drawn.casefold()


def test_only_some_labour_with_deduction_is_said_on_the_line():
    lines = [
        line("1", "Snickeri", 1000, "tim", 100_000, "labour", deduction="rot", work_type="bygg"),
        line("2", "Projektering", 1000, "tim", 100_000, "labour"),
    ]
    assert words(quote.render(content([("", lines)]))).count("Med ROT-avdrag") == 1


def test_a_deduction_above_one_persons_limit_is_explained():
    lines = [line("1", "Snickeri", 1000, "st", 40_000_000, "labour", deduction="rot", work_type="bygg")]
    drawn = words(quote.render(content([("", lines)])))
    assert "är 120 000 kr. Det är mer än en person kan få, därför räknar vi med 50 000 kr" in drawn
    assert "Du betalar 350 000 kr" in drawn


def test_rot_and_rut_are_kept_apart():
    lines = [
        line("1", "Snickeri", 1000, "st", 1_000_000, "labour", deduction="rot", work_type="bygg"),
        line("2", "Flyttstädning", 1000, "st", 400_000, "labour", deduction="rut", work_type="stad"),
    ]
    drawn = words(quote.render(content([("", lines)])))
    assert "ROT-avdrag 30 %, preliminärt −3 000 kr RUT-avdrag 50 %, preliminärt −2 000 kr" in drawn
    assert "ROT och RUT-avdrag" in drawn


@pytest.mark.parametrize(
    ("price_type", "said"),
    [
        ("fixed", "Fast pris."),
        ("approximate", "det får bli högst 15 % högre, alltså som mest 106 691,25 kr före avdrag."),
        ("running", "Summan är en uppskattning. Material kostar vårt inköpspris plus 12,5 %."),
        ("running_with_cap", "Det blir aldrig mer än 90 000 kr före avdrag. Taket gäller utan tillval."),
    ],
)
def test_the_kind_of_price_is_said(price_type, said):
    frozen = bathroom(price_type=price_type, markup_bp=1250 if price_type == "running" else None, cap_ore=9_000_000)
    drawn = words(quote.render(frozen))
    assert said in drawn
    assert ("Du betalar ungefär" in drawn) == (price_type != "fixed")


def test_a_section_shows_as_much_of_its_price_as_the_firm_wants():
    drawn = words(quote.render(flat()))
    assert "Vi river det gamla köket först. Det tar en dag." in drawn
    assert "Rivning Rabatt 5 % 8 tim 690 5 244" in drawn
    assert "Rabatt 10 %, −4 724,40 kr, är avdragen. Varav arbete 4 719,60 kr." not in drawn
    assert "Rabatt 10 %, 4 724,40 kr, är avdragen. Varav arbete 4 719,60 kr." in drawn
    assert "Badrum 18 720 A Kakla vägg 24 m² Fogen väljs på plats. Varav arbete 18 720 kr." in drawn
    assert "El 7 020 Enligt ritning E1. Rabatt 2,5 %, 180 kr, är avdragen. Varav arbete 7 020 kr." in drawn
    assert "Elarbete" not in drawn


def test_what_the_customer_chooses_stands_apart():
    drawn = words(quote.render(flat()))
    chosen = drawn[drawn.index("Att välja, inte medräknat i priset") :]
    for text in (
        "Golv: Välj en M Ekparkett Rekommenderas · Efter rabatt 18 496,50 kr 30 m² 649 19 470",
        "Blandare: Välj högst en Båda är av mässing. M Krom",
        "Tillval M Spegel",
    ):
        assert text in chosen
    assert chosen.startswith("Att välja, inte medräknat i priset Rabatten på 5 % gäller här också. Priset")
    assert "Hyllplan Du väljer mellan 2 och 9 st 4 st 450 1 800" in drawn


def kr(ore):
    return written.kr(ore).replace("\u00a0", " ")


def test_a_discount_on_the_whole_stands_before_the_price():
    frozen = flat()
    sums = frozen["totals"]
    drawn = words(quote.render(frozen))
    assert f"Före rabatt {kr(sums['gross_ore'] + sums['whole_discount_ore'])}" in drawn
    assert f"Rabatt 5 % {kr(-sums['whole_discount_ore'])}" in drawn
    before = sum(section["total_ore"] for section in frozen["sections"])
    assert sums["gross_ore"] + sums["whole_discount_ore"] == before


def test_plan_and_what_is_not_included():
    frozen = flat()
    drawn = words(quote.render(frozen))
    first, second, rest = (part["comes_to_ore"] for part in frozen["payment_plan"])
    assert first + second + rest == frozen["totals"]["to_pay_ore"]
    assert f"När arbetet börjar: 30 %, {kr(first)} När köket är monterat: {kr(second)}" in drawn
    assert "Ingår inte Målning av tak. Tillstånd." in drawn
    assert "Det här ordnar du Töm köket före start." in drawn


def test_the_file_says_what_it_is():
    data = quote.render(bathroom())
    about = reader(data).metadata
    assert about is not None
    assert about.title == "Offert 2026-041, version 1: Badrum, Granstigen 4"
    assert about.author == "Tumbredd Snickeri"
    assert about.creation_date_raw == "D:20261118000000+00'00'"
    assert catalogue(data)["/Lang"] == "sv-SE"
    assert catalogue(data)["/ViewerPreferences"]["/DisplayDocTitle"]
    assert bookmarks(data)[:3] == [("Offert", 0), ("Rivning", 0), ("Tätskikt och kakel", 0)]
    assert bookmarks(data)[-1] == ("Fel och tvist", 1)


def test_all_fonts_are_embedded():
    assert all(fonts(quote.render(bathroom())).values())


def test_same_content_same_bytes():
    first, again = quote.render(bathroom()), quote.render(bathroom())
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()


def test_threads_do_not_disturb_each_other():
    contents = [bathroom(), entrance(), bathroom(customer={"name": "Łukasz Žižek"})]
    alone = [quote.render(content) for content in contents]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(quote.render, contents * 6)) == alone * 6


def test_other_content_has_another_file_id():
    one, other = (reader(quote.render(bathroom(message=text))).trailer["/ID"] for text in ("Hej.", "Hej då."))
    assert one != other


def test_ten_lines_weigh_at_most_thirty_kilobytes():
    assert len(quote.render(bathroom(terms="Betalning 30 dagar.", message="Hej."))) <= 30_000


def test_the_code_leads_to_the_address_without_token():
    frozen = bathroom()
    data = quote.render(frozen)
    image = picture(data, 0, scale=4)
    modules = [list(row) for row in segno.make_qr(frozen["address"], error="m", mask=2, boost_error=False).matrix]
    address, (left, _, right, top) = links(data)[0]
    assert address == frozen["address"]
    step = (right - left) / len(modules)

    def dark(x, y):
        return int(image.getpixel((round((left + x * step) * 4), round((297 * MM - top + y * step) * 4))) < 128)

    seen = [[dark(x + 0.5, y + 0.5) for x in range(len(modules))] for y in range(len(modules))]
    assert seen == modules


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_logo_stands_in_the_letterhead(mode):
    logo = io.BytesIO()
    Image.new(mode, (900, 900), "#23384f").save(logo, "PNG")
    data = quote.render(bathroom(), logo.getvalue())
    inside = picture(data, 0).getpixel((round(28 * MM * 2), round(23 * MM * 2)))
    assert inside < 80
    assert "Tumbredd Snickeri" in pages(data)[0]
    assert data == quote.render(bathroom(), logo.getvalue())


def test_a_logo_that_is_no_picture_is_refused():
    with pytest.raises(OSError, match="identify"):
        quote.render(bathroom(), b"%PDF-1.4")


def test_marks_tell_the_kinds_apart_in_grey():
    image = picture(quote.render(bathroom()), 0, scale=4)
    columns = image.crop((round(20.2 * MM * 4), round(100 * MM * 4), round(24.2 * MM * 4), round(160 * MM * 4)))
    shades = set(columns.get_flattened_data() if hasattr(columns, "get_flattened_data") else columns.getdata())
    assert min(shades) < 40
    assert max(shades) > 220
