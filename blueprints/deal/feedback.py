"""How easy the quote was to understand: asked on the agreement's page, once, and in nobody's way."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.forms import FeedbackForm
from blueprints.deal.guard import by_link, names
from blueprints.shared.htmx import wants_part
from blueprints.shared.phrases import gettext as _
from services.clock import utc_now
from services.deal import feedback
from services.deal.deals import Deal


@bp.post("/o/<deal_id>/omdome")
@by_link
def give_feedback(deal: Deal) -> ResponseReturnValue:
    """A figure by itself, at each change, or with words."""
    form = FeedbackForm()
    if not form.validate_on_submit():
        return _answer(deal, form, status=422)
    feedback.give(deal, int(form.score.data), form.words(), now=utc_now())
    if wants_part():
        return _answer(deal, form)
    flash(_("Tack för ditt omdöme."))
    return redirect(url_for("deal.receipt", deal_id=deal.found.deal_id, _anchor="omdome"), code=303)


def asked(deal: Deal) -> dict[str, object]:
    """What the agreement's page needs for the question; `rating_form` is None where it is not asked."""
    if not feedback.is_asked(deal):
        return {"rating_form": None}
    given = feedback.of_quote(deal.found.firm_id, deal.found.quote_id)
    form = FeedbackForm(formdata=None, score=str(given.score) if given else None, text=given.text if given else "")
    return {"rating_form": form, "given": given, "can_change": given is None or given.can_change(utc_now())}


def _answer(deal: Deal, form: FeedbackForm, *, status: int = 200) -> ResponseReturnValue:
    """The part for htmx; without scripts a page of its own says what is wrong."""
    given = feedback.of_quote(deal.found.firm_id, deal.found.quote_id)
    template = "deal/_feedback.html" if wants_part() else "deal/feedback.html"
    said = {"rating_form": form, "given": given, "can_change": True, "is_open": True}
    return make_response(render_template(template, **said, **names(deal)), status)
