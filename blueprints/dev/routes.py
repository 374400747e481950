"""The local mailbox: what the product would have mailed. A 404 in production and where a mail server is set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

from flask import Response, render_template, send_file
from flask.typing import ResponseReturnValue

from blueprints.dev import bp
from blueprints.shared.guards import public
from services import mailbox
from services.errors import NotFound

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


@bp.get("/mejl")
@public
def letters() -> str:
    return render_template("dev/letters.html", letters=mailbox.newest())


@bp.get("/mejl/<firm>/<letter_id>")
@public
def letter(firm: str, letter_id: str) -> str:
    kept = mailbox.get(firm, letter_id)
    return render_template("dev/letter.html", letter=kept, pieces=list(_pieces(kept.text)))


@bp.get("/mejl/<firm>/<letter_id>/<int:number>")
@public
def attachment(firm: str, letter_id: str, number: int) -> ResponseReturnValue:
    """Download one attachment; the first is 1."""
    attachments = mailbox.get(firm, letter_id).attachments
    if not 1 <= number <= len(attachments):
        raise NotFound
    chosen = attachments[number - 1]
    answer: Response = send_file(
        BytesIO(chosen.content), mimetype=chosen.media_type, as_attachment=True, download_name=chosen.name
    )
    return answer


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut at its addresses: (piece, is it an address)."""
    at = 0
    for found in _ADDRESS.finditer(text):
        yield text[at : found.start()], False
        yield found.group(), True
        at = found.end()
    yield text[at:], False
