"""The applicants' numbers in full: asked for with a reason, shown this once."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.review_forms import RevealForm
from blueprints.quotes.show import page
from blueprints.shared.guards import requires
from services.clock import utc_now
from services.quotes import revealing, showing


@bp.get("/offerter/<int:n>/personnummer")
@requires("personnummer.read")
def reveal_page(n: int) -> ResponseReturnValue:
    return _ask(n, RevealForm(formdata=None), status=200)


@bp.post("/offerter/<int:n>/personnummer")
@requires("personnummer.read")
def reveal(n: int) -> ResponseReturnValue:
    """The quote's page with the numbers; the chain notes who looked, and why."""
    form = RevealForm()
    if not form.validate_on_submit():
        return _ask(n, form, status=422)
    revealing.reveal(current_user.firm_id, n, form.reason.data, actor=current_user.actor, now=utc_now())
    return page(n, in_full=True)


def _ask(n: int, form: RevealForm, *, status: int) -> ResponseReturnValue:
    view = showing.view(current_user.firm_id, current_user.found.firm_public_id, n, now=utc_now())
    if not any(person.number for person in view.persons):
        return redirect(url_for(".show", n=n), code=303)
    return render_template("quotes/show_reveal.html", place="offerter", quote=view.quote, form=form), status
