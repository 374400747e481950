"""What stands in the way of sending a quote, and what the firm should look at. Codes; words are the page's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct, field

from domain.covered import Doubt, doubts
from domain.home_rules import HomeProblem, home_problem
from domain.payment_plan import Part
from domain.plan_years import Days, by_year, missed_day
from domain.quotes import LineKind, Priced, Totals, line_total_ore
from domain.rot_rut import Deduction, rate_percent

# Our own choice: Skatteverket refuses labour out of proportion to material but publishes no figure.
_HIGH_LABOUR_PERCENT = 85
_OF_WORK = (Deduction.ROT, Deduction.RUT)  # on labour alone


class Blocker(StrEnum):
    """The quote cannot be sent."""

    NO_CUSTOMER = "no_customer"
    NO_CONTACT = "no_contact"
    NO_LINES = "no_lines"
    ROT_WITHOUT_LABOUR = "rot_without_labour"
    COMPANY_WITH_DEDUCTION = "company_with_deduction"  # IL 67:11: only a person has one
    RENTED_WITH_ROT = "rented_with_rot"  # IL 67:13 a, 13 b: the buyer owns the home
    VALID_UNTIL_PAST = "valid_until_past"
    MISSING_WITHDRAWAL_TEXT = "missing_withdrawal_text"
    PHOTOS_WAIT = "photos_wait"  # they are being drawn; found by services/quotes/sendable.py
    DOCUMENT_WAITS = "document_waits"  # the same of the pages of a document
    DOCUMENT_REFUSED = "document_refused"  # it cannot be signed here; domain/uploads.py
    CONTRACT_START = "contract_start"  # what a contract must say: `of_contract`
    CONTRACT_FINISH = "contract_finish"
    CONTRACT_PLAN = "contract_plan"  # KtjL 52: a small house is paid for as it is built


class Caution(StrEnum):
    """The quote can be sent, but something looks wrong or is missing. Sources: docs/rules/deduction_checks.md."""

    NO_TRAVEL_ON_ROT = "no_travel_on_rot"  # Skatteverket counts it in the labour and pays less
    LABOUR_SHARE_HIGH = "labour_share_high"  # out of proportion to material is a ground for refusal
    DISCOUNT_ON_MATERIAL_ONLY = "discount_on_material_only"
    NO_WORK_TYPE = "no_work_type"
    NOT_LABOUR = "not_labour"  # IL 67:18
    NOT_COVERED = "not_covered"  # IL 67:13 c
    WRONG_TYPE = "wrong_type"
    GREEN_INSTEAD = "green_instead"
    NEW_HOUSE = "new_house"  # IL 67:13 c, the five-year rule
    NO_F_SKATT = "no_f_skatt"  # IL 67:16: when the contract is made or the buyer pays, so it may still come
    SPANS_RATES_OR_YEARS = "spans_rates_or_years"  # IL 67:19: the day of payment decides
    FINISHES_LATER_YEAR = "finishes_later_year"  # than the deduction is computed for
    PLAN_SPANS_YEARS = "plan_spans_years"
    PAID_TOO_EARLY = "paid_too_early"  # lag (2009:194) 8 §: done and asked for by 31 January
    NO_START = "no_start"
    NO_SITE = "no_site"
    LINE_WITHOUT_PRICE = "line_without_price"


class Facts(Struct, frozen=True):
    """What the checks need to know besides lines and totals. `has_contact`: the customer has an e-mail or a mobile.

    By the keys of lines: their `words`, and the discount of their section in `sections_bp`. `home` and `home_year` as
    domain/home_rules.py has them.
    """

    today: date
    paid_on: date
    valid_until: date | None
    customer_kind: str | None
    has_contact: bool
    f_skatt: bool
    starts_on: date | None = None
    has_site: bool = False
    has_withdrawal_text: bool = True
    finishes_on: date | None = None
    plan: Sequence[Part] = ()
    home: str = ""
    home_year: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    sections_bp: Mapping[str, int] = field(default_factory=dict)

    @property
    def days(self) -> Days:
        return Days(self.today, self.paid_on, self.starts_on, self.finishes_on)


class Problems(Struct, frozen=True):
    """Codes in the order in which they are shown. `lines`: the key of the first line that a code is about."""

    blockers: tuple[Blocker, ...]
    warnings: tuple[Caution, ...]
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def can_send(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blockers


def problems(lines: Sequence[Priced], totals: Totals, facts: Facts) -> Problems:
    """The blockers and warnings of a quote; `totals` are those with no option picked."""
    at = _lines_at_fault(lines, facts)
    blockers = tuple(_blockers(lines, facts))
    return Problems(blockers, tuple(_warnings(lines, totals, facts, at)), at)


def of_document(found: Problems) -> Problems:
    """What of it concerns a document made elsewhere, which has neither lines nor sums."""
    own = (Blocker.NO_CUSTOMER, Blocker.NO_CONTACT, Blocker.VALID_UNTIL_PAST)
    return Problems(tuple(code for code in found.blockers if code in own), ())


def of_contract(
    *, starts_on: date | None, finishes_on: date | None, is_open_ended: bool, breaks_plan: bool
) -> list[Blocker]:
    """What a contract must say before it is sent, and does not. `breaks_plan`: payment_plan.breaks_smahus.

    Source: docs/rules/contracts.md (KtjL 24, 52; DAL 2:2 p. 7).
    """
    found = {
        Blocker.CONTRACT_START: starts_on is None,
        Blocker.CONTRACT_FINISH: finishes_on is None and not is_open_ended,
        Blocker.CONTRACT_PLAN: breaks_plan,
    }
    return [code for code, holds in found.items() if holds]


def _blockers(lines: Sequence[Priced], facts: Facts) -> list[Blocker]:
    flagged = [line for line in lines if line.deduction in _OF_WORK]
    labour = sum(line_total_ore(line) for line in flagged if line.kind == LineKind.LABOUR)
    is_company = facts.customer_kind not in (None, "private")
    found = {
        Blocker.NO_CUSTOMER: facts.customer_kind is None,
        Blocker.NO_CONTACT: facts.customer_kind is not None and not facts.has_contact,
        Blocker.NO_LINES: not lines,
        Blocker.ROT_WITHOUT_LABOUR: bool(flagged) and labour <= 0,
        Blocker.COMPANY_WITH_DEDUCTION: is_company and any(line.deduction for line in lines),
        Blocker.RENTED_WITH_ROT: _home(lines, facts) is HomeProblem.RENTED_WITH_ROT,
        Blocker.VALID_UNTIL_PAST: facts.valid_until is None or facts.valid_until < facts.today,
        Blocker.MISSING_WITHDRAWAL_TEXT: facts.customer_kind == "private" and not facts.has_withdrawal_text,
    }
    return [code for code, holds in found.items() if holds]


def _warnings(lines: Sequence[Priced], totals: Totals, facts: Facts, at: Mapping[str, str]) -> list[Caution]:
    flagged = [line for line in lines if line.deduction in _OF_WORK and line.kind == LineKind.LABOUR]
    has_deduction = bool(flagged)
    rot_labour = sum(share.labour_gross_ore for share in totals.deductions if share.kind is Deduction.ROT)
    spans = bool(facts.plan) and has_deduction and bool(by_year(facts.plan, totals, facts.days))
    found = {
        Caution.NO_TRAVEL_ON_ROT: has_deduction and totals.other_ore <= 0,
        Caution.LABOUR_SHARE_HIGH: totals.gross_ore > 0 and rot_labour * 100 > _HIGH_LABOUR_PERCENT * totals.gross_ore,
        Caution.DISCOUNT_ON_MATERIAL_ONLY: has_deduction and _is_labour_spared(lines, facts),
        **{code: code in at for code in _OF_LINES},
        Caution.NEW_HOUSE: _home(flagged, facts) is HomeProblem.NEW_HOUSE,
        Caution.NO_F_SKATT: not facts.f_skatt and any(line.deduction for line in lines),
        Caution.SPANS_RATES_OR_YEARS: has_deduction and not spans and _spans(lines, facts),
        Caution.FINISHES_LATER_YEAR: has_deduction and not facts.plan and _finishes_later(facts),
        Caution.PLAN_SPANS_YEARS: spans,
        Caution.PAID_TOO_EARLY: has_deduction and missed_day(facts.plan, facts.days) is not None,
        Caution.NO_START: facts.starts_on is None,
        Caution.NO_SITE: not facts.has_site,
        Caution.LINE_WITHOUT_PRICE: any(line_total_ore(line) == 0 for line in lines),
    }
    return [code for code, holds in found.items() if holds]


_OF_DOUBT = {
    Doubt.NOT_LABOUR: Caution.NOT_LABOUR,
    Doubt.NOT_COVERED: Caution.NOT_COVERED,
    Doubt.WRONG_TYPE: Caution.WRONG_TYPE,
    Doubt.GREEN_INSTEAD: Caution.GREEN_INSTEAD,
}
_OF_LINES = (Caution.NO_WORK_TYPE, *_OF_DOUBT.values())


def _lines_at_fault(lines: Sequence[Priced], facts: Facts) -> dict[str, str]:
    """The first line that each warning about lines is about."""
    found: dict[str, str] = {}
    for line in lines:
        if not line.deduction or line.deduction not in _OF_WORK or line.kind != LineKind.LABOUR:
            continue
        if not line.work_type:
            found.setdefault(Caution.NO_WORK_TYPE, line.key)
        words = facts.words.get(line.key, "")
        for doubt in doubts(words, line.deduction, line.work_type, facts.paid_on):
            found.setdefault(_OF_DOUBT[doubt], line.key)
    return found


def _home(lines: Sequence[Priced], facts: Facts) -> HomeProblem | None:
    kinds = {line.deduction for line in lines if line.deduction}
    return home_problem(facts.home, facts.home_year, deductions=kinds, paid_on=facts.paid_on)


def _is_labour_spared(lines: Sequence[Priced], facts: Facts) -> bool:
    """Whether something is discounted, by the line, by its section or by a line below zero, but none of the labour.

    It looks like cost that was moved to the labour. Follows from "debited" in IL 67:18; no page on discounts is known.
    """
    kinds = {
        line.kind for line in lines if line.discount_bp or facts.sections_bp.get(line.key) or line_total_ore(line) < 0
    }
    return bool(kinds) and LineKind.LABOUR not in kinds


def _finishes_later(facts: Facts) -> bool:
    """Whether the work is done in a later year than the payment is reckoned with."""
    return facts.finishes_on is not None and facts.finishes_on.year > facts.paid_on.year


def _spans(lines: Sequence[Priced], facts: Facts) -> bool:
    """Whether paying on the expected day gives another year of allowance or another rate than paying today."""
    if facts.paid_on.year != facts.today.year:
        return True
    kinds = {line.deduction for line in lines if line.deduction in _OF_WORK}
    return any(rate_percent(str(kind), facts.paid_on) != rate_percent(str(kind), facts.today) for kind in kinds)
