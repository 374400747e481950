"""The JSON that stands in columns: only of the shapes that the product itself writes and later reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import languages
from domain import payment_plan as plans
from domain import quotes as arithmetic
from domain.changes import MODES
from domain.choices import Choice
from domain.clauses import Audience
from domain.clauses import from_data as clauses_from_data
from domain.deal_kinds import DealKind
from domain.price_types import PriceType
from domain.signing_methods import Method
from exchange import strict_json
from exchange.strict_json import BadJson
from services.quotes import content

Fits = Callable[[Any], bool]
_ID = re.compile(r"[0-9A-Za-z_-]{22}")
_INSTALLATION = re.compile(r"[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
MOST_ORE = 10**15
MOST_CHARACTERS = 4 * 1024 * 1024  # of one frozen document: 500 lines, each with all the words it may have
MOST_LINES = 1000  # forms stop at half of that (services/quotes/lines.py)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -MOST_ORE <= value <= MOST_ORE


def _day(value: Any) -> bool:
    try:
        return _text(value) and 1 < date.fromisoformat(value).year < 9999
    except ValueError:
        return False


def _moment(value: Any) -> bool:
    try:
        return _text(value) and bool(_TIME.fullmatch(value)) and 1 < datetime.fromisoformat(value).year < 9999
    except ValueError:
        return False


def _totals(value: Any) -> bool:
    """All sums of a quote, each a whole number."""
    return _SUMS(value) and _figures(value)


def _figures(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_text(one) if name in ("kind", "installation") else _figures(one) for name, one in value.items())
    return all(map(_figures, value)) if isinstance(value, list) else _number(value) or _flag(value)


def _like(pattern: re.Pattern[str]) -> Fits:
    return lambda value: _text(value) and bool(pattern.fullmatch(value))


def _one_of(*words: str) -> Fits:
    return lambda value: _text(value) and value in words


def _or_none(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _list(fits: Fits, most: int = MOST_LINES) -> Fits:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(fits, value))


def _with(**keys: Fits) -> Fits:
    """An object that has these keys; others may stand beside them."""
    return lambda value: (
        isinstance(value, dict) and all(name in value and fits(value[name]) for name, fits in keys.items())
    )


def _texts(names: str) -> dict[str, Fits]:
    return dict.fromkeys(names.split(), _text)


def _numbers(names: str) -> dict[str, Fits]:
    return dict.fromkeys(names.split(), _number)


def _loaded(text: str) -> Any:
    try:
        return strict_json.loads(text)
    except BadJson:
        return None


def _json(fits: Fits) -> Fits:
    return lambda text: fits(_loaded(text))


_NO_SHAPE = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def _reads(read: Callable[[Any], object], *errors: type[Exception]) -> Fits:
    """What the product's own reader takes."""
    refusals: tuple[type[Exception], ...] = (*_NO_SHAPE, *errors)

    def fits(value: Any) -> bool:
        try:
            read(value)
        except refusals:
            return False
        return True

    return fits


