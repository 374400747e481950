"""A new quote: for whom, and what it begins with: nothing, a template, or another quote."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.forms import NewCustomerForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from services import customers
from services.clock import utc_now
from services.customers import CustomerInput
from services.errors import NotFound
from services.quotes import drafting, header, templates


class Source(NamedTuple):
    """What the new quote begins with: `field` is mall or kopia, `n` its number, `name` its words."""

    field: str
    n: int
    name: str


@bp.get("/offerter/ny")
@requires("quote.write")
def new() -> ResponseReturnValue:
    """For whom; with ?kund= what to begin with; ?mall= or ?kopia= says that beforehand."""
    whom = _number(request.args.get("kund", ""))
    if whom is not None:
        return _begin_with(whom)
    return _choose(NewCustomerForm(formdata=None))


@bp.post("/offerter/ny")
@requires("quote.write")
def create() -> ResponseReturnValue:
    """A draft for a customer of the list (kund), for nobody yet (utan), or for a new one."""
    whom = _number(request.form.get("kund", ""))
    customer: int | CustomerInput | None = whom
    if whom is None and "utan" not in request.form:
        form = NewCustomerForm()
        if not form.validate_on_submit():
            return _choose(form, status=422)
        customer = form.to_input()
    actor, firm, now, key = current_user.actor, current_user.firm, utc_now(), request.form.get("once", "")
    template, copied = _number(request.form.get("mall", "")), _number(request.form.get("kopia", ""))
    lost_dates, whose_photos = False, ""
    if template is not None:
        n, lost_dates = templates.begin(template, customer, firm, once_key=key, actor=actor, now=now)
    elif copied is not None:
        made = templates.copy_quote(copied, customer, firm, once_key=key, actor=actor, now=now)
        n, lost_dates, whose_photos = made
    elif customer is not None and "tom" not in request.form and templates.has_any(firm.id):
        if isinstance(customer, CustomerInput):
            customer = customers.create(customer, actor=actor, now=now).n
        customers.get(firm.id, customer)
        return redirect(url_for(".new", kund=customer), code=303)
    else:
        n = header.create(customer, firm, actor=actor, now=now).n
    told = [_("Betalningsplanens datum följde inte med. Titta igenom planen.")] if lost_dates else []
    if whose_photos:
        told.append(
            _("Fotona följde inte med: de visar en annan kunds hem.")
            if whose_photos == "another"
            else _("Fotona följde inte med: ingen kund är vald i den andra offerten.")
        )
    if told:
        flash(" ".join(told))
    return redirect(url_for(".edit", n=n), code=303)


def _choose(form: NewCustomerForm, *, status: int = 200) -> ResponseReturnValue:
    """For whom the quote is."""
    typed = request.args.get("q", "")
    source = _source()
    page = render_template(
        "quotes/new.html",
        place="offerter",
        form=form,
        typed=typed,
        customers=customers.latest(current_user.firm_id, typed=typed),
        source=source,
        latest=[] if source or typed else templates.latest_quotes(current_user.firm_id),
        once=secrets.token_urlsafe(16),
        search_url=url_for(".new"),
        action=url_for(".create"),
    )
    return make_response(page, status)


def _begin_with(whom: int) -> ResponseReturnValue:
    """What the quote of this customer begins with."""
    return render_template(
        "quotes/begin.html",
        place="offerter",
        customer=customers.get(current_user.firm_id, whom),
        templates=templates.listed(current_user.firm_id),
        latest=templates.latest_quotes(current_user.firm_id),
        once=secrets.token_urlsafe(16),
    )


def _source() -> Source | None:
    """What the address or the form says that the quote begins with. Raises NotFound."""
    firm_id = current_user.firm_id
    for field in ("mall", "kopia"):
        given = request.values.get(field, "")
        if not given:
            continue
        n = _number(given)
        if n is None:
            raise NotFound
        if field == "mall":
            return Source(field, n, templates.get(firm_id, n).name)
        quote = drafting.get(firm_id, n)
        return Source(field, n, quote.title or quote.number or _("Offert utan rubrik"))
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
