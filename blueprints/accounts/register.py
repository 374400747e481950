"""Registering a firm, and confirming its address of mail."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.accounts import bp, links
from blueprints.accounts.forms import WEAK, RegisterForm
from blueprints.shared.fields import ask_again
from blueprints.shared.guards import client_address, public, remember, user_agent
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from services import legal, registering, user_tokens
from services.clock import utc_now
from services.installation import settings
from services.passwords import SHORTEST, WeakPassword
from services.registering import Registration
from services.user_tokens import CONFIRM_EMAIL, LinkGone

SENT_TO = "sent_to"


@bp.get("/registrera")
@public
def register() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("home.start"))
    return _register_page(RegisterForm())


@bp.post("/registrera")
@public
@reads_first
def register_post() -> ResponseReturnValue:
    """The answer is the same for known and unknown addresses: a letter tells which."""
    form = RegisterForm()
    is_good = form.validate_on_submit()
    if form.accept.data and form.texts.data != legal.fingerprint():
        form.accept.errors = [_("Villkoren har ändrats sedan du öppnade sidan. Läs dem och godkänn igen.")]
        is_good = False
    if not is_good:
        if form.password.data and len(form.password.data) < SHORTEST:
            form.password.errors = [WEAK["short"]]
        ask_again(form.password)
        return _register_page(form, status=422)
    try:
        registering.register(_registration(form), now=utc_now())
    except WeakPassword as error:
        form.password.errors = [WEAK[error.code]]
        return _register_page(form, status=422)
    session[SENT_TO] = form.email.data
    return redirect(url_for("accounts.sent"), code=303)


@bp.get("/registrera/skickat")
@public
def sent() -> ResponseReturnValue:
    """Where the letter went; the same whether the address was known or not."""
    email = session.get(SENT_TO)
    if not email:
        return redirect(url_for("accounts.login"))
    return render_template("accounts/sent.html", email=email, has_mailbox=settings().shows_local_mailbox)


@bp.post("/registrera/skicka-igen")
@public
@reads_first
def send_again() -> ResponseReturnValue:
    """The link once more: to the address just registered, or to that of the one who is logged in."""
    email = current_user.found.email if current_user.is_authenticated else session.get(SENT_TO)
    if not email:
        return redirect(url_for("accounts.login"), code=303)
    goal = url_for("home.start" if current_user.is_authenticated else "accounts.sent")
    registering.send_link_again(email, ip=client_address(), now=utc_now())
    flash(_("Länken är skickad igen."))
    return redirect(goal, code=303)


@bp.get("/bekrafta/<token>")
@public
def take_confirm_link(token: str) -> ResponseReturnValue:
    return links.take(CONFIRM_EMAIL, token, "accounts.confirm")


@bp.get("/bekrafta")
@public
def confirm() -> ResponseReturnValue:
    """One button: fetching a link must change nothing."""
    try:
        _row, user = user_tokens.read(CONFIRM_EMAIL, links.kept(CONFIRM_EMAIL), now=utc_now())
    except LinkGone:
        return links.gone(CONFIRM_EMAIL)
    return render_template("accounts/confirm.html", email=user.email, firm_name=user.firm.name)


@bp.post("/bekrafta")
@public
def confirm_post() -> ResponseReturnValue:
    token = links.kept(CONFIRM_EMAIL)
    try:
        login = registering.confirm_email(token, ip=client_address(), user_agent=user_agent(), now=utc_now())
    except LinkGone:
        return links.gone(CONFIRM_EMAIL)
    remember(login)
    return redirect(url_for("home.start"), code=303)


def _registration(form: RegisterForm) -> Registration:
    return Registration(
        firm_name=str(form.firm_name.data),
        email=str(form.email.data),
        password=str(form.password.data),
        once=(form.once.data or secrets.token_urlsafe(16))[:64],
        ip=client_address(),
        user_agent=user_agent(),
    )


def _register_page(form: RegisterForm, *, status: int = 200) -> ResponseReturnValue:
    form.once.data = form.once.data or secrets.token_urlsafe(16)
    form.texts.data = legal.fingerprint()
    texts = {document: legal.shown(legal.current(document)) for document in legal.ACCEPTED}
    return render_template("accounts/register.html", form=form, texts=texts), status
