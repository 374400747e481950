"""Payment plans: parts in percent or kronor with what triggers each, the last one being what remains.

Sources: konsumenttjänstlagen (1985:716) 52 § (building a small house: paid for work that is done, ten percent may be
held back until the final inspection is approved), 41 § (else on demand when the work is done). Advance payment for
other work may be agreed; authorities advise consumers against it. Read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from domain.money import round_div

MOST_PARTS = 12
_HELD_BACK_PERCENT = 10  # KtjL 52


class Trigger(StrEnum):
    """What makes a part fall due."""

    ORDER = "order"
    START = "start"
    STAGE = "stage"  # a part of the work is done: the text says which
    FINISH = "finish"
    INSPECTION = "inspection"  # the final inspection is approved
    DATE = "date"


class PlanWarning(StrEnum):
    """What the firm should look at. Words are the page's."""

    ADVANCE = "advance"
    SMAHUS_ADVANCE = "smahus_advance"
    SMAHUS_LAST_PART = "smahus_last_part"


class BadPlan(ValueError):
    """The plan cannot be followed. `reason`: too_much, too_many, both, nothing, no_text, no_date, shape."""

    def __init__(self, reason: str, place: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


class Part(Struct, frozen=True):
    """One part: a share in hundredths of a percent of what is to be paid, or an amount in öre, or, last, the rest."""

    trigger: Trigger
    text: str = ""
    share_bp: int | None = None
    amount_ore: int | None = None
    on: date | None = None


def check(parts: Sequence[Part]) -> None:
    """Raise BadPlan, with the place of the part counted from 0, for parts that say too little or too much."""
    if len(parts) > MOST_PARTS:
        raise BadPlan("too_many", MOST_PARTS)
    for place, part in enumerate(parts):
        given = [value for value in (part.share_bp, part.amount_ore) if value is not None]
        if len(given) == 2:
            raise BadPlan("both", place)
        if not given and place < len(parts) - 1:
            raise BadPlan("nothing", place)
        if given and given[0] <= 0:
            raise BadPlan("nothing", place)
        if part.trigger == Trigger.STAGE and not part.text:
            raise BadPlan("no_text", place)
        if part.trigger == Trigger.DATE and part.on is None:
            raise BadPlan("no_date", place)
    if sum(part.share_bp or 0 for part in parts) > 10000:
        raise BadPlan("too_much", len(parts) - 1)


def amounts_ore(parts: Sequence[Part], to_pay_ore: int) -> list[int]:
    """What each part comes to, in whole kronor but for the last, which is what remains of `to_pay_ore`.

    Raises BadPlan("too_much") if the parts before the last come to more than what is to be paid.
    """
    if not parts:
        return []
    first = [part_ore(part, to_pay_ore) for part in parts[:-1]]
    rest = to_pay_ore - sum(first)
    if rest < 0 or (rest == 0 and to_pay_ore > 0):
        raise BadPlan("too_much", len(parts) - 1)
    return [*first, rest]


def part_ore(part: Part, to_pay_ore: int) -> int:
    """What a part that is not the last comes to by itself."""
    if part.amount_ore is not None:
        return part.amount_ore
    return 100 * round_div(to_pay_ore * (part.share_bp or 0), 1_000_000)


def warnings(
    parts: Sequence[Part], to_pay_ore: int, *, is_consumer: bool, is_smahus: bool, starts_on: date | None = None
) -> list[PlanWarning]:
    """What stands against law or advice; empty for a plan without parts or of a firm."""
    if not parts or not is_consumer:
        return []
    in_advance = any(_is_before_work(part, starts_on) for part in parts[:-1])
    if not is_smahus:
        return [PlanWarning.ADVANCE] if in_advance else []
    found = [PlanWarning.SMAHUS_ADVANCE] if in_advance else []
    last_ore = amounts_ore(parts, to_pay_ore)[-1]
    if parts[-1].trigger != Trigger.INSPECTION or last_ore * 100 < to_pay_ore * _HELD_BACK_PERCENT:
        found.append(PlanWarning.SMAHUS_LAST_PART)
    return found


def breaks_smahus(parts: Sequence[Part], to_pay_ore: int, *, starts_on: date | None) -> bool:
    """Whether a contract about a small house lets a consumer pay otherwise than KtjL 52 says; without a plan it does.

    Source: docs/rules/contracts.md. Raises BadPlan as `amounts_ore`.
    """
    return not parts or bool(warnings(parts, to_pay_ore, is_consumer=True, is_smahus=True, starts_on=starts_on))


def _is_before_work(part: Part, starts_on: date | None) -> bool:
    if part.trigger == Trigger.DATE and part.on is not None:
        return starts_on is not None and part.on <= starts_on
    return part.trigger in (Trigger.ORDER, Trigger.START)


def to_data(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Plain data for JSON."""
    return [
        {
            "trigger": part.trigger.value,
            "text": part.text,
            "share_bp": part.share_bp,
            "amount_ore": part.amount_ore,
            "on": part.on.isoformat() if part.on else None,
        }
        for part in parts
    ]


def from_data(data: Any) -> list[Part]:
    """The parts of such data. Raises BadPlan("shape") for anything else."""
    try:
        return [
            Part(
                trigger=Trigger(one["trigger"]),
                text=str(one["text"]),
                share_bp=None if one["share_bp"] is None else int(one["share_bp"]),
                amount_ore=None if one["amount_ore"] is None else int(one["amount_ore"]),
                on=date.fromisoformat(one["on"]) if one["on"] else None,
            )
            for one in data
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise BadPlan("shape") from error
