"""Files of a deal. A file is reached by the deal's link only, never by an id of its own."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.guard import by_link
from blueprints.shared import kept
from models import StoredFile
from services.deal import viewing
from services.deal.deals import Deal
from services.photos import pictures
from services.uploads import rows as uploads


@bp.get("/o/<deal_id>/offert.pdf")
@by_link
def quote_pdf(deal: Deal) -> ResponseReturnValue:
    return paper(viewing.quote_pdf(deal), deal.pdf)


@bp.get("/o/<deal_id>/avtal.pdf")
@by_link
def agreement_pdf(deal: Deal) -> ResponseReturnValue:
    file = viewing.agreement_file(deal)
    return paper(viewing.bytes_of(deal, file), file)


@bp.get("/o/<deal_id>/avtal-tidsstamplat.pdf")
@by_link
def stamped_pdf(deal: Deal) -> ResponseReturnValue:
    file = viewing.stamped_file(deal)
    return paper(viewing.bytes_of(deal, file), file)


@bp.get("/o/<deal_id>/bevispaket.zip")
@by_link
def evidence_package(deal: Deal) -> ResponseReturnValue:
    """The own proof of who signs, and of the others the result."""
    from services.proof import handing  # zipfile and the chain: for those who ask, long after the page

    data, name = handing.of_party(deal)
    answer = Response(data, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.get("/o/<deal_id>/angerblankett.pdf")
@by_link
def withdrawal_form(deal: Deal) -> ResponseReturnValue:
    answer = Response(viewing.withdrawal_form(deal), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=viewing.withdrawal_form_name(deal))
    return answer


@bp.get("/o/<deal_id>/logotyp")
@by_link
def logo(deal: Deal) -> ResponseReturnValue:
    file = viewing.logo_file(deal)
    answer = paper(viewing.bytes_of(deal, file), file)
    answer.headers["Cache-Control"] = kept.A_DAY
    return answer


@bp.get("/o/<deal_id>/foton/<photo_id>/<size>.jpg")
@by_link
def photo(deal: Deal, photo_id: str, size: str) -> ResponseReturnValue:
    """A photo of the version that is shown, and of no other."""
    file = pictures.of_version(deal.found.firm_id, deal.found.quote_id, deal.content, photo_id, size)
    return kept.picture(viewing.bytes_of(deal, file), file.media_type)


@bp.get("/o/<deal_id>/sida/<int:page_n>.jpg")
@by_link
def page_picture(deal: Deal, page_n: int) -> ResponseReturnValue:
    """A page of the document of the version that is shown, and of no other."""
    file = uploads.picture_of_version(deal.found.firm_id, deal.found.quote_id, deal.content, page_n)
    return kept.picture(viewing.bytes_of(deal, file), file.media_type)


def paper(data: bytes, file: StoredFile) -> Response:
    """Papers are downloaded, pictures shown: what a browser makes of a PDF under our policy differs too much."""
    answer = Response(data, mimetype=file.media_type)
    shown = "inline" if file.media_type.startswith("image/") else "attachment"
    answer.headers.set("Content-Disposition", shown, filename=file.name)
    if file.purpose == uploads.PURPOSE:  # a stranger's file: should a browser show it all the same, it may do nothing
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
