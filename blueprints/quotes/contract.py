"""A draft as a quote or a contract, the clauses of the contract, and a contract made of an accepted quote."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, review
from blueprints.quotes.review_forms import SendForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services.clock import utc_now
from services.quotes import contracting, drafting


@bp.post("/offerter/<int:n>/slag")
@requires("quote.send")
def set_kind(n: int) -> ResponseReturnValue:
    """Offert or kontrakt, before the first sending. What is typed on the page stays."""
    kind, typed = request.form.get("kind", ""), request.form.to_dict()
    contracting.set_kind(n, kind, actor=current_user.actor, now=utc_now())
    if typed.get("message", "").strip() in ("", review.usual_message("quote").strip()):
        typed["message"] = review.usual_message(kind)
    return review.again(n, typed)


@bp.get("/offerter/<int:n>/slag")
@bp.get("/offerter/<int:n>/kontrakt")
@requires("quote.send")
def back_from_choice(n: int) -> ResponseReturnValue:
    """Where a browser comes back to that is opened again."""
    drafting.get(current_user.firm_id, n)
    return redirect(url_for(".review", n=n))


@bp.post("/offerter/<int:n>/kontrakt")
@requires("quote.send")
def set_contract(n: int) -> ResponseReturnValue:
    """Which clauses, and whether there is no day when it is done. What is typed on the page stays."""
    form = SendForm()
    contracting.choose(n, form.to_clauses(), open_ended=form.open_ended.data, actor=current_user.actor, now=utc_now())
    flash(_("Sparat."))
    return review.again(n, request.form)


@bp.post("/offerter/<int:n>/gor-kontrakt")
@requires("quote.write")
def make_contract(n: int) -> ResponseReturnValue:
    key = request.form.get("once", "")
    made = contracting.from_quote(n, current_user.firm, once_key=key, actor=current_user.actor, now=utc_now())
    flash(_("Kontraktet är ett utkast med allt från offerten. Kunden får det när du skickar."))
    return redirect(url_for(".review", n=made), code=303)
