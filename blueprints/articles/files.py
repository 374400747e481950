"""The price list from a file, in three steps, and as a file."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.articles import bp, words
from blueprints.articles.forms import FileForm
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from blueprints.shared.words import KINDS, deduction_word
from domain.clock import stockholm_date
from models import ArticleImport
from services import article_import, articles
from services.article_import import Expired, PlanChanged, Unreadable
from services.clock import utc_now

ROWS = 30
MOST_FAULTS = 50
VIEWS = {"nya": "new", "andras": "change", "samma": "same"}


@bp.get("/prislista/hamta-ut")
@requires("article.read")
def export() -> ResponseReturnValue:
    """The price list for Excel; purchase prices only for those who may see margins."""
    pieces = articles.to_csv(current_user.firm_id, with_purchase=current_user.may("margin.read"))
    answer = Response(b"".join(pieces), mimetype="text/csv")
    name = f"prislista-{stockholm_date(utc_now()).isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/prislista/hamta")
@requires("article.write")
def choose_file() -> ResponseReturnValue:
    return _choose(FileForm(formdata=None, data={"basis": articles.usual_basis(current_user.firm_id)}))


@bp.post("/prislista/hamta")
@requires("article.write")
@reads_first
def take_file() -> ResponseReturnValue:
    """Keep the file until the user has seen what it becomes."""
    form = FileForm()
    if not form.validate_on_submit():
        return _choose(form, status=422)
    try:
        import_id = article_import.keep(form.data_bytes, form.basis.data, actor=current_user.actor, now=utc_now())
    except Unreadable as error:
        form.file.errors = [words.UNREADABLE[error.code]]
        return _choose(form, status=422)
    return redirect(url_for(".show_file", import_id=import_id), code=303)


@bp.get("/prislista/hamta/<import_id>")
@requires("article.write")
def show_file(import_id: str) -> ResponseReturnValue:
    """What each row would become. Nothing is saved yet."""
    try:
        found = article_import.get(import_id, actor=current_user.actor, now=utc_now())
    except Expired:
        return _expired()
    return redirect(url_for(".index"), code=303) if found.done_at else _show(found)


@bp.post("/prislista/hamta/<import_id>")
@requires("article.write")
@reads_first
def accept_file(import_id: str) -> ResponseReturnValue:
    """Yes: add and change what was shown, once."""
    actor, now = current_user.actor, utc_now()
    try:
        done = article_import.accept(import_id, request.form.get("seen", ""), actor=actor, now=now)
    except Expired:
        return _expired()
    except PlanChanged:
        return _show(article_import.get(import_id, actor=actor, now=now), status=409)
    flash(_done(done))
    return redirect(url_for(".index"), code=303)


@bp.post("/prislista/hamta/<import_id>/avbryt")
@requires("article.write")
def discard_file(import_id: str) -> ResponseReturnValue:
    """No: the file is let go."""
    try:
        article_import.discard(import_id, actor=current_user.actor, now=utc_now())
    except Expired:
        return _expired()
    flash(_("Ingenting lades in. Filen är borttagen."))
    return redirect(url_for(".index"), code=303)


def _choose(form: FileForm, *, status: int = 200) -> ResponseReturnValue:
    return render_template("articles/choose_file.html", place="prislista", form=form), status


def _show(found: ArticleImport, *, status: int = 200) -> ResponseReturnValue:
    """The plan of a file, thirty rows at a time. After a 409 it differs from the one that was said yes to."""
    plan = article_import.plan(found, actor=current_user.actor, now=utc_now())
    view = request.args.get("visa", "")
    after = request.args.get("efter", "")
    last = int(after) if after.isdecimal() and len(after) < 9 else 0
    rows = [row for row in (plan.of(VIEWS[view]) if view in VIEWS else plan.rows) if row.number > last]
    page = render_template(
        "articles/show_file.html",
        place="prislista",
        found=found,
        plan=plan,
        counts={name: len(plan.of(outcome)) for name, outcome in VIEWS.items()},
        view=view if view in VIEWS else "",
        rows=rows[:ROWS],
        after=rows[ROWS - 1].number if len(rows) > ROWS else None,
        faults=plan.faults[:MOST_FAULTS],
        is_changed=status == 409,
        words=words,
        kinds=KINDS,
        deduction_word=deduction_word,
    )
    return page, status


def _expired() -> ResponseReturnValue:
    flash(_("Filen togs bort efter 24 timmar. Välj den igen."))
    return redirect(url_for(".choose_file"), code=303)


def _done(done: ArticleImport) -> str:
    """What came of it."""
    told = []
    if done.added:
        told.append(_("1 artikel är inlagd.") if done.added == 1 else _("%(n)s artiklar är inlagda.", n=done.added))
    if done.changed:
        told.append(_("1 artikel är ändrad.") if done.changed == 1 else _("%(n)s artiklar är ändrade.", n=done.changed))
    return " ".join(map(str, told)) or str(_("Allt i filen fanns redan i prislistan."))
