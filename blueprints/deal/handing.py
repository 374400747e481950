"""What one of several who sign does besides signing: takes it back, hands the place over, or the phone."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Optional

from blueprints.deal import bp
from blueprints.deal.approve_form import NOT_PROVEN, too_many_codes
from blueprints.deal.guard import by_link, names
from blueprints.shared import link_cookies
from blueprints.shared.fields import EmailText, PhoneText, strip
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from services import limits, transaction
from services.clock import utc_now
from services.deal import delegating, same_browser, unsigning
from services.deal.deals import Deal
from services.errors import NotFound, TooMany
from services.signing import NotProven

MOST_HANDED = 5  # per link and quarter of an hour


class DelegateForm(FlaskForm):
    name = StringField(
        _l("Vem skriver under i stället?"),
        [DataRequired(_l("Skriv ett namn")), Length(max=120, message=_l("Namnet får ha högst 120 tecken."))],
        filters=[strip],
    )
    email = EmailText(_l("E-post till den som skriver under"), [DataRequired(_l("Skriv en e-postadress med @"))])
    phone = PhoneText(_l("Mobil till den som skriver under"), [Optional()])
    code = StringField(_l("Engångskod"), filters=[strip])


@bp.post("/o/<deal_id>/ta-tillbaka")
@by_link
def take_signature_back(deal: Deal) -> ResponseReturnValue:
    deal_id = deal.found.deal_id
    unsigning.take_back(deal, now=utc_now())
    flash(_("Din underskrift är tillbakatagen."))
    return redirect(url_for("deal.show", deal_id=deal_id), code=303)


@bp.get("/o/<deal_id>/lamna-over")
@by_link
def delegate_page(deal: Deal) -> ResponseReturnValue:
    if not delegating.can(deal):
        return redirect(url_for("deal.show", deal_id=deal.found.deal_id))
    return _page(deal, DelegateForm())


@bp.post("/o/<deal_id>/lamna-over")
@by_link
def delegate(deal: Deal) -> ResponseReturnValue:
    form, deal_id = DelegateForm(), deal.found.deal_id
    if request.form.get("act") == "code":
        return _send_code(deal, form)
    if not form.validate_on_submit():
        return _page(deal, form, status=422)
    limits.count("hand_over", deal.found.link_public_id, limit=MOST_HANDED, now=utc_now())
    name, email, phone = form.name.data or "", form.email.data or "", form.phone.data or ""
    try:
        row = delegating.delegate(deal, name, email, phone=phone, code=form.code.data or "", now=utc_now())
    except delegating.PhoneNeeded:
        transaction.rollback()
        form.phone.errors = [_("Underskriften behöver en engångskod. Skriv ett mobilnummer som tar emot sms.")]
        return _page(deal, form, status=422)
    except NotProven as error:
        transaction.rollback()
        form.code.errors = [NOT_PROVEN[error.reason]]
        return _page(deal, form, status=422)
    flash(_("%(name)s får en egen länk och skriver under i ditt ställe.", name=row.name))
    return redirect(url_for("deal.show", deal_id=deal_id), code=303)


@bp.post("/o/<deal_id>/nasta")
@by_link
def hand_phone_over(deal: Deal) -> ResponseReturnValue:
    """Go on as another whose link was opened in this browser too. Only ever one of them is the reader."""
    deal_id, to = deal.found.deal_id, request.form.get("till", "")
    for one in same_browser.readers(deal, link_cookies.of_deal(deal_id)):
        if one.recipient == to:
            answer = make_response(redirect(url_for("deal.show", deal_id=deal_id), code=303))
            return link_cookies.keep_of_deal(answer, deal_id, one.token)
    raise NotFound


def _send_code(deal: Deal, form: DelegateForm) -> ResponseReturnValue:
    """The page again, with a code on its way to who hands over. What is typed stays, and is not judged."""
    form.code.data = ""
    try:
        delegating.send_code(deal, now=utc_now())
    except TooMany as error:
        transaction.rollback()
        form.code.errors = [too_many_codes(error)]
        return _page(deal, form, status=429)
    return _page(deal, form, just_sent=True)


def _page(deal: Deal, form: DelegateForm, *, just_sent: bool = False, status: int = 200) -> ResponseReturnValue:
    asked = delegating.asks(deal, now=utc_now())
    facts = {"form": form, "asked": asked, "just_sent": just_sent}
    return make_response(render_template("deal/delegate.html", **facts, **names(deal)), status)
