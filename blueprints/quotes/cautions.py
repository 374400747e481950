"""What looks wrong in a quote, in words, with the place where it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for
from flask_login import current_user

from blueprints.shared.filters import day, kr
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain.checks import Blocker, Caution, Problems
from domain.covered import doubts
from domain.home_rules import newest_free_year
from domain.payment_plan import Part
from domain.plan_years import Days, Deducted, Year, by_year, missed_day
from domain.quotes import LineKind, Totals
from models import QuoteLine
from services.quotes import drafting
from services.quotes.drafting import Draft
from services.quotes.rows import LineRow, Sheet


class CautionRow(NamedTuple):
    """One sentence and a link, empty where the user may not follow it."""

    code: Caution
    text: str
    href: str


# code: the sentence, the page, the field on it
_WORDS = {
    Caution.NO_TRAVEL_ON_ROT: (
        _l(
            "Ta med resa eller annan övrig kostnad. Utan den räknar Skatteverket in resan i arbetet och betalar mindre."
        ),
        "builder",
        "delar",
    ),
    Caution.LABOUR_SHARE_HIGH: (
        _l("Nästan allt är arbete. Kontrollera materialet: Skatteverket säger nej om fördelningen inte är rimlig."),
        "builder",
        "delar",
    ),
    Caution.DISCOUNT_ON_MATERIAL_ONLY: (
        _l("Rabatten ligger inte på arbetet. Ge samma rabatt på allt, annars ser arbetet ut att vara för dyrt."),
        "builder",
        "delar",
    ),
    Caution.NO_WORK_TYPE: (_l("Välj typ av arbete på raden med avdrag."), "line", ""),
    Caution.NOT_LABOUR: (
        _l("Raden ser ut som resa, bortforsling, maskin eller administration. Det ger inget avdrag: välj Övrigt."),
        "line",
        "",
    ),
    Caution.NOT_COVERED: (
        _l("Arbetet ser inte ut att ge avdrag, som besiktning, ritning, nybygge eller försäkringsskada."),
        "line",
        "",
    ),
    Caution.WRONG_TYPE: (
        _l("Kontrollera typen av arbete: flyttstäd är städning och plattsättning är murning."),
        "line",
        "",
    ),
    Caution.GREEN_INSTEAD: (
        _l("Laddbox, solceller och batteri kan ge avdrag för grön teknik. Samma arbete får inte ge båda."),
        "line",
        "",
    ),
    Caution.NEW_HOUSE: (
        _l(
            "Huset har värdeår %(home_year)s. Om- och tillbyggnad ger ROT först för värdeår %(free_year)s och äldre. "
            "Reparation och underhåll ger ROT ändå."
        ),
        "details",
        "home_year",
    ),
    Caution.NO_F_SKATT: (_l("Avdraget kräver att ni är godkända för F-skatt."), "firm", "f_skatt"),
    Caution.SPANS_RATES_OR_YEARS: (
        _l("Avdraget är räknat för betalning %(paid_on)s. Betalar kunden ett annat år gäller det årets regler."),
        "details",
        "paid_on",
    ),
    Caution.FINISHES_LATER_YEAR: (
        _l("Jobbet blir klart %(finish_year)s men avdraget är räknat för %(paid_year)s. Ändra väntad betalningsdag."),
        "details",
        "paid_on",
    ),
    Caution.PLAN_SPANS_YEARS: (_l("Betalningsplanen går över nyår. %(years)s"), "details", "plan"),
    Caution.PAID_TOO_EARLY: (
        _l("En del betalas i förskott men jobbet blir klart efter %(deadline)s. Då ges inget avdrag på den delen."),
        "details",
        "plan",
    ),
    Caution.NO_START: (_l("Skriv när jobbet kan börja."), "details", "starts_on"),
    Caution.NO_SITE: (_l("Skriv var jobbet ska göras."), "details", "site_street"),
    Caution.LINE_WITHOUT_PRICE: (_l("En rad saknar pris."), "builder", "delar"),
}
# what is impossible, with what is done about it
BLOCKED = {
    Blocker.COMPANY_WITH_DEDUCTION: (
        _l("Avdrag ges bara till privatpersoner."),
        _l("Ta bort avdraget på raderna"),
        "builder",
        "delar",
    ),
    Blocker.RENTED_WITH_ROT: (
        _l("En hyresrätt ger inget ROT: kunden måste äga bostaden."),
        _l("Ändra bostaden eller raderna"),
        "details",
        "home",
    ),
}


def rows(draft: Draft | Sheet, problems: Problems, result: Totals, days: Days) -> list[CautionRow]:
    """A row for each warning, in their order."""
    places = _places(draft.quote.n)
    found = []
    for code in problems.warnings:
        text, page, anchor = _WORDS[code]
        words = str(text)
        if "%(" in words:
            words %= _facts(code, draft, result, days)
        line = problems.lines.get(code)
        address = f"{places['lines']}/{line}" if page == "line" and line else places.get(page, places["builder"])
        found.append(CautionRow(code, *placed(words, address, anchor)))
    return found


def firm_href() -> str:
    """Where the firm's own details are written; empty for who may not."""
    return "/installningar/foretag" if current_user.may("firm.settings") else ""


