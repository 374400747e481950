"""Runs a file of worked cases against the product's rules: for the day the law changes.

The format is that of tests/domain/data/rot-rut-cases.json: `cases`, each with id, type, input and expected. A case
whose type has no rule here is counted as not handled, never as holding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from domain import giro, green_tech, homes, numbers_sv, personnummer, rot_rut
from domain.deductions import Applicant
from domain.money import whole_kronor_ore
from domain.quotes import Deduction, Line, LineKind, PriceBasis, Totals, totals


class Difference(Struct, frozen=True):
    """A case that does not hold: the paths that differ, each with what was expected and what the rules give."""

    case_id: str
    title: str
    details: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.case_id} {self.title}\n  " + "\n  ".join(self.details)


class CaseReport(Struct, frozen=True):
    """`held` of `handled` cases hold; `not_handled` are the ids of those without a rule here."""

    held: int
    differing: tuple[Difference, ...]
    not_handled: tuple[str, ...]

    @property
    def handled(self) -> int:
        """How many cases were tried."""
        return self.held + len(self.differing)

    @property
    def exit_status(self) -> int:
        """1 on a difference, else 2 if something was not handled, else 0."""
        if self.differing:
            return 1
        return 2 if self.not_handled else 0


def check_cases(document: Mapping[str, Any]) -> CaseReport:
    """Try every case of the document. A case that cannot be read differs, with the error as its detail.

    Where a rule needs a day and the case names none, it is the document's `as_of`.
    """
    shared = {"reference_date": document["as_of"]} if "as_of" in document else {}
    held = 0
    differing: list[Difference] = []
    not_handled: list[str] = []
    for place, case in enumerate(document.get("cases", ()), 1):
        case_id = str(case.get("id", f"#{place}"))
        rule = _RULES.get(str(case.get("type")))
        if rule is None:
            not_handled.append(case_id)
            continue
        details = _try(rule, case, shared)
        if details:
            differing.append(Difference(case_id, str(case.get("title", "")), tuple(details)))
        else:
            held += 1
    return CaseReport(held, tuple(differing), tuple(not_handled))


def _try(rule: Callable[[Mapping[str, Any]], Any], case: Mapping[str, Any], shared: Mapping[str, Any]) -> list[str]:
    try:
        if not case["expected"]:
            return ["nothing is expected"]
        return _differences("", case["expected"], rule({**shared, **case["input"]}))
    except (KeyError, TypeError, ValueError, LookupError, AttributeError) as error:
        return [f"cannot be tried: {type(error).__name__}: {error}"]


def _differences(path: str, expected: Any, actual: Any) -> list[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = []
        for key in sorted({*expected, *actual}):
            if key in expected:
                found += _differences(f"{path}.{key}".lstrip("."), expected[key], actual.get(key))
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            text
            for place, pair in enumerate(zip(expected, actual, strict=True))
            for text in _differences(f"{path}[{place}]", *pair)
        ]
    return [] if expected == actual else [f"{path}: expected {expected!r}, got {actual!r}"]


def _invoice(given: Mapping[str, Any]) -> dict[str, Any]:
    result = totals(
        [_line(row) for row in given["lines"]],
        basis=PriceBasis.EXCL,
        paid_on=date.fromisoformat(given["payment_date"]),
        applicants=[Applicant(a["used_rot_kr"], a["used_rut_kr"], a["weight"], a["id"]) for a in given["applicants"]],
        discount_bp=100 * given["invoice_discount_percent"],
    )
    rounded = whole_kronor_ore(result.to_pay_ore)
    return {
        "net_total_ore": result.net_ore,
        "vat_by_rate_ore": {str(group.rate_percent): group.vat_ore for group in result.vat},
        "gross_total_ore": result.gross_ore,
        "labour_gross_ore": {share.kind.value: share.labour_gross_ore for share in result.deductions},
        "deduction_base_kr": {share.kind.value: share.base_kr for share in result.deductions},
        "deduction_uncapped_kr": {share.kind.value: share.uncapped_kr for share in result.deductions},
        "deduction_kr": {share.kind.value: share.amount_kr for share in result.deductions},
        "applicants": [_applicant(one["id"], place, result) for place, one in enumerate(given["applicants"])],
        "to_pay_ore": result.to_pay_ore,
        "oresavrundning_ore": rounded - result.to_pay_ore,
        "to_pay_rounded_ore": rounded,
    }


def _line(row: Mapping[str, Any]) -> Line:
    """Travel and outlays are other costs here."""
    kind = row["kind"] if row["kind"] in ("labour", "material") else "other"
    return Line(
        key=row["id"],
        quantity_milli=numbers_sv.parse_quantity(row["qty"]),
        unit_price_ore=row["unit_price_ore"],
        vat_percent=row["vat_percent"],
        kind=LineKind(kind),
        discount_bp=100 * row.get("discount_percent", 0),
        deduction=Deduction(row["deduction"]) if row["deduction"] else None,
        work_type=row["work_type"],
    )


def _applicant(key: str, place: int, result: Totals) -> dict[str, Any]:
    data: dict[str, Any] = {"id": key}
    for share in result.deductions:
        part = share.applicants[place]
        data[share.kind.value] = {
            "remaining_before_kr": part.remaining_kr,
            "pris_for_arbete_kr": part.labour_kr,
            "begart_belopp_kr": part.requested_kr,
            "betalt_belopp_kr": part.paid_kr,
        }
    return data


def _rate(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"rate_percent": rot_rut.rate_percent(given["kind"], date.fromisoformat(given["payment_date"]))}


def _allowance(given: Mapping[str, Any]) -> dict[str, Any]:
    left = rot_rut.remaining_kr(
        given["kind"],
        date.fromisoformat(given["payment_date"]),
        given["used_rot_kr"],
        given["used_rut_kr"],
        aged_65=given.get("aged_65_at_start_of_year", False),
    )
    return {"remaining_kr": left}


def _schablon(given: Mapping[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(given["payment_date"])
    total_ore = given["total_price_incl_vat_ore"]
    labour_kr = rot_rut.fixed_price_labour_kr(total_ore, given["labour_share_percent"])
    left = rot_rut.remaining_kr(given["kind"], on, 0, 0)
    amount = min(rot_rut.rate_percent(given["kind"], on) * labour_kr // 100, left)
    return {"labour_kr": labour_kr, "deduction_kr": amount, "to_pay_ore": total_ore - 100 * amount}


def _claim_limit(given: Mapping[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(given["payment_date"])
    labour_kr, paid_kr = given["labour_kr"], given["paid_for_labour_kr"]
    request = rot_rut.max_request_kr(
        given["kind"], on, labour_kr=labour_kr, paid_kr=paid_kr, allowance_kr=given["remaining_allowance_kr"]
    )
    return {
        "rate_percent": rot_rut.rate_percent(given["kind"], on),
        "max_request_kr": request,
        "labour_still_owed_by_buyer_kr": labour_kr - paid_kr - request,
    }


def _partial_payment(given: Mapping[str, Any]) -> dict[str, Any]:
    to_pay_ore = given["gross_total_ore"] - 100 * given["deduction_kr"]
    dates = [date.fromisoformat(payment["date"]) for payment in given["payments"]]
    claims = rot_rut.partial_claims(
        given["kind"],
        labour_kr=given["labour_kr"],
        deduction_kr=given["deduction_kr"],
        to_pay_ore=to_pay_ore,
        payments=[(on, payment["amount_ore"]) for on, payment in zip(dates, given["payments"], strict=True)],
    )
    return {
        "buyer_share_ore": to_pay_ore,
        "claims": [
            {
                "payment_date": on.isoformat(),
                "payment_year": on.year,
                "pris_for_arbete_kr": paid_kr + requested_kr,
                "betalt_belopp_kr": paid_kr,
                "begart_belopp_kr": requested_kr,
            }
            for on, (paid_kr, requested_kr) in zip(dates, claims, strict=True)
        ],
        "total_requested_kr": sum(requested_kr for _, requested_kr in claims),
    }


def _deadline(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"last_day": rot_rut.request_deadline(date.fromisoformat(given["payment_date"])).isoformat()}


def _age(given: Mapping[str, Any]) -> dict[str, Any]:
    born, paid_on = date.fromisoformat(given["birth_date"]), date.fromisoformat(given["payment_date"])
    return {"eligible": rot_rut.is_old_enough(born, paid_on)}


def _decision(given: Mapping[str, Any]) -> dict[str, Any]:
    word, owed_kr = rot_rut.decided(given["requested_kr"], given["approved_kr"])
    return {"status": word, "buyer_owes_kr": owed_kr}


def _hours(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"antal_timmar": rot_rut.whole_hours(numbers_sv.parse_quantity(text) for text in given["hours"])}


def _identifier(given: Mapping[str, Any]) -> dict[str, Any]:
    today = date.fromisoformat(given["reference_date"])
    readers: dict[str, Callable[[str], str]] = {
        "personnummer": lambda text: personnummer.parse(text, today),
        "samordningsnummer": lambda text: personnummer.parse(text, today),
        "organisationsnummer": lambda text: homes.parse_association(text).replace("-", ""),
        "momsregistreringsnummer": giro.parse_vat_number,
        "lagenhetsnummer": homes.parse_apartment_number,
        "fastighetsbeteckning": homes.parse_fastighetsbeteckning,
    }
    read = readers[given["kind"]]
    try:
        return {"valid": True, "normalised": read(given["value"])}
    except ValueError:
        return {"valid": False}


_RULES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "invoice": _invoice,
    "rate": _rate,
    "allowance": _allowance,
    "schablon": _schablon,
    "claim_limit": _claim_limit,
    "partial_payment": _partial_payment,
    "deadline": _deadline,
    "age": _age,
    "hours": _hours,
    "decision": _decision,
    "green_tech": green_tech.worked_case,
    "identifier": _identifier,
}
