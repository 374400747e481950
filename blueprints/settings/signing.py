"""From which amounts a quote asks for more than a word: what the firm wants at the least."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.settings import bp
from blueprints.settings.forms import FromKrField, SigningForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services import firms
from services.clock import utc_now
from services.installation import settings


@bp.get("/underskrift")
@requires("firm.settings")
def signing() -> ResponseReturnValue:
    stored = firms.values(current_user.firm, firms.SIGNING)
    form = SigningForm(formdata=None, data=SigningForm.read(json.loads(stored["signing_rules"])))
    form.seen.data = firms.fingerprint(stored)
    return _page(form)


@bp.post("/underskrift")
@requires("firm.settings")
def signing_post() -> ResponseReturnValue:
    form = SigningForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    new = {"signing_rules": json.dumps(form.to_rules())}
    try:
        firms.change(firms.SIGNING, new, seen=form.seen.data or "", actor=current_user.actor, now=utc_now())
    except firms.Changed as error:
        form.seen.data = firms.fingerprint(error.values)
        return _page(form, status=409, stored=SigningForm.read(json.loads(error.values["signing_rules"])))
    flash(_("Sparat."))
    return redirect(url_for("settings.signing"), code=303)


def _page(form: SigningForm, *, stored: dict[str, Any] | None = None, status: int = 200) -> ResponseReturnValue:
    """The page. With `stored`, someone else saved meanwhile: both values are shown."""
    others = [
        (form[name].label.text, "" if value is None else _("%(n)s kr", n=FromKrField.writer(value)))
        for name, value in (stored or {}).items()
        if form[name].data != value
    ]
    facts = {"form": form, "others": others, "sends_texts": settings().sends_texts, "place": "installningar"}
    return render_template("settings/signing.html", **facts), status
