"""A forgotten password: a link by mail, then a new one."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from blueprints.accounts import bp, links
from blueprints.accounts.forms import WEAK, ForgotForm, NewPasswordForm
from blueprints.shared.guards import client_address, public, user_agent
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from models import User, UserToken
from services import new_addresses, new_passwords, user_tokens
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
        row, user = user_tokens.read(RESET_PASSWORD, links.kept(RESET_PASSWORD), now=utc_now())
    except LinkGone:
        return links.gone(RESET_PASSWORD)
    return render_template("accounts/new_password.html", form=NewPasswordForm(), **_whose(row, user))


@bp.post("/nytt-losenord")
@public
@reads_first
def new_password_post() -> ResponseReturnValue:
    token, form, now = links.kept(RESET_PASSWORD), NewPasswordForm(), utc_now()
    try:
        whose = _whose(*user_tokens.read(RESET_PASSWORD, token, now=now))
        if form.validate_on_submit():
            new_passwords.reset(token, str(form.password.data), ip=client_address(), user_agent=user_agent(), now=now)
            links.forget(RESET_PASSWORD)
            flash(_("Lösenordet är bytt. Logga in med det nya."))
            return redirect(url_for("accounts.login"), code=303)
    except WeakPassword as error:
        form.password.errors = [WEAK[error.code]]
    except LinkGone:
        return links.gone(RESET_PASSWORD)
    return render_template("accounts/new_password.html", form=form, **whose), 422


@bp.post("/nytt-losenord/inte-jag")
@public
def release_address() -> ResponseReturnValue:
    """The address came here with a firm that its holder does not belong to."""
    token = links.kept(RESET_PASSWORD)
    try:
        new_addresses.release(token, ip=client_address(), user_agent=user_agent(), now=utc_now())
    except LinkGone:
        return links.gone(RESET_PASSWORD)
    links.forget(RESET_PASSWORD)
    flash(_("Adressen är fri. Du kan registrera dig med den."))
    return redirect(url_for("accounts.register"), code=303)


def _whose(row: UserToken, user: User) -> dict[str, str]:
    came_with = user.firm.name if new_addresses.may_be_released(user) else ""
    return {"email": row.email, "came_with": came_with}
