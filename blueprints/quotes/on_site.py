"""Visa för kund: hand the phone over with the customer's view of one quote, and take it back with the password."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from blueprints.quotes import bp
from blueprints.shared import locking
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.requests import reads_first
from services.clock import utc_now
from services.deal import on_site
from services.logins import WrongPassword


class TakeBackForm(FlaskForm):
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv lösenordet"))])


@bp.post("/offerter/<int:n>/visa-for-kund")
@requires("quote.send")
def show_to_customer(n: int) -> ResponseReturnValue:
    """From here on this browser shows the customer's page and nothing else."""
    return handed(n, whose=request.form.get("for", ""))


def handed(n: int, *, whose: str = "") -> ResponseReturnValue:
    """Hold this login and go to the customer's page, or to that of another who signs."""
    login_id = current_user.found.login_id
    deal_id = on_site.show(n, login_id=login_id, actor=current_user.actor, now=utc_now(), whose=whose)
    answer = make_response(redirect(url_for("deal.show", deal_id=deal_id), code=303))
    locking.mark(answer)
    return answer


@bp.get("/tillbaka")
@requires("login.own")
def take_back_page() -> ResponseReturnValue:
    if not current_user.found.locked_to:
        return redirect(url_for("home.start"))
    return _page(TakeBackForm())


@bp.post("/tillbaka")
@requires("login.own")
@reads_first
def take_back() -> ResponseReturnValue:
    found, form = current_user.found, TakeBackForm()
    if not found.locked_to:
        return redirect(url_for("home.start"), code=303)
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        n = on_site.take_back(found, str(form.password.data), actor=current_user.actor, now=utc_now())
    except WrongPassword:
        form.password.errors = [_("Lösenordet stämmer inte.")]
        return _page(form, status=422)
    answer = make_response(redirect(url_for("quotes.show", n=n) if n else url_for("home.start"), code=303))
    locking.unmark(answer)
    return answer


def _page(form: TakeBackForm, *, status: int = 200) -> ResponseReturnValue:
    locking.as_nobody()
    return make_response(render_template("quotes/take_back.html", form=form), status)
