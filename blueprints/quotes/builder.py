"""The builder: the page of a draft, its title, customer, dates and texts."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import allowance_words, bp, view
from blueprints.quotes.detail_forms import DetailsForm
from blueprints.quotes.forms import NewCustomerForm, TitleForm
from blueprints.quotes.view import Conflict
from blueprints.shared.guards import requires
from blueprints.shared.htmx import wants_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.text_blocks import put_text
from domain.payment_plan import BadPlan
from domain.rot_rut import NoRuleForDate
from services import allowance, customers, text_blocks, transaction
from services.clock import utc_now
from services.customers import CustomerInput
from services.inquiries import reading as inquiries
from services.photos import rows as photos
from services.quotes import drafting, header
from services.quotes.drafting import Draft, IsDocument, NotEditable, OnItsWay
from services.quotes.header import HeaderChanged, PricesChange
from services.quotes.rows import Sheet

DETAIL_FIELDS = (
    "valid_until",
    "starts_on",
    "finishes_on",
    "paid_on",
    "site_street",
    "site_postal_code",
    "site_city",
    "home",
    "home_year",
    "price_type",
    "limit",
    "markup",
    "cap",
    "discount",
    "is_smahus",
    "reverse_charge",
    "plan",
    "message",
    "not_included",
    "customer_does",
    "terms",
)


@bp.get("/offerter/<int:n>/redigera")
@requires("quote.write")
def edit(n: int) -> ResponseReturnValue:
    try:
        sheet = drafting.read_to_edit(current_user.firm_id, n)
    except OnItsWay:  # its page says so, with Ångra
        return redirect(url_for(".show", n=n))
    except IsDocument:
        return redirect(url_for(".document", n=n))
    return _page(sheet, TitleForm(formdata=None, data={"title": sheet.quote.title}))


@bp.post("/offerter/<int:n>/rubrik")
@requires("quote.write")
def save_title(n: int) -> ResponseReturnValue:
    """The title as it is typed: for htmx only what changed besides the field."""
    form = TitleForm()
    conflict = None
    status = 200
    if not form.validate_on_submit():
        status = 422
    else:
        try:
            quote = header.save_title(
                n,
                form.title.data or "",
                rev=form.shown_rev,
                key=form.own_key,
                actor=current_user.actor,
                now=utc_now(),
            )
        except HeaderChanged as error:
            status, conflict = 409, _title_conflict(error, form)
        else:
            if not wants_part():
                return redirect(url_for(".edit", n=n), code=303)
            return make_response(
                render_template("quotes/_title_saved.html", quote=quote, form=form, now=utc_now(), conflict=None)
            )
    draft = drafting.load(current_user.firm_id, n)
    if wants_part():
        return view.part("quotes/_title_saved.html", draft, form=form, conflict=conflict, status=status)
    return _page(draft, form, title_conflict=conflict, status=status)


@bp.get("/offerter/<int:n>/uppgifter")
@requires("quote.write")
def details(n: int) -> ResponseReturnValue:
    draft = _to_show(n)
    return _details(draft, DetailsForm.of(draft.quote))


@bp.post("/offerter/<int:n>/uppgifter")
@requires("quote.write")
def save_details(n: int) -> ResponseReturnValue:
    """Save all of it; a button of the plan (plan) or a text (hamta) only draws the page again."""
    if "hamta" in request.form:
        typed = DetailsForm()
        put_text(typed)
        return _details(_to_show(n), typed)
    button = request.form.get("plan", "")
    if button:
        return _details(_to_show(n), DetailsForm.with_rows(request.form, button))
    form = DetailsForm()
    if not form.validate_on_submit():
        return _details(drafting.load(current_user.firm_id, n), form, status=422)
    try:
        header.save_details(
            n, form.to_input(), rev=form.shown_rev, key=form.own_key, actor=current_user.actor, now=utc_now()
        )
    except HeaderChanged as error:
        quote = error.quote
        theirs = DetailsForm.of(quote)
        found = view.differences(form, theirs, DETAIL_FIELDS)
        conflict = Conflict(quote.changed_by, quote.changed_at, False, quote.rev, found)
        return _details(drafting.load(current_user.firm_id, n), form, conflict=conflict, status=409)
    except BadPlan as error:
        transaction.rollback()
        form.refuse_plan(error)
        return _details(drafting.load(current_user.firm_id, n), form, status=422)
    except NoRuleForDate:
        transaction.rollback()
        form.paid_on.errors = [_("Det finns inga regler för avdraget den dagen. Välj ett annat datum.")]
        return _details(drafting.load(current_user.firm_id, n), form, status=422)
    flash(_("Uppgifterna är sparade."))
    return redirect(url_for(".review" if _from_review(n) else ".edit", n=n), code=303)


@bp.post("/offerter/<int:n>/moms")
@requires("quote.write")
def save_basis(n: int) -> ResponseReturnValue:
    basis = "excl" if request.form.get("basis") == "excl" else "incl"
    header.set_basis(n, basis, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".edit", n=n), code=303)


@bp.get("/offerter/<int:n>/kund")
@requires("quote.write")
def customer(n: int) -> ResponseReturnValue:
    return _choose(_to_show(n, any_kind=True), NewCustomerForm(formdata=None))


@bp.post("/offerter/<int:n>/kund")
@requires("quote.write")
def save_customer(n: int) -> ResponseReturnValue:
    """Another customer: one of the list (kund), nobody yet (utan), or a new one. Turned prices are shown first."""
    chosen: int | CustomerInput | None
    number = request.form.get("kund", "")
    if number.isdecimal() and len(number) < 10:
        chosen = int(number)
    elif "utan" in request.form:
        chosen = None
    else:
        form = NewCustomerForm()
        if not form.validate_on_submit():
            return _choose(drafting.load(current_user.firm_id, n), form, status=422)
        chosen = form.to_input()
    is_confirmed = request.form.get("bekrafta") == "1"
    try:
        draft = header.set_customer(
            n, chosen, current_user.firm, confirmed=is_confirmed, actor=current_user.actor, now=utc_now()
        )
    except PricesChange as change:
        return _confirm_prices(n, change)
    if draft.customer is None:
        flash(_("Ingen kund är vald nu."))
    elif draft.quote.reverse_charge:
        flash(_("Kund: %(name)s. Omvänd betalningsskyldighet: priserna är utan moms.", name=draft.customer.name))
    elif draft.customer.kind == "private" or not draft.lines:
        flash(_("Kund: %(name)s", name=draft.customer.name))
    else:
        flash(_("Kund: %(name)s. ROT och RUT gäller bara privatpersoner.", name=draft.customer.name))
    return redirect(url_for(".edit", n=n), code=303)


def _to_show(n: int, *, any_kind: bool = False) -> Draft:
    draft = drafting.load(current_user.firm_id, n)
    if not (drafting.may_change if any_kind else drafting.may_edit)(draft.quote):
        raise NotEditable
    return draft


def _page(
    draft: Draft | Sheet, form: TitleForm, *, title_conflict: Conflict | None = None, status: int = 200
) -> ResponseReturnValue:
    """The builder with all its sections."""
    found, quote = drafting.figures(draft), draft.quote
    names = view.names(
        draft,
        found,
        form=form,
        title_conflict=title_conflict,
        todo=view.todo(draft, found, now=utc_now()),
        key=form.key.data or view.new_key(),
        may_choose_basis=header.may_choose_basis(draft),
        builds_template="mall" in request.args and draft.customer is None,
        asked=inquiries.of_quote(quote.firm_id, quote.id) if quote.has_inquiry else None,
        photos=photos.of_quote(quote.firm_id, quote.id),
        action=view.photos_url(quote.n),
        here="",
        left=_left(draft, found),
    )
    return make_response(render_template("quotes/edit.html", **names), status)


def _left(draft: Draft | Sheet, found: drafting.Figures) -> str:
    """What the firm knows a customer to have left of the year's deductions; nothing is read for the others."""
    customer, kinds = draft.customer, [share.kind.value for share in found.totals.deductions]
    if customer is None or not customer.has_allowance or not kinds:
        return ""
    years = allowance.of_customer(draft.quote.firm_id, customer.id)
    known = allowance.first_known(years.get(draft.paid_on.year, ()))
    return allowance_words.left(known, kinds) if known else ""


