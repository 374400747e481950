"""Sections (delar) in the builder: new, rename, move, copy, remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, view
from blueprints.quotes.forms import SectionForm, SectionNameForm
from blueprints.quotes.view import Conflict
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import wants_part
from blueprints.shared.phrases import gettext as _
from models import QuoteSection
from services import transaction
from services.clock import utc_now
from services.quotes import drafting, lines, sections
from services.quotes.drafting import Draft, NotEditable
from services.quotes.lines import SectionGone
from services.quotes.sections import SectionChanged


@bp.post("/offerter/<int:n>/delar")
@requires("quote.write")
def add_section(n: int) -> ResponseReturnValue:
    """An empty section at the end, its name open for typing."""
    draft, section = sections.add(n, actor=current_user.actor, now=utc_now())
    if not wants_part():
        return redirect(url_for(".section", n=n, section_n=section.n), code=303)
    return _part("quotes/_section_new.html", draft, section=section, renaming=section.n, **_form(section))


@bp.get("/offerter/<int:n>/delar/<int:section_n>")
@requires("quote.write")
def section(n: int, section_n: int) -> ResponseReturnValue:
    """The settings of a section: a sheet for htmx, else a page."""
    draft = drafting.load(current_user.firm_id, n)
    if not drafting.may_edit(draft.quote):
        raise NotEditable
    section = sections.get(draft, section_n)
    return _settings(draft, section, SectionForm.of(section))


@bp.post("/offerter/<int:n>/delar/<int:section_n>")
@requires("quote.write")
def save_section(n: int, section_n: int) -> ResponseReturnValue:
    form = SectionForm(section_n)
    if not form.validate_on_submit():
        draft = drafting.load(current_user.firm_id, n)
        return _settings(draft, lines.find_section(draft.quote, section_n), form, status=422)
    try:
        draft, _section = sections.save(
            n,
            section_n,
            form.to_input(),
            rev=form.shown_rev,
            key=form.own_key,
            actor=current_user.actor,
            now=utc_now(),
        )
    except SectionChanged as error:
        conflict = _conflict(error.section, form, ("title", "price_mode", "discount", "choice"))
        return _settings(drafting.load(current_user.firm_id, n), error.section, form, conflict=conflict, status=409)
    if not wants_part():
        return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)
    answer = _part("quotes/_sections_again.html", draft)
    answer.headers["HX-Trigger"] = "stang-ark"
    return answer


@bp.post("/offerter/<int:n>/delar/<int:section_n>/namn")
@requires("quote.write")
def save_section_name(n: int, section_n: int) -> ResponseReturnValue:
    """The name of a new section, typed in its head."""
    form = SectionNameForm(section_n)
    if not form.validate_on_submit():
        draft = drafting.load(current_user.firm_id, n)
        return _rename(draft, lines.find_section(draft.quote, section_n), form, status=422)
    try:
        draft, section = sections.rename(
            n,
            section_n,
            form.title.data or "",
            rev=form.shown_rev,
            key=form.own_key,
            actor=current_user.actor,
            now=utc_now(),
        )
    except SectionChanged as error:
        conflict = _conflict(error.section, form, ("title",))
        return _rename(drafting.load(current_user.firm_id, n), error.section, form, conflict=conflict, status=409)
    if not wants_part():
        return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)
    return view.part("quotes/_section_head.html", draft, section=section)


@bp.post("/offerter/<int:n>/delar/<int:section_n>/upp")
@requires("quote.write")
def move_section_up(n: int, section_n: int) -> ResponseReturnValue:
    return _move(n, section_n, -1)


@bp.post("/offerter/<int:n>/delar/<int:section_n>/ner")
@requires("quote.write")
def move_section_down(n: int, section_n: int) -> ResponseReturnValue:
    return _move(n, section_n, 1)


@bp.post("/offerter/<int:n>/delar/<int:section_n>/kopiera")
@requires("quote.write")
def copy_section(n: int, section_n: int) -> ResponseReturnValue:
    try:
        draft, twin, left_out = sections.copy(n, section_n, actor=current_user.actor, now=utc_now())
    except SectionGone as gone:
        return _gone(n, gone)
    told = view.no_room(left_out)
    if not wants_part():
        if told:
            flash(told)
        return redirect(url_for(".section", n=n, section_n=twin.n), code=303)
    toast_text = (_("Delen är kopierad.") + f" {told}").rstrip()
    return _part("quotes/_sections_again.html", draft, toast_text=toast_text, **view.photo_grid(draft))


@bp.post("/offerter/<int:n>/delar/<int:section_n>/ta-bort")
@requires("quote.write")
def remove_section(n: int, section_n: int) -> ResponseReturnValue:
    try:
        draft, _removed = sections.remove(n, section_n, actor=current_user.actor, now=utc_now())
    except SectionGone as gone:
        return _gone(n, gone)
    return _undoable(draft, section_n, _("Delen är borttagen."))


@bp.post("/offerter/<int:n>/delar/<int:section_n>/ta-tillbaka")
@requires("quote.write")
def restore_section(n: int, section_n: int) -> ResponseReturnValue:
    sections.restore(n, section_n, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)


def _move(n: int, section_n: int, step: int) -> ResponseReturnValue:
    try:
        draft, _figures = sections.move(n, section_n, step, actor=current_user.actor, now=utc_now())
    except SectionGone as gone:
        return _gone(n, gone)
    if not wants_part():
        return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)
    return _part("quotes/_sections_again.html", draft)


def _gone(n: int, error: SectionGone) -> ResponseReturnValue:
    """Someone else removed the section meanwhile: say who, show how it stands, offer it back."""
    section_n, who = error.section.n, error.section.changed_by or _("någon annan")
    text = _("Delen är redan borttagen av %(who)s. Inget annat är ändrat.", who=who)
    transaction.rollback()
    return _undoable(drafting.load(current_user.firm_id, n), section_n, text)


def _undoable(draft: Draft, section_n: int, text: str) -> ResponseReturnValue:
    """All sections without the one that is removed, and the way to have it back."""
    n = draft.quote.n
    undo_url = url_for(".restore_section", n=n, section_n=section_n)
    if not wants_part():
        undoable(text, undo_url)
        return redirect(url_for(".edit", n=n, _anchor="delar"), code=303)
    told = {"toast_text": text, "undo_url": undo_url}
    return _part("quotes/_sections_again.html", draft, **told, **view.photo_grid(draft))


def _conflict(section: QuoteSection, form: SectionNameForm, fields: Sequence[str]) -> Conflict:
    found = view.differences(form, SectionForm.of(section), fields)
    return Conflict(section.changed_by, section.changed_at, section.removed_at is not None, section.rev, found)


def _form(section: QuoteSection) -> dict[str, Any]:
    form = SectionNameForm(section.n, formdata=None, data={"title": section.title})
    return {"form": form, "rev": section.rev, "key": view.new_key(), "conflict": None}


def _settings(
    draft: Draft,
    section: QuoteSection,
    form: SectionForm,
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The settings of a section: in the sheet for htmx, else a page of their own."""
    more: dict[str, Any] = {
        "section": section,
        "form": form,
        "rev": form.rev.data or section.rev,
        "key": form.key.data or view.new_key(),
        "conflict": conflict,
    }
    answer = view.part(
        "quotes/_section_sheet.html" if wants_part() else "quotes/section.html", draft, status=status, **more
    )
    if status != 200:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#ark", "innerHTML"
    return answer


def _rename(
    draft: Draft,
    section: QuoteSection,
    form: SectionNameForm,
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The name of a new section once more: its head for htmx, else the page of its settings."""
    if not wants_part():
        page = SectionForm.of(section)
        page.title, page.rev.data, page.key.data = form.title, form.rev.data, form.key.data
        return _settings(draft, section, page, conflict=conflict, status=status)
    more: dict[str, Any] = {
        "section": section,
        "form": form,
        "rev": form.rev.data,
        "key": form.key.data,
        "conflict": conflict,
    }
    return view.part("quotes/_section_rename.html", draft, status=status, **more)


def _part(template: str, draft: Draft, **more: Any) -> Response:
    found = drafting.figures(draft)
    todo = view.todo(draft, found, now=utc_now())
    return view.part(template, draft, found, todo=todo, **more)
