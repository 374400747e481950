"""The quote as the customer reads it: options, questions, terms. Nothing here works by GET."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.deal import bp
from blueprints.deal.forms import AskForm
from blueprints.deal.guard import by_link, names
from blueprints.shared.htmx import wants_part
from services import limits
from services.clock import utc_now
from services.deal import thread, viewing
from services.deal.links import Deal

AGREED = {"accepted", "signed", "completed", "withdrawn", "late_acceptance"}
MOST_QUESTIONS = 20  # per link and quarter of an hour


@bp.get("/o/<deal_id>")
@by_link
def show(deal: Deal) -> ResponseReturnValue:
    now = utc_now()
    if viewing.state(deal, now) in AGREED:
        return redirect(url_for("deal.receipt", deal_id=deal.found.deal_id))
    return _page(deal, AskForm())


@bp.post("/o/<deal_id>/tillval")
@by_link
def pick(deal: Deal) -> ResponseReturnValue:
    """Keep the ticked options and answer with the new price."""
    deal_id = deal.found.deal_id
    viewing.pick(deal, request.form.getlist("tillval"), now=utc_now())
    if wants_part():
        page = viewing.page(deal, now=utc_now())
        return render_template("deal/_price_parts.html", page=page, content=deal.content)
    return redirect(url_for("deal.show", deal_id=deal_id, _anchor="h-tv"), code=303)


@bp.post("/o/<deal_id>/fraga")
@by_link
def ask(deal: Deal) -> ResponseReturnValue:
    deal_id, form = deal.found.deal_id, AskForm()
    if not form.validate_on_submit():
        return _page(deal, form, status=422)
    limits.count("question", deal.found.link_public_id, limit=MOST_QUESTIONS, now=utc_now())
    thread.ask(deal, form.question.data or "", now=utc_now())
    flash(_("Frågan är skickad. Svaret kommer med e-post."))
    return redirect(url_for("deal.show", deal_id=deal_id, _anchor="h-fr"), code=303)


@bp.post("/o/<deal_id>/ny-tid")
@by_link
def ask_for_time(deal: Deal) -> ResponseReturnValue:
    deal_id = deal.found.deal_id
    limits.count("question", deal.found.link_public_id, limit=MOST_QUESTIONS, now=utc_now())
    thread.ask_for_time(deal, now=utc_now())
    flash(_("Vi har frågat om ny tid. Svaret kommer med e-post."))
    return redirect(url_for("deal.show", deal_id=deal_id), code=303)


@bp.post("/o/<deal_id>/sedd")
@by_link
def saw(deal: Deal) -> ResponseReturnValue:
    """A small script's word, after a touch, a key or a scroll."""
    viewing.saw(deal, now=utc_now())
    return "", 204


@bp.get("/o/<deal_id>/villkor")
@by_link
def terms(deal: Deal) -> ResponseReturnValue:
    return render_template("deal/terms.html", blocks=viewing.terms(deal.content), **names(deal))


@bp.get("/o/<deal_id>/uppgifter")
@by_link
def privacy(deal: Deal) -> ResponseReturnValue:
    return render_template("deal/privacy.html", **names(deal))


def _page(deal: Deal, form: AskForm, *, status: int = 200) -> ResponseReturnValue:
    page = viewing.page(deal, now=utc_now())
    return make_response(render_template("deal/show.html", form=form, page=page, **names(deal)), status)
