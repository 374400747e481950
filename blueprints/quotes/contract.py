"""A draft as a quote or a contract, the clauses of the contract, and a contract made of an accepted quote."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import PasswordField

from blueprints.quotes import bp
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services import logins
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import contracting
from services.quotes.contracting import Signature


@bp.post("/offerter/<int:n>/slag")
@requires("quote.send")
def set_kind(n: int) -> ResponseReturnValue:
    """Offert or kontrakt, before the first sending."""
    contracting.set_kind(n, request.form.get("kind", ""), actor=current_user.actor, now=utc_now())
    return redirect(url_for(".review", n=n), code=303)


@bp.post("/offerter/<int:n>/kontrakt")
@requires("quote.send")
def set_contract(n: int) -> ResponseReturnValue:
    """Which clauses (mall, a number or none for ours), and whether there is no day when it is done (utan-slut)."""
    typed = request.form.get("mall", "")
    if typed and not (typed.isdecimal() and len(typed) < 10):
        raise NotFound
    contracting.choose(
        n,
        int(typed) if typed else None,
        open_ended="utan-slut" in request.form,
        actor=current_user.actor,
        now=utc_now(),
    )
    flash(_("Sparat."))
    return redirect(url_for(".review", n=n, _anchor="kontraktet"), code=303)


@bp.post("/offerter/<int:n>/gor-kontrakt")
@requires("quote.write")
def make_contract(n: int) -> ResponseReturnValue:
    key = request.form.get("once", "")
    made = contracting.from_quote(n, current_user.firm, once_key=key, actor=current_user.actor, now=utc_now())
    flash(_("Kontraktet är ett utkast med allt från offerten. Kunden får det när du skickar."))
    return redirect(url_for(".review", n=made), code=303)


def signature(password: PasswordField) -> Signature | None:
    """The firm's own, by who is logged in: the password was typed just now, or is typed here. None without it.

    Raises WrongPassword, TooMany.
    """
    name, typed, now = current_user.name, password.data or "", utc_now()
    if not current_user.is_fresh:
        if not typed:
            return None
        logins.make_fresh(current_user.user, current_user.login, typed, now=now)
    return Signature(name, contracting.PASSWORD, now)
