"""Lines in the builder: open, save as it is typed, finish, move, copy, remove. Each works as a page too."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, view
from blueprints.quotes.forms import LineForm, WordsForm, form_of
from blueprints.quotes.view import Conflict
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import VARY, wants_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.text_blocks import chosen_text
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import drafting, line_saving, lines
from services.quotes.drafting import Draft
from services.quotes.lines import Edited, LineChanged
from services.quotes.rows import Sheet


@bp.get("/offerter/<int:n>/rader/<int:line_n>")
@requires("quote.write")
def line(n: int, line_n: int) -> ResponseReturnValue:
    """The open line. `oppen` is the line that was open until now: it is closed in the same answer."""
    sheet = drafting.read_to_edit(current_user.firm_id, n)
    row = sheet.find_line(line_n)
    if row is None:
        raise NotFound
    return _open(sheet, form_of(row), line_n, was_open=_open_before(sheet, line_n))


@bp.post("/offerter/<int:n>/rader")
@requires("quote.write")
def add_line(n: int) -> ResponseReturnValue:
    """At the end of a section: an article (artikel), the user's own line (egen), or words without a price (ord)."""
    section_n, article = request.form.get("del", ""), request.form.get("artikel", "")
    if not section_n.isdecimal() or len(section_n) > 9:
        raise NotFound
    actor, now = current_user.actor, utc_now()
    if article.isdecimal() and len(article) < 10:
        edited = lines.add_article(n, int(section_n), int(article), current_user.firm, actor=actor, now=now)
    elif "ord" in request.form:
        edited = lines.add_text(n, int(section_n), chosen_text(request.form["ord"]), actor=actor, now=now)
    else:
        edited = lines.add_own(n, int(section_n), request.form.get("egen", ""), actor=actor, now=now)
    if not wants_part():
        return redirect(url_for(".line", n=n, line_n=edited.line.n), code=303)
    was_open = _open_before(edited.draft, edited.line.n)
    answer = _open(edited.draft, form_of(edited.line), edited.line.n, edited=edited, was_open=was_open)
    answer.headers["HX-Trigger"] = "stang-ark"
    return answer


@bp.post("/offerter/<int:n>/rader/<int:line_n>")
@requires("quote.write")
def save_line(n: int, line_n: int) -> ResponseReturnValue:
    """Autosave: the answer holds only what changed around the fields."""
    form, edited, conflict = _store(n, line_n)
    if edited is None:
        return _unsaved(n, line_n, form, conflict) if wants_part() else _refused(n, line_n, form, conflict)
    if not wants_part():
        return redirect(url_for(".line", n=n, line_n=line_n), code=303)
    shown = form_of(edited.line) if edited.is_adjusted else form
    return view.part(
        "quotes/_saved.html",
        edited.draft,
        edited.figures,
        line=edited.line,
        line_margin=view.line_margin(edited.draft, edited.line),
        form=shown,
        adjusted=edited.is_adjusted,
        deductions=view.deduction_choices() if edited.is_adjusted else (),
    )


@bp.post("/offerter/<int:n>/rader/<int:line_n>/klar")
@requires("quote.write")
def finish_line(n: int, line_n: int) -> ResponseReturnValue:
    """Save and close the line; one typed by hand is kept in the price list too, where that is ticked."""
    form, edited, conflict = _store(n, line_n, finishes=True)
    if edited is None:
        return _refused(n, line_n, form, conflict)
    told = {"new": _("Sparad i prislistan."), "there": _("Prislistan har redan en artikel som heter så.")}
    toast_text = told.get(edited.listed, "")
    if wants_part():
        return _changed("quotes/_line_closed.html", edited, toast_text=toast_text)
    if toast_text:
        flash(toast_text)
    return _to_builder(n, line_n)


@bp.post("/offerter/<int:n>/rader/<int:line_n>/kopiera")
@requires("quote.write")
def copy_line(n: int, line_n: int) -> ResponseReturnValue:
    refusal = _store_first(n, line_n)
    if refusal:
        return refusal
    edited = lines.copy(n, line_n, actor=current_user.actor, now=utc_now())
    told = view.no_room(edited.left_out)
    if not wants_part():
        if told:
            flash(told)
        return _to_builder(n, edited.line.n)
    toast_text = (_("Raden är kopierad.") + f" {told}").rstrip()
    grid = view.photo_grid(edited.draft)
    return _changed("quotes/_section_again.html", edited, opened=line_n, toast_text=toast_text, **grid)


@bp.post("/offerter/<int:n>/rader/<int:line_n>/foto")
@requires("quote.write")
def photos_of_line(n: int, line_n: int) -> ResponseReturnValue:
    """To the photos of the line; what was typed is saved first."""
    if refused := _store_first(n, line_n):
        return refused
    lines.find(drafting.get(current_user.firm_id, n), line_n)  # another firm's or no line at all: 404
    return redirect(url_for(".photos", n=n, rad=line_n), code=303)


@bp.post("/offerter/<int:n>/rader/<int:line_n>/upp")
@requires("quote.write")
def move_line_up(n: int, line_n: int) -> ResponseReturnValue:
    return _move(n, line_n, -1)


@bp.post("/offerter/<int:n>/rader/<int:line_n>/ner")
@requires("quote.write")
def move_line_down(n: int, line_n: int) -> ResponseReturnValue:
    return _move(n, line_n, 1)


