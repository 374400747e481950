"""The price list: list, search, one article, archive."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.articles import bp
from blueprints.articles.forms import ArticleForm
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.words import KINDS, deduction_word
from models import Article
from services import articles
from services.clock import utc_now
from services.errors import Stale


@bp.get("/prislista")
@requires("article.read")
def index() -> ResponseReturnValue:
    typed = request.args.get("q", "")
    archived = request.args.get("visa") == "arkiverade"
    after = request.args.get("efter", "")
    found = articles.list_page(current_user.firm_id, typed=typed, after=after, archived=archived)
    return page_or_part(
        "articles/index.html",
        "articles/_rows.html",
        place="prislista",
        found=found,
        typed=typed,
        archived=archived,
        deduction_word=deduction_word,
    )


@bp.get("/prislista/ny")
@requires("article.write")
def new() -> ResponseReturnValue:
    form = ArticleForm(formdata=None, data={"basis": articles.usual_basis(current_user.firm_id)})
    return _form(_allowed(form, None), None)


@bp.post("/prislista")
@requires("article.write")
def create() -> ResponseReturnValue:
    form = _allowed(ArticleForm(), None)
    if not form.validate_on_submit():
        return _form(form, None, status=422)
    articles.create(form.to_input(), actor=current_user.actor, now=utc_now())
    flash(_("Artikeln är sparad."))
    return redirect(url_for(".index"), code=303)


@bp.get("/prislista/<int:n>")
@requires("article.write")
def edit(n: int) -> ResponseReturnValue:
    article = articles.get(current_user.firm_id, n)
    return _form(_allowed(ArticleForm.of(article), article), article)


@bp.post("/prislista/<int:n>")
@requires("article.write")
def update(n: int) -> ResponseReturnValue:
    article = articles.get(current_user.firm_id, n)
    form = _allowed(ArticleForm().with_unit(article.unit), article)
    if not form.validate_on_submit():
        return _form(form, article, status=422)
    try:
        articles.update(article, form.to_input(), rev=form.rev.data or "")
    except Stale:
        return _form(form, article, status=409)
    flash(_("Artikeln är sparad."))
    return redirect(url_for(".index"), code=303)


@bp.post("/prislista/<int:n>/arkivera")
@requires("article.write")
def archive(n: int) -> ResponseReturnValue:
    articles.archive(articles.get(current_user.firm_id, n), now=utc_now())
    undoable(_("Artikeln är arkiverad."), url_for(".restore", n=n))
    return redirect(url_for(".index"), code=303)


@bp.post("/prislista/<int:n>/hamta-tillbaka")
@requires("article.write")
def restore(n: int) -> ResponseReturnValue:
    articles.restore(articles.get(current_user.firm_id, n))
    flash(_("Artikeln är tillbaka i listan."))
    return redirect(url_for(".index"), code=303)


def _allowed(form: ArticleForm, article: Article | None) -> ArticleForm:
    """The form with what this user may see."""
    return form if current_user.may("margin.read") else form.without_purchase(article)


def _form(form: ArticleForm, article: Article | None, *, status: int = 200) -> ResponseReturnValue:
    """The form for one article. After a stale save (409) `article` is what stands saved, the form what was typed.

    A form with faults keeps the `rev` it was opened with; after a 409 the next press is meant to win.
    """
    rev = form.rev.data if status == 422 else article and article.rev
    page = render_template(
        "articles/form.html",
        place="prislista",
        form=form,
        article=article,
        rev=rev,
        is_stale=status == 409,
        kinds=KINDS,
        deduction_word=deduction_word,
    )
    return page, status
