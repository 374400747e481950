"""Firms for the operator: who there are and how they stand, suspending, terminations that came in otherwise.

Nothing that a firm keeps is shown here: no customers, no quotes, no orgnr, which may be a person's.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from blueprints.ops import bp
from blueprints.ops.guard import operator
from blueprints.shared.fields import DateField, choices, strip
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain import terminations
from domain.clock import stockholm_date
from domain.standing import Reason
from domain.terminations import Channel, may_undo
from services import closing, firm_list, suspending
from services.actors import Actor
from services.clock import utc_now
from services.errors import NotFound, Stale

BY = "page"
ME = "operator:page"
EXPORT = "./run flask firm export"
REASONS = {
    Reason.LATE_PAYMENT: _l("Sen betalning"),
    Reason.MISUSE: _l("Misstänkt missbruk"),
    Reason.SECURITY: _l("Säkerhet: alla loggas ut"),
    Reason.REQUEST: _l("Företaget har bett om det"),
    Reason.OTHER: _l("Annat skäl"),
}
CHANNELS = {
    Channel.PHONE: _l("Telefon"),
    Channel.LETTER: _l("Brev"),
    Channel.MAIL: _l("E-post"),
    Channel.OPERATOR: _l("Vi säger upp kontot"),
}
ENDS = {
    terminations.Reason.SERVICE_ENDS: _l("Tjänsten läggs ner"),
    terminations.Reason.LATE_PAYMENT: _l("Obetalda avgifter"),
    terminations.Reason.INSOLVENCY: _l("Konkurs eller obestånd"),
    terminations.Reason.BREACH: _l("Villkoren har inte följts"),
    terminations.Reason.MISUSE: _l("Tjänsten har missbrukats"),
    terminations.Reason.SECURITY: _l("Säkerheten"),
    terminations.Reason.UNLAWFUL: _l("Lagen kräver det"),
}
STANDINGS = {
    "active": (_l("Igång"), "ok"),
    "closed": (_l("Uppsagt"), "warn"),
    "suspended": (_l("Pausat"), "bad"),
    "arriving": (_l("Flyttar in"), "info"),
}
ARRIVALS = {
    "queued": _l("Väntar"),
    "checking": _l("Kontrolleras"),
    "running": _l("Flyttar in"),
    "done": _l("Klar"),
    "refused": _l("Avvisad"),
    "failed": _l("Misslyckad"),
    "cancelled": _l("Avbruten"),
}
_SHORT = Length(max=suspending.LONGEST_NOTE, message=_l("Texten får ha högst 300 tecken."))


class SuspendForm(FlaskForm):
    reason = RadioField(_l("Varför?"), [InputRequired(_l("Välj ett skäl"))], choices=choices(*REASONS.items()))
    note = TextAreaField(_l("Till ägarna"), [Optional(), _SHORT], filters=[strip])

    def validate_reason(self, field: RadioField) -> None:
        if field.data == Reason.OTHER and not self.note.data:
            raise ValidationError(_("Skriv skälet till ägarna"))


class TerminateForm(FlaskForm):
    channel = RadioField(_l("Hur kom den in?"), [InputRequired(_l("Välj hur"))], choices=choices(*CHANNELS.items()))
    received_on = DateField(_l("Vilken dag kom den in?"), [InputRequired(_l("Skriv ett datum"))])
    reason = SelectField(
        _l("Varför, om vi säger upp"), [Optional()], choices=choices(("", _l("Inget skäl")), *ENDS.items())
    )
    note = TextAreaField(_l("Anteckning"), [Optional(), _SHORT], filters=[strip])

    def validate_received_on(self, field: DateField) -> None:
        if field.data is not None and field.data > stockholm_date(utc_now()):
            raise ValidationError(_("Dagen kan inte ligga i framtiden"))

    def validate_channel(self, field: RadioField) -> None:
        if field.data == Channel.OPERATOR and not self.reason.data:
            raise ValidationError(_("Välj ett skäl. Företaget får läsa det."))


class SeenForm(FlaskForm):
    seen = HiddenField()  # what the page showed, so that an old page changes nothing


@bp.get("/drift/foretag")
@operator
def firms() -> ResponseReturnValue:
    typed = request.args.get("q", "")[:100]
    found = firm_list.list_page(typed=typed, after=request.args.get("efter", "")[:30])
    return render_template("ops/firms.html", found=found, typed=typed, now=utc_now(), standings=STANDINGS)


@bp.get("/drift/foretag/<firm_id>")
@operator
def firm(firm_id: str) -> ResponseReturnValue:
    known, now = firm_list.known(firm_id), utc_now()
    running = known.closing
    return render_template(
        "ops/firm.html",
        known=known,
        now=now,
        standings=STANDINGS,
        reasons=REASONS,
        arrivals=ARRIVALS,
        seen=_mark(known.firm.standing_at),
        dates=closing.dates_of(running) if running else None,
        may_undo=running is not None and may_undo(running.channel, ME),
        command=f"{EXPORT} {firm_id}",
    )


@bp.get("/drift/foretag/<firm_id>/pausa")
@operator
def suspend_page(firm_id: str) -> ResponseReturnValue:
    return _form_page("ops/suspend.html", firm_id, SuspendForm(formdata=None))


@bp.post("/drift/foretag/<firm_id>/pausa")
@operator
def suspend(firm_id: str) -> ResponseReturnValue:
    form = SuspendForm()
    if not form.validate_on_submit():
        return _form_page("ops/suspend.html", firm_id, form, status=422)
    suspending.suspend(firm_id, form.reason.data, form.note.data or "", by=BY, now=utc_now())
    flash(_("Kontot är pausat. Ägarna får ett mejl."))
    return _to(firm_id)


@bp.post("/drift/foretag/<firm_id>/igang")
@operator
def restore(firm_id: str) -> ResponseReturnValue:
    suspending.restore(firm_id, seen=SeenForm().seen.data or "", by=BY, now=utc_now())
    flash(_("Kontot är igång igen. Ägarna får ett mejl."))
    return _to(firm_id)


@bp.get("/drift/foretag/<firm_id>/uppsagning")
@operator
def terminate_page(firm_id: str) -> ResponseReturnValue:
    today = stockholm_date(utc_now())
    return _form_page("ops/terminate.html", firm_id, TerminateForm(formdata=None, data={"received_on": today}))


@bp.post("/drift/foretag/<firm_id>/uppsagning")
@operator
def terminate(firm_id: str) -> ResponseReturnValue:
    form = TerminateForm()
    if not form.validate_on_submit():
        return _form_page("ops/terminate.html", firm_id, form, status=422)
    found = firm_list.get(firm_id)
    reason = form.reason.data if form.channel.data == Channel.OPERATOR else ""
    given = (form.channel.data, form.received_on.data, form.note.data or "", utc_now())
    closing.enter(found, *given, reason=reason, by=BY)
    flash(_("Kontot är uppsagt. Ägarna får ett kvitto."))
    return _to(firm_id)


@bp.post("/drift/foretag/<firm_id>/uppsagning/ta-tillbaka")
@operator
def take_back_termination(firm_id: str) -> ResponseReturnValue:
    found = firm_list.get(firm_id)
    running = closing.running(found.id)
    if running is None:
        raise NotFound
    if running.public_id != SeenForm().seen.data:
        raise Stale
    closing.undo(actor=Actor(found.id, found.public_id, ME), now=utc_now())
    flash(_("Uppsägningen är tillbakatagen. Ägarna får ett mejl."))
    return _to(firm_id)


def _mark(standing_at: datetime | None) -> str:
    return standing_at.isoformat() if standing_at else ""


def _to(firm_id: str) -> Response:
    return make_response(redirect(url_for("ops.firm", firm_id=firm_id), code=303))


def _form_page(template: str, firm_id: str, form: FlaskForm, *, status: int = 200) -> Response:
    """Raises NotFound."""
    return make_response(render_template(template, firm=firm_list.known(firm_id).firm, form=form), status)