@bp.post("/offerter/<int:n>/rader/<int:line_n>/ta-bort")
@requires("quote.write")
def remove_line(n: int, line_n: int) -> ResponseReturnValue:
    """Take the line out; what was typed is kept with it where it can be."""
    _store(n, line_n, keep=False)
    edited = lines.remove(n, line_n, actor=current_user.actor, now=utc_now())
    undo_url = url_for(".restore_line", n=n, line_n=line_n)
    if not wants_part():
        undoable(_("Raden är borttagen."), undo_url)
        return redirect(url_for(".edit", n=n, _anchor="delar"), code=303)
    told = {"toast_text": _("Raden är borttagen."), "undo_url": undo_url}
    return _changed("quotes/_section_again.html", edited, **told, **view.photo_grid(edited.draft))


@bp.post("/offerter/<int:n>/rader/<int:line_n>/ta-tillbaka")
@requires("quote.write")
def restore_line(n: int, line_n: int) -> ResponseReturnValue:
    lines.restore(n, line_n, actor=current_user.actor, now=utc_now())
    return _to_builder(n, line_n)


def _move(n: int, line_n: int, step: int) -> ResponseReturnValue:
    refusal = _store_first(n, line_n)
    if refusal:
        return refusal
    before = request.headers.get("HX-Target", "")
    edited = lines.move(n, line_n, step, actor=current_user.actor, now=utc_now())
    if not wants_part():
        return _to_builder(n, line_n)
    left = next((section for section in edited.draft.sections if f"del-{section.n}" == before), None)
    return _changed("quotes/_section_again.html", edited, opened=line_n, left=left)


def _store(
    n: int, line_n: int, *, keep: bool = True, finishes: bool = False
) -> tuple[LineForm | WordsForm, Edited | None, Conflict | None]:
    """Save what the form says: the form, and what came of it or why nothing did."""
    form = WordsForm(line_n) if "words" in request.form else LineForm(line_n)
    if not form.validate_on_submit():
        return form, None, None
    try:
        edited = line_saving.save(
            n,
            line_n,
            form.to_input(),
            form.shown,
            keep=keep,
            lists=finishes and form.wants_listing,
            actor=current_user.actor,
            now=utc_now(),
        )
    except LineChanged as error:
        return form, None, view.line_conflict(error, form)
    return form, edited, None


def _store_first(n: int, line_n: int) -> ResponseReturnValue | None:
    """What is typed is saved before the line is moved or copied; the answer if that fails."""
    if not {"text", "words"} & request.form.keys():
        return None
    form, edited, conflict = _store(n, line_n, keep=False)
    return None if edited else _refused(n, line_n, form, conflict)


def _refused(n: int, line_n: int, form: LineForm | WordsForm, conflict: Conflict | None) -> ResponseReturnValue:
    """The line's form again with what is wrong and everything that was typed."""
    draft = drafting.load(current_user.firm_id, n)
    row = lines.find(draft.quote, line_n)  # another firm's or no line at all: 404
    if row.is_text != isinstance(form, WordsForm):
        raise NotFound
    answer = _open(draft, form, line_n, conflict=conflict, status=409 if conflict else 422)
    answer.headers["HX-Retarget"] = f"#rad-{line_n}"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _unsaved(n: int, line_n: int, form: LineForm | WordsForm, conflict: Conflict | None) -> Response:
    """To autosave: error slots or the conflict, never the fields."""
    names = {"form": form, "line_n": line_n, "conflict": conflict, "base": view.base_of(n)}
    answer = make_response(render_template("quotes/_unsaved.html", **names), 409 if conflict else 422)
    answer.headers["Vary"] = VARY
    return answer


def _open(
    draft: Draft | Sheet,
    form: LineForm | WordsForm,
    line_n: int,
    *,
    edited: Edited | None = None,
    was_open: object = None,
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    """The open line as a part, or as a page of its own."""
    row = next((row for row in draft.lines if row.n == line_n), None) or lines.find(draft.quote, line_n)
    more: dict[str, Any] = {
        "form": form,
        "line": row,
        "line_margin": view.line_margin(draft, row),
        "rev": form.rev.data or row.rev,
        "key": form.key.data or view.new_key(),
        "conflict": conflict,
        "was_open": was_open,
        "edited": edited,
        "deductions": view.deduction_choices(),
    }
    template = "quotes/_line_opened.html" if wants_part() else "quotes/line.html"
    return view.part(template, draft, edited.figures if edited else None, status=status, **more)


def _changed(template: str, edited: Edited, **more: Any) -> Response:
    """A part after a change, with sums and checklist beside it."""
    todo = view.todo(edited.draft, edited.figures, now=utc_now())
    opened = more.get("opened")
    row = next((row for row in edited.draft.lines if row.n == opened), None)
    if row is not None:
        more |= {
            "form": form_of(row),
            "line_margin": view.line_margin(edited.draft, row),
            "rev": row.rev,
            "key": view.new_key(),
            "conflict": None,
            "deductions": view.deduction_choices(),
        }
    return view.part(template, edited.draft, edited.figures, line=edited.line, todo=todo, **more)


def _open_before(draft: Draft | Sheet, line_n: int) -> object:
    number = request.values.get("oppen", "")
    if not number.isdecimal() or number == str(line_n):
        return None
    return next((row for row in draft.lines if str(row.n) == number), None)


def _to_builder(n: int, line_n: int) -> ResponseReturnValue:
    return redirect(url_for(".edit", n=n, _anchor=f"rad-{line_n}"), code=303)
