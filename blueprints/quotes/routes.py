"""The list of quotes, a new quote, and putting one away."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.forms import NewCustomerForm
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part
from services import customers
from services.clock import utc_now
from services.quotes import header, listing


@bp.get("/offerter")
@requires("quote.read")
def index() -> ResponseReturnValue:
    typed = request.args.get("q", "")
    view = listing.choose_view(request.args.get("visa", ""), typed)
    size = 50 if request.args.get("antal") == "50" else listing.PAGE_SIZE
    found = listing.page(
        current_user.firm_id, view=view, typed=typed, after=request.args.get("sida", ""), size=size, now=utc_now()
    )
    more = found.after and url_for(
        ".index", visa=view, q=typed or None, sida=found.after, antal=size if size == 50 else None
    )
    return page_or_part(
        "quotes/index.html",
        "quotes/_rows.html",
        place="offerter",
        groups=found.groups,
        more_url=more,
        typed=typed,
        view=view,
    )


@bp.get("/offerter/ny")
@requires("quote.write")
def new() -> ResponseReturnValue:
    return _choose(NewCustomerForm(formdata=None))


@bp.post("/offerter/ny")
@requires("quote.write")
def create() -> ResponseReturnValue:
    """A draft for a customer of the list (kund), for nobody yet (utan), or for a new one."""
    actor, firm, now = current_user.actor, current_user.firm, utc_now()
    chosen = request.form.get("kund", "")
    if chosen.isdecimal() and len(chosen) < 10:
        quote = header.create(int(chosen), firm, actor=actor, now=now)
    elif "utan" in request.form:
        quote = header.create(None, firm, actor=actor, now=now)
    else:
        form = NewCustomerForm()
        if not form.validate_on_submit():
            return _choose(form, status=422)
        quote = header.create(form.to_input(), firm, actor=actor, now=now)
    return redirect(url_for(".edit", n=quote.n), code=303)


@bp.post("/offerter/<int:n>/arkivera")
@requires("quote.write")
def archive(n: int) -> ResponseReturnValue:
    quote = header.archive(n, actor=current_user.actor, now=utc_now())
    gone = _("Utkastet är borttaget.") if quote.status == "draft" else _("Offerten är arkiverad.")
    undoable(gone, url_for(".restore", n=n))
    return redirect(url_for(".index"), code=303)


@bp.post("/offerter/<int:n>/hamta-tillbaka")
@requires("quote.write")
def restore(n: int) -> ResponseReturnValue:
    quote = header.restore(n, actor=current_user.actor)
    flash(_("Offerten är tillbaka i listan."))
    return redirect(url_for(".edit" if quote.status == "draft" else ".show", n=n), code=303)


def _choose(form: NewCustomerForm, *, status: int = 200) -> ResponseReturnValue:
    typed = request.args.get("q", "")
    found = customers.latest(current_user.firm_id, typed=typed)
    page = render_template(
        "quotes/new.html",
        place="offerter",
        form=form,
        typed=typed,
        customers=found,
        search_url=url_for(".new"),
        action=url_for(".create"),
    )
    return make_response(page, status)
