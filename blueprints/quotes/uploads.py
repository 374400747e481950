"""Documents made elsewhere: a PDF is taken in, looked at, named, replaced, and sent to be signed as a quote is."""

from __future__ import annotations

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.upload_forms import DocumentForm, FileForm, NewDocumentForm
from blueprints.shared import kept
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first, takes
from blueprints.shared.upload_words import why
from domain.uploads import MOST_REQUEST_BYTES, Refusal
from services import customers
from services.clock import utc_now
from services.quotes import drafting
from services.quotes.drafting import OnItsWay
from services.uploads import intake, rows
from services.uploads.intake import Unfit


@bp.get("/dokument/ny")
@requires("quote.write")
def new_document() -> ResponseReturnValue:
    """The file and its title; with ?kund= for whom."""
    form = NewDocumentForm(
        formdata=None, data={"kund": request.args.get("kund", ""), "once": secrets.token_urlsafe(16)}
    )
    return _new(form)


@bp.post("/dokument/ny")
@requires("quote.write")
@reads_first
@takes(MOST_REQUEST_BYTES)
def upload_document() -> ResponseReturnValue:
    form = NewDocumentForm()
    is_valid = form.validate_on_submit()
    incoming = form.incoming()
    if incoming is None or not is_valid:
        return _new(form, status=422)
    key, firm, actor = form.once.data or "", current_user.firm, current_user.actor
    try:
        n = intake.create(incoming, form.title.data or "", form.customer, firm, key=key, actor=actor, now=utc_now())
    except Unfit as unfit:
        form.fil.errors = [why(unfit.args[0])]
        return _new(form, status=422)
    return redirect(url_for(".document", n=n), code=303)


@bp.get("/dokument/<int:n>")
@requires("quote.write")
def document(n: int) -> ResponseReturnValue:
    """The document before it is sent; while it is looked into the page asks again by itself."""
    return _page(n)


@bp.post("/dokument/<int:n>")
@requires("quote.write")
def save_document(n: int) -> ResponseReturnValue:
    form = DocumentForm()
    if not form.validate_on_submit():
        return _page(n, form, status=422)
    is_order, rev, actor = bool(form.is_order.data), form.shown_rev, current_user.actor
    intake.save(n, form.title.data or "", is_order=is_order, rev=rev, actor=actor, now=utc_now())
    if "vidare" in request.form:
        return redirect(url_for(".review", n=n), code=303)
    flash(_("Sparat."))
    return redirect(url_for(".document", n=n), code=303)


@bp.post("/dokument/<int:n>/fil")
@requires("quote.write")
@reads_first
@takes(MOST_REQUEST_BYTES)
def replace_document(n: int) -> ResponseReturnValue:
    """Another file in its place. What was sent stays as it is: this is then the next version's."""
    form = FileForm()
    is_valid = form.validate_on_submit()
    incoming = form.incoming()
    if incoming is None or not is_valid:
        return _page(n, file_form=form, status=422)
    try:
        intake.replace(n, incoming, actor=current_user.actor, now=utc_now())
    except Unfit as unfit:
        form.fil.errors = [why(unfit.args[0])]
        return _page(n, file_form=form, status=422)
    return redirect(url_for(".document", n=n), code=303)


@bp.get("/offerter/<int:n>/dokument/<upload_id>/<int:page_n>.jpg")
@requires("quote.read")
def document_page(n: int, upload_id: str, page_n: int) -> ResponseReturnValue:
    """Our own picture of a page; the file itself is never shown, only downloaded."""
    file = rows.picture(current_user.firm_id, n, upload_id, page_n)
    return kept.picture(rows.read(current_user.found.firm_public_id, file), file.media_type)


def _new(form: NewDocumentForm, *, status: int = 200) -> ResponseReturnValue:
    whom = customers.get(current_user.firm_id, form.customer) if form.customer is not None else None
    return make_response(
        render_template("quotes/document_new.html", place="offerter", form=form, customer=whom), status
    )


def _page(
    n: int, form: DocumentForm | None = None, *, file_form: FileForm | None = None, status: int = 200
) -> ResponseReturnValue:
    draft = drafting.load(current_user.firm_id, n)
    quote = draft.quote
    try:
        intake.check(quote)
    except OnItsWay:  # its page says so, with Ångra
        return redirect(url_for(".show", n=n))
    upload = rows.current(quote.firm_id, quote.id)
    shown = {"title": quote.title, "is_order": upload.is_order, "rev": quote.rev}
    page = render_template(
        "quotes/document.html",
        place="offerter",
        quote=quote,
        draft=draft,
        upload=upload,
        pages=rows.pages(upload),
        at=f"/offerter/{n}/dokument/{upload.public_id}/",
        why=why(Refusal(upload.reason)) if upload.reason else "",
        form=form or DocumentForm(formdata=None, data=shown),
        file_form=file_form or FileForm(formdata=None),
    )
    return make_response(page, status)
