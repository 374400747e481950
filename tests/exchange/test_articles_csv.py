"""Price lists as people send them: encodings, separators, headings, numbers, formulas, and hostile files."""

from __future__ import annotations

import contextlib
import time
from datetime import date

import pytest

from exchange import articles_csv, articles_words, csv_sv, text_table
from exchange.text_table import BadFile

TODAY = date(2026, 11, 21)


def read(text, encoding="utf-8"):
    return articles_csv.read(text if isinstance(text, bytes) else text.encode(encoding), today=TODAY)


def only(text):
    """The values of the file's one row."""
    sheet = read(text)
    assert (sheet.faults, len(sheet.rows)) == ([], 1)
    return {"name": sheet.rows[0].name, **sheet.rows[0].values}


def faults(text):
    return [(fault.number, fault.code, fault.typed) for fault in read(text).faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(encoding, separator, end):
    rows = [["Benämning", "Enhet", "À-pris"], ["Målning, två gånger", "m²", "1 290,50"], ["Rör", "st", "5"]]
    text = end.join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows)
    found = [(row.name, row.values) for row in read(text, encoding).rows]
    assert found == [
        ("Målning, två gånger", {"unit": "m²", "unit_price_ore": 129050}),
        ("Rör", {"unit": "st", "unit_price_ore": 500}),
    ]


def test_marks_that_nobody_sees_are_left_out():
    assert only("Namn;Pris\nM\u00adåla\u202e 1\u200b;5")["name"] == "Måla 1"


@pytest.mark.parametrize(
    ("typed", "ore"),
    [("1 290,50", 129050), ("1290:-", 129000), ("1.290,50", 129050), ("12.50", 1250), ("690 kr", 69000),
     ("-50", -5000), ("−50,5", -5050), ("1\u00a0290", 129000), ("0", 0)],
)  # fmt: skip
def test_prices(typed, ore):
    assert only(f"Namn;Pris\nKakel;{typed}\n")["unit_price_ore"] == ore


@pytest.mark.parametrize("typed", ["dyrt", "1,29E+03", "=690", "12,345", "1e9", "690/tim"])
def test_what_is_no_price(typed):
    assert faults(f"Namn;Pris\nKakel;{typed}\n") == [(2, "price", typed)]


@pytest.mark.parametrize("typed", ["100000000,01", "-100000001", "999999999999"])
def test_absurd_prices(typed):
    assert faults(f"Namn;Pris\nKakel;{typed}\n") == [(2, "price_range", typed)]


@pytest.mark.parametrize(
    "headings",
    ["Benämning;À-pris;Enhet", "BENÄMNING;PRIS;ENHET", "artikel;a-pris (kr);enhet", "Name;Unit price;Unit",
     " Namn ; á-pris, kr ; Enh. ", "Produkt;Pris SEK;enhet", "Beskrivning;Försäljningspris;Enhet"],
)  # fmt: skip
def test_headings_in_swedish_and_english(headings):
    assert only(f"{headings}\nKakel;5;st\n") == {"name": "Kakel", "unit_price_ore": 500, "unit": "st"}


def test_any_order_and_columns_of_others():
    sheet = read("Art.nr;EAN;Pris exkl. moms;Lager;Namn\n0012;7350000000001;5;3;Kakel\n")
    assert (sheet.rows[0].name, sheet.rows[0].values) == ("Kakel", {"unit_price_ore": 500, "basis": "excl"})
    assert sheet.ignored == ["Art.nr", "EAN", "Lager"]


@pytest.mark.parametrize(
    ("heading", "basis"),
    [("Pris inkl. moms", "incl"), ("À-pris ex moms", "excl"), ("Price excl. VAT", "excl"), ("Pris utan moms", "excl"),
     ("Pris (inklusive moms)", "incl"), ("Pris", None)],
)  # fmt: skip
def test_a_heading_may_say_the_basis(heading, basis):
    assert only(f"Namn;{heading}\nKakel;5\n").get("basis") == basis


def test_a_purchase_price_with_vat_is_kept_without():
    assert only("Namn;Pris;Inköpspris inkl. moms;Moms\nKakel;5;112;12\n")["purchase_price_ore"] == 10000
    assert only("Namn;Pris;Inköpspris\nKakel;5;112\n")["purchase_price_ore"] == 11200
    assert faults("Namn;Pris;Inköpspris\nKakel;5;-1\n") == [(2, "price_range", "-1")]


