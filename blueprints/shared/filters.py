"""How values look in templates: money, quantities, dates. Hard spaces, Stockholm time.

In English too thousands are parted by a space and kronor are kr: a comma between them would be the decimal sign of the
Swedish papers that lie beside, and of what is typed. Decimals have a point there, and the time a colon.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from flask import Flask
from msgspec import Struct

import languages
from blueprints.shared.phrases import gettext as _
from domain import phones
from domain.clock import STOCKHOLM, stockholm_date
from domain.deal_kinds import is_signed
from services import kinds
from services.clock import utc_now

NBSP = "\u00a0"
MINUS = "\u2212"


def kronor(ore: int | None) -> str:
    """1290050 -> 12 900,50 (12 900.50); öre only where there are any."""
    if ore is None:
        return ""
    whole, rest = divmod(abs(ore), 100)
    text = f"{whole:,}".replace(",", NBSP) + (f"{languages.at_hand().decimal}{rest:02d}" if rest else "")
    return (MINUS if ore < 0 else "") + text


def kr(ore: int | None) -> str:
    return "" if ore is None else kronor(ore) + NBSP + "kr"


def qty(milli: int) -> str:
    """5500 -> 5,5"""
    whole, rest = divmod(abs(milli), 1000)
    text = f"{whole:,}".replace(",", NBSP) + (f"{languages.at_hand().decimal}{rest:03d}".rstrip("0") if rest else "")
    return (MINUS if milli < 0 else "") + text


def pct(bp: int) -> str:
    """1250 -> 12,5 % (12.5%)"""
    whole, rest = divmod(bp, 100)
    language = languages.at_hand()
    decimals = f"{language.decimal}{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}{language.percent}"


class _Words(Struct, frozen=True):
    """The words of days and months in one language."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    today: str
    yesterday: str
    colon: str
    at: str  # between a day and a time


@lru_cache(maxsize=8)
def _words_in(language: languages.Language) -> _Words:
    """Asked for fifty times by a list."""
    months = (
        _("januari"),
        _("februari"),
        _("mars"),
        _("april"),
        _("maj"),
        _("juni"),
        _("juli"),
        _("augusti"),
        _("september"),
        _("oktober"),
        _("november"),
        _("december"),
    )
    weekdays = (_("måndag"), _("tisdag"), _("onsdag"), _("torsdag"), _("fredag"), _("lördag"), _("söndag"))
    return _Words(months, weekdays, _("i dag"), _("i går"), language.colon, _("kl."))


def _words() -> _Words:
    return _words_in(languages.at_hand())


def day(value: date | str | None) -> str:
    """18 december, with the year when it is another."""
    if not value:
        return ""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return _day(on, stockholm_date(utc_now()))


def _day(on: date, today: date) -> str:
    text = f"{on.day}{NBSP}{_words().months[on.month - 1]}"
    return text if on.year == today.year else f"{text} {on.year}"


def whole_day(value: date | str) -> str:
    """18 december 2026: for what is read in other years too."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{on.day}{NBSP}{_words().months[on.month - 1]} {on.year}"


def clock(at: datetime | None) -> str:
    """09.14 (09:14) in Stockholm."""
    return _clock(at.astimezone(STOCKHOLM), _words()) if at else ""


def _clock(local: datetime, words: _Words) -> str:
    return f"{local.hour:02d}{words.colon}{local.minute:02d}"


class Calendar:
    """Today and the words of days, looked up once: for lists that say fifty moments."""

    __slots__ = ("today", "words")

    def __init__(self) -> None:
        self.today, self.words = stockholm_date(utc_now()), _words()


def when(at: datetime | None, calendar: Calendar | None = None) -> str:
    """i dag 08.52, i går 16.20, måndag 09.00, 18 november; relative up to six days back."""
    if at is None:
        return ""
    calendar = calendar or Calendar()
    local = at.astimezone(STOCKHOLM)
    days = calendar.today.toordinal() - local.toordinal()
    if days == 0:
        return f"{calendar.words.today} {_clock(local, calendar.words)}"
    if days == 1:
        return f"{calendar.words.yesterday} {_clock(local, calendar.words)}"
    if 1 < days < 7:
        return f"{calendar.words.weekdays[local.weekday()]} {_clock(local, calendar.words)}"
    return _day(local.date(), calendar.today)


def moment(at: datetime | str | None) -> str:
    """18 november 2026 kl. 16.20; of a time as frozen contents write it too."""
    if not at:
        return ""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    local = at.astimezone(STOCKHOLM)
    words = _words()
    return f"{whole_day(local.date())} {words.at}{NBSP}{_clock(local, words)}"


def iso(value: date | datetime | None) -> str:
    return value.isoformat() if value else ""


def filesize(size_bytes: int) -> str:
    """331 MB, 184 kB"""
    if size_bytes >= 1_000_000:
        return f"{round(size_bytes / 1_000_000)}{NBSP}MB"
    return f"{max(1, round(size_bytes / 1000))}{NBSP}kB"


def deduction_name(kind: str) -> str:
    """What a deduction is called before `-avdrag`: ROT, RUT, Grön teknik. As documents/format.py says it."""
    return str(_("Grön teknik")) if kind == "green" else kind.upper()


def installation_name(code: str) -> str:
    """What grön teknik is for, within a phrase: solceller."""
    names = {"solceller": _("solceller"), "lagring": _("lagring av el"), "laddningspunkt": _("laddningspunkt")}
    return str(names.get(code, code))


def register(app: Flask) -> None:
    for function in (
        *(kronor, kr, qty, pct, day, whole_day, clock, when, moment, iso),
        *(filesize, deduction_name, installation_name),
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["phone"] = phones.spoken
    app.jinja_env.filters |= {"noun": kinds.noun, "the": kinds.the, "The": kinds.the_first, "is_signed": is_signed}
    app.jinja_env.globals["calendar"] = Calendar
    app.jinja_env.globals["today"] = lambda: stockholm_date(utc_now())
