"""Those who share the deduction: the customer hands out links, and each types the own number on a page of the own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import languages
from blueprints.deal import bp
from blueprints.deal.applicant_forms import InviteForm, OwnForm
from blueprints.deal.guard import by_link, names
from blueprints.shared import link_cookies, speaking
from blueprints.shared.guards import GUARD, client_address, public, user_agent
from blueprints.shared.locking import lock
from blueprints.shared.phrases import gettext as _
from domain.clock import stockholm_date
from models import Applicant
from services import limits, transaction
from services.clock import utc_now
from services.deal import applicants, consenting, figures, inviting
from services.deal.applicants import Own
from services.deal.deals import Deal
from services.errors import NotFound, RuleBroken

LETTERS_PER_DEAL = 10  # in the hour that services/limits.py counts
View = Callable[..., ResponseReturnValue]


@bp.get("/o/<deal_id>/medsokande")
@by_link
def guests(deal: Deal) -> ResponseReturnValue:
    """Who shares the deduction, and the ways to each one's own page."""
    if not deal.may_decide or not inviting.household(deal).guests:
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    return _guests(deal)


@bp.post("/o/<deal_id>/medsokande/<int:position>/mejl")
@by_link
def mail_guest(deal: Deal, position: int) -> ResponseReturnValue:
    form = InviteForm()
    if not form.validate_on_submit():
        return _guests(deal, form, position, status=422)
    now = utc_now()
    limits.count("applicant_mail", deal.found.deal_id, limit=LETTERS_PER_DEAL, now=now)
    inviting.send_link(deal, position, form.email.data or "", now=now)
    flash(_("Länken är på väg till %(to)s.", to=form.email.data))
    return redirect(url_for("deal.guests", deal_id=deal.found.deal_id), code=303)


@bp.post("/o/<deal_id>/medsokande/<int:position>/lank")
@by_link
def show_guest_link(deal: Deal, position: int) -> ResponseReturnValue:
    """The address, for the customer to hand over."""
    row = inviting.hand_over(deal, position, channel="link", now=utc_now())
    return _guests(deal, given=row)


@bp.post("/o/<deal_id>/medsokande/<int:position>/oppna")
@by_link
def open_for_guest(deal: Deal, position: int) -> ResponseReturnValue:
    """On this phone, which the customer lends."""
    row = inviting.hand_over(deal, position, channel="same_device", now=utc_now())
    deal_id = deal.found.deal_id
    if deal.is_on_site:  # the lock is the way in, and ends with it
        return redirect(url_for("deal.own_part", deal_id=deal_id, applicant_id=row.public_id), code=303)
    return _enter(deal_id, row.public_id, inviting.token(row))


@bp.get("/a/<token>")
@public
def enter_own(token: str) -> ResponseReturnValue:
    """The mailed or handed-over address: the token goes into a cookie and out of the address bar. Writes nothing."""
    try:
        deal_id, applicant_id = applicants.open_link(token)
    except NotFound:
        return _lost()
    return _enter(deal_id, applicant_id, token)


def by_own_link(view: View) -> View:
    """Only with a good link of this applicant. The view gets what the link opens in place of the ids."""

    @wraps(view)
    def guarded(deal_id: str, applicant_id: str) -> ResponseReturnValue:
        now, is_held = utc_now(), lock() is not None  # to this deal: another's is closed (blueprints/shared/locking.py)
        token = None if is_held else link_cookies.token(_cookie(applicant_id))
        try:
            own = applicants.find(deal_id, applicant_id, token, now=now, ip=client_address(), user_agent=user_agent())
        except NotFound:
            return _lost()
        cookie = f"{speaking.CHOICE}-{applicant_id}"
        asked = speaking.asked()
        languages.use(asked or speaking.kept(cookie) or own.content["lang"])
        try:
            answer = make_response(view(own))
        except NotFound:
            transaction.rollback()
            return _lost()
        except RuleBroken:
            transaction.rollback()
            return _own(applicants.find(deal_id, applicant_id, token, now=now), OwnForm(), status=409)
        return speaking.keep(answer, asked, cookie=cookie) if asked else answer

    setattr(guarded, GUARD, "by_own_link")
    return guarded


@bp.get("/o/<deal_id>/avdrag/<applicant_id>")
@by_own_link
def own_part(own: Own) -> ResponseReturnValue:
    return _own(own, OwnForm(data=_declared(own)))


@bp.post("/o/<deal_id>/avdrag/<applicant_id>")
@by_own_link
def give_own_part(own: Own) -> ResponseReturnValue:
    form, now = OwnForm(), utc_now()
    if not form.check(paid_on=figures.paid_on(own.content), today=stockholm_date(now)):
        return _own(own, form, status=422)
    used = {f"used_{kind}_kr": form[f"used_{kind}"].data or 0 for kind in ("rot", "rut", "green")}
    try:
        applicants.give(own, form.number, **used, now=now)
    except applicants.SameNumber:
        transaction.rollback()
        form.refuse_same()
        return _own(own, form, status=422)
    return redirect(_address(own), code=303)


@bp.get("/o/<deal_id>/avdrag/<applicant_id>/uppgifter")
@by_own_link
def own_privacy(own: Own) -> ResponseReturnValue:
    """How the data are handled."""
    facts = _names(own)
    return render_template("deal/privacy.html", back_url=_address(own), **facts)


def _declared(own: Own) -> dict[str, int | None]:
    """What the customer has said that the co-applicant has used, as the fields of the form show it."""
    return {f"used_{kind}": getattr(own.row, f"used_{kind}_kr") or None for kind in ("rot", "rut", "green")}


def _own(own: Own, form: OwnForm, *, status: int = 200) -> ResponseReturnValue:
    html = render_template(
        "deal/own_part.html",
        form=form,
        own=own,
        shares=applicants.shares_kr(own),
        statement=consenting.statement_text(own.content, own.needs),
        may_go_back=lock() is not None or bool(link_cookies.newest(own.quote.public_id)),
        **_names(own),
    )
    return make_response(html, status)


def _names(own: Own) -> dict[str, Any]:
    """What every page in the firm's frame needs (templates/customer/base.html); the logo is the deal's to show."""
    return {
        "deal_id": own.quote.public_id,
        "content": own.content,
        "firm": own.content["firm"],
        "logo_url": None,
        "privacy_url": f"{_address(own)}/uppgifter",
        "opened_url": None,
        "is_translated": False,
    }


def _address(own: Own) -> str:
    return url_for("deal.own_part", deal_id=own.quote.public_id, applicant_id=own.row.public_id)


def _guests(
    deal: Deal,
    form: InviteForm | None = None,
    position: int = 0,
    *,
    given: Applicant | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """`form`: what could not be used, of the one at `position`. `given`: whose link was made to be handed over."""
    html = render_template(
        "deal/guests.html",
        rows=inviting.household(deal).guests,
        form=form,
        wrong=position,
        given=given,
        address=inviting.address(given) if given else "",
        blank=InviteForm(formdata=None),
        **names(deal),
    )
    return make_response(html, status)


def _enter(deal_id: str, applicant_id: str, token: str) -> Response:
    there = url_for("deal.own_part", deal_id=deal_id, applicant_id=applicant_id)
    return link_cookies.keep(make_response(redirect(there, code=303)), _cookie(applicant_id), token)


def _cookie(applicant_id: str) -> str:
    return f"a-{applicant_id}"


def _lost() -> Response:
    """The same for an unknown applicant, a link that has ended, another browser."""
    return make_response(render_template("deal/own_lost.html"), 404)