@pytest.mark.parametrize(
    ("typed", "rate"), [("25", 25), ("25 %", 25), ("25%", 25), ("0,25", 25), ("12,0", 12), ("0", 0), ("0 %", 0)]
)
def test_vat(typed, rate):
    assert only(f"Namn;Pris;Moms\nKakel;5;{typed}\n")["vat_percent"] == rate


@pytest.mark.parametrize("typed", ["24", "2,5", "moms", "-25", "0,25 %", "1"])
def test_no_such_vat(typed):
    assert faults(f"Namn;Pris;Moms\nKakel;5;{typed}\n") == [(2, "vat", typed)]


@pytest.mark.parametrize(
    ("heading", "typed", "found"),
    [
        ("ROT", "ja", ("rot", None)),
        ("ROT", "ROT", ("rot", None)),
        ("ROT", "Bygg", ("rot", "bygg")),
        ("ROT/RUT", "ROT, Mark och dränering", ("rot", "mark_draneringarbete")),
        ("Skatteavdrag", "rut:stadning", ("rut", "stadning")),
        ("RUT-avdrag", "Städning", ("rut", "stadning")),
        ("RUT", "nej", (None, None)),
        ("ROT", "", (None, None)),
        ("ROT", "-", (None, None)),
        ("Deduction", "no", (None, None)),
        ("Arbetstyp", "VVS", ("rot", "vvs")),
    ],
)
def test_deductions(heading, typed, found):
    values = only(f"Namn;Pris;{heading}\nArbete;5;{typed}\n")
    assert (values["deduction"], values["work_type"]) == found
    assert values.get("kind") == ("labour" if found[0] else None)


def test_deduction_and_work_in_columns_of_their_own():
    values = only("Arbetstyp;Avdrag;Namn;Pris\nEl;ROT;Elektriker;5\n")
    assert (values["deduction"], values["work_type"]) == ("rot", "el")


@pytest.mark.parametrize(
    ("row", "code"),
    [("5;RUT;", "which_work"), ("5;ROT, Städning;", "deduction"), ("5;kanske;", "deduction"), ("5;ja;", "deduction"),
     ("5;ROT;Material", "not_labour"), ("5;;Sak", "kind")],
)  # fmt: skip
def test_what_gives_no_deduction(row, code):
    assert [fault.code for fault in read(f"Namn;Pris;Skatteavdrag;Typ\nArbete;{row}\n").faults] == [code]


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("kvm", "m²"),
        ("M2", "m²"),
        ("h", "tim"),
        ("Timmar", "tim"),
        ("st.", "st"),
        ("löpmeter", "lm"),
        ("skift", "skift"),
    ],
)
def test_units(typed, unit):
    assert only(f"Namn;Pris;Enhet\nArbete;5;{typed}\n")["unit"] == unit


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example")',
        "+46 rör",
        "-lager",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "'=vaktad",
        "''-två",
        "'a",
    ],
)
def test_formulas_are_text_and_come_back_as_they_were(name):
    data = b"".join(articles_csv.write([(name, "=st", 100, "incl", 25, "other", None, None)], with_purchase=True))
    first = data.decode("utf-8-sig").splitlines()[1].lstrip('"')
    assert first[0] not in csv_sv.FORMULA_STARTS
    (row,) = read(data).rows
    assert (row.name, row.values["unit"]) == (name, "=st")


def test_a_guard_of_another_program_is_taken_off():
    assert only("Namn;Pris\n'=1+1;'-5\n")["name"] == "=1+1"


def test_quoted_line_breaks_are_one_row_and_one_line():
    sheet = read('Namn;Pris\n"Kakel\r\nvitt";5\nRör;6\n')
    assert [(row.number, row.name) for row in sheet.rows] == [(2, "Kakel vitt"), (3, "Rör")]


def test_rows_are_numbered_as_in_the_sheet():
    assert [row.number for row in read("\nNamn;Pris\n;;\n\nKakel;5\n").rows] == [5]


