"""What the pages and parts of the builder are drawn from, and how a conflict is told."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from flask import Response, make_response, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

import languages
from blueprints.quotes import allowance_words, cautions, gaps
from blueprints.quotes.detail_forms import DetailsForm
from blueprints.quotes.forms import LineForm, WordsForm, form_of
from blueprints.shared.filters import day, deduction_name, kronor
from blueprints.shared.htmx import VARY
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.phrases import ngettext
from blueprints.shared.words import WORK_TYPES
from domain import green_tech, payment_plan
from domain.allowance import reach
from domain.checks import Blocker, Caution
from domain.clock import stockholm_date
from domain.completeness import Gap
from domain.margins import Margin
from domain.payment_plan import BadPlan, PlanWarning
from domain.photos import MOST_PHOTOS
from domain.plan_years import Days
from domain.price_types import PriceType
from domain.quotes import GREEN, Totals
from domain.rot_rut import work_types
from models import QuoteLine
from services.clock import utc_now
from services.errors import NotFound
from services.photos import rows as photo_rows
from services.quotes import completeness, drafting
from services.quotes.drafting import Draft, Figures
from services.quotes.lines import LineChanged
from services.quotes.rows import LineRow, Sheet


class Todo(NamedTuple):
    """A row of "Klar att skicka?"."""

    text: str
    is_done: bool
    href: str


class Difference(NamedTuple):
    """A field that both changed: its label, what I typed, what stands saved."""

    label: str
    mine: str
    theirs: str


class Conflict(NamedTuple):
    """Someone else was first: who, when, whether the row was removed, and what differs."""

    who: str
    at: datetime | None
    is_removed: bool
    rev: int
    differences: list[Difference]


class Seen(Figures, frozen=True):
    """The sums of a draft as the one who is logged in may see them. `most_ore`: None without a limit to tell of."""

    margin: Margin | None
    most_ore: int | None
    too_much: str  # what a single applicant cannot get; empty where all fits


def seen(draft: Draft | Sheet, found: Figures) -> Seen:
    quote = draft.quote
    return Seen(
        totals=found.totals,
        line_ore=found.line_ore,
        section_ore=found.section_ore,
        margin=drafting.margin(draft) if current_user.may("margin.read") else None,
        most_ore=drafting.most(draft, found.totals) if quote.price_type != PriceType.FIXED else None,
        too_much=_too_much(draft, found) if found.totals.exceeds_one_person else "",
    )


def _too_much(draft: Draft | Sheet, found: Figures) -> str:
    exceeds = reach(found.totals, draft.paid_on)
    return allowance_words.too_much(exceeds) if exceeds else ""


def line_margin(draft: Draft | Sheet, line: QuoteLine | LineRow) -> Margin | None:
    """What one line brings and costs, for those who may see it."""
    if line.is_text or not current_user.may("margin.read"):
        return None
    return drafting.line_margin(line, draft.quote.basis)


def new_key() -> str:
    """The random key of a form: tells its own retry from someone else's change."""
    return secrets.token_urlsafe(6)


def base_of(n: int) -> str:
    """Where the addresses of a quote begin."""
    return url_for("quotes.show", n=n)


def photos_url(n: int) -> str:
    return base_of(n) + "/foton"


def names(draft: Draft | Sheet, figures: Figures | None = None, **more: object) -> dict[str, Any]:
    """What every template of the builder may use."""
    quote = draft.quote
    return {
        "place": "offerter",
        "draft": draft,
        "quote": quote,
        "figures": seen(draft, figures or drafting.figures(draft)),
        "base": base_of(quote.n),
        "doubts_of": partial(cautions.of_line, draft),
        "now": utc_now(),
        **more,
    }


def part(
    template: str, draft: Draft | Sheet, figures: Figures | None = None, *, status: int = 200, **more: Any
) -> Response:
    """A part for htmx."""
    answer = make_response(render_template(template, **names(draft, figures, **more)), status)
    answer.headers["Vary"] = VARY
    return answer


