"""Checkpoints and keys, for anyone: page and JSON. No firm is named, and no answer tells how many there are."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.checking import bp
from blueprints.shared.guards import public
from blueprints.shared.phrases import lazy_gettext as _l
from domain import canonical, checkpoints
from services import checkpoint_rows
from services.errors import NotFound
from services.sealing import keys

ON_A_PAGE = 30
REVALIDATED = "private, no-cache"  # asked for each time, answered by 304 while it is the same
KINDS = {"ed25519": _l("Undertecknar kontrollpunkter"), "seal": _l("Förseglar papper")}


@bp.get("/kontrollpunkter")
@public
def points() -> ResponseReturnValue:
    found = _some()
    rows, has_more = found[:ON_A_PAGE], len(found) > ON_A_PAGE
    return render_template("checking/points.html", rows=rows, older=rows[-1].n if has_more else None)


@bp.get("/kontrollpunkter.json")
@public
def points_json() -> ResponseReturnValue:
    found = _some()
    rows, has_more = found[:ON_A_PAGE], len(found) > ON_A_PAGE
    about = {"v": 1, "checkpoints": [row.published() for row in rows], "before": rows[-1].n if has_more else None}
    return _json(canonical.dumps(about))


@bp.get("/kontrollpunkter/<int(max=2147483647):n>")
@public
def point(n: int) -> ResponseReturnValue:
    row, after = _one(n), checkpoint_rows.numbered(n + 1)
    has_before = row.content["prev"] != checkpoints.FIRST_PREV
    return render_template("checking/point.html", row=row, told=row.content, has_before=has_before, after=after)


@bp.get("/kontrollpunkter/<int(max=2147483647):n>.json")
@public
def point_json(n: int) -> ResponseReturnValue:
    return _json(canonical.dumps(_one(n).published()))


@bp.get("/nycklar")
@public
def key_list() -> ResponseReturnValue:
    try:
        found = keys.published()
    except keys.KeysMissing:
        abort(503)
    rows = [{**key, "since": _at(key["from"]), "until": _at(key["until"])} for key in reversed(found)]
    return render_template("checking/keys.html", keys=rows, kinds=KINDS)


@bp.get("/nycklar.json")
@public
def keys_json() -> ResponseReturnValue:
    try:
        return _json(keys.nycklar())
    except keys.KeysMissing:
        abort(503)


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _some() -> list[checkpoint_rows.Checkpoint]:
    text = request.args.get("fore", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    return checkpoint_rows.listed(ON_A_PAGE + 1, before=before)


def _one(n: int) -> checkpoint_rows.Checkpoint:
    row = checkpoint_rows.numbered(n)
    if row is None:
        raise NotFound
    return row


def _json(data: bytes) -> Response:
    answer = make_response(data)
    answer.mimetype = "application/json"
    answer.headers["Cache-Control"] = REVALIDATED
    answer.add_etag()
    answer.make_conditional(request)
    return answer
