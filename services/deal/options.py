"""What a customer may choose in a quote, as its page shows it: options, and quantities within their limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from documents import price, units
from documents.format import quantity
from languages import gettext as _
from services.deal import figures
from services.deal.figures import Chosen


class Amount(Struct, frozen=True):
    """A quantity that the customer may change, in thousandths. `text` is what stands in the field."""

    key: str
    name: str
    unit: str
    text: str
    limits: str
    error: str = ""


class Option(Struct, frozen=True):
    """One optional line as the customer sees it; prices in öre, with VAT."""

    key: str
    text: str
    note: str
    price_ore: int
    after_deduction_ore: int
    is_picked: bool
    is_recommended: bool
    amount: Amount | None


class Group(Struct, frozen=True):
    """The options of a section, and its words between them. `choice`: "" each by itself, one, must."""

    key: str
    title: str
    choice: str
    words: tuple[Mapping[str, Any], ...]
    options: tuple[Option, ...]

    @property
    def must_words(self) -> str:
        """What is wrong while nothing is chosen."""
        return str(_("Välj ett alternativ: %(title)s", title=self.title) if self.title else _("Välj ett alternativ"))

    @property
    def is_chosen(self) -> bool:
        return any(option.is_picked for option in self.options)


class Typed(Struct, frozen=True):
    """A form that could not be kept: what stood in the fields of quantities, and what is wrong, by key of the line.

    `picked` and `quantities` are what else the form said, so that the page shows it and reckons with it.
    """

    texts: Mapping[str, str]
    errors: Mapping[str, str]
    picked: tuple[str, ...] = ()
    quantities: Mapping[str, int] = field(default_factory=dict)


NOTHING_TYPED = Typed({}, {})


def groups(content: Mapping[str, Any], chosen: Chosen, typed: Typed) -> tuple[Group, ...]:
    """The options by section, with what each would add to the present choice."""
    offering = with_options(content)
    if not offering:
        return ()
    prices = figures.option_prices(content, chosen.picked, chosen.quantities)
    return tuple(
        Group(
            section["key"],
            section["title"],
            section["choice"],
            tuple(line for line in section["lines"] if line["is_text"]) if is_all_options(section) else (),
            tuple(
                Option(
                    row["key"],
                    row["text"],
                    row["note"],
                    *prices[row["key"]],
                    is_picked=row["key"] in chosen.picked,
                    is_recommended=row["is_recommended"],
                    amount=_amount(row, chosen, typed),
                )
                for row in section["lines"]
                if row["is_option"]
            ),
        )
        for section in offering
    )


def with_options(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Sections with options."""
    return [section for section in content["sections"] if any(line["is_option"] for line in section["lines"])]


def is_all_options(section: Mapping[str, Any]) -> bool:
    """Whether the words of a section speak of its options: it has nothing else."""
    lines = section["lines"]
    return any(line["is_option"] for line in lines) and all(line["is_option"] or line["is_text"] for line in lines)


def amounts(content: Mapping[str, Any], chosen: Chosen, typed: Typed) -> tuple[Amount, ...]:
    """The quantities that can be changed, of lines that are no options."""
    rows = [line for section in content["sections"] for line in section["lines"] if not line["is_option"]]
    return tuple(amount for row in rows if (amount := _amount(row, chosen, typed)))


def _amount(row: Mapping[str, Any], chosen: Chosen, typed: Typed) -> Amount | None:
    key = row["key"]
    if row["quantity_max_milli"] is None:
        return None
    return Amount(
        key=key,
        name=row["text"],
        unit=units.said(row["unit"]),
        text=typed.texts.get(key, quantity(chosen.quantities.get(key, row["quantity_milli"]))),
        limits=_limits(row),
        error=typed.errors.get(key, ""),
    )


def _limits(row: Mapping[str, Any]) -> str:
    """Between what a customer may choose the quantity of a line."""
    return price.quantity_limits(quantity(row["quantity_min_milli"]), quantity(row["quantity_max_milli"]), row["unit"])


def out_of_limits(row: Mapping[str, Any]) -> str:
    """What is wrong with a quantity outside them."""
    least, most = quantity(row["quantity_min_milli"]), quantity(row["quantity_max_milli"])
    return str(_("Skriv ett antal mellan %(least)s och %(most)s", least=least, most=most))
