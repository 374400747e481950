"""Before sending: what blocks, what warns. At approval: which ticks."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.checks import Blocker, Caution, Facts, Problems, of_contract, problems
from domain.consents import Tick, missing, ticks
from domain.payment_plan import Part, Trigger
from domain.quotes import Deduction, Line, LineKind, totals

TODAY = date(2026, 11, 20)
GOOD = Facts(
    today=TODAY,
    paid_on=date(2026, 12, 20),
    valid_until=date(2026, 12, 20),
    customer_kind="private",
    has_contact=True,
    f_skatt=True,
    starts_on=date(2027, 1, 11),
    has_site=True,
    has_withdrawal_text=True,
)
LABOUR = Line("1", 16000, 69000, 25, LineKind.LABOUR, deduction=Deduction.ROT, work_type="bygg")
MATERIAL = Line("2", 1000, 800000, 25, LineKind.MATERIAL)
TRAVEL = Line("3", 1000, 45000, 25, LineKind.OTHER)
LINES = [LABOUR, MATERIAL, TRAVEL]


def check(lines=LINES, **facts):
    given = replace(GOOD, **facts)
    return problems(lines, totals(lines, basis="incl", paid_on=given.paid_on), given)


def test_a_good_quote_has_no_problems():
    assert check() == Problems((), ())
    assert check().can_send


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"customer_kind": None}, Blocker.NO_CUSTOMER),
        ({"has_contact": False}, Blocker.NO_CONTACT),
        ({"valid_until": None}, Blocker.VALID_UNTIL_PAST),
        ({"valid_until": date(2026, 11, 19)}, Blocker.VALID_UNTIL_PAST),
        ({"has_withdrawal_text": False}, Blocker.MISSING_WITHDRAWAL_TEXT),
        ({"customer_kind": "company"}, Blocker.COMPANY_WITH_DEDUCTION),
        ({"customer_kind": "association"}, Blocker.COMPANY_WITH_DEDUCTION),
        ({"home": "rented"}, Blocker.RENTED_WITH_ROT),
    ],
)
def test_facts_that_block(facts, code):
    found = check(**facts)
    assert found.blockers == (code,)
    assert not found.can_send


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({}, []),
        ({"starts_on": None}, [Blocker.CONTRACT_START]),
        ({"finishes_on": None}, [Blocker.CONTRACT_FINISH]),
        ({"finishes_on": None, "is_open_ended": True}, []),
        ({"breaks_plan": True}, [Blocker.CONTRACT_PLAN]),
    ],
)
def test_what_a_contract_must_say(said, codes):
    good = {"starts_on": TODAY, "finishes_on": TODAY, "is_open_ended": False, "breaks_plan": False}
    assert of_contract(**good | said) == codes


def test_valid_through_today_is_enough():
    assert check(valid_until=TODAY).can_send


def test_a_company_needs_no_withdrawal_text():
    assert check([MATERIAL], customer_kind="company", has_withdrawal_text=False).can_send


def test_no_lines_block():
    assert Blocker.NO_LINES in check([]).blockers


@pytest.mark.parametrize(
    "lines",
    [
        [replace(LABOUR, unit_price_ore=0), MATERIAL],
        [replace(LABOUR, kind=LineKind.MATERIAL), TRAVEL],
        [replace(LABOUR, discount_bp=10000)],
    ],
)
def test_rot_without_labour_blocks(lines):
    assert check(lines).blockers == (Blocker.ROT_WITHOUT_LABOUR,)


def test_rot_only_in_an_option_does_not_block():
    assert check([replace(LABOUR, is_option=True), MATERIAL]).can_send


@pytest.mark.parametrize(
    ("lines", "facts", "code"),
    [
        ([LABOUR, MATERIAL], {}, Caution.NO_TRAVEL_ON_ROT),
        ([LABOUR, TRAVEL], {}, Caution.LABOUR_SHARE_HIGH),
        ([LABOUR, replace(MATERIAL, discount_bp=1000), TRAVEL], {}, Caution.DISCOUNT_ON_MATERIAL_ONLY),
        ([replace(LABOUR, work_type=None), MATERIAL, TRAVEL], {}, Caution.NO_WORK_TYPE),
        (LINES, {"f_skatt": False}, Caution.NO_F_SKATT),
        (LINES, {"paid_on": date(2027, 1, 1)}, Caution.SPANS_RATES_OR_YEARS),
        (LINES, {"today": date(2025, 5, 11), "paid_on": date(2025, 5, 12)}, Caution.SPANS_RATES_OR_YEARS),
        (LINES, {"finishes_on": date(2027, 1, 15)}, Caution.FINISHES_LATER_YEAR),
        (LINES, {"home": "house", "home_year": 2021}, Caution.NEW_HOUSE),
        (LINES, {"words": {"1": "Restid"}}, Caution.NOT_LABOUR),
        (LINES, {"words": {"1": "Besiktning"}}, Caution.NOT_COVERED),
        (LINES, {"words": {"1": "Plattsättning"}}, Caution.WRONG_TYPE),
        (LINES, {"words": {"1": "Laddbox"}}, Caution.GREEN_INSTEAD),
        (LINES, {"starts_on": None}, Caution.NO_START),
        (LINES, {"has_site": False}, Caution.NO_SITE),
        ([*LINES, replace(MATERIAL, key="4", unit_price_ore=0)], {}, Caution.LINE_WITHOUT_PRICE),
    ],
)
def test_what_warns_but_does_not_block(lines, facts, code):
    found = check(lines, **facts)
    assert found.warnings == (code,)
    assert found.can_send


def test_a_warning_names_the_first_line_it_is_about():
    lines = [LABOUR, replace(LABOUR, key="9"), replace(LABOUR, key="5", work_type=None), MATERIAL, TRAVEL]
    found = check(lines, words={"9": "Restid", "5": "Resa"})
    assert found.lines == {Caution.NOT_LABOUR: "9", Caution.NO_WORK_TYPE: "5"}


def test_words_of_lines_without_a_deduction_are_not_read():
    lines = [replace(LABOUR, deduction=None, work_type=None), MATERIAL, TRAVEL]
    assert check(lines, words={"1": "Restid", "2": "Besiktning"}).warnings == ()


@pytest.mark.parametrize(
    ("lines", "sections_bp", "is_told"),
    [
        ([LABOUR, replace(MATERIAL, discount_bp=500), TRAVEL], {}, True),
        ([LABOUR, MATERIAL, replace(TRAVEL, discount_bp=500)], {}, True),
        ([LABOUR, MATERIAL, TRAVEL], {"2": 500}, True),
        ([LABOUR, MATERIAL, TRAVEL, replace(MATERIAL, key="4", unit_price_ore=-50000)], {}, True),
        ([replace(LABOUR, discount_bp=500), replace(MATERIAL, discount_bp=500), TRAVEL], {}, False),
        ([replace(LABOUR, discount_bp=500), MATERIAL, TRAVEL], {}, False),
        ([LABOUR, MATERIAL, TRAVEL], {"1": 500, "2": 500, "3": 500}, False),
        ([LABOUR, MATERIAL, TRAVEL, replace(LABOUR, key="4", unit_price_ore=-5000)], {}, False),
    ],
)
def test_a_discount_that_spares_the_labour(lines, sections_bp, is_told):
    """A discount on labour lowers the base, one on the whole falls on all lines; on material alone it looks moved."""
    found = check(lines, sections_bp=sections_bp).warnings
    assert (Caution.DISCOUNT_ON_MATERIAL_ONLY in found) is is_told


PLAN = (Part(Trigger.START, share_bp=4000), Part(Trigger.FINISH))


def test_a_plan_past_new_year():
    days = {"starts_on": date(2026, 12, 7), "finishes_on": date(2027, 1, 15)}
    assert check(plan=PLAN, **days).warnings == (Caution.PLAN_SPANS_YEARS,)
    assert check(plan=PLAN, **days, paid_on=date(2027, 1, 20)).warnings == (Caution.PLAN_SPANS_YEARS,)
    late = days | {"finishes_on": date(2027, 2, 2)}
    assert check(plan=PLAN, **late).warnings == (Caution.PLAN_SPANS_YEARS, Caution.PAID_TOO_EARLY)
    assert check([MATERIAL], plan=PLAN, **late).warnings == ()


def test_a_rented_home_can_have_rut():
    rut = replace(LABOUR, deduction=Deduction.RUT, work_type="stadning")
    assert check([rut, MATERIAL, TRAVEL], home="rented").can_send
    assert check([rut, MATERIAL, TRAVEL, replace(LABOUR, key="4")], home="rented").blockers == (
        Blocker.RENTED_WITH_ROT,
    )


def test_last_day_of_the_year_spans_nothing():
    assert check(paid_on=date(2026, 12, 31)).warnings == ()


def test_labour_of_85_percent_is_not_yet_high():
    lines = [replace(LABOUR, quantity_milli=85000, unit_price_ore=10000), replace(TRAVEL, unit_price_ore=150000)]
    assert Caution.LABOUR_SHARE_HIGH not in check(lines).warnings
    lines[0] = replace(lines[0], quantity_milli=85001)
    assert Caution.LABOUR_SHARE_HIGH in check(lines).warnings


def test_a_pure_material_quote_has_no_rot_warnings():
    assert check([MATERIAL], f_skatt=False, paid_on=date(2027, 3, 1)).warnings == ()


SIGNATURE = Tick("e_signature", True, None)
START = Tick("start_within_period", False, None)
ENDS = Tick("right_ends_when_done", False, "start_within_period")


@pytest.mark.parametrize(
    ("kind", "starts_on", "finishes_on", "expected"),
    [
        pytest.param("private", None, None, (SIGNATURE,), id="no start known"),
        pytest.param("private", "2026-12-05", "2026-12-06", (SIGNATURE,), id="start after the last day"),
        pytest.param("private", "2026-12-04", None, (SIGNATURE, START), id="start on the last day"),
        pytest.param("private", "2026-12-01", "2026-12-05", (SIGNATURE, START), id="done after the last day"),
        pytest.param("private", "2026-12-01", "2026-12-04", (SIGNATURE, START, ENDS), id="done on the last day"),
        pytest.param("private", None, "2026-12-01", (SIGNATURE,), id="a finish without a start"),
        pytest.param("company", "2026-12-01", "2026-12-02", (SIGNATURE,), id="no right for companies"),
        pytest.param("association", "2026-12-01", "2026-12-02", (SIGNATURE,), id="nor associations"),
    ],
)
def test_ticks(kind, starts_on, finishes_on, expected):
    starts = date.fromisoformat(starts_on) if starts_on else None
    finishes = date.fromisoformat(finishes_on) if finishes_on else None
    assert ticks(customer_kind=kind, starts_on=starts, finishes_on=finishes, contract_on=TODAY) == expected


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        (set(), ("e_signature",)),
        ({"e_signature"}, ()),
        ({"e_signature", "start_within_period"}, ()),
        ({"e_signature", "right_ends_when_done"}, ("start_within_period",)),
        ({"e_signature", "start_within_period", "right_ends_when_done"}, ()),
    ],
)
def test_what_an_approval_lacks(given, lacking):
    assert missing((SIGNATURE, START, ENDS), frozenset(given)) == lacking