_RULES = _list(_with(from_kr=_number, method=_one_of(*Method)))
_LINE = _with(
    **_texts("key text note unit"),
    **_numbers("quantity_milli unit_price_ore total_ore"),
    vat_percent=lambda value: _number(value) and value in (0, 6, 12, 25),
    kind=_one_of("labour", "material", "other"),
    discount_bp=lambda value: _number(value) and 0 <= value <= 10_000,
    deduction=_or_none(_one_of("rot", "rut", "green")),
    work_type=_or_none(_text),
    is_option=_flag,
    is_text=_flag,
    is_recommended=_flag,
    quantity_min_milli=_or_none(_number),
    quantity_max_milli=_or_none(_number),
)
_SECTION = _with(
    **_texts("key title"),
    price_mode=_one_of(*MODES),
    choice=_one_of(*Choice),
    **_numbers("total_ore discount_bp labour_ore"),
    lines=_list(_LINE),
)
_PLAN = _reads(plans.from_data, plans.BadPlan)
_SUMS = _reads(arithmetic.from_data)
_PHOTO = _with(id=_like(_ID), sha256=_text, caption=_text, **_numbers("width height"))
_PAGE = _with(sha256=_like(_SHA256), **_numbers("n width height"))
_DOCUMENT = _with(id=_like(_ID), name=_text, bytes=_number, sha256=_like(_SHA256), pages=_list(_PAGE))
_CONTRACT = _with(
    audience=_one_of(*Audience),
    clauses=_list(_with(**_texts("code title text"))),
    open_ended=_flag,
    **_texts("texts from_quote"),
    firm_signer=lambda value: value is None or _with(name=_text, way=_text, at=_moment)(value),
)
_FIRM = _texts("name street postal_code city seat phone email website bankgiro plusgiro contact orgnr vat_number")
_CUSTOMER = _texts("name orgnr vat_number contact email phone street postal_code city")
_QUOTE = _with(
    schema=_one_of(content.SCHEMA),
    lang=_one_of(languages.SWEDISH, languages.ENGLISH),
    kind=_one_of(*DealKind),
    quote=_like(_ID),
    version=_number,
    price_type=_one_of(*PriceType),
    basis=_one_of("incl", "excl"),
    dated_on=_day,
    valid_until=_day,
    paid_on=_day,
    starts_on=_or_none(_day),
    finishes_on=_or_none(_day),
    **_texts("number title message terms not_included customer_does address"),
    **_numbers("limit_percent discount_bp"),
    cap_ore=_or_none(_number),
    markup_bp=_or_none(_number),
    most_ore=_or_none(_number),
    is_smahus=_flag,
    firm=_with(id=_like(_ID), f_skatt=_flag, logo_sha256=_or_none(_like(_SHA256)), **_FIRM),
    customer=_with(kind=_one_of("private", "company", "association"), **_CUSTOMER),
    site=_with(**_texts("street postal_code city")),
    signing=_with(method=_one_of(*Method), rules=_RULES),
    sections=_list(_SECTION),
    totals=_totals,
    payment_plan=lambda value: _PLAN(value) and _list(_with(comes_to_ore=_number))(value),
    deciders=_list(_with(id=_text, name=_text), most=100),
    photos=_list(_PHOTO, most=200),
    withdrawal=_with(right=_flag, days=_number, text_version=_text),
    deduction_terms=_with(text_version=_text),
    reverse_charge=_or_none(_with(text_version=_text)),
    document=_or_none(_DOCUMENT),
    contract=_or_none(_CONTRACT),
)
_CONSENTS = _list(_with(**_texts("kind text text_version text_sha256"), value=_flag))
_AGREED = _with(
    schema=_one_of("handslag.agreed/1"),
    quote=_like(_ID),
    version=_number,
    json_sha256=_like(_SHA256),
    pdf_sha256=_like(_SHA256),
    picked=_list(_text),
    totals=_totals,
    applicants=_list(_with(order=_number, name=_text)),
    name=_text,
    consents=_CONSENTS,
    **_numbers("to_pay_ore total_ore"),
    accepted_at=_moment,
)


def _picked(value: Any) -> bool:
    if isinstance(value, dict):
        quantities = value.get("quantities")
        return (
            _list(_text)(value.get("picked"))
            and isinstance(quantities, dict)
            and all(map(_number, quantities.values()))
        )
    return _list(_text)(value)


def _plain(value: Any) -> bool:
    return isinstance(value, dict) and all(
        one is None or _text(one) or _flag(one) or _number(one) for one in value.values()
    )


def quote(text: str) -> bool:
    """A frozen version, also an older one that lacks keys which came since."""
    if len(text) > MOST_CHARACTERS or "\n" in text or not isinstance(_loaded(text), dict):
        return False
    read: Mapping[str, Any] = {}

    def keep(stored: str) -> None:
        nonlocal read
        read = content.read(stored)

    return _reads(keep)(text) and _QUOTE(read) and sum(len(one["lines"]) + 1 for one in read["sections"]) <= MOST_LINES


def agreed(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and "\n" not in text and _AGREED(_loaded(text))


def json_lines(text: str) -> bool:
    return all(isinstance(_loaded(line), dict) for line in text.split("\n") if line)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


signing_rules = _json(_RULES)
payment_plan = _json(_PLAN)
picked = _json(_picked)
template = _json(_object)  # its reader takes nothing on trust
clauses = _json(_reads(clauses_from_data))
consents = _json(_CONSENTS)
params = _json(_plain)
installation = _like(_INSTALLATION)
_KEYS = _list(_with(id=_like(_INSTALLATION), kind=_text))
keys = _json(lambda value: value == [] or _with(keys=_KEYS)(value))  # none where they could not be read


def proof(text: str) -> bool:
    """A checkpoint's, or none."""
    return text == "" or isinstance(_loaded(text), dict)
