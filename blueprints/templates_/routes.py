"""Templates: the list, one of them, and what is done with it."""

from __future__ import annotations

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.words import KINDS
from blueprints.templates_ import bp
from blueprints.templates_.forms import TemplateForm, number
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import drafting, templates
from services.quotes.drafting import NotEditable
from services.quotes.templates import Shown, TemplateChanged


@bp.get("/mallar")
@requires("quote.read")
def index() -> ResponseReturnValue:
    """The list; with ?offert= the same list to put one of them into that draft, for htmx as a sheet."""
    if "offert" in request.args:
        return _pick()
    typed = request.args.get("q", "")
    archived = request.args.get("visa") == "arkiverade"
    return page_or_part(
        "mallar/index.html",
        "mallar/_rows.html",
        place="prislista",
        templates=templates.listed(current_user.firm_id, typed=typed, archived=archived),
        typed=" ".join(typed.split()),
        archived=archived,
        once=secrets.token_urlsafe(16),
    )


@bp.post("/mallar/ny")
@requires("quote.write")
def new() -> ResponseReturnValue:
    """A draft for nobody, built to be saved as a template."""
    key = request.form.get("once", "")
    n = templates.from_scratch(current_user.firm, once_key=key, actor=current_user.actor, now=utc_now())
    return redirect(url_for("quotes.edit", n=n, mall="ny"), code=303)


@bp.get("/mallar/<int:n>")
@requires("quote.read")
def show(n: int) -> ResponseReturnValue:
    shown = templates.show(templates.get(current_user.firm_id, n))
    return _page(shown, TemplateForm(formdata=None, data={"name": shown.template.name, "rev": shown.template.rev}))


@bp.post("/mallar/<int:n>/namn")
@requires("quote.write")
def rename(n: int) -> ResponseReturnValue:
    form = TemplateForm()
    if not form.validate_on_submit():
        return _page(templates.show(templates.get(current_user.firm_id, n)), form, status=422)
    try:
        templates.rename(n, form.name.data or "", rev=number(form.rev.data) or 0, actor=current_user.actor)
    except TemplateChanged as error:
        form.rev.data = str(error.template.rev)
        return _page(templates.show(error.template), form, status=409)
    flash(_("Mallen har fått sitt nya namn."))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/mallar/<int:n>/arkivera")
@requires("quote.write")
def archive(n: int) -> ResponseReturnValue:
    templates.archive(n, actor=current_user.actor, now=utc_now())
    undoable(_("Mallen är arkiverad."), url_for(".restore", n=n))
    return redirect(url_for(".index"), code=303)


@bp.post("/mallar/<int:n>/hamta-tillbaka")
@requires("quote.write")
def restore(n: int) -> ResponseReturnValue:
    templates.restore(n, actor=current_user.actor)
    flash(_("Mallen är tillbaka i listan."))
    return redirect(url_for(".index"), code=303)


@bp.post("/mallar/<int:n>/oppna")
@requires("quote.write")
def open_in_builder(n: int) -> ResponseReturnValue:
    """The template as a draft for nobody, to be changed and saved in its place."""
    key = request.form.get("once", "")
    quote_n, lost_dates = templates.begin(
        n, None, current_user.firm, once_key=key, actor=current_user.actor, now=utc_now()
    )
    _tell(lost_dates)
    return redirect(url_for("quotes.edit", n=quote_n, mall="ny"), code=303)


@bp.post("/mallar/lagg-in")
@requires("quote.write")
def put_into() -> ResponseReturnValue:
    """A template's (mall) sections at the end of a draft (offert)."""
    quote_n, n = number(request.form.get("offert")), number(request.form.get("mall"))
    if quote_n is None or n is None:
        raise NotFound
    key = request.form.get("once", "")
    first, lost_dates = templates.put_into(
        quote_n, n, current_user.firm, once_key=key, actor=current_user.actor, now=utc_now()
    )
    flash(_("Mallen är inlagd sist."))
    _tell(lost_dates)
    return redirect(url_for("quotes.edit", n=quote_n, _anchor=f"del-{first}" if first else None), code=303)


def _pick() -> ResponseReturnValue:
    """The templates as buttons that put one of them into a draft."""
    quote_n = number(request.args.get("offert"))
    if quote_n is None or not current_user.may("quote.write"):
        raise NotFound
    quote = drafting.get(current_user.firm_id, quote_n)
    if not drafting.may_edit(quote):
        raise NotEditable
    return page_or_part(
        "mallar/pick.html",
        "mallar/_pick_sheet.html",
        place="offerter",
        quote=quote,
        templates=templates.listed(current_user.firm_id),
        once=secrets.token_urlsafe(16),
    )


def _page(shown: Shown, form: TemplateForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "mallar/show.html",
        place="prislista",
        shown=shown,
        template=shown.template,
        content=shown.content,
        form=form,
        kinds=KINDS,
        is_stale=status == 409,
        once=secrets.token_urlsafe(16),
    )
    return make_response(page, status)


def _tell(lost_dates: bool) -> None:
    if lost_dates:
        flash(_("Betalningsplanens datum följde inte med. Titta igenom planen."))
