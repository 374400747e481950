"""Which ticks an approval asks for. None is ticked beforehand, and each one given is an act of its own.

Source: lag (2005:59) 2 kap. 5, 11 and 15 §§; docs/rules/withdrawal.md.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from domain.dates_sv import last_withdrawal_day

E_SIGNATURE = "e_signature"
START_WITHIN_PERIOD = "start_within_period"
RIGHT_ENDS_WHEN_DONE = "right_ends_when_done"


class Tick(NamedTuple):
    """A tick offered at approval. One with `requires` counts only together with that other one."""

    kind: str
    required: bool
    requires: str | None


ATTESTS = Tick(E_SIGNATURE, required=True, requires=None)
"""A witness's only one: it has words of its own, and orders nothing."""


def ticks(
    *, customer_kind: str, starts_on: date | None, finishes_on: date | None, contract_on: date
) -> tuple[Tick, ...]:
    """The ticks in their order. The first covers terms, withdrawal information, papers by e-mail, and signature as ink.

    A consumer may ask for a start within the withdrawal period when the planned start lies in it, and may give up the
    right when all is done only besides that and when the planned finish lies in it too.
    """
    offered = [Tick(E_SIGNATURE, required=True, requires=None)]
    if customer_kind != "private":
        return tuple(offered)
    last_day = last_withdrawal_day(contract_on)
    if starts_on is not None and starts_on <= last_day:
        offered.append(Tick(START_WITHIN_PERIOD, required=False, requires=None))
        if finishes_on is not None and finishes_on <= last_day:
            offered.append(Tick(RIGHT_ENDS_WHEN_DONE, required=False, requires=START_WITHIN_PERIOD))
    return tuple(offered)


def missing(offered: tuple[Tick, ...], given: frozenset[str]) -> tuple[str, ...]:
    """Kinds that the approval lacks: required ones not given, and what a given one requires."""
    lacking = [tick.kind for tick in offered if tick.required and tick.kind not in given]
    lacking += [
        tick.requires for tick in offered if tick.kind in given and tick.requires and tick.requires not in given
    ]
    return tuple(lacking)
