"""Older versions of the quote, to read: what was sent stays there under the same link, and nothing there approves."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.files import paper
from blueprints.deal.forms import AskForm
from blueprints.deal.guard import by_link, names
from blueprints.shared import kept
from domain.clock import stockholm_date
from services.clock import utc_now
from services.deal import figures, pages, versions, viewing
from services.deal.deals import Deal
from services.errors import NotFound
from services.photos import pictures
from services.uploads import rows as uploads


@bp.get("/o/<deal_id>/version/<int:version_n>")
@by_link
def version(deal: Deal, version_n: int) -> ResponseReturnValue:
    deal_id, newest = deal.found.deal_id, deal.found.version
    if version_n == newest:
        return redirect(url_for("deal.show", deal_id=deal_id))
    older = _older(deal, version_n)
    content = older.content
    today, said = stockholm_date(utc_now()), viewing.messages(deal)
    page = pages.of(content, figures.NO_CHOICE, state="older", today=today, messages=said)
    frame = names(deal) | {"content": content, "firm": content["firm"], "opened_url": None}
    return render_template(
        "deal/version.html", page=page, older=older, n=version_n, newest=newest, form=AskForm(formdata=None), **frame
    )


@bp.get("/o/<deal_id>/version/<int:version_n>/offert.pdf")
@by_link
def version_pdf(deal: Deal, version_n: int) -> ResponseReturnValue:
    file = _older(deal, version_n).pdf
    return paper(viewing.bytes_of(deal, file), file)


@bp.get("/o/<deal_id>/version/<int:version_n>/foton/<photo_id>/<size>.jpg")
@by_link
def version_photo(deal: Deal, version_n: int, photo_id: str, size: str) -> Response:
    """A photo of that version, and of no other."""
    content = _older(deal, version_n).content
    file = pictures.of_version(deal.found.firm_id, deal.found.quote_id, content, photo_id, size)
    return kept.picture(viewing.bytes_of(deal, file), file.media_type)


@bp.get("/o/<deal_id>/version/<int:version_n>/sida/<int:page_n>.jpg")
@by_link
def version_page(deal: Deal, version_n: int, page_n: int) -> Response:
    """A page of the document of that version, and of no other."""
    content = _older(deal, version_n).content
    file = uploads.picture_of_version(deal.found.firm_id, deal.found.quote_id, content, page_n)
    return kept.picture(viewing.bytes_of(deal, file), file.media_type)


def _older(deal: Deal, version_n: int) -> versions.Older:
    """Raises NotFound for what is no older version than the newest."""
    if version_n >= deal.found.version:
        raise NotFound
    return versions.older(deal.found.firm_id, deal.found.quote_id, version_n)
