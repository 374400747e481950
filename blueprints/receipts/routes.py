"""/kvitto/<number>: the receipt of an erasure as page, sealed PDF and signed JSON. Nobody is named."""

from __future__ import annotations

import json

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

import languages
from blueprints.receipts import bp
from blueprints.shared.guards import public
from services.privacy import receipts


@bp.get("/<string(length=22):number>")
@public
def show(number: str) -> ResponseReturnValue:
    row = receipts.find(number)
    told = receipts.told(row)
    return render_template(
        "receipts/show.html",
        row=row,
        told=told,
        counts=json.loads(row.counts),
        erased=receipts.erased_in_words(told) if told else [],
        kept=receipts.kept_in_words(told) if told else [],
        has_paper=receipts.has_paper(row, languages.code()),
    )


@bp.get("/<string(length=22):number>.pdf")
@public
def paper(number: str) -> ResponseReturnValue:
    row = receipts.find(number)
    return _download(receipts.paper(row, languages.code()), "application/pdf", f"kvitto-{row.number}.pdf")


@bp.get("/<string(length=22):number>.json")
@public
def signed(number: str) -> ResponseReturnValue:
    row = receipts.find(number)
    return _download(receipts.file(row), "application/json", f"kvitto-{row.number}.json")


def _download(data: bytes, media_type: str, name: str) -> Response:
    answer = make_response(data)
    answer.mimetype = media_type
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