def _title_conflict(error: HeaderChanged, form: TitleForm) -> Conflict:
    quote = error.quote
    theirs = TitleForm(formdata=None, data={"title": quote.title})
    return Conflict(quote.changed_by, quote.changed_at, False, quote.rev, view.differences(form, theirs, ["title"]))


def _details(
    draft: Draft, form: DetailsForm, *, conflict: Conflict | None = None, status: int = 200
) -> ResponseReturnValue:
    found = drafting.figures(draft)
    amounts, warnings = view.plan(draft, form, found.totals)
    names = view.names(
        draft,
        found,
        form=form,
        conflict=conflict,
        key=form.key.data or view.new_key(),
        amounts=amounts,
        warnings=warnings,
        texts=text_blocks.offered(draft.quote.firm_id, ("message", "not_included", "customer_does", "terms")),
        from_review=_from_review(draft.quote.n),
    )
    return make_response(render_template("quotes/details.html", **names), status)


def _from_review(n: int) -> bool:
    """Whether what is missing was mended from the review, which has more of it: the way leads back there."""
    if request.method == "POST":
        return request.form.get("fran") == "granska"
    return urlsplit(request.referrer or "").path in (url_for(".review", n=n), url_for(".send", n=n))


def _choose(draft: Draft, form: NewCustomerForm, *, status: int = 200) -> ResponseReturnValue:
    typed = request.args.get("q", "")
    names = view.names(
        draft,
        form=form,
        typed=typed,
        customers=customers.latest(current_user.firm_id, typed=typed),
        search_url=url_for(".customer", n=draft.quote.n),
        action=url_for(".save_customer", n=draft.quote.n),
    )
    return make_response(render_template("quotes/new.html", **names), status)


def _confirm_prices(n: int, change: PricesChange) -> ResponseReturnValue:
    """Old and new total before all prices are turned; the form is sent once more as it was."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    old, new = change.old, change.new
    draft = drafting.load(current_user.firm_id, n)
    names = view.names(draft, old=old, new=new, typed=typed)
    return make_response(render_template("quotes/prices_change.html", **names), 409)
