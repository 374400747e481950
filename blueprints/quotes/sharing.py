"""Fler som får offerten: those who get it besides the customer, added, corrected and removed by small forms.

From *Granska* the page is reached by a button of the form that sends; what is typed there goes along in hidden fields
and comes back, with scripts or without.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, review
from blueprints.quotes.review_forms import CorrectForm, RecipientForm, SendForm
from blueprints.quotes.view import base_of
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from domain.parties import CUSTOMER
from services import kinds
from services.clock import utc_now
from services.quotes import drafting, recipient_rows, sharing

REVIEW = "granska"  # where the form stood, if not on the quote's own page
THE_CUSTOMER = "kund"  # in addresses, among those who sign
KEPT = "k-"  # begins the names of the fields that hold what is typed there


@bp.get("/offerter/<int:n>/mottagare")
@requires("quote.send")
def recipients(n: int) -> ResponseReturnValue:
    return _page(n)


@bp.post("/offerter/<int:n>/granska/mottagare")
@requires("quote.send")
def recipients_from_review(n: int) -> ResponseReturnValue:
    names = (field.name for field in SendForm(formdata=None) if field.name in request.form and field.name != "password")
    return _page(n, kept={f"{KEPT}{name}": request.form[name] for name in names})


@bp.post("/offerter/<int:n>/granska")
@requires("quote.send")
def back_to_review(n: int) -> ResponseReturnValue:
    drafting.get(current_user.firm_id, n)
    return _back(n)


@bp.post("/offerter/<int:n>/mottagare")
@requires("quote.send")
def add_recipient(n: int) -> ResponseReturnValue:
    form = RecipientForm(_roles(n))
    if not form.validate_on_submit():
        return _page(n, form=form, status=422)
    row = sharing.add(current_user.firm_id, n, form.to_input(), actor=current_user.actor, now=utc_now())
    flash(_("%(name)s får %(it)s.", name=row.name, it=kinds.the(drafting.get(current_user.firm_id, n).kind)))
    return _back(n)


@bp.post("/offerter/<int:n>/mottagare/<recipient_id>/adress")
@requires("quote.send")
def correct_recipient(n: int, recipient_id: str) -> ResponseReturnValue:
    """Another address, whose link to the old one ends, or another mobile."""
    form = CorrectForm()
    if not form.validate_on_submit():
        return _page(n, corrected=(recipient_id, form), status=422)
    email, phone = form.email.data or "", (form.phone.data or "") if form.phone.raw_data else None
    firm_id, actor = current_user.firm_id, current_user.actor
    row = sharing.correct(firm_id, n, recipient_id, email, phone=phone, actor=actor, now=utc_now())
    flash(_("Ändringen för %(name)s är sparad.", name=row.name))
    return _back(n)


@bp.post("/offerter/<int:n>/mottagare/<recipient_id>/ta-bort")
@requires("quote.send")
def remove_recipient(n: int, recipient_id: str) -> ResponseReturnValue:
    sharing.remove(current_user.firm_id, n, recipient_id, actor=current_user.actor, now=utc_now())
    flash(_("Borttagen. Länken är stängd."))
    return _back(n)


@bp.post("/offerter/<int:n>/mottagare/ordning")
@requires("quote.send")
def arrange_recipients(n: int) -> ResponseReturnValue:
    """Whether they sign one after the other."""
    in_order = request.form.get("ordning") == "fast"
    sharing.arrange(current_user.firm_id, n, in_order=in_order, actor=current_user.actor, now=utc_now())
    return _again(n)


@bp.post("/offerter/<int:n>/mottagare/<recipient_id>/upp")
@requires("quote.send")
def move_recipient_up(n: int, recipient_id: str) -> ResponseReturnValue:
    """One signs a step earlier."""
    return _move(n, recipient_id, up=True)


@bp.post("/offerter/<int:n>/mottagare/<recipient_id>/ner")
@requires("quote.send")
def move_recipient_down(n: int, recipient_id: str) -> ResponseReturnValue:
    """One signs a step later."""
    return _move(n, recipient_id, up=False)


def _move(n: int, recipient_id: str, *, up: bool) -> ResponseReturnValue:
    key = CUSTOMER if recipient_id == THE_CUSTOMER else recipient_id
    sharing.move(current_user.firm_id, n, key, up=up, actor=current_user.actor, now=utc_now())
    return _again(n)


def _roles(n: int) -> tuple[str, ...]:
    return sharing.roles_of(drafting.get(current_user.firm_id, n))


def _again(n: int) -> ResponseReturnValue:
    """The page as it is now; with what was typed on the review page it cannot be asked for anew."""
    if _kept():
        return _page(n)
    came_from = REVIEW if request.form.get("fran") == REVIEW else None
    return redirect(url_for(".recipients", n=n, _anchor="mottagarna", fran=came_from), code=303)


def _back(n: int) -> ResponseReturnValue:
    """To where the form stood, with what was typed there."""
    if kept := _kept():
        return review.again(n, {name.removeprefix(KEPT): value for name, value in kept.items()})
    where = ".review" if request.form.get("fran") == REVIEW else ".show"
    return redirect(url_for(where, n=n, _anchor="mottagarna"), code=303)


def _kept() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name.startswith(KEPT)}


def _page(
    n: int,
    *,
    form: RecipientForm | None = None,
    corrected: tuple[str, CorrectForm] | None = None,
    kept: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    quote = drafting.get(current_user.firm_id, n)
    kept = _kept() if kept is None else kept
    rows, roles = recipient_rows.of_quote(quote), sharing.roles_of(quote)
    answer = render_template(
        "quotes/recipients.html",
        place="offerter",
        quote=quote,
        base=base_of(n),
        recipients=rows,
        signers=recipient_rows.standing(rows),
        roles=roles,
        recipient_form=form or RecipientForm(roles, formdata=None),
        corrected=corrected,
        came_from=REVIEW if kept or request.values.get("fran") == REVIEW else "",
        kept=kept,
    )
    return make_response(answer, status)
