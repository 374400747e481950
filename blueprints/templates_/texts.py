"""Text blocks: the list by place, a new one, one changed, archive."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.templates_ import bp
from blueprints.templates_.forms import PLACES, TextForm, number
from models import TextBlock
from services import text_blocks
from services.clock import utc_now
from services.text_blocks import TextChanged


@bp.get("/texter")
@requires("quote.read")
def texts() -> ResponseReturnValue:
    archived = request.args.get("visa") == "arkiverade"
    found = text_blocks.listed(current_user.firm_id, archived=archived)
    return render_template(
        "mallar/texts.html",
        place="prislista",
        by_place=found,
        places=PLACES,
        archived=archived,
        is_empty=not any(found.values()),
    )


@bp.get("/texter/ny")
@requires("quote.write")
def new_text() -> ResponseReturnValue:
    where = request.args.get("plats", "")
    return _page(TextForm(formdata=None, data={"place": where if where in PLACES else "message"}), None)


@bp.post("/texter")
@requires("quote.write")
def create_text() -> ResponseReturnValue:
    form = TextForm()
    if not form.validate_on_submit():
        return _page(form, None, status=422)
    text_blocks.create(form.to_input(), actor=current_user.actor, now=utc_now())
    flash(_("Texten är sparad."))
    return redirect(url_for(".texts"), code=303)


@bp.get("/texter/<int:text_n>")
@requires("quote.write")
def text(text_n: int) -> ResponseReturnValue:
    block = text_blocks.get(current_user.firm_id, text_n)
    return _page(TextForm(formdata=None, obj=block), block)


@bp.post("/texter/<int:text_n>")
@requires("quote.write")
def update_text(text_n: int) -> ResponseReturnValue:
    block = text_blocks.get(current_user.firm_id, text_n)
    form = TextForm()
    if not form.validate_on_submit():
        return _page(form, block, status=422)
    try:
        text_blocks.update(text_n, form.to_input(), rev=number(form.rev.data) or 0, actor=current_user.actor)
    except TextChanged as error:
        form.rev.data = str(error.block.rev)
        return _page(form, error.block, status=409)
    flash(_("Texten är sparad."))
    return redirect(url_for(".texts"), code=303)


@bp.post("/texter/<int:text_n>/arkivera")
@requires("quote.write")
def archive_text(text_n: int) -> ResponseReturnValue:
    text_blocks.archive(text_n, actor=current_user.actor, now=utc_now())
    undoable(_("Texten är arkiverad."), url_for(".restore_text", text_n=text_n))
    return redirect(url_for(".texts"), code=303)


@bp.post("/texter/<int:text_n>/hamta-tillbaka")
@requires("quote.write")
def restore_text(text_n: int) -> ResponseReturnValue:
    text_blocks.restore(text_n, actor=current_user.actor)
    flash(_("Texten är tillbaka i listan."))
    return redirect(url_for(".texts"), code=303)


def _page(form: TextForm, block: TextBlock | None, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "mallar/text.html", place="prislista", form=form, block=block, places=PLACES, is_stale=status == 409
    )
    return make_response(page, status)
