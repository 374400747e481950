"""Logging in and out, and the password once more before what matters."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.accounts import bp
from blueprints.accounts.forms import AgainForm, LoginForm
from blueprints.shared import locking
from blueprints.shared.guards import client_address, public, remember, requires, safe_next, user_agent
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from services import logins
from services.clock import utc_now
from services.logins import WrongPassword


@bp.get("/logga-in")
@public
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")))
    return _login_page(LoginForm(next=safe_next(request.args.get("next"))))


@bp.post("/logga-in")
@public
@reads_first
def login_post() -> ResponseReturnValue:
    form = LoginForm()
    if not form.validate_on_submit():
        return _login_page(form, status=422)
    try:
        token = logins.log_in(
            str(form.email.data),
            str(form.password.data),
            ip=client_address(),
            user_agent=user_agent(),
            now=utc_now(),
        )
    except WrongPassword:
        form.form_errors = [_("E-postadressen eller lösenordet stämmer inte.")]
        return _login_page(form, status=422)
    remember(token)
    answer = make_response(redirect(safe_next(form.next.data), code=303))
    if locking.was_handed():
        locking.unmark(answer)
    return answer


@bp.post("/logga-ut")
@public
def logout() -> ResponseReturnValue:
    """End the login on the server; harmless for someone who is not logged in."""
    if current_user.is_authenticated:
        logins.end(current_user.user, current_user.login.public_id, actor=current_user.actor, now=utc_now())
    session.clear()
    return redirect(url_for("home.start"), code=303)


@bp.get("/losenord")
@requires("login.own")
def confirm_password() -> ResponseReturnValue:
    """The password again, then on to where the visitor was going."""
    return _again_page(AgainForm(next=safe_next(request.args.get("next"))))


@bp.post("/losenord")
@requires("login.own")
@reads_first
def confirm_password_post() -> ResponseReturnValue:
    form = AgainForm()
    if not form.validate_on_submit():
        return _again_page(form, status=422)
    visitor, goal = current_user, safe_next(form.next.data)
    try:
        logins.make_fresh(visitor.user, visitor.login, str(form.password.data), now=utc_now())
    except WrongPassword:
        form.password.errors = [_("Lösenordet stämmer inte.")]
        return _again_page(form, status=422)
    return redirect(goal, code=303)


def _login_page(form: LoginForm, *, status: int = 200) -> ResponseReturnValue:
    return render_template("accounts/login.html", form=form, was_handed=locking.was_handed()), status


def _again_page(form: AgainForm, *, status: int = 200) -> ResponseReturnValue:
    return render_template("accounts/password_again.html", form=form, place="konto"), status
