"""The customer's no."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.forms import DeclineForm
from blueprints.deal.guard import by_link, names
from blueprints.deal.show import MOST_QUESTIONS
from blueprints.shared.phrases import gettext as _
from services import limits
from services.clock import utc_now
from services.deal import declining, thread, viewing
from services.deal.deals import Deal


@bp.get("/o/<deal_id>/nej")
@by_link
def decline_page(deal: Deal) -> ResponseReturnValue:
    if not deal.may_decide or viewing.state(deal, utc_now()) not in (
        "open",
        "past",
        "closed",
        "suspended",
        "waits",
        "not_yet",
    ):
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    form = DeclineForm()
    form.version.data = str(deal.found.version)
    return _page(deal, form)


@bp.post("/o/<deal_id>/nej")
@by_link
def decline(deal: Deal) -> ResponseReturnValue:
    form, deal_id = DeclineForm(), deal.found.deal_id
    if not form.validate_on_submit():
        return _page(deal, form, status=422)
    typed = form.version.data or ""
    version = int(typed) if typed.isascii() and typed.isdigit() else 0
    declining.decline(
        deal, version=version, reason=form.reason.data or "", comment=form.comment.data or "", now=utc_now()
    )
    return redirect(url_for("deal.show", deal_id=deal_id), code=303)


@bp.post("/o/<deal_id>/igen")
@by_link
def ask_anew(deal: Deal) -> ResponseReturnValue:
    """Ångrade du dig? Only the firm can make the offer again."""
    deal_id = deal.found.deal_id
    limits.count("question", deal.found.link_public_id, limit=MOST_QUESTIONS, now=utc_now())
    thread.ask_anew(deal, now=utc_now())
    flash(_("Vi har sagt till. Svaret kommer med e-post."))
    return redirect(url_for("deal.show", deal_id=deal_id), code=303)


def _page(deal: Deal, form: DeclineForm, *, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("deal/decline.html", form=form, **names(deal)), status)
