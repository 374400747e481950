"""Spara som mall: a quote becomes a template, a new one or in the place of an old one."""

from __future__ import annotations

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.templates_ import bp
from blueprints.templates_.forms import TemplateForm, number
from models import QuoteTemplate
from services import transaction
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import drafting, templates
from services.quotes.templates import TemplateChanged


@bp.get("/mallar/spara")
@requires("quote.write")
def save() -> ResponseReturnValue:
    """The form of ?offert=."""
    quote_n = _quote_n(request.args.get("offert"))
    quote = drafting.get(current_user.firm_id, quote_n)
    form = TemplateForm(formdata=None, data={"name": templates.suggested_name(quote)})
    form.once.data = secrets.token_urlsafe(16)
    return _page(quote_n, form)


@bp.post("/mallar")
@requires("quote.write")
def create() -> ResponseReturnValue:
    quote_n, form = _quote_n(request.form.get("offert")), TemplateForm()
    if not form.validate_on_submit():
        return _page(quote_n, form, status=422)
    template = templates.save(
        quote_n,
        form.name.data or "",
        once_key=form.once.data or "",
        removes_draft="ta-bort" in request.form,
        actor=current_user.actor,
        now=utc_now(),
    )
    flash(_("Mallen är sparad."))
    return _done(template)


@bp.post("/mallar/ersatt")
@requires("quote.write")
def replace() -> ResponseReturnValue:
    """The template (mall, with the revision that was shown) gets the content of the quote (offert)."""
    quote_n, form = _quote_n(request.form.get("offert")), TemplateForm()
    chosen, _sep, rev = request.form.get("mall", "").partition(":")
    n = number(chosen)
    if n is None:
        return _page(quote_n, form, status=422, wants_choice=True)
    try:
        template = templates.replace(
            quote_n,
            n,
            rev=number(rev) or 0,
            once_key=form.once.data or "",
            removes_draft="ta-bort" in request.form,
            actor=current_user.actor,
            now=utc_now(),
        )
    except TemplateChanged as error:
        stale = error.template
        transaction.rollback()
        return _page(quote_n, form, status=409, stale_n=stale.n)
    flash(_("Mallen är ersatt."))
    return _done(template)


def _done(template: QuoteTemplate) -> ResponseReturnValue:
    return redirect(url_for(".show", n=template.n), code=303)


def _page(
    quote_n: int, form: TemplateForm, *, status: int = 200, wants_choice: bool = False, stale_n: int | None = None
) -> ResponseReturnValue:
    quote = drafting.get(current_user.firm_id, quote_n)
    others = templates.listed(current_user.firm_id)
    page = render_template(
        "mallar/save.html",
        place="offerter",
        quote=quote,
        form=form,
        others=others,
        may_remove=quote.customer_id is None and quote.number is None and quote.archived_at is None,
        wants_choice=wants_choice,
        has_errors=wants_choice,
        stale=next((one.template for one in others if one.template.n == stale_n), None),
    )
    return make_response(page, status)


def _quote_n(text: str | None) -> int:
    n = number(text)
    if n is None:
        raise NotFound
    return n
