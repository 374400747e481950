"""The runner of worked cases: what holds, what differs, what it does not handle."""

import copy
import json
from pathlib import Path

import pytest

from domain.rule_cases import check_cases

CASES = json.loads(Path(__file__).with_name("data").joinpath("rot-rut-cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_worked_case(case):
    report = check_cases({**CASES, "cases": [case]})
    assert (report.differing, report.not_handled, report.held) == ((), (), 1)


def test_the_whole_file():
    report = check_cases(CASES)
    assert (report.held, report.handled, len(report.not_handled)) == (89, 89, 0)
    assert report.exit_status == 0


def test_a_difference_names_the_field_and_both_values():
    case = copy.deepcopy(next(c for c in CASES["cases"] if c["id"] == "I01"))
    case["expected"]["applicants"][0]["rot"]["begart_belopp_kr"] = 1
    report = check_cases({**CASES, "cases": [case]})
    assert report.exit_status == 1
    assert report.differing[0].details == ("applicants[0].rot.begart_belopp_kr: expected 1, got 3750",)
    assert str(report.differing[0]).splitlines() == [
        f"I01 {case['title']}",
        "  applicants[0].rot.begart_belopp_kr: expected 1, got 3750",
    ]


@pytest.mark.parametrize(
    "case",
    [
        {"id": "X1", "type": "rate", "input": {"kind": "rot"}, "expected": {"rate_percent": 30}},
        {"id": "X2", "type": "rate", "input": {"kind": "rot", "payment_date": "2026-13-01"}, "expected": {"x": 1}},
        {
            "id": "X3",
            "type": "rate",
            "input": {"kind": "rot", "payment_date": "1999-01-01"},
            "expected": {"rate_percent": 30},
        },
        {"id": "X4", "type": "rate", "input": {"kind": "rot", "payment_date": "2026-01-01"}, "expected": {}},
        {"id": "X5", "type": "rate", "input": {"kind": "rot", "payment_date": "2026-01-01"}, "expected": {"rate": 30}},
    ],
    ids=lambda case: case["id"],
)
def test_a_case_that_cannot_be_read_never_holds(case):
    report = check_cases({"cases": [case]})
    assert (report.held, report.exit_status) == (0, 1)


def test_all_held_is_success():
    rates = [case for case in CASES["cases"] if case["type"] == "rate"]
    assert check_cases({"cases": rates}).exit_status == 0


def test_an_unknown_kind_of_case_is_not_handled():
    report = check_cases({"cases": [{"type": "moon"}]})
    assert (report.not_handled, report.handled, report.exit_status) == (("#1",), 0, 2)
