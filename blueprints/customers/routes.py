"""The register of customers: list, search, one customer, edit, archive."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.customers import bp
from blueprints.customers.forms import CustomerForm
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part
from blueprints.shared.phrases import gettext as _
from domain.clock import stockholm_date
from models import Customer
from services import allowance, customers
from services.clock import utc_now
from services.errors import Stale
from services.inquiries import reading as inquiries
from services.quotes import listing


@bp.get("/kunder")
@requires("customer.read")
def index() -> ResponseReturnValue:
    typed = request.args.get("q", "")
    archived = request.args.get("visa") == "arkiverade"
    after = request.args.get("efter", "")
    found = customers.list_page(current_user.firm_id, typed=typed, after=after, archived=archived)
    return page_or_part(
        "customers/index.html", "customers/_rows.html", place="kunder", found=found, typed=typed, archived=archived
    )


@bp.get("/kunder/ny")
@requires("customer.write")
def new() -> ResponseReturnValue:
    return _form(CustomerForm(formdata=None), None)


@bp.post("/kunder")
@requires("customer.write")
def create() -> ResponseReturnValue:
    form = CustomerForm()
    if not form.validate_on_submit():
        return _form(form, None, status=422)
    customer = customers.create(form.to_input(), actor=current_user.actor, now=utc_now())
    flash(_("Kunden är sparad."))
    return redirect(url_for(".show", n=customer.n), code=303)


@bp.get("/kunder/<int:n>")
@requires("customer.read")
def show(n: int) -> ResponseReturnValue:
    customer = customers.get(current_user.firm_id, n)
    today = stockholm_date(utc_now())
    of_customer = customers.quotes_of(customer)
    quotes = [(quote, listing.shown_status(quote, today)) for quote in of_customer]
    asked = inquiries.of_customer(customer) if any(quote.has_inquiry for quote, _status in quotes) else []
    years = allowance.of_card(customer, of_customer, today=today)
    return render_template(
        "customers/show.html", place="kunder", customer=customer, quotes=quotes, asked=asked, years=years
    )


@bp.get("/kunder/<int:n>/redigera")
@requires("customer.write")
def edit(n: int) -> ResponseReturnValue:
    customer = customers.get(current_user.firm_id, n)
    return _form(CustomerForm(formdata=None, obj=customer), customer)


@bp.post("/kunder/<int:n>/redigera")
@requires("customer.write")
def update(n: int) -> ResponseReturnValue:
    customer = customers.get(current_user.firm_id, n)
    form = CustomerForm()
    if not form.validate_on_submit():
        return _form(form, customer, status=422)
    try:
        by = current_user.actor.name
        customers.update(customer, form.to_input(), rev=form.rev.data or "", by=by, now=utc_now())
    except Stale:
        return _form(form, customer, status=409)
    flash(_("Kunden är sparad."))
    return redirect(url_for(".show", n=n), code=303)


@bp.post("/kunder/<int:n>/arkivera")
@requires("customer.write")
def archive(n: int) -> ResponseReturnValue:
    customers.archive(customers.get(current_user.firm_id, n), now=utc_now())
    undoable(_("Kunden är arkiverad."), url_for(".restore", n=n))
    return redirect(url_for(".index"), code=303)


@bp.post("/kunder/<int:n>/hamta-tillbaka")
@requires("customer.write")
def restore(n: int) -> ResponseReturnValue:
    customers.restore(customers.get(current_user.firm_id, n))
    flash(_("Kunden är tillbaka i listan."))
    return redirect(url_for(".show", n=n), code=303)


def _form(form: CustomerForm, customer: Customer | None, *, status: int = 200) -> ResponseReturnValue:
    """The form for one customer. After a stale save (409) `customer` is what stands saved, the form what was typed.

    A form with faults keeps the `rev` it was opened with; after a 409 the next press is meant to win.
    """
    rev = form.rev.data if status == 422 else customer and customer.rev
    page = render_template(
        "customers/form.html", place="kunder", form=form, customer=customer, rev=rev, is_stale=status == 409
    )
    return page, status
