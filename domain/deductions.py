"""What of a quote's labour and installations is deducted, and each buyer's part. Source: docs/rules/rot_rut.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from domain import green_tech
from domain.rot_rut import ApplicantShare, Deduction, rate_percent, remaining_kr, split


class Applicant(Struct, frozen=True):
    """One buyer who asks for the deduction: used this year in whole kronor, and the weight of the share."""

    used_rot_kr: int = 0
    used_rut_kr: int = 0
    weight: int = 1
    key: str = ""
    used_green_kr: int = 0


class DeductionShare(Struct, frozen=True):
    """One kind of deduction: the labour under it, the amount before and after caps, each buyer's part in order."""

    kind: Deduction
    rate_percent: int
    labour_gross_ore: int
    base_kr: int
    uncapped_kr: int
    amount_kr: int
    shares_kr: tuple[int, ...]
    applicants: tuple[ApplicantShare, ...]


class GreenShare(DeductionShare, frozen=True):
    """Grön teknik for one installation. `labour_gross_ore` is what counts: labour and material."""

    installation: str


def rot_and_rut(labour_gross: dict[str, int], on: date, applicants: Sequence[Applicant]) -> tuple[DeductionShare, ...]:
    """By kind, of labour in öre with VAT. Rot first: what it uses of the joint cap is gone for rut."""
    shares: list[DeductionShare] = []
    asked_rot = [0] * len(applicants)
    for kind in Deduction:
        if kind not in labour_gross:
            continue
        gross_ore = labour_gross[kind]
        base_kr = max(gross_ore, 0) // 100
        rate = rate_percent(kind, on)
        left = [
            remaining_kr(kind, on, one.used_rot_kr + asked, one.used_rut_kr)
            for one, asked in zip(applicants, asked_rot, strict=True)
        ]
        parts = split(base_kr, rate, left, [one.weight for one in applicants])
        amounts = tuple(part.requested_kr for part in parts)
        if kind is Deduction.ROT:
            asked_rot = list(amounts)
        uncapped = rate * base_kr // 100
        shares.append(DeductionShare(kind, rate, gross_ore, base_kr, uncapped, sum(amounts), amounts, parts))
    return tuple(shares)


def green(gross: dict[str, int], on: date, applicants: Sequence[Applicant]) -> tuple[GreenShare, ...]:
    """Of amounts in öre with VAT, by code of work: one share for each installation.

    They have one cap, which rot and rut leave untouched.
    """
    installed: dict[str, tuple[int, int]] = {}
    for code, amount in gross.items():
        kind = green_tech.TYPES[code]
        full, fixed = installed.get(kind.installation, (0, 0))
        installed[kind.installation] = (full, fixed + amount) if kind.percent < 100 else (full + amount, fixed)
    parts = green_tech.reduce(
        [green_tech.Installed(name, *amounts) for name, amounts in installed.items()],
        on,
        [one.used_green_kr for one in applicants],
        [one.weight for one in applicants],
    )
    shares = []
    for part in parts:
        amounts = tuple(share.requested_kr for share in part.applicants)
        sums = (part.base_ore, part.base_kr, part.uncapped_kr, sum(amounts), amounts)
        shares.append(GreenShare(Deduction.GREEN, part.rate_percent, *sums, part.applicants, part.installation))
    return tuple(shares)


def green_kr(shares: Iterable[DeductionShare]) -> int:
    """Grön teknik before the cap, all installations together."""
    return sum(share.uncapped_kr for share in shares if share.kind is Deduction.GREEN)
