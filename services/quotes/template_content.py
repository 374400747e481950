"""The content of a template, schema handslag.template/1: what of a quote is the firm's own, and nothing of a customer.

Plain JSON. Money is whole öre in the template's basis, quantities are thousandths. The reader is strict: what it does
not know was written by a newer version, what it cannot follow is broken. The stored text is left as it is either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct, field, to_builtins

from domain import payment_plan
from domain.choices import Choice
from domain.payment_plan import BadPlan, Part
from domain.price_types import MOST_LIMIT_PERCENT, PriceType
from domain.quotes import Deduction, LineKind, PriceBasis
from domain.vat import VAT_RATES
from services.errors import RuleBroken

SCHEMA = "handslag.template/1"
_FAMILY = SCHEMA.rpartition("/")[0]
MOST_SECTIONS, MOST_LINES = 50, 500
_ORE = 10**15
_MILLI = 1_000_000_000


class NewerTemplate(RuleBroken):
    """The template was saved by a newer version of the product, whose form this one does not know."""

    code = "template_newer"


class BrokenTemplate(RuleBroken):
    """The template's text is no template."""

    code = "template_broken"


class Line(Struct, frozen=True):
    """A line; with `is_text` words between lines."""

    text: str
    note: str
    quantity_milli: int
    unit: str
    unit_price_ore: int
    vat_percent: int
    kind: str
    discount_bp: int
    deduction: str | None
    work_type: str | None
    is_option: bool
    is_recommended: bool
    is_text: bool
    quantity_min_milli: int | None
    quantity_max_milli: int | None
    purchase_price_ore: int | None


class Section(Struct, frozen=True):
    title: str
    price_mode: str
    discount_bp: int
    choice: str
    lines: list[Line] = field(default_factory=list)


class Content(Struct, frozen=True):
    """What a draft begins with. `customer_kind`: for whom it was priced, None if for nobody yet."""

    title: str
    customer_kind: str | None
    basis: str
    price_type: str
    limit_percent: int
    cap_ore: int | None
    markup_bp: int | None
    discount_bp: int
    is_smahus: bool
    message: str
    terms: str
    not_included: str
    customer_does: str
    payment_plan: list[Part] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def line_count(self) -> int:
        return sum(len(section.lines) for section in self.sections)


Check = Callable[[Any], bool]


def _text(most: int) -> Check:
    return lambda value: isinstance(value, str) and len(value) <= most and "\0" not in value


def _number(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _one_of(values: Collection[Any]) -> Check:
    return lambda value: isinstance(value, str | int) and not isinstance(value, bool) and value in set(values)


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _list(most: int) -> Check:
    return lambda value: isinstance(value, list) and len(value) <= most


_LINE: Mapping[str, Check] = {
    "text": _text(1000),
    "note": _text(20_000),
    "quantity_milli": _number(0, _MILLI),
    "unit": _text(12),
    "unit_price_ore": _number(-_ORE, _ORE),
    "vat_percent": _one_of(VAT_RATES),
    "kind": _one_of([kind.value for kind in LineKind]),
    "discount_bp": _number(0, 10_000),
    "deduction": _or_none(_one_of([kind.value for kind in Deduction])),
    "work_type": _or_none(_text(40)),
    "is_option": _flag,
    "is_recommended": _flag,
    "is_text": _flag,
    "quantity_min_milli": _or_none(_number(0, _MILLI)),
    "quantity_max_milli": _or_none(_number(0, _MILLI)),
    "purchase_price_ore": _or_none(_number(0, _ORE)),
}
_SECTION: Mapping[str, Check] = {
    "title": _text(120),
    "price_mode": _one_of(("rows", "no_rows", "sum")),
    "discount_bp": _number(0, 10_000),
    "choice": _one_of([choice.value for choice in Choice]),
    "lines": _list(MOST_LINES),
}
_CONTENT: Mapping[str, Check] = {
    "schema": _text(40),
    "title": _text(120),
    "customer_kind": _or_none(_one_of(("private", "company", "association"))),
    "basis": _one_of([basis.value for basis in PriceBasis]),
    "price_type": _one_of([kind.value for kind in PriceType]),
    "limit_percent": _number(0, MOST_LIMIT_PERCENT),
    "cap_ore": _or_none(_number(0, _ORE)),
    "markup_bp": _or_none(_number(0, 1_000_000)),
    "discount_bp": _number(0, 10_000),
    "is_smahus": _flag,
    "message": _text(20_000),
    "terms": _text(20_000),
    "not_included": _text(20_000),
    "customer_does": _text(20_000),
    "payment_plan": _list(payment_plan.MOST_PARTS),
    "sections": _list(MOST_SECTIONS),
}


def dump(content: Content) -> str:
    """The JSON that is stored."""
    data = to_builtins(content) | {"schema": SCHEMA, "payment_plan": payment_plan.to_data(content.payment_plan)}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def read(stored: str) -> Content:
    """The content of such JSON. Raises NewerTemplate, BrokenTemplate."""
    try:
        data = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise BrokenTemplate from error
    _check_schema(data)
    values = _checked(data, _CONTENT)
    sections = [_section(one) for one in values.pop("sections")]
    if sum(len(section.lines) for section in sections) > MOST_LINES:
        raise BrokenTemplate
    del values["schema"]
    try:
        plan = payment_plan.from_data(values.pop("payment_plan"))
    except BadPlan as error:
        raise BrokenTemplate from error
    return Content(**values, payment_plan=plan, sections=sections)


def _check_schema(data: Any) -> None:
    family, _, version = str(data.get("schema", "") if isinstance(data, dict) else "").rpartition("/")
    if family != _FAMILY or not version.isdecimal():
        raise BrokenTemplate
    if f"{family}/{version}" != SCHEMA:
        raise NewerTemplate


def _section(data: Any) -> Section:
    values = _checked(data, _SECTION)
    return Section(**values | {"lines": [Line(**_checked(one, _LINE)) for one in values["lines"]]})


def _checked(data: Any, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Exactly these keys, each with a value that can be. A key of its own was added by a newer version."""
    if not isinstance(data, dict):
        raise BrokenTemplate
    if any(name not in data or not check(data[name]) for name, check in checks.items()):
        raise BrokenTemplate
    if data.keys() - checks.keys():
        raise NewerTemplate
    return dict(data)
