"""The user's own name, password and logins."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

import languages
from blueprints.settings import bp
from blueprints.settings.device import describe
from blueprints.settings.forms import MeForm, NoticesForm, PasswordForm
from blueprints.shared import speaking
from blueprints.shared.fields import ask_again
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.requests import reads_first
from domain import notices as events
from services import logins, new_passwords, notices, users
from services.clock import utc_now
from services.logins import WrongPassword
from services.passwords import WeakPassword

WEAK = {
    "short": _l("Lösenordet behöver minst 10 tecken"),
    "long": _l("Lösenordet får ha högst 128 tecken"),
    "weak": _l("Lösenordet är lätt att gissa. Ta fyra ord som inte hör ihop."),
}


@bp.get("/mig")
@requires("login.own")
def me() -> ResponseReturnValue:
    return _page()


@bp.post("/mig")
@requires("login.own")
def me_post() -> ResponseReturnValue:
    form = MeForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    own = {"name": form.name.data or "", "phone": form.phone.data or "", "language": form.language.data}
    users.change_own(current_user.user, **own, actor=current_user.actor, now=utc_now())
    languages.use(form.language.data)
    flash(_("Sparat."))
    # kept in the browser too, for the pages before the login
    return speaking.keep(make_response(redirect(url_for("settings.me"), code=303)), form.language.data)


@bp.post("/mig/mejl")
@requires("login.own")
def notices_post() -> ResponseReturnValue:
    """Which news come by mail."""
    form = NoticesForm()
    if not form.validate_on_submit():
        return _page(status=422)
    notices.choose(current_user.user, form.chosen(), actor=current_user.actor, now=utc_now())
    flash(_("Sparat."))
    return redirect(url_for("settings.me", _anchor="mejl"), code=303)


@bp.post("/mig/losenord")
@requires("login.own")
@reads_first
def password_post() -> ResponseReturnValue:
    form, visitor = PasswordForm(), current_user
    if form.validate_on_submit():
        try:
            new_passwords.change(
                visitor.user,
                str(form.old.data),
                str(form.new.data),
                kept=visitor.login,
                actor=visitor.actor,
                now=utc_now(),
            )
        except WeakPassword as error:
            form.new.errors = [WEAK[error.code]]
        except WrongPassword:
            form.old.errors = [_("Lösenordet stämmer inte.")]
        else:
            flash(_("Lösenordet är bytt. De andra inloggningarna är avslutade."))
            return redirect(url_for("settings.me"), code=303)
    ask_again(form.old, form.new)
    return _page(password_form=form, status=422)


@bp.post("/mig/inloggningar/<public_id>/avsluta")
@requires("login.own")
def end_login(public_id: str) -> ResponseReturnValue:
    logins.end(current_user.user, public_id, actor=current_user.actor, now=utc_now())
    flash(_("Inloggningen är avslutad."))
    return redirect(url_for("settings.me"), code=303)


@bp.post("/mig/inloggningar/avsluta-andra")
@requires("login.own")
def end_other_logins() -> ResponseReturnValue:
    logins.end_others(current_user.user, current_user.login, actor=current_user.actor, now=utc_now())
    flash(_("De andra inloggningarna är avslutade."))
    return redirect(url_for("settings.me"), code=303)


def _page(
    form: MeForm | None = None, *, password_form: PasswordForm | None = None, status: int = 200
) -> ResponseReturnValue:
    user = current_user.user
    form = form or MeForm(formdata=None, data={"name": user.name, "phone": user.phone, "language": user.language})
    password_form = password_form or PasswordForm(formdata=None)
    body = render_template(
        "settings/me.html",
        form=form,
        password_form=password_form,
        notices_form=NoticesForm(formdata=None, data=dict.fromkeys(events.chosen(user.notices), True)),
        has_errors=bool(form.errors or password_form.errors),
        logins=[(row, describe(row.user_agent)) for row in logins.of_user(user)],
        here=current_user.login.public_id,
        place="installningar",
    )
    return body, status
