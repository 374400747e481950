"""What a customer chooses on the page, read from its form: ticks, one of several, quantities.

Names of fields: `tillval` (ticks), `val-<section>` (radio buttons; empty is none of them), `antal-<line>`; and of the
button to step 2, `vidare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import MultiDict

from blueprints.shared.fields import QuantityField
from domain import numbers_sv
from services.deal import options

TICKS = "tillval"
ONE_OF = "val-"
QUANTITY = "antal-"
ONWARD = "vidare"


class Choices(Struct, frozen=True):
    """Keys picked, quantities in thousandths, and what could not be read (`typed.errors`)."""

    picked: list[str]
    quantities: dict[str, int]
    typed: options.Typed


def read(form: MultiDict[str, str], content: Mapping[str, Any]) -> Choices:
    """Shape and range; a quantity of an option that is not picked is left out.

    Whether the quote offers it all is the service's to say: a key that it does not know goes along.
    """
    picked = form.getlist(TICKS)
    texts: dict[str, str] = {}
    for name in form:
        if name.startswith(ONE_OF):
            picked += [key for key in form.getlist(name) if key]
        elif name.startswith(QUANTITY):
            texts[name.removeprefix(QUANTITY)] = form[name]
    lines = {line["key"]: line for section in content["sections"] for line in section["lines"]}
    quantities: dict[str, int] = {}
    errors: dict[str, str] = {}
    for key, text in texts.items():
        line = lines.get(key)
        if line is None or line["quantity_max_milli"] is None:
            quantities[key] = 0
            continue
        if line["is_option"] and key not in picked:  # its field is hidden
            continue
        try:
            quantity_milli = numbers_sv.parse_quantity(text)
        except numbers_sv.NotANumber as error:
            errors[key] = str(QuantityField.words_of(error))
            continue
        if line["quantity_min_milli"] <= quantity_milli <= line["quantity_max_milli"]:
            quantities[key] = quantity_milli
        else:
            errors[key] = options.out_of_limits(line)
    return Choices(picked, quantities, options.Typed(texts, errors, tuple(picked), quantities))


def written(quantities: Mapping[str, int]) -> str:
    """Quantities as a hidden field carries them: 7:16000,9:500."""
    return ",".join(f"{key}:{quantity}" for key, quantity in quantities.items())


def carried(text: str) -> dict[str, int]:
    """Read `written`; what has another shape is left out, and then differs from what there is."""
    pairs = [pair.partition(":") for pair in text.split(",") if pair]
    return {key: int(value) for key, _colon, value in pairs if value.isascii() and value.isdigit() and len(value) < 20}
