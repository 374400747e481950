"""How values look in templates: money, quantities, dates. Hard spaces, Swedish signs, Stockholm time."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from flask_babel import gettext as _

from domain.clock import STOCKHOLM, stockholm_date
from services.clock import utc_now

NBSP = "\u00a0"
MINUS = "\u2212"


def kronor(ore: int | None) -> str:
    """1290050 -> 12 900,50; öre only where there are any."""
    if ore is None:
        return ""
    whole, rest = divmod(abs(ore), 100)
    text = f"{whole:,}".replace(",", NBSP) + (f",{rest:02d}" if rest else "")
    return (MINUS if ore < 0 else "") + text


def kr(ore: int | None) -> str:
    return "" if ore is None else kronor(ore) + NBSP + "kr"


def qty(milli: int) -> str:
    """5500 -> 5,5"""
    whole, rest = divmod(abs(milli), 1000)
    text = f"{whole:,}".replace(",", NBSP) + (f",{rest:03d}".rstrip("0") if rest else "")
    return (MINUS if milli < 0 else "") + text


def pct(bp: int) -> str:
    """1250 -> 12,5 %"""
    whole, rest = divmod(bp, 100)
    return f"{whole}" + (f",{rest:02d}".rstrip("0") if rest else "") + NBSP + "%"


def _months() -> list[str]:
    return [
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
    ]


def day(value: date | str | None) -> str:
    """18 december, with the year when it is another."""
    if not value:
        return ""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    text = f"{on.day}{NBSP}{_months()[on.month - 1]}"
    return text if on.year == stockholm_date(utc_now()).year else f"{text} {on.year}"


def clock(at: datetime | None) -> str:
    """09.14 in Stockholm."""
    return at.astimezone(STOCKHOLM).strftime("%H.%M") if at else ""


def when(at: datetime | None) -> str:
    """i dag 08.52, i går 16.20, måndag 09.00, 18 november; relative up to six days back."""
    if at is None:
        return ""
    on, today = stockholm_date(at), stockholm_date(utc_now())
    days = (today - on).days
    if days == 0:
        return str(_("i dag %(clock)s", clock=clock(at)))
    if days == 1:
        return str(_("i går %(clock)s", clock=clock(at)))
    if 1 < days < 7:
        names = [_("måndag"), _("tisdag"), _("onsdag"), _("torsdag"), _("fredag"), _("lördag"), _("söndag")]
        return f"{names[on.weekday()]} {clock(at)}"
    return day(on)


def moment(at: datetime | None) -> str:
    """18 november 2026 kl. 16.20"""
    if at is None:
        return ""
    local = at.astimezone(STOCKHOLM)
    return f"{local.day}{NBSP}{_months()[local.month - 1]} {local.year} kl.{NBSP}{clock(at)}"


def iso(value: date | datetime | None) -> str:
    return value.isoformat() if value else ""


def filesize(size_bytes: int) -> str:
    """331 MB, 184 kB"""
    if size_bytes >= 1_000_000:
        return f"{round(size_bytes / 1_000_000)}{NBSP}MB"
    return f"{max(1, round(size_bytes / 1000))}{NBSP}kB"


def phone(e164: str) -> str:
    """+46701740605 -> 070-174 06 05"""
    if not e164:
        return ""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, "SE")
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if number.country_code == 46 else style.INTERNATIONAL)


def register(app: Flask) -> None:
    for function in (kronor, kr, qty, pct, day, clock, when, moment, iso, filesize, phone):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["today"] = lambda: stockholm_date(utc_now())
