"""What a new quote begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.settings import bp
from blueprints.settings.forms import QuoteForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services import firms
from services.clock import utc_now


@bp.get("/offert")
@requires("firm.settings")
def quote() -> ResponseReturnValue:
    stored = firms.values(current_user.firm, firms.QUOTE)
    return _page(QuoteForm(formdata=None, data={**stored, "seen": firms.fingerprint(stored)}))


@bp.post("/offert")
@requires("firm.settings")
def quote_post() -> ResponseReturnValue:
    form = QuoteForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        firms.change(firms.QUOTE, form.to_input(), seen=form.seen.data or "", actor=current_user.actor, now=utc_now())
    except firms.Changed as error:
        form.seen.data = firms.fingerprint(error.values)
        return _page(form, status=409, stored=error.values)
    flash(_("Sparat."))
    return redirect(url_for("settings.quote"), code=303)


def _page(form: QuoteForm, *, stored: Mapping[str, Any] | None = None, status: int = 200) -> ResponseReturnValue:
    """The settings page. With `stored`, someone else saved meanwhile: both values are shown."""
    typed = form.to_input() if stored else {}
    others = [(form[name].label.text, value) for name, value in (stored or {}).items() if typed[name] != value]
    return render_template("settings/quote.html", form=form, others=others, place="installningar"), status