def placed(text: str, address: str, anchor: str) -> tuple[str, str]:
    """A sentence and its link; where the page is not the user's to open, whose it is instead of a link."""
    if not address:
        return str(_("%(what)s Det gör ägaren eller kontoret.", what=text)), ""
    return text, f"{address}#{anchor}" if anchor else address


def blocked_href(code: Blocker, quote_n: int) -> str:
    """Where a block of `BLOCKED` is mended."""
    _text, _action, page, anchor = BLOCKED[code]
    return f"{_places(quote_n)[page]}#{anchor}"


def of_line(draft: Draft | Sheet, line: QuoteLine | LineRow) -> list[str]:
    """What to look at in one line, where it is open."""
    if line.is_text or not line.deduction or line.kind != LineKind.LABOUR:
        return []
    found = doubts(line.text, line.deduction, line.work_type, draft.paid_on)
    return [str(_WORDS[Caution(doubt.value)][0]) for doubt in found]


def of_plan(parts: Sequence[Part], result: Totals, days: Days) -> list[str]:
    """What to look at in a plan as it is typed."""
    if not result.deductions:
        return []
    told = []
    if years := by_year(parts, result, days):
        told.append(str(_WORDS[Caution.PLAN_SPANS_YEARS][0]) % {"years": years_words(years)})
    if last := missed_day(parts, days):
        told.append(str(_WORDS[Caution.PAID_TOO_EARLY][0]) % {"deadline": day(last)})
    return told


def years_words(years: tuple[Year, ...]) -> str:
    """2026: kunden betalar 13 680 kr, ROT 3 120 kr. 2027: …"""
    told = []
    for year in years:
        parts = [_("kunden betalar %(sum)s", sum=kr(year.pays_ore))]
        parts += [_deducted(one) for one in year.deductions]
        told.append(f"{year.year}: {', '.join(map(str, parts))}.")
    return " ".join([*told, _("Varje år har sitt eget avdragsutrymme.")])


def _deducted(one: Deducted) -> str:
    sum_ = kr(100 * one.amount_kr)
    return str(_("%(kind)s %(percent)s %% är %(sum)s", kind=one.kind.upper(), percent=one.rate_percent, sum=sum_))


def _places(quote_n: int) -> dict[str, str]:
    base = url_for("quotes.show", n=quote_n)
    return {
        "firm": firm_href(),
        "details": f"{base}/uppgifter",
        "builder": f"{base}/redigera",
        "lines": f"{base}/rader",
    }


def _facts(code: Caution, draft: Draft | Sheet, result: Totals, days: Days) -> dict[str, object]:
    """What the words of a warning name."""
    if code is Caution.PLAN_SPANS_YEARS:
        return {"years": years_words(by_year(drafting.plan(draft.quote), result, days))}
    return {
        "home_year": draft.quote.home_year,
        "free_year": newest_free_year(days.paid_on),
        "paid_on": day(days.paid_on),
        "paid_year": days.paid_on.year,
        "finish_year": days.finishes_on.year if days.finishes_on else "",
        "deadline": day(missed_day(drafting.plan(draft.quote), days)),
    }