def photo_grid(draft: Draft | Sheet) -> dict[str, Any]:
    """What the grid of photos is drawn from, after a change that brought some or took some away; else nothing."""
    quote = draft.quote
    if not photo_rows.has_any(quote.firm_id, quote.id):
        return {}
    return {"photos": photo_rows.of_quote(quote.firm_id, quote.id), "action": photos_url(quote.n), "here": ""}


def no_room(photos: int) -> str:
    """So many photos did not fit in the quote; nothing is said of none."""
    if not photos:
        return ""
    words = str(ngettext("Ett foto fick inte plats:", "%(num)s foton fick inte plats:", photos))
    return words + " " + _("högst %(most)s får plats.", most=MOST_PHOTOS)


def todo(draft: Draft | Sheet, found: Figures, *, now: datetime) -> list[Todo]:
    """What stands between the draft and its sending."""
    quote, customer = draft.quote, draft.customer
    problems = drafting.problems(draft, now=now, result=found.totals)
    codes = {*problems.blockers, *problems.warnings}
    base = base_of(quote.n)
    details, whom = f"{base}/uppgifter", f"{base}/kund"
    rows = [
        Todo(_("Kund: %(name)s", name=customer.name), True, "") if customer else Todo(_("Välj kund"), False, whom),
        Todo(_("Rader med pris"), True, "") if found.line_ore else Todo(_("Lägg till en rad"), False, "#delar"),
        Todo(_("Gäller till %(day)s", day=day(quote.valid_until)), Blocker.VALID_UNTIL_PAST not in codes, details),
        Todo(_("Ni kan börja %(day)s", day=day(quote.starts_on)), True, "")
        if quote.starts_on
        else Todo(_("Skriv när ni kan börja"), False, details),
    ]
    places = {"customer": whom, "lines": "#delar"}
    rows += [Todo(str(text), False, places[place]) for code, (text, place) in _PROBLEMS.items() if code in codes]
    here = f"{base}/redigera"
    rows += [
        Todo(str(text).rstrip("."), False, cautions.blocked_href(code, quote.n).removeprefix(here))
        for code, (text, _action, _page, _anchor) in cautions.BLOCKED.items()
        if code in codes
    ]
    warned = cautions.rows(draft, problems, found.totals, drafting.days(draft, now=now)) if problems.warnings else []
    rows += [Todo(row.text.rstrip("."), False, row.href.removeprefix(here)) for row in warned if row.code not in _SAID]
    missing = gaps.rows(completeness.of(draft, found.totals), quote.n, but=_TOLD)
    return rows + (
        [Todo(row.text.rstrip("."), False, row.href) for row in missing]
        or [Todo(_("Allt annat som bör stå finns med"), True, "")]
    )


_TOLD = (Gap.CUSTOMER, Gap.SCOPE, Gap.START, Gap.SITE)  # by rows of their own


_PROBLEMS = {
    Blocker.NO_CONTACT: (_l("Kunden saknar e-post och mobil"), "customer"),
    Blocker.ROT_WITHOUT_LABOUR: (_l("Avdraget saknar arbete att dras på"), "lines"),
}
_SAID = (Caution.NO_START,)  # by a row of its own


def plan(draft: Draft, form: DetailsForm, result: Totals) -> tuple[dict[str, int], list[str]]:
    """What each part of the plan that is typed comes to now, by the id of its field, and what to look at."""
    customer, to_pay_ore = draft.customer, result.to_pay_ore
    try:
        parts = form.parts()
        payment_plan.check(parts)
    except ValueError:  # BadPlan is one
        return {}, []
    try:
        amounts = payment_plan.amounts_ore(parts, to_pay_ore)
    except BadPlan as error:
        if draft.lines:
            form.refuse_plan(error)
        return {}, []
    is_consumer = customer is None or customer.kind == "private"
    found = payment_plan.warnings(
        parts, to_pay_ore, is_consumer=is_consumer, is_smahus=form.is_smahus.data, starts_on=form.starts_on.data
    )
    names = [row.trigger.id for row in form.rows]
    told = [str(_PLAN_WARNINGS[code]) for code in found] + cautions.of_plan(parts, result, _typed_days(draft, form))
    return dict(zip(names, amounts, strict=True)), told


