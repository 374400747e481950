"""What stands in the way of sending a quote, and what the firm should look at. Codes; words are the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.quotes import LineKind, Priced, Totals, line_total_ore
from domain.rot_rut import Deduction, rate_percent

# Our own choice: Skatteverket refuses labour out of proportion to material but publishes no figure.
_HIGH_LABOUR_PERCENT = 85


class Blocker(StrEnum):
    """The quote cannot be sent."""

    NO_CUSTOMER = "no_customer"
    NO_CONTACT = "no_contact"
    NO_LINES = "no_lines"
    ROT_WITHOUT_LABOUR = "rot_without_labour"
    VALID_UNTIL_PAST = "valid_until_past"
    MISSING_WITHDRAWAL_TEXT = "missing_withdrawal_text"
    PHOTOS_WAIT = "photos_wait"  # they are being drawn; found by services/quotes/sending.py


class Caution(StrEnum):
    """The quote can be sent, but something looks wrong or is missing."""

    NO_TRAVEL_ON_ROT = "no_travel_on_rot"
    LABOUR_SHARE_HIGH = "labour_share_high"
    DISCOUNT_ON_MATERIAL_ONLY = "discount_on_material_only"
    NO_WORK_TYPE = "no_work_type"
    COMPANY_WITH_ROT = "company_with_rot"
    NO_F_SKATT = "no_f_skatt"
    EXCEEDS_ONE_PERSON = "exceeds_one_person"
    SPANS_RATES_OR_YEARS = "spans_rates_or_years"
    NO_START = "no_start"
    NO_SITE = "no_site"
    LINE_WITHOUT_PRICE = "line_without_price"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks need to know besides lines and totals. `has_contact`: the customer has an e-mail or a mobile."""

    today: date
    paid_on: date
    valid_until: date | None
    customer_kind: str | None
    has_contact: bool
    f_skatt: bool
    starts_on: date | None = None
    has_site: bool = False
    has_withdrawal_text: bool = True


@dataclass(frozen=True, slots=True)
class Problems:
    """Codes in the order in which they are shown."""

    blockers: tuple[Blocker, ...]
    warnings: tuple[Caution, ...]

    @property
    def can_send(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blockers


def problems(lines: Sequence[Priced], totals: Totals, facts: Facts) -> Problems:
    """The blockers and warnings of a quote; `totals` are those with no option picked."""
    return Problems(tuple(_blockers(lines, facts)), tuple(_warnings(lines, totals, facts)))


def _blockers(lines: Sequence[Priced], facts: Facts) -> list[Blocker]:
    flagged = [line for line in lines if line.deduction]
    labour = sum(line_total_ore(line) for line in flagged if line.kind == LineKind.LABOUR)
    found = {
        Blocker.NO_CUSTOMER: facts.customer_kind is None,
        Blocker.NO_CONTACT: facts.customer_kind is not None and not facts.has_contact,
        Blocker.NO_LINES: not lines,
        Blocker.ROT_WITHOUT_LABOUR: bool(flagged) and labour <= 0,
        Blocker.VALID_UNTIL_PAST: facts.valid_until is None or facts.valid_until < facts.today,
        Blocker.MISSING_WITHDRAWAL_TEXT: facts.customer_kind == "private" and not facts.has_withdrawal_text,
    }
    return [code for code, holds in found.items() if holds]


def _warnings(lines: Sequence[Priced], totals: Totals, facts: Facts) -> list[Caution]:
    flagged = [line for line in lines if line.deduction and line.kind == LineKind.LABOUR]
    has_deduction = bool(flagged)
    rot_labour = sum(share.labour_gross_ore for share in totals.deductions if share.kind is Deduction.ROT)
    found = {
        Caution.NO_TRAVEL_ON_ROT: has_deduction and totals.other_ore <= 0,
        Caution.LABOUR_SHARE_HIGH: totals.gross_ore > 0 and rot_labour * 100 > _HIGH_LABOUR_PERCENT * totals.gross_ore,
        Caution.DISCOUNT_ON_MATERIAL_ONLY: has_deduction and _discounted_kinds(lines) == {LineKind.MATERIAL},
        Caution.NO_WORK_TYPE: any(not line.work_type for line in flagged),
        Caution.COMPANY_WITH_ROT: has_deduction and facts.customer_kind not in (None, "private"),
        Caution.NO_F_SKATT: has_deduction and not facts.f_skatt,
        Caution.EXCEEDS_ONE_PERSON: totals.exceeds_one_person,
        Caution.SPANS_RATES_OR_YEARS: has_deduction and _spans(lines, facts),
        Caution.NO_START: facts.starts_on is None,
        Caution.NO_SITE: not facts.has_site,
        Caution.LINE_WITHOUT_PRICE: any(line_total_ore(line) == 0 for line in lines),
    }
    return [code for code, holds in found.items() if holds]


def _discounted_kinds(lines: Sequence[Priced]) -> set[str]:
    return {line.kind for line in lines if line.discount_bp}


def _spans(lines: Sequence[Priced], facts: Facts) -> bool:
    """Whether paying on the expected day gives another year of allowance or another rate than paying today."""
    if facts.paid_on.year != facts.today.year:
        return True
    kinds = {line.deduction for line in lines if line.deduction}
    return any(rate_percent(kind, facts.paid_on) != rate_percent(kind, facts.today) for kind in kinds)
