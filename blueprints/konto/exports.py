"""Everything in a ZIP: ask for it, see how far it is, download it."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.konto import bp
from blueprints.konto.leaving import about
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part, wants_part
from blueprints.shared.words import INCIDENTS
from models import Export
from services import checkpoints, incidents
from services.clock import utc_now
from services.exporting import asking, contents
from services.installation import settings

STOP_POLLING = 286  # htmx: swap this in and ask no more


@bp.get("")
@requires("firm.export")
def show() -> str:
    """Account and data: both ways to take the data along, and out."""
    now = utc_now()
    return render_template(
        "konto/show.html",
        contents=contents.of_firm(current_user.firm_id),
        hours=settings().EXPORT_HOURS,
        export=_shown(asking.newest(current_user.user, now)),
        **about(now),
        chain=checkpoints.standing(current_user.firm_id),
        incidents=incidents.of_firm(current_user.firm_id),
        incident_words=INCIDENTS,
    )


@bp.post("/export")
@requires("firm.export", fresh=True, fresh_next="/konto")
def make_export() -> ResponseReturnValue:
    export = asking.ask(current_user.user, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".export_state", export_id=export.public_id), code=303)


@bp.get("/export/<export_id>")
@requires("firm.export")
def export_state(export_id: str) -> ResponseReturnValue:
    """How far it is; htmx asks for the part every third second until it is done."""
    export = asking.get(current_user.user, export_id)
    is_done = export.state not in asking.WAITING
    status = STOP_POLLING if is_done and wants_part() else 200
    return page_or_part(
        "konto/export.html",
        "konto/_export.html",
        status=status,
        export=_shown(export),
        hours=settings().EXPORT_HOURS,
    )


@bp.post("/export/<export_id>/fil")
@requires("firm.export", fresh=True)
def download(export_id: str) -> ResponseReturnValue:
    """The ZIP, decrypted on its way out. A POST: each download is an entry in the chain."""
    export = asking.get(current_user.user, export_id)
    name, size_bytes = asking.file_name(current_user.firm_name, export), export.size_bytes
    pieces = asking.open_file(export, actor=current_user.actor, now=utc_now())
    answer = Response(pieces, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Length"] = str(size_bytes)
    return answer


def _shown(export: Export | None) -> dict[str, object] | None:
    """What the part draws; the states of the row and one that only time makes: gone."""
    if export is None:
        return None
    return {
        "id": export.public_id,
        "state": "gone" if asking.has_gone(export, utc_now()) else export.state,
        "percent": export.progress_percent,
        "size_bytes": export.size_bytes,
        "expires_at": export.expires_at,
        "name": asking.file_name(current_user.firm_name, export),
    }
