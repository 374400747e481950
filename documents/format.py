"""Money, numbers and times as they stand on paper, in the language at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import languages
from domain.clock import STOCKHOLM
from languages import gettext as _
from languages import lazy_gettext as _l

NBSP = "\u00a0"
MINUS = "\u2212"
GREEN = "green"
_INSTALLATIONS = {
    "solceller": _l("solceller"),
    "lagring": _l("lagring av el"),
    "laddningspunkt": _l("laddningspunkt"),
}


def grouped(number: int) -> str:
    """12345 -> `12 345` with hard spaces; a real minus sign."""
    text = f"{abs(number):,}".replace(",", NBSP)
    return MINUS + text if number < 0 else text


def kronor(ore: int) -> str:
    """Öre as kronor without unit: `1 290` or `1 290,50`. Decimals only when there are öre."""
    whole, rest = divmod(abs(ore), 100)
    text = grouped(whole) + (f"{languages.at_hand().decimal}{rest:02d}" if rest else "")
    return MINUS + text if ore < 0 else text


def deduction_name(kind: str, *, within: bool = False) -> str:
    """What a deduction is called before `-avdrag`: ROT, RUT, Grön teknik; `within` a phrase: grön teknik."""
    if kind == GREEN:
        return str(_("grön teknik") if within else _("Grön teknik"))
    return kind.upper()


def installation_name(code: str) -> str:
    """What grön teknik is for, within a phrase: solceller."""
    return str(_INSTALLATIONS.get(code, code))


def deduction_names(shares: Iterable[Mapping[str, Any]]) -> str:
    """`ROT och grön teknik`, each once in the order of the shares of some totals."""
    kinds = dict.fromkeys(share["kind"] for share in shares)
    return _(" och ").join(deduction_name(kind, within=place > 0) for place, kind in enumerate(kinds))


def kr(ore: int) -> str:
    """Öre as `1 290 kr`."""
    return f"{kronor(ore)}{NBSP}kr"


def kr_whole(kronor_whole: int) -> str:
    """Whole kronor as `15 108 kr`."""
    return f"{grouped(kronor_whole)}{NBSP}kr"


def quantity(milli: int) -> str:
    """Thousandths as `5,5`: no trailing zeros."""
    whole, rest = divmod(abs(milli), 1000)
    text = grouped(whole) + (f"{languages.at_hand().decimal}{rest:03d}".rstrip("0") if rest else "")
    return MINUS + text if milli < 0 else text


def percent(bp: int) -> str:
    """Hundredths of a percent as `12,5 %`."""
    whole, rest = divmod(bp, 100)
    language = languages.at_hand()
    return grouped(whole) + (f"{language.decimal}{rest:02d}".rstrip("0") if rest else "") + language.percent


def file_size(size_bytes: int) -> str:
    """Bytes as `24 kB` (thousands, rounded up)."""
    return f"{grouped(-(-size_bytes // 1000))}{NBSP}kB"


def day_in_words(day: date) -> str:
    """`4 december 2026`."""
    return f"{day.day} {_months(languages.code())[day.month - 1]} {day.year}"


@lru_cache(maxsize=8)
def _months(code: str) -> tuple[str, ...]:
    return (
        *(_("januari"), _("februari"), _("mars"), _("april"), _("maj"), _("juni")),
        *(_("juli"), _("augusti"), _("september"), _("oktober"), _("november"), _("december")),
    )


def moment(text: str) -> datetime:
    """Read `2026-11-20T08:14:36.123Z` (any ISO moment with a zone) as aware UTC. Raises ValueError without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at.astimezone(UTC)


def local_seconds(at: datetime) -> str:
    """`2026-11-20 09.14.36` in Swedish time, as the tables of evidence show it."""
    return at.astimezone(STOCKHOLM).strftime(f"%Y-%m-%d %H{languages.at_hand().colon}%M{languages.at_hand().colon}%S")


def local_minute(at: datetime) -> str:
    """`20 november 2026 kl. 09.14` in Swedish time."""
    local = at.astimezone(STOCKHOLM)
    time = f"{local:%H}{languages.at_hand().colon}{local:%M}"
    return day_in_words(local.date()) + " " + _("kl.") + NBSP + time


def zone(at: datetime) -> str:
    """`CET` or `CEST`: what Swedish time is called at that moment."""
    return at.astimezone(STOCKHOLM).strftime("%Z")
