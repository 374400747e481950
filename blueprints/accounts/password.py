"""A forgotten password: a link by mail, then a new one."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from blueprints.accounts import bp, links
from blueprints.accounts.forms import WEAK, ForgotForm, NewPasswordForm
from blueprints.shared.guards import client_address, public, user_agent
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from services import new_passwords, user_tokens
from services.clock import utc_now
from services.installation import settings
from services.passwords import WeakPassword
from services.user_tokens import RESET_PASSWORD, LinkGone

ASKED_FOR = "asked_for"


@bp.get("/glomt")
@public
def forgot() -> ResponseReturnValue:
    return render_template("accounts/forgot.html", form=ForgotForm())


@bp.post("/glomt")
@public
@reads_first
def forgot_post() -> ResponseReturnValue:
    """The same answer for known and unknown addresses."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgot.html", form=form), 422
    new_passwords.ask(str(form.email.data), ip=client_address(), user_agent=user_agent(), now=utc_now())
    session[ASKED_FOR] = form.email.data
    return redirect(url_for("accounts.forgot_sent"), code=303)


@bp.get("/glomt/skickat")
@public
def forgot_sent() -> ResponseReturnValue:
    email = session.get(ASKED_FOR)
    if not email:
        return redirect(url_for("accounts.forgot"))
    return render_template("accounts/forgot_sent.html", email=email, has_mailbox=settings().shows_local_mailbox)


@bp.get("/nytt-losenord/<token>")
@public
def take_reset_link(token: str) -> ResponseReturnValue:
    return links.take(RESET_PASSWORD, token, "accounts.new_password")


@bp.get("/nytt-losenord")
@public
def new_password() -> ResponseReturnValue:
    try:
        _row, user = user_tokens.read(RESET_PASSWORD, links.kept(RESET_PASSWORD), now=utc_now())
    except LinkGone:
        return links.gone(RESET_PASSWORD)
    return render_template("accounts/new_password.html", form=NewPasswordForm(), email=user.email)


@bp.post("/nytt-losenord")
@public
@reads_first
def new_password_post() -> ResponseReturnValue:
    token, form, now = links.kept(RESET_PASSWORD), NewPasswordForm(), utc_now()
    try:
        _row, user = user_tokens.read(RESET_PASSWORD, token, now=now)
        email = user.email
        if form.validate_on_submit():
            new_passwords.reset(token, str(form.password.data), ip=client_address(), user_agent=user_agent(), now=now)
            links.forget(RESET_PASSWORD)
            flash(_("Lösenordet är bytt. Logga in med det nya."))
            return redirect(url_for("accounts.login"), code=303)
    except WeakPassword as error:
        form.password.errors = [WEAK[error.code]]
    except LinkGone:
        return links.gone(RESET_PASSWORD)
    return render_template("accounts/new_password.html", form=form, email=email), 422
