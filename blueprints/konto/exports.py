"""Everything in a ZIP: ask for it, see how far it is, download it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.konto import bp
from blueprints.konto.forms import WEAK, ExportForm
from blueprints.konto.leaving import about
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part, wants_part
from blueprints.shared.requests import reads_first
from blueprints.shared.words import INCIDENTS
from models import Export
from services import checkpoints, incidents
from services.clock import utc_now
from services.errors import NotFound
from services.exporting import asking, contents, locking
from services.installation import settings
from services.passwords import WeakPassword

BEGUN = "download"  # in the browser's session: which export it has begun to download, and when
GOES_ON = timedelta(hours=3)  # so long it may be cut off and go on; after that the password is asked for again
STOP_POLLING = 286  # htmx: swap this in and ask no more


@bp.get("")
@requires("firm.export")
def show() -> ResponseReturnValue:
    """Account and data: both ways to take the data along, and out."""
    return _page(ExportForm(formdata=None))


@bp.post("/export")
@requires("firm.export", fresh=True, fresh_next="/konto?igen=1")
@reads_first
def make_export() -> ResponseReturnValue:
    form = ExportForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    password = form.password.data or ""
    try:
        export = asking.ask(current_user.user, actor=current_user.actor, now=utc_now(), password=password)
    except asking.UnderWay:
        return _page(form, status=409)
    except WeakPassword as error:
        form.password.errors = [WEAK[error.code]]
        return _page(form, status=422)
    return redirect(url_for(".export_state", export_id=export.public_id), code=303)


@bp.post("/export/<export_id>/avbryt")
@requires("firm.export")
def cancel_export(export_id: str) -> ResponseReturnValue:
    """One that is ready by then stays: the page it leads to says so."""
    asking.cancel(current_user.user, export_id, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".export_state", export_id=export_id), code=303)


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
    """Begin a download. A POST: each is an entry in the chain. A browser goes on with what comes by GET alone."""
    now = utc_now()
    asking.begin_download(asking.get(current_user.user, export_id), actor=current_user.actor, now=now)
    session[BEGUN] = [export_id, int(now.timestamp())]
    return redirect(url_for(".file", export_id=export_id), code=303)


@bp.get("/export/<export_id>/fil")
@requires("firm.export")
def file(export_id: str) -> ResponseReturnValue:
    """The ZIP, decrypted on its way out: whole, or what is left of it for a browser that was cut off."""
    export, now = asking.get(current_user.user, export_id), utc_now()
    begun_id, begun_at = session.get(BEGUN, ("", 0))
    if begun_id != export_id or now.timestamp() - begun_at > GOES_ON.total_seconds():
        raise NotFound
    answer = Response(asking.open_file(export, actor=current_user.actor, now=now), mimetype="application/zip")
    name = asking.file_name(current_user.firm_name, export)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.content_length = export.size_bytes
    answer.set_etag(export.sha256)
    answer.accept_ranges = "bytes"
    if _wants_one_part(export.size_bytes):
        answer.make_conditional(request, accept_ranges=True, complete_length=export.size_bytes)
    return answer


def _wants_one_part(size_bytes: int) -> bool:
    """Whether the request names one range; whatever else Range may say is answered with the whole.

    Source: RFC 9110 14.2 (for GET alone, what is not understood is ignored), 13.1.5 (If-Range compares strongly), and
    14.1.2 (a suffix longer than the file is all of it).
    """
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return False
    return asked.ranges[0][0] >= -size_bytes and not request.headers.get("If-Range", "").startswith("W/")


def _page(form: ExportForm, *, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    own, colleague = asking.seen(current_user.user, now)
    return (
        render_template(
            "konto/show.html",
            contents=contents.of_firm(current_user.firm_id),
            hours=settings().EXPORT_HOURS,
            form=form,
            suggested=locking.suggested(),
            again="igen" in request.args,  # the own password was asked for in between, and what was typed is gone
            colleague={"name": colleague[1], "percent": colleague[0].progress_percent} if colleague else None,
            export=_shown(own),
            **about(now),
            chain=checkpoints.standing(current_user.firm_id),
            incidents=incidents.of_firm(current_user.firm_id),
            incident_words=INCIDENTS,
        ),
        status,
    )


def _shown(export: Export | None) -> dict[str, object] | None:
    """What the part draws; the states of the row and one that only time makes: gone."""
    if export is None:
        return None
    return {
        "id": export.public_id,
        "state": "gone" if asking.has_gone(export, utc_now()) else export.state,
        "percent": export.progress_percent,
        "waits": asking.waits_for(export),
        "size_bytes": export.size_bytes,
        "sha256": export.sha256,
        "is_locked": export.is_locked,
        "expires_at": export.expires_at,
        "name": asking.file_name(current_user.firm_name, export),
        "operator": settings().OPERATOR_CONTACT or settings().OPERATOR,
    }
