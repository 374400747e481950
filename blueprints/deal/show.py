"""The quote as the customer reads it: options, questions, terms. Nothing here works by GET."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.forms import AskForm
from blueprints.deal.guard import by_link, names
from blueprints.shared import choosing, link_cookies
from blueprints.shared.htmx import wants_part
from blueprints.shared.phrases import gettext as _
from domain.choices import BadChoice
from services import kinds, limits, transaction
from services.clock import utc_now
from services.deal import options, pages, same_browser, thread, versions, viewing
from services.deal.deals import Deal
from services.errors import RuleBroken

AGREED = {"accepted", "signed", "completed", "withdrawn", "late_acceptance"}
MOST_QUESTIONS = 20  # per link and quarter of an hour


@bp.get("/o/<deal_id>")
@by_link
def show(deal: Deal) -> ResponseReturnValue:
    now = utc_now()
    if viewing.state(deal, now) in AGREED:
        return redirect(url_for("deal.receipt", deal_id=deal.found.deal_id))
    return page(deal, AskForm())


@bp.post("/o/<deal_id>/tillval")
@by_link
def pick(deal: Deal) -> ResponseReturnValue:
    """Keep what is chosen and answer with the new price, or go on to step 2 if that button was pressed."""
    deal_id, chosen = deal.found.deal_id, choosing.read(request.form, deal.content)
    if chosen.typed.errors:
        if wants_part():
            return _parts(deal, chosen.typed), 422
        return page(deal, AskForm(), status=422, typed=chosen.typed)
    try:
        viewing.choose(deal, chosen.picked, chosen.quantities, now=utc_now())
    except BadChoice:
        if not wants_part():
            raise RuleBroken("choice_unknown") from None
        transaction.rollback()
        flash(
            _("%(it)s har ändrats sedan du öppnade sidan. Se över dina val.", it=kinds.the_first(deal.content["kind"]))
        )
        return "", 409, {"HX-Refresh": "true"}
    if wants_part():
        return _parts(deal)
    if choosing.ONWARD in request.form:
        return redirect(url_for("deal.approve_page", deal_id=deal_id), code=303)
    return redirect(url_for("deal.show", deal_id=deal_id, _anchor="h-tv"), code=303)


@bp.post("/o/<deal_id>/fraga")
@by_link
def ask(deal: Deal) -> ResponseReturnValue:
    deal_id, form = deal.found.deal_id, AskForm()
    if not form.validate_on_submit():
        return page(deal, form, status=422)
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


def page(
    deal: Deal,
    form: AskForm,
    *,
    status: int = 200,
    typed: options.Typed = options.NOTHING_TYPED,
    must_choose: bool = False,
) -> ResponseReturnValue:
    """The whole page. `must_choose`: say what has to be chosen before the quote can be approved."""
    shown = viewing.page(deal, now=utc_now(), typed=typed)
    wrong = pages.wrong(shown, must_choose=must_choose)
    here = same_browser.readers(deal, link_cookies.of_deal(deal.found.deal_id)) if deal.is_joint else []
    turn = {party.key for party in shown.parties if party.has_turn}
    following = [one for one in here if one.key in turn]
    said = {"wrong": wrong, "has_errors": bool(wrong), "must_choose": must_choose, "versions": versions.of_deal(deal)}
    text = render_template("deal/show.html", form=form, page=shown, following=following, **said, **names(deal))
    return make_response(text, status)


def _parts(deal: Deal, typed: options.Typed = options.NOTHING_TYPED) -> str:
    """The price, and all else that a choice changes, out of band."""
    shown = viewing.page(deal, now=utc_now(), typed=typed)
    wrong = pages.wrong(shown, must_choose=False)
    return render_template("deal/_price_parts.html", page=shown, content=deal.content, wrong=wrong)
