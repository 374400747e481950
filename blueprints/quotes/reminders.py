"""Reminders on a quote's page: after how many days, and one now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField

from blueprints.quotes import bp
from blueprints.shared.filters import clock, day
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import REMINDERS
from domain import reminders
from domain.clock import stockholm_date
from services.clock import utc_now
from services.deal import reminding
from services.errors import NotFound
from services.quotes.showing import View


class RemindForm(FlaskForm):
    remind = RadioField(_l("Påminn efter så många dagar"), choices=REMINDERS, coerce=int, default=0)


@bp.post("/offerter/<int:n>/paminnelser")
@requires("quote.send")
def reminders_post(n: int) -> ResponseReturnValue:
    form = RemindForm()
    if not form.validate_on_submit():
        raise NotFound  # no page of ours asks for other days
    reminding.choose(current_user.firm_id, n, form.remind.data, now=utc_now())
    flash(_("Sparat."))
    return redirect(url_for(".show", n=n, _anchor="h-pam"), code=303)


@bp.post("/offerter/<int:n>/paminn")
@requires("quote.send")
def remind_now(n: int) -> ResponseReturnValue:
    """Now, or at the first moment that does not disturb; the answer says when."""
    now = utc_now()
    at = reminding.ask(current_user.firm_id, n, actor=current_user.actor, now=now)
    flash(_("Påminnelsen är skickad.") if at <= now else _("Påminnelsen går %(when)s.", when=_when(at)))
    return redirect(url_for(".show", n=n, _anchor="h-pam"), code=303)


def told(view: View) -> dict[str, Any]:
    """What the page says of reminders: the plan, why none goes, whether one can be asked for, and the form."""
    now = utc_now()
    plan, why = view.plan, view.why_no_reminder(now)
    is_recent = plan.last_at is not None and now < plan.last_at + reminders.APART
    is_waiting = plan.asked_at is not None and plan.next_at is not None
    return {
        "plan": plan,
        "why": why,
        "when": _when(plan.next_at) if plan.next_at else "",
        "is_asked": is_waiting and not why,
        "can_ask": plan.sent < reminders.MOST and not (is_waiting or is_recent) and why in ("", "seen"),
        "form": RemindForm(formdata=None, data={"remind": plan.days}),
    }


def _when(at: datetime) -> str:
    """27 november kl. 08.00"""
    return str(_("%(day)s kl. %(clock)s", day=day(stockholm_date(at)), clock=clock(at)))