def _typed_days(draft: Draft, form: DetailsForm) -> Days:
    """When the work and its payment are expected by what is typed."""
    paid_on = form.paid_on.data or form.valid_until.data or draft.paid_on
    return Days(stockholm_date(utc_now()), paid_on, form.starts_on.data, form.finishes_on.data)


_PLAN_WARNINGS = {
    PlanWarning.ADVANCE: _l("Kunden betalar något i förskott. Det går att avtala, men myndigheter avråder kunden."),
    PlanWarning.SMAHUS_ADVANCE: _l("Vid småhusbygge betalar kunden bara för det som är gjort. Ta bort förskottet."),
    PlanWarning.SMAHUS_LAST_PART: _l(
        "Vid småhusbygge får kunden hålla inne en tiondel tills besiktningen är godkänd. Låt sista delen vara så stor."
    ),
}


def deduction_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """(ROT or RUT, [(value, words)]) for the select of a line."""
    return _deduction_choices(languages.code())


@lru_cache(maxsize=8)
def _deduction_choices(locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Looked up once per language."""
    labels = work_words()
    return [
        (kind.upper(), [(f"{kind}:{work.code}", labels.get(work.code, work.element)) for work in work_types(kind)])
        for kind in ("rot", "rut")
    ] + [(str(_("Grön teknik")), [(f"{GREEN}:{code}", labels[code]) for code in green_tech.TYPES])]


def work_words() -> dict[str, str]:
    """Kinds of work that give a deduction, in words, by code: Skatteverket's, and the installations of grön teknik."""
    return {code: str(word) for code, word in WORK_TYPES.items()} | {
        "solceller": _("Solceller"),
        "solceller_totalpris": _("Solceller, allt i ett fast pris"),
        "lagring": _("Lagring av el"),
        "lagring_totalpris": _("Lagring av el, allt i ett fast pris"),
        "laddningspunkt": _("Laddningspunkt"),
        "laddningspunkt_totalpris": _("Laddningspunkt, allt i ett fast pris"),
    }


def line_conflict(error: LineChanged, form: LineForm | WordsForm) -> Conflict:
    line = error.line
    if line.is_text != isinstance(form, WordsForm):
        raise NotFound
    fields = [name for name in (*_LINE_FIELDS, "words") if name in form]
    found = differences(form, form_of(line), fields)
    return Conflict(line.changed_by, line.changed_at, error.is_removed, line.rev, found)


_LINE_FIELDS = (
    "text",
    "quantity",
    "unit",
    "price",
    "vat",
    "kind",
    "option",
    "recommended",
    "least",
    "most",
    "discount",
    "deduction",
    "purchase",
    "note",
)


def differences(mine: FlaskForm, theirs: FlaskForm, fields: Iterable[str]) -> list[Difference]:
    return [
        Difference(str(mine[name].label.text), _words(mine[name]), _words(theirs[name]))
        for name in fields
        if _words(mine[name]) != _words(theirs[name])
    ]


def _words(field: Any) -> str:
    """What a field shows, as a reader would say it."""
    if field.type == "BooleanField":
        return str(_("ja") if field.data else _("nej"))
    if field.name == "deduction":
        kind, _sep, code = (field.data or "").partition(":")
        return f"{deduction_name(kind)}, {work_words().get(code, code)}" if kind else str(_("inget"))
    if field.type == "KronorField" and field.data is not None:
        return kronor(field.data)
    if field.type == "PartList":
        parts = [" ".join(filter(None, map(_words, entry.form))) for entry in field if not entry.form.is_blank]
        return ", ".join(parts)
    if getattr(field, "choices", None):
        return next((str(one.label) for one in field.choices if one.value == field.data), str(field.data or ""))
    return " ".join(str(field._value()).split())
