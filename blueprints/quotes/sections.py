"""Sections (delar) in the builder: new, rename, move, copy, remove."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.quotes import bp, view
from blueprints.quotes.forms import SectionForm
from blueprints.quotes.view import Conflict
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import wants_part
from models import QuoteSection
from services.clock import utc_now
from services.quotes import drafting, sections
from services.quotes.drafting import Draft, NotEditable
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
    """The name of a section, open for typing."""
    draft = drafting.load(current_user.firm_id, n)
    if not drafting.may_edit(draft.quote):
        raise NotEditable
    return _rename(draft, sections.get(draft, section_n))


@bp.post("/offerter/<int:n>/delar/<int:section_n>")
@requires("quote.write")
def save_section(n: int, section_n: int) -> ResponseReturnValue:
    form = SectionForm(section_n)
    if not form.validate_on_submit():
        draft = drafting.load(current_user.firm_id, n)
        return _rename(draft, sections.get(draft, section_n), form, status=422)
    try:
        draft, section = sections.rename(
            n,
            section_n,
            form.title.data or "",
            rev=form.shown_rev,
            key=form.key.data or "",
            actor=current_user.actor,
            now=utc_now(),
        )
    except SectionChanged as error:
        now_it_is = error.section
        theirs = SectionForm(section_n, formdata=None, data={"title": now_it_is.title})
        found = view.differences(form, theirs, ["title"])
        conflict = Conflict(
            now_it_is.changed_by, now_it_is.changed_at, now_it_is.removed_at is not None, now_it_is.rev, found
        )
        draft = drafting.load(current_user.firm_id, n)
        return _rename(draft, now_it_is, form, conflict=conflict, status=409)
    if not wants_part():
        return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)
    return _part("quotes/_section_head.html", draft, section=section)


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
    draft, twin = sections.copy(n, section_n, actor=current_user.actor, now=utc_now())
    if not wants_part():
        return redirect(url_for(".section", n=n, section_n=twin.n), code=303)
    return _part("quotes/_sections_again.html", draft, toast_text=_("Delen är kopierad."))


@bp.post("/offerter/<int:n>/delar/<int:section_n>/ta-bort")
@requires("quote.write")
def remove_section(n: int, section_n: int) -> ResponseReturnValue:
    draft, _gone = sections.remove(n, section_n, actor=current_user.actor, now=utc_now())
    undo_url = url_for(".restore_section", n=n, section_n=section_n)
    if not wants_part():
        undoable(_("Delen är borttagen."), undo_url)
        return redirect(url_for(".edit", n=n, _anchor="delar"), code=303)
    return _part("quotes/_sections_again.html", draft, toast_text=_("Delen är borttagen."), undo_url=undo_url)


@bp.post("/offerter/<int:n>/delar/<int:section_n>/ta-tillbaka")
@requires("quote.write")
def restore_section(n: int, section_n: int) -> ResponseReturnValue:
    sections.restore(n, section_n, actor=current_user.actor, now=utc_now())
    return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)


def _move(n: int, section_n: int, step: int) -> ResponseReturnValue:
    draft, _figures = sections.move(n, section_n, step, actor=current_user.actor, now=utc_now())
    if not wants_part():
        return redirect(url_for(".edit", n=n, _anchor=f"del-{section_n}"), code=303)
    return _part("quotes/_sections_again.html", draft)


def _form(section: QuoteSection) -> dict[str, Any]:
    form = SectionForm(section.n, formdata=None, data={"title": section.title})
    return {"form": form, "rev": section.rev, "key": view.new_key(), "conflict": None}


def _rename(
    draft: Draft,
    section: QuoteSection,
    form: SectionForm | None = None,
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The name open for typing: the head of the section for htmx, else a page of its own."""
    more: dict[str, Any] = {"section": section, **_form(section)}
    if form:
        more |= {"form": form, "rev": form.rev.data, "key": form.key.data, "conflict": conflict}
    template = "quotes/_section_rename.html" if wants_part() else "quotes/section.html"
    return view.part(template, draft, status=status, **more)


def _part(template: str, draft: Draft, **more: Any) -> ResponseReturnValue:
    found = drafting.figures(draft)
    todo = view.todo(draft, found, now=utc_now())
    return view.part(template, draft, found, todo=todo, **more)
