"""Incidents for the operator: what does not hold, since when, and closing it with a reason."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.ops import bp
from blueprints.ops.guard import operator
from blueprints.shared.fields import strip
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import INCIDENTS
from services import incidents as found
from services.clock import utc_now

ON_A_PAGE = 100
COMMAND = "./run flask evidence check"


class CloseForm(FlaskForm):
    note = TextAreaField(
        _l("Vad som hände och vad ni har gjort"),
        [DataRequired(_l("Skriv varför den stängs")), Length(max=found.MOST_OF_A_NOTE)],
        filters=[strip],
    )


@bp.get("/drift/incidenter")
@operator
def incidents() -> ResponseReturnValue:
    return render_template("ops/incidents.html", rows=found.newest(ON_A_PAGE), words=INCIDENTS, command=COMMAND)


@bp.get("/drift/incidenter/<case>/stang")
@operator
def incident(case: str) -> ResponseReturnValue:
    return _page(case, CloseForm(formdata=None))


@bp.post("/drift/incidenter/<case>/stang")
@operator
def close_incident(case: str) -> ResponseReturnValue:
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(case, form, status=422)
    found.close(case, form.note.data or "", now=utc_now())
    return redirect(url_for("ops.incidents"), code=303)


def _page(case: str, form: CloseForm, *, status: int = 200) -> Response:
    """One incident and the form that closes it. Raises NotFound."""
    row, firm = found.case_of(case)
    page = render_template("ops/incident.html", row=row, firm=firm, form=form, words=INCIDENTS)
    return make_response(page, status)
