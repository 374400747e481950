"""Leaving: what happens, confirm with the password, the receipt, and the way back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.konto import bp
from blueprints.konto.forms import CloseForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from models import Closing
from services import closing
from services.clock import utc_now
from services.errors import NotFound
from services.exporting import contents


@bp.get("/avsluta")
@requires("firm.close")
def leave() -> ResponseReturnValue:
    """What happens when, before anything has been asked."""
    if current_user.closing:
        return redirect(url_for(".closing_receipt"))
    now = utc_now()
    return render_template(
        "konto/leave.html",
        dates=closing.plan(now),
        contents=contents.of_firm(current_user.firm_id),
        running=None,
        now=now,
    )


@bp.get("/avsluta/bekrafta")
@requires("firm.close")
def confirm_closing() -> ResponseReturnValue:
    if current_user.closing:
        return redirect(url_for(".closing_receipt"))
    return _confirm_page(CloseForm())


@bp.post("/avsluta/bekrafta")
@requires("firm.close")
def close() -> ResponseReturnValue:
    form = CloseForm()
    if not form.validate_on_submit():
        return _confirm_page(form, status=422)
    try:
        closing.ask(
            current_user.user,
            password=form.password.data or "",
            reason=form.reason.data or "",
            actor=current_user.actor,
            now=utc_now(),
        )
    except closing.WrongPassword:
        form.password.errors = [_("Lösenordet stämmer inte.")]
        return _confirm_page(form, status=422)
    return redirect(url_for(".closing_receipt"), code=303)


@bp.get("/avsluta/kvitto")
@requires("firm.close")
def closing_receipt() -> ResponseReturnValue:
    running: Closing | None = current_user.closing
    if running is None:
        raise NotFound
    return render_template("konto/receipt.html", running=running, dates=closing.dates_of(running), now=utc_now())


@bp.post("/avsluta/angra")
@requires("firm.close")
def undo_closing() -> ResponseReturnValue:
    closing.undo(actor=current_user.actor, now=utc_now())
    flash(_("Uppsägningen är ångrad. Kontot fortsätter som vanligt."))
    return redirect(url_for(".show"), code=303)


def _confirm_page(form: CloseForm, *, status: int = 200) -> ResponseReturnValue:
    return render_template("konto/confirm.html", form=form, dates=closing.plan(utc_now())), status
