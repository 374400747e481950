"""Photos of a quote: taken in, shown while they are drawn, captioned, ordered, removed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, view
from blueprints.quotes.photo_forms import CaptionForm, PhotosForm
from blueprints.quotes.view import Conflict
from blueprints.shared import kept
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import VARY, page_or_part, wants_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import ngettext
from blueprints.shared.requests import reads_first, takes
from domain.photos import MOST_AT_ONCE_BYTES, MOST_PHOTOS
from services.clock import utc_now
from services.errors import NotFound
from services.photos import arranging, intake, pictures, rows
from services.photos.arranging import PhotoChanged
from services.photos.intake import Taken, Upload
from services.photos.rows import PhotoRow, Place
from services.quotes import drafting
from services.quotes.rows import Sheet

DONE = 286  # htmx stops asking


@bp.get("/offerter/<int:n>/foton")
@requires("quote.write")
def photos(n: int) -> ResponseReturnValue:
    """The photos of the quote, or of one section (?del=) or line (?rad=)."""
    return _page(drafting.read_to_edit(current_user.firm_id, n), PhotosForm(formdata=None))


@bp.post("/offerter/<int:n>/foton")
@requires("quote.write")
@reads_first
@takes(MOST_AT_ONCE_BYTES)
def add_photos(n: int) -> ResponseReturnValue:
    form, place, actor = PhotosForm(), _place(), current_user.actor
    sent = [file for file in request.files.getlist("foton") if file.filename]
    if not sent:
        form.foton.errors = [_("Välj minst ett foto.")]
        return _page(drafting.read_to_edit(actor.firm_id, n), form, status=422)
    uploads = [Upload(file.filename or "", file.stream) for file in sent]
    taken = intake.add(n, uploads, place, actor=actor, now=utc_now())
    if wants_part():
        return _grid(drafting.read_to_edit(actor.firm_id, n), toast_text=_told(taken))
    if told := _told(taken):
        flash(told)
    return _back(n, place)


@bp.get("/offerter/<int:n>/vantande-foton")
@requires("quote.write")
def waiting_photos(n: int) -> ResponseReturnValue:
    """To the page that asks every other second: the tiles that are done since; 286 when none is left."""
    asked = set(request.args.getlist("v")[:MOST_PHOTOS])
    quote = drafting.get(current_user.firm_id, n)
    shown = rows.of_quote(current_user.firm_id, quote.id)
    left = [photo for photo in shown if photo.public_id in asked and photo.state == "waiting"]
    done = [photo for photo in shown if photo.public_id in asked and photo.state != "waiting"]
    refused = [photo for photo in shown if photo.state == "refused"]
    names = {"base": view.base_of(n), "left": left, "done": done, "refused": refused}
    answer = make_response(render_template("quotes/_photos_done.html", **names), 200 if left else DONE)
    answer.headers["Vary"] = VARY
    return answer


@bp.get("/offerter/<int:n>/foton/<photo_id>")
@requires("quote.write")
def photo(n: int, photo_id: str) -> ResponseReturnValue:
    """One photo with its caption and what can be done with it: a sheet, or a page of its own."""
    sheet = drafting.read_to_edit(current_user.firm_id, n)
    shown = rows.of_quote(current_user.firm_id, sheet.quote.id)
    found = arranging.find(shown, photo_id)
    return _photo(sheet, shown, found, CaptionForm(formdata=None, data={"caption": found.caption}))


@bp.post("/offerter/<int:n>/foton/<photo_id>")
@requires("quote.write")
def save_caption(n: int, photo_id: str) -> ResponseReturnValue:
    """The caption as it is typed: for htmx only what changed besides the field."""
    form, is_saved, conflict = _store(n, photo_id)
    if is_saved and not wants_part():
        arranging.find(rows.of_quote(current_user.firm_id, drafting.get(current_user.firm_id, n).id), photo_id)
        return redirect(url_for(".edit", n=n, _anchor=f"foto-{photo_id}"), code=303)
    return _saved(n, photo_id, form, conflict, status=200 if is_saved else 409 if conflict else 422)


@bp.post("/offerter/<int:n>/foton/<photo_id>/fram")
@requires("quote.write")
def move_photo_up(n: int, photo_id: str) -> ResponseReturnValue:
    return _move(n, photo_id, -1)


@bp.post("/offerter/<int:n>/foton/<photo_id>/bak")
@requires("quote.write")
def move_photo_down(n: int, photo_id: str) -> ResponseReturnValue:
    return _move(n, photo_id, 1)


@bp.post("/offerter/<int:n>/foton/<photo_id>/ta-bort")
@requires("quote.write")
def remove_photo(n: int, photo_id: str) -> ResponseReturnValue:
    _store(n, photo_id)  # what was typed is kept with it where it can be
    arranging.remove(n, photo_id, actor=current_user.actor, now=utc_now())
    undo_url = url_for(".restore_photo", n=n, photo_id=photo_id)
    if not wants_part():
        undoable(_("Fotot är borttaget."), undo_url)
        return redirect(url_for(".edit", n=n, _anchor="foton"), code=303)
    sheet = drafting.read_to_edit(current_user.firm_id, n)
    answer = _grid(sheet, toast_text=_("Fotot är borttaget."), undo_url=undo_url)
    answer.headers["HX-Trigger"] = "stang-ark"
    return answer


@bp.post("/offerter/<int:n>/foton/<photo_id>/ta-tillbaka")
@requires("quote.write")
def restore_photo(n: int, photo_id: str) -> ResponseReturnValue:
    arranging.restore(n, photo_id, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".edit", n=n, _anchor="foton"), code=303)


@bp.get("/offerter/<int:n>/foton/<photo_id>/<size>.jpg")
@requires("quote.read")
def picture(n: int, photo_id: str, size: str) -> ResponseReturnValue:
    """One of our own pictures of the photo, also of a removed one: an undo and older versions show it."""
    file = pictures.of_firm(current_user.firm_id, n, photo_id, size)
    return kept.picture(pictures.read(current_user.found.firm_public_id, file), file.media_type)


def _place() -> Place:
    """What the address says the photos belong to."""
    section_n, line_n = request.args.get("del", type=int), request.args.get("rad", type=int)
    return Place(section_n) if section_n else Place(None, line_n or None)


def _back(n: int, place: Place) -> ResponseReturnValue:
    if place == Place():
        return redirect(url_for(".edit", n=n, _anchor="foton"), code=303)
    return redirect(view.photos_url(n) + _here(place), code=303)


def _here(place: Place) -> str:
    """The place as a query of our addresses."""
    return f"?del={place.section_n}" if place.section_n else f"?rad={place.line_n}" if place.line_n else ""


def _told(taken: Taken) -> str:
    """What the user must know besides the new tiles."""
    told = [view.no_room(taken.left_out)]
    if taken.doubles and not taken.added:
        told.append(ngettext("Fotot finns redan.", "Fotona finns redan.", taken.doubles))
    return " ".join(filter(None, told))


def _names(sheet: Sheet, place: Place, **more: Any) -> dict[str, Any]:
    """What the grid is drawn from."""
    shown = rows.in_place(rows.of_quote(sheet.quote.firm_id, sheet.quote.id), place)
    return view.names(
        sheet, photos=shown, action=view.photos_url(sheet.quote.n) + _here(place), here=_here(place), **more
    )


def _grid(sheet: Sheet, **more: Any) -> Response:
    """To htmx: the grid, with a word about what was done."""
    answer = make_response(render_template("quotes/_photos_again.html", **_names(sheet, _place(), **more)))
    answer.headers["Vary"] = VARY
    return answer


def _page(sheet: Sheet, form: PhotosForm, *, status: int = 200) -> ResponseReturnValue:
    place = _place()
    about = _about(sheet, place)
    return make_response(render_template("quotes/photos.html", **_names(sheet, place, form=form, about=about)), status)


def _about(sheet: Sheet, place: Place) -> str:
    """What the photos belong to, in its own words. Raises NotFound."""
    if place.section_n:
        section = next((one for one in sheet.sections if one.n == place.section_n), None)
        if section is None:
            raise NotFound
        return section.title or _("Del %(n)s", n=section.n)
    if place.line_n:
        line = sheet.find_line(place.line_n)
        if line is None:
            raise NotFound
        return line.text or _("Rad utan text")
    return ""


def _store(n: int, photo_id: str) -> tuple[CaptionForm, bool, Conflict | None]:
    """Save the caption, where the request has one: the form, whether it is stored, and why not."""
    form = CaptionForm()
    if "caption" not in request.form:
        return form, True, None
    if not form.validate_on_submit():
        return form, False, None
    text, key = form.caption.data or "", form.own_key
    try:
        arranging.caption(
            n,
            photo_id,
            text,
            rev=form.shown_rev,
            key=key,
            restores=bool(form.now_rev.data),
            actor=current_user.actor,
            now=utc_now(),
        )
    except PhotoChanged as error:
        theirs = CaptionForm(formdata=None, data={"caption": error.photo.caption})
        found = view.differences(form, theirs, ["caption"])
        now_it_is = error.photo
        is_removed = now_it_is.removed_at is not None
        return form, False, Conflict(now_it_is.changed_by, now_it_is.changed_at, is_removed, now_it_is.rev, found)
    return form, True, None


def _saved(n: int, photo_id: str, form: CaptionForm, conflict: Conflict | None, *, status: int) -> ResponseReturnValue:
    """After a save of the caption, or instead of one."""
    sheet = drafting.read_to_edit(current_user.firm_id, n)
    shown = rows.of_quote(current_user.firm_id, sheet.quote.id)
    found = next((one for one in shown if one.public_id == photo_id), None)
    if wants_part():
        names: dict[str, Any] = {"photo": found, "form": form, "conflict": conflict, "here": _here(_place())}
        return view.part("quotes/_photo_saved.html", sheet, status=status, **names)
    if found is None:
        raise NotFound
    return _photo(sheet, shown, found, form, conflict=conflict, status=status)


def _photo(
    sheet: Sheet,
    shown: list[PhotoRow],
    found: PhotoRow,
    form: CaptionForm,
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    shown = rows.in_place(shown, _place())
    if found not in shown:
        raise NotFound
    names = view.names(
        sheet,
        photo=found,
        place_in_row=shown.index(found) + 1,
        count=len(shown),
        about=_about(sheet, found.place),
        form=form,
        conflict=conflict,
        key=form.key.data or view.new_key(),
        here=_here(_place()),
    )
    return page_or_part("quotes/photo.html", "quotes/_photo_sheet.html", status=status, **names)


def _move(n: int, photo_id: str, step: int) -> ResponseReturnValue:
    """What is typed is saved before the photo is moved."""
    form, is_saved, conflict = _store(n, photo_id)
    if not is_saved:
        return _saved(n, photo_id, form, conflict, status=409 if conflict else 422)
    moved = arranging.move(n, photo_id, step, _place(), actor=current_user.actor, now=utc_now())
    if not wants_part():
        return redirect(url_for(".photo", n=n, photo_id=photo_id) + _here(_place()), code=303)
    return _grid(drafting.read_to_edit(current_user.firm_id, n), moved=moved)
