"""Leaving: what happens, confirm with the password, the receipt with the owner's choice, and the way back."""

from __future__ import annotations

from datetime import date, datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.konto import bp
from blueprints.konto.forms import ChoiceForm, CloseForm, HastenForm
from blueprints.shared.fields import ask_again
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.words import MONTHS
from domain.clock import stockholm_date
from domain.terminations import Choice, may_undo
from models import Closing
from services import closing, hastening
from services.bookkeeping import material
from services.clock import utc_now
from services.errors import NotFound
from services.exporting import contents
from services.installation import settings
from services.logins import WrongPassword


def about(now: datetime) -> dict[str, object]:
    """What the pages tell of a termination: of the one that runs, else of one that would begin now."""
    running: Closing | None = current_user.closing
    return {
        "running": running,
        "dates": closing.dates_of(running) if running else closing.plan(now),
        "begins_on": stockholm_date(running.confirmed_at if running else now),
        "chosen": running.choice if running else "",
        "may_undo": running is not None and may_undo(running.channel, current_user.actor.ref),
        "lock_offered": Choice.LOCK_BOOKKEEPING in closing.choices(),
        "operator": settings().OPERATOR_CONTACT or settings().OPERATOR,
        "now": now,
    }


def _about_choice(now: datetime) -> dict[str, object]:
    """The same, and what locking would keep."""
    kept = material.counted(current_user.firm_id)
    return {**about(now), "material": kept, "ends_word": MONTHS[current_user.firm.fiscal_year_ends]}


@bp.get("/avsluta")
@requires("firm.close")
def leave() -> ResponseReturnValue:
    """What happens when, before anything has been asked."""
    if current_user.closing:
        return redirect(url_for(".closing_receipt"))
    return render_template("konto/leave.html", contents=contents.of_firm(current_user.firm_id), **about(utc_now()))


@bp.get("/avsluta/bekrafta")
@requires("firm.close")
def confirm_closing() -> ResponseReturnValue:
    if current_user.closing:
        return redirect(url_for(".closing_receipt"))
    return _confirm_page(CloseForm(formdata=None, data={"ends": current_user.firm.fiscal_year_ends}))


@bp.post("/avsluta/bekrafta")
@requires("firm.close")
def close() -> ResponseReturnValue:
    form = CloseForm()
    if not form.validate_on_submit():
        ask_again(form.password)
        return _confirm_page(form, status=422)
    offered = closing.choices()
    try:
        closing.ask(
            current_user.user,
            password=form.password.data or "",
            reason=form.reason.data or "",
            # one answer is no question: the page says what will happen
            choice=(form.choice.data or "") if len(offered) > 1 else offered[0],
            ends=form.last_month,
            actor=current_user.actor,
            now=utc_now(),
        )
    except WrongPassword:
        form.password.errors = [_("Lösenordet stämmer inte.")]
        return _confirm_page(form, status=422)
    return redirect(url_for(".closing_receipt"), code=303)


@bp.get("/avsluta/kvitto")
@requires("firm.close")
def closing_receipt() -> ResponseReturnValue:
    if current_user.closing is None:
        raise NotFound
    return _receipt_page(_choice_form())


def _choice_form() -> ChoiceForm:
    running: Closing = current_user.closing
    stored = {"choice": running.choice or None, "ends": current_user.firm.fiscal_year_ends}
    return ChoiceForm(formdata=None, data={**stored, "seen": closing.mark(running)})


@bp.post("/avsluta/val")
@requires("firm.close")
def choose() -> ResponseReturnValue:
    """What becomes of what is left."""
    if current_user.closing is None:
        raise NotFound
    form = ChoiceForm()
    if not form.validate_on_submit():
        return _receipt_page(form, status=422)
    closing.choose(
        form.choice.data, form.last_month, seen=form.seen.data or "", actor=current_user.actor, now=utc_now()
    )
    flash(_("Valet är sparat."))
    return redirect(url_for(".closing_receipt"), code=303)


@bp.post("/avsluta/tidigare")
@requires("firm.close")
def hasten() -> ResponseReturnValue:
    """Bring the last day forward."""
    if current_user.closing is None:
        raise NotFound
    form = HastenForm()
    if not form.validate_on_submit():
        ask_again(form.hasten_password)
        return _receipt_page(_choice_form(), form, status=422)
    try:
        hastening.hasten(
            current_user.user,
            password=form.hasten_password.data or "",
            seen=_day(form.until.data or ""),
            actor=current_user.actor,
            now=utc_now(),
        )
    except WrongPassword:
        form.hasten_password.errors = [_("Lösenordet stämmer inte.")]
        return _receipt_page(_choice_form(), form, status=422)
    flash(_("Sista dagen är ändrad."))
    return redirect(url_for(".closing_receipt"), code=303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


@bp.post("/avsluta/angra")
@requires("firm.close")
def undo_closing() -> ResponseReturnValue:
    closing.undo(actor=current_user.actor, now=utc_now())
    flash(_("Uppsägningen är ångrad. Kontot fortsätter som vanligt."))
    return redirect(url_for(".show"), code=303)


def _receipt_page(form: ChoiceForm, hasten_form: HastenForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    sooner = hastening.earliest(current_user.closing, now) if current_user.closing.choice else None
    hasten_form = hasten_form or HastenForm(formdata=None, data={"until": sooner and sooner.isoformat()})
    body = render_template(
        "konto/receipt.html",
        form=form,
        hasten_form=hasten_form,
        sooner=sooner,
        has_errors=bool(form.errors or hasten_form.errors),
        **_about_choice(now),
    )
    return body, status


def _confirm_page(form: CloseForm, *, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    facts = {**_about_choice(now), "fees_until": closing.fees_of_plan(now)}
    return render_template("konto/confirm.html", form=form, **facts), status
