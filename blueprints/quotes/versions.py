"""Older versions of a quote as the firm sent them."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.shared.guards import requires
from domain.clock import stockholm_date
from languages import speaking
from services import storage
from services.clock import utc_now
from services.deal import figures, pages, versions
from services.errors import NotFound


@bp.get("/offerter/<int:n>/version/<int:version_n>")
@requires("quote.read")
def version(n: int, version_n: int) -> ResponseReturnValue:
    """As the customer read it then; the newest is on the quote's own page."""
    quote_id, newest = versions.quote_of(current_user.firm_id, n)
    if version_n == newest:
        return redirect(url_for(".show", n=n))
    older = _older(quote_id, newest, version_n)
    content = older.content
    names = {"n": n, "version": version_n, "newest": newest, "older": older}
    with speaking(content["lang"]):
        page = pages.of(content, figures.NO_CHOICE, state="older", today=stockholm_date(utc_now()))
        return render_template("quotes/version.html", page=page, content=content, firm=content["firm"], **names)


@bp.get("/offerter/<int:n>/version/<int:version_n>/offert.pdf")
@requires("quote.read")
def old_version_pdf(n: int, version_n: int) -> ResponseReturnValue:
    quote_id, newest = versions.quote_of(current_user.firm_id, n)
    file = _older(quote_id, newest, version_n).pdf
    answer = Response(storage.read(current_user.found.firm_public_id, file), mimetype=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


def _older(quote_id: int, newest: int, version_n: int) -> versions.Older:
    """Raises NotFound for what is no older version than the newest."""
    if version_n >= newest:
        raise NotFound
    return versions.older(current_user.firm_id, quote_id, version_n)
