"""The form of a template: what is written is read back, what is not understood is refused and kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from domain.payment_plan import Part, Trigger
from services.quotes import template_content
from services.quotes.template_content import BrokenTemplate, Content, Line, NewerTemplate, Section

LINE = Line(
    text="Rivning",
    note="Med bortforsling",
    quantity_milli=16000,
    unit="tim",
    unit_price_ore=69000,
    vat_percent=25,
    kind="labour",
    discount_bp=500,
    deduction="rot",
    work_type="bygg",
    is_option=False,
    is_recommended=False,
    is_text=False,
    quantity_min_milli=8000,
    quantity_max_milli=24000,
    purchase_price_ore=42000,
)
CONTENT = Content(
    title="Badrum",
    customer_kind="private",
    basis="incl",
    price_type="running_with_cap",
    limit_percent=15,
    cap_ore=12_000_000,
    markup_bp=1500,
    discount_bp=250,
    is_smahus=True,
    message="Hej",
    terms="Betalning 30 dagar.",
    not_included="Målning",
    customer_does="Tömmer rummet",
    payment_plan=[Part(Trigger.START, "", 3000), Part(Trigger.FINISH)],
    sections=[Section("Rivning", "no_rows", 100, "", [LINE, replace(LINE, text="Ord", is_text=True)])],
)


def data() -> dict[str, Any]:
    return json.loads(template_content.dump(CONTENT))


def test_what_is_written_is_read_back():
    assert template_content.read(template_content.dump(CONTENT)) == CONTENT


def newer(**changes) -> str:
    return json.dumps(data() | changes)


@pytest.mark.parametrize(
    "stored",
    [newer(schema="handslag.template/2"), newer(schema="handslag.template/12"), newer(warranty_years=2)],
)
def test_a_template_of_a_newer_version_is_named_so(stored):
    with pytest.raises(NewerTemplate):
        template_content.read(stored)


def test_a_new_key_of_a_line_is_of_a_newer_version():
    content = data()
    content["sections"][0]["lines"][0]["colour"] = "red"
    with pytest.raises(NewerTemplate):
        template_content.read(json.dumps(content))


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        "{}",
        "[]",
        "null",
        "7",
        "[" * 100_000,
        json.dumps({"schema": "handslag.quote/1"}),
        newer(schema="handslag.template/x"),
        newer(schema=1),
        newer(title=None),
        newer(title="x" * 121),
        newer(discount_bp=10_001),
        newer(discount_bp=True),
        newer(discount_bp=1.5),
        newer(cap_ore="12"),
        newer(basis="both"),
        newer(payment_plan=[{"trigger": "never"}]),
        newer(payment_plan=["x"]),
        newer(sections=["x"]),
        newer(sections=[{}]),
        newer(message="\0"),
        json.dumps({key: value for key, value in data().items() if key != "terms"}),
    ],
)
def test_what_is_no_template_is_broken(stored):
    with pytest.raises(BrokenTemplate):
        template_content.read(stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [("vat_percent", 24), ("kind", "travel"), ("quantity_milli", -1), ("deduction", "gron"), ("unit", 7)],
)
def test_a_line_that_the_database_would_refuse_is_broken(field, value):
    content = data()
    content["sections"][0]["lines"][0][field] = value
    with pytest.raises(BrokenTemplate):
        template_content.read(json.dumps(content))


def test_too_many_lines_are_broken():
    section = data()["sections"][0]
    section["lines"] = section["lines"] * 200
    with pytest.raises(BrokenTemplate):
        template_content.read(newer(sections=[section, section]))
