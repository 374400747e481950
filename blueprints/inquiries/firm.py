"""What the firm does with a request: reads it, says no, or throws it away. A yes is the quote itself."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.inquiries import bp
from blueprints.inquiries.forms import DeclineForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services.clock import utc_now
from services.inquiries import answering


@bp.get("/offerter/<int:n>/forfragan")
@requires("quote.read")
def show(n: int) -> ResponseReturnValue:
    answer = _("Tack för din förfrågan. Vi har tyvärr inte möjlighet att ta jobbet.")
    return _page(n, DeclineForm(formdata=None, data={"answer": answer}))


@bp.post("/offerter/<int:n>/forfragan/nej")
@requires("quote.send")
def decline(n: int) -> ResponseReturnValue:
    form = DeclineForm()
    if not form.validate_on_submit():
        return _page(n, form, status=422)
    is_mailed = answering.decline(n, form.answer.data or "", actor=current_user.actor, now=utc_now())
    flash(_("Svaret är skickat och utkastet arkiverat.") if is_mailed else _("Utkastet är arkiverat."))
    return redirect(url_for("home.start"), code=303)


@bp.post("/offerter/<int:n>/forfragan/skrap")
@requires("quote.send")
def discard(n: int) -> ResponseReturnValue:
    """Erased at once and without an undo: the button lies in a fold that says so."""
    is_gone = answering.discard(n, actor=current_user.actor)
    flash(_("Förfrågan är borttagen.") if is_gone else _("Förfrågan är borttagen. Utkastet med dina rader är kvar."))
    return redirect(url_for("home.start"), code=303)


def _page(n: int, form: DeclineForm, *, status: int = 200) -> ResponseReturnValue:
    quote, asked = answering.get(current_user.firm_id, n)
    names: dict[str, object] = {
        "quote": quote,
        "asked": asked,
        "inquiry": asked.inquiry,
        "form": form,
        "place": "offerter",
    }
    names |= {"is_open": answering.is_open(quote, asked.inquiry), "may_forget": answering.may_forget(quote)}
    return make_response(render_template("inquiries/show.html", **names), status)