def test_without_headings_the_first_row_tells():
    sheet = read("Snickare;tim;690;25;Arbete\nKakel;m2;399;25;Material\n")
    assert not sheet.has_headings
    assert sheet.columns == [
        ("name", "1"),
        ("unit", "2"),
        ("unit_price_ore", "3"),
        ("vat_percent", "4"),
        ("kind", "5"),
    ]
    assert len(sheet.rows) == 2
    assert [column for column, _place in read("Kakel;399;st\n").columns] == ["name", "unit", "unit_price_ore"]


def test_excel_may_name_the_separator():
    assert [row.name for row in read("sep=|\r\nNamn|Pris\r\nKakel; vitt|5\r\n").rows] == ["Kakel; vitt"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";5", "name_missing"),
        ("Kakel;", "price_missing"),
        ("x" * 201 + ";5", "name_long"),
        ("Kakel;5;6", "too_wide"),
        ("Åt 19840601-2388;5", "personnummer"),
        ("K\ufffdkel;5", "lost_sign"),
        ('"Kakel;5', None),
    ],
)
def test_faulty_rows_are_left_out_and_the_others_taken(row, code):
    sheet = read(f"Namn;Pris\nRör;1\n{row}\nSkruv;2\n")
    assert [found.name for found in sheet.rows] == ["Rör", "Skruv"]
    assert [fault.number for fault in sheet.faults] == [3]
    assert sheet.faults[0].code == (code or "open_quote")


def test_a_quotation_mark_that_never_ends_takes_one_row():
    rows = "".join(f"Rör {n};{n}\n" for n in range(300))
    sheet = read(f'Namn;Pris\n"Kakel;5\n{rows}')
    assert (len(sheet.rows), [fault.code for fault in sheet.faults]) == (300, ["open_quote"])


def test_inches_are_no_quotation_marks():
    assert only('Namn;Pris\nRör 3/4";5\n')["name"] == 'Rör 3/4"'


def test_some_broken_bytes_cost_their_row_only():
    data = "Namn;Pris\nMålning å;5\nRör ö;6\n".encode() + b"K\xe5kel;7\n"
    sheet = read(data)
    assert [row.name for row in sheet.rows] == ["Målning å", "Rör ö"]
    assert [(fault.number, fault.code) for fault in sheet.faults] == [(4, "lost_sign")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"Namn;Pris\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04xlsx", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0xls", "spreadsheet"),
        (b"%PDF-1.7\n\x00\x01", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"\x00" * 5000, "binary"),
        (b"Rad ett\nRad tv\n", "no_price"),
        (b"Pris;Moms\n5;25\n", "no_name"),
        (b"Namn;Enhet\nKakel;st\n", "no_price"),
        (b"x" * (articles_csv.MOST_BYTES + 1), "too_large"),
        (b"Namn;Pris\n" + b"Kakel;5\n" * (articles_csv.MOST_ROWS + 1), "too_many"),
        (b"\n" * (text_table.MOST_LINES + 1), "too_many"),
    ],
)
def test_files_that_are_none(data, code):
    with pytest.raises(BadFile) as error:
        read(data)
    assert error.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        '"' + "a" * 4_000_000,
        ";" * 4_000_000,
        '"x;1\n' * 60_000,
        ('"' + "x\n" * 51) * 1900,
        "Namn;Pris\n" + "Kakel;5\n" * articles_csv.MOST_ROWS,
        "Namn;Pris\n" + ("1" * 190 + ";" + "1" * 30 + "\n") * 20_000,
        "Namn;Pris\n" + ("19840601-2388 " * 14 + ";1\n") * 20_000,
    ],
    ids=["one cell", "empty cells", "open marks", "marks far apart", "many", "digits", "personnummer"],
)
def test_hostile_files_end_in_time(text):
    start = time.process_time()  # of this process alone: whoever else is at work does not count
    with contextlib.suppress(BadFile):
        read(text)
    assert time.process_time() - start < 10


def test_the_words_of_the_file_are_those_of_the_pages(app):
    from blueprints.shared import words as shown
    from domain.rot_rut import work_types

    with app.test_request_context():
        assert {code: str(word) for code, word in shown.WORK_TYPES.items()} == articles_words.WORK_TYPES
        assert {code: str(word) for code, word in shown.KINDS.items()} == articles_words.KINDS
    assert set(articles_words.WORK_TYPES) == {work.code for kind in ("rot", "rut") for work in work_types(kind)}
    assert len(articles_words.WORK_OF) >= len(articles_words.WORK_TYPES)
