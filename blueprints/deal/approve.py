"""Step 2: the sum, the data of the deduction, the ticks, the name and the order button. One form, one POST."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.approve_form import ApproveForm
from blueprints.deal.forms import AskForm
from blueprints.deal.guard import READER, by_link, names
from blueprints.deal.show import page
from domain.clock import stockholm_date
from domain.parties import Role
from domain.quotes import Totals
from domain.signature_mark import BadMark
from services import signing, transaction
from services.clock import utc_now
from services.deal import approving, consenting, figures, pages, parties, versions, viewing
from services.deal.change_words import Told
from services.deal.deals import Deal
from services.errors import RuleBroken, TooMany
from services.signing import codes


@bp.get("/o/<deal_id>/godkann")
@by_link
def approve_page(deal: Deal) -> ResponseReturnValue:
    if viewing.state(deal, utc_now()) not in ("open", "past"):
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    if figures.to_choose(deal.content, deal.chosen.picked):
        return page(deal, AskForm(), status=422, must_choose=True)
    form = ApproveForm()
    form.once.data = secrets.token_urlsafe(16)
    return _page(deal, form)


@bp.post("/o/<deal_id>/godkann")
@by_link
def approve(deal: Deal) -> ResponseReturnValue:
    now, form, deal_id = utc_now(), ApproveForm(), deal.found.deal_id
    if deal.agreement is not None:
        return redirect(url_for("deal.receipt", deal_id=deal_id), code=303)
    deal.check_may_sign()
    if deal.is_joint and READER not in request.form:
        raise RuleBroken("other_reader")
    if deal.own_approval is None:
        parties.check_turn(deal)
    if request.form.get("act") == "count":
        return _page(deal, form)
    result = consenting.reckoned(deal)
    needs, typed = _needs(deal, result), _deductions(result)
    day, asks = {"paid_on": figures.paid_on(deal.content), "today": stockholm_date(now)}, consenting.asks_email(deal)
    # who opened the form before another approved has filled in what is not asked for any more
    if not form.agreed.data and needs != typed and form.check(needs=typed, **day, asks_email=asks):
        needs = typed
    elif not form.check(needs=needs, **day, asks_email=asks):
        return _page(deal, form, status=422)
    try:
        approving.approve(deal, form.to_yes(needs), form.to_shown(), key=form.once.data or "", now=now)
    except approving.Changed:
        transaction.rollback()
        return _page(deal, form, status=409, before=form.to_shown())
    except approving.ChoiceMissing:
        transaction.rollback()
        return page(deal, AskForm(), status=422, must_choose=True)
    except (signing.NotProven, BadMark) as error:
        transaction.rollback()
        form.refuse(error)
        return _page(deal, form, status=422)
    # of several who decide only the last has an agreement to see
    return redirect(url_for("deal.show" if deal.is_joint else "deal.receipt", deal_id=deal_id), code=303)


@bp.post("/o/<deal_id>/kod")
@by_link
def send_code(deal: Deal) -> ResponseReturnValue:
    """Step 2 again, with a code on its way to who signs. What is typed stays as it is, and is not judged."""
    form = ApproveForm()
    if deal.agreement is not None:
        return redirect(url_for("deal.receipt", deal_id=deal.found.deal_id), code=303)
    before, form.code.data = form.to_shown(), ""
    _reckon(deal, form)
    shown = form.to_shown()
    if shown != before:
        return _page(deal, form, status=409, before=before)
    try:
        codes.send(deal, shown.terms, now=utc_now())
    except TooMany as error:
        transaction.rollback()
        form.refuse_more(error)
        return _page(deal, form, status=429)
    return _page(deal, form, just_sent=True)


@bp.get("/o/<deal_id>/kod")
@by_link
def code_page(deal: Deal) -> ResponseReturnValue:
    """Where a browser comes back to that is opened again."""
    return redirect(url_for("deal.approve_page", deal_id=deal.found.deal_id))


@bp.post("/o/<deal_id>/godkann/summa")
@by_link
def approve_sum(deal: Deal) -> ResponseReturnValue:
    """The sum with the applicants as they stand in the form, for htmx; nothing is kept."""
    form = ApproveForm()
    result, needs = _reckon(deal, form)
    facts, more = _facts(deal, form, result, needs), form.offer_one_more()
    return render_template("deal/_sum_parts.html", more=more, **facts, **names(deal))


def _page(
    deal: Deal,
    form: ApproveForm,
    *,
    status: int = 200,
    before: consenting.Shown | None = None,
    just_sent: bool = False,
) -> ResponseReturnValue:
    result, needs = _reckon(deal, form)
    is_newer = before is not None and 0 < before.version < deal.found.version
    if before and (is_newer or before.words != form.words.data):
        form.untick()
    facts = _facts(deal, form, result, needs)
    told = _told(deal, before, form.sum_persons(needs)) if before and is_newer else None
    form.offer_one_more()
    page_name = "deal/attest.html" if deal.role == Role.WITNESS else "deal/approve.html"
    html = render_template(page_name, before=before, told=told, just_sent=just_sent, **facts, **names(deal))
    return make_response(html, status)


def _told(deal: Deal, before: consenting.Shown, persons: tuple[consenting.Person, ...]) -> Told | None:
    """What has changed since the version the form was made of, with what was chosen in it and with what is now."""
    older = versions.older(deal.found.firm_id, deal.found.quote_id, before.version).content
    chosen = figures.known(older, before.chosen.picked, before.chosen.quantities), deal.chosen
    shares = tuple(one.share for one in persons)
    return versions.between(older, deal.content, chosen, shares or figures.ONE_PERSON)


def _reckon(deal: Deal, form: ApproveForm) -> tuple[Totals, set[str]]:
    """The sum with the applicants as far as they are typed, and the deductions of what is chosen."""
    plain = consenting.reckoned(deal)
    needs = _needs(deal, plain)
    persons = form.sum_persons(needs)
    counts = len(persons) > 1 or any(one.used_rot_kr or one.used_rut_kr or one.used_green_kr for one in persons)
    result = consenting.reckoned(deal, persons) if counts else plain
    form.carry(consenting.shown_to(deal, result, today=stockholm_date(utc_now())))
    return result, needs


def _needs(deal: Deal, result: Totals) -> set[str]:
    """The deductions that the quote carries with what is chosen, whoever applies.

    None to fill in for who follows another's approval: whose numbers they are is for the others to give.
    """
    return set() if deal.pending is not None else _deductions(result)


def _deductions(result: Totals) -> set[str]:
    return {str(share.kind) for share in result.deductions if share.amount_kr}


def _facts(deal: Deal, form: ApproveForm, result: Totals, needs: set[str]) -> dict[str, Any]:
    today = stockholm_date(utc_now())
    agreed = json.loads(deal.pending.agreed) if deal.pending else None
    return {
        "form": form,
        "totals": result,
        "needs": needs,
        "persons": form.sum_persons(needs),
        "statement": consenting.statement_text(deal.content, needs),
        "asks_email": consenting.asks_email(deal),
        "ticks": [(tick, text.text) for tick, text in consenting.ticks_of(deal, today=today)],
        "button": consenting.button_of(deal).text,
        "picked": pages.chosen_words(deal.content, deal.chosen),
        "plan": pages.parts(figures.plan(deal.content, result.to_pay_ore)) if deal.content["payment_plan"] else (),
        "price_words": pages.price_words(deal.content, result),
        "parties": parties.of_deal(deal),
        "agreed": agreed,
        "pays": pages.pays(deal.content),
        "is_late": deal.is_past(utc_now()),
        "asked": signing.asks(deal, form.to_shown().terms, total_ore=result.gross_ore, now=utc_now()),
    }
