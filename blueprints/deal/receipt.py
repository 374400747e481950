"""After the yes: the agreement with its files, the withdrawal, and the deduction's data that were left for later."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp, feedback
from blueprints.deal.applicant_forms import DetailsForm, needs_home
from blueprints.deal.forms import AskForm, WithdrawForm
from blueprints.deal.guard import by_link, names
from blueprints.shared.phrases import gettext as _
from domain.clock import stockholm_date
from models import Agreement
from services import allowance, kinds, signing
from services.allowance import Person
from services.clock import utc_now
from services.deal import (
    applicants,
    consenting,
    details,
    figures,
    inviting,
    manual,
    pages,
    parties,
    story,
    versions,
    viewing,
    withdrawing,
)
from services.deal.deals import Deal
from services.errors import NotFound


@bp.get("/o/<deal_id>/avtal")
@by_link
def receipt(deal: Deal) -> ResponseReturnValue:
    if deal.agreement is None:
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    agreed = viewing.agreed(deal)
    return render_template(
        "deal/receipt.html",
        agreement=deal.agreement,
        approved_by=parties.approved_by(deal.quote, deal.agreement),
        agreed=agreed,
        settled=pages.settled(deal.content, agreed, deal.role),
        paper=viewing.find_agreement_file(deal),
        period=viewing.withdrawal_time(deal, now=utc_now()),
        steps=story.of(
            deal.quote,
            firm_public_id=deal.found.firm_public_id,
            for_customer=True,
            among_several=deal.quote.is_shared,
        ),
        messages=viewing.messages(deal),
        withdrawal=withdrawing.newest(deal) if deal.found.status in ("withdrawn", "accepted", "signed") else None,
        state=viewing.state(deal, utc_now()),
        form=AskForm(),
        versions=versions.of_deal(deal),
        **_household(deal, deal.agreement, agreed),
        recorded_words=manual.told(agreed, deal.content["firm"]["name"]) if "manual" in agreed else "",
        **feedback.asked(deal),
        own=_own(deal, deal.agreement, agreed),
        words_of_method=signing.words,
        marks=_marks(deal, deal.agreement),
        **names(deal),
    )


@bp.get("/o/<deal_id>/avtal/filer")
@by_link
def paper(deal: Deal) -> ResponseReturnValue:
    """The list of files, for htmx while the paper is drawn; 286 ends the asking."""
    agreement = _agreement(deal)
    file = viewing.find_agreement_file(deal)
    part = render_template("deal/_paper.html", agreement=agreement, paper=file, **names(deal))
    return part, 286 if file else 200


@bp.get("/o/<deal_id>/angra")
@by_link
def withdraw_page(deal: Deal) -> ResponseReturnValue:
    _agreement(deal)
    if not deal.may_decide:
        return redirect(url_for("deal.receipt", deal_id=deal.found.deal_id))
    form = WithdrawForm(name=details.own_name(deal), email=details.own_email(deal), contract=_contract(deal))
    form.once.data = secrets.token_urlsafe(16)
    return _withdraw(deal, form)


@bp.post("/o/<deal_id>/angra")
@by_link
def withdraw(deal: Deal) -> ResponseReturnValue:
    _agreement(deal)
    form, deal_id = WithdrawForm(), deal.found.deal_id
    if not form.validate_on_submit():
        return _withdraw(deal, form, status=422)
    withdrawing.receive(
        deal,
        name=form.name.data or "",
        reply_to=form.email.data or "",
        contract=form.contract.data or "",
        key=form.once.data or "",
        now=utc_now(),
    )
    return redirect(url_for("deal.withdrawn", deal_id=deal_id), code=303)


@bp.get("/o/<deal_id>/angrat")
@by_link
def withdrawn(deal: Deal) -> ResponseReturnValue:
    """The acknowledgement."""
    row = withdrawing.newest(deal)
    if row is None:
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    is_own = not deal.is_joint or row.reply_to == details.own_email(deal)
    return render_template("deal/withdrawn.html", withdrawal=row, is_own=is_own, **names(deal))


@bp.get("/o/<deal_id>/rot")
@by_link
def details_page(deal: Deal) -> ResponseReturnValue:
    if not details.are_missing(deal) or not deal.may_decide:
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    return _details(deal, DetailsForm())


@bp.post("/o/<deal_id>/rot")
@by_link
def give_details(deal: Deal) -> ResponseReturnValue:
    form, deal_id, needs = DetailsForm(), deal.found.deal_id, details.needed(deal)
    form.validate()
    wants_home = needs_home(needs)
    form.check_details(needs_home=wants_home, paid_on=figures.paid_on(deal.content), today=stockholm_date(utc_now()))
    if form.errors:
        return _details(deal, form, status=422)
    _agreement(deal)
    persons = form.to_persons(details.own_name(deal))
    details.give(deal, form.to_home(needs_home=wants_home), persons, now=utc_now())
    flash(_("Uppgifterna är sparade."))
    return redirect(url_for("deal.receipt", deal_id=deal_id), code=303)


def _marks(deal: Deal, agreement: Agreement) -> list[tuple[str, str]]:
    """(name, drawn signature) of those who drew one."""
    rows = deal.approvals if deal.is_joint else [agreement]
    return [(row.name, mark) for row in rows if (mark := signing.mark_of(deal.found.firm_public_id, row))]


def _agreement(deal: Deal) -> Agreement:
    if deal.agreement is None:
        raise NotFound
    return deal.agreement


def _own(deal: Deal, agreement: Agreement, agreed: Mapping[str, Any]) -> Person | None:
    """What the firm has reserved for the first applicant, if it is who reads this; without any no statement is spent.

    Only here, after the yes: before it, who types a number learns nothing of whose it is.
    """
    is_own = not deal.is_joint or deal.found.link_id == agreement.link_id
    if not agreed["applicants"] or not deal.may_decide or not is_own:
        return None
    person = allowance.of_receipt(agreement, deal.quote.customer_id)
    return person if person and person.is_known and person.account.reserved else None


def _contract(deal: Deal) -> str:
    return f"{kinds.noun(deal.content['kind'])} {deal.content['number']}"


def _withdraw(deal: Deal, form: WithdrawForm, *, status: int = 200) -> ResponseReturnValue:
    period = viewing.withdrawal_time(deal, now=utc_now())
    return make_response(render_template("deal/withdraw.html", form=form, period=period, **names(deal)), status)


def _details(deal: Deal, form: DetailsForm, *, status: int = 200) -> ResponseReturnValue:
    needs = details.needed(deal)
    form.offer_one_more()
    statement = consenting.statement_text(deal.content, needs)
    html = render_template("deal/details.html", form=form, needs=needs, statement=statement, **names(deal))
    return make_response(html, status)


def _household(deal: Deal, agreement: Agreement, agreed: Mapping[str, Any]) -> dict[str, Any]:
    """The co-applicants, and what all have declared where it changes the sum; no statement is spent on none."""
    is_filled_in = agreed["home"]["kind"] == "later" != agreement.home
    if not is_filled_in and len(agreed["applicants"]) < 2:
        return {"guests": [], "shift": None}
    found, was_ore = inviting.household(deal), applicants.agreed_ore(agreed)
    shift = {"now_ore": found.now_ore, "was_ore": was_ore, "to_pay_ore": agreed["to_pay_ore"] + was_ore - found.now_ore}
    return {"guests": found.guests, "shift": shift if found.now_ore != was_ore else None}
