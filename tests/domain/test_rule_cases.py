"""The runner of worked cases: what holds, what differs, what it does not handle."""

import copy
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.installation import check_rules
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


WRONG = {**CASES["cases"][0], "expected": {}}
UNKNOWN = {"id": "X1", "kind": "moon"}


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (json.dumps(CASES), 0, "89 of 89 hold"),
        (json.dumps({**CASES, "cases": [*CASES["cases"], UNKNOWN]}), 2, "X1: not handled\n89 of 90"),
        (json.dumps({**CASES, "cases": [WRONG, *CASES["cases"]]}), 1, "89 of 90 hold"),
        ("id;kind", 1, "is no JSON"),
    ],
    ids=["all hold", "unknown kind", "difference", "no JSON"],
)
def test_the_command(tmp_path, text, status, said):
    file = tmp_path / "cases.json"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(check_rules, [str(file)])
    assert (result.exit_code, said in result.output) == (status, True), result.output
