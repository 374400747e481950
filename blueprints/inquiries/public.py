"""The public form of a firm, and what a sender sees afterwards. No cookie before something is sent, and no login ever.

The address names the firm by its public id: it is pasted, not read out, cannot be guessed, and needs no names that
firms could take from one another.
"""

from __future__ import annotations

from io import BytesIO

from flask import Response, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

import languages
from blueprints.inquiries import bp
from blueprints.inquiries.forms import InquiryForm
from blueprints.shared import link_cookies
from blueprints.shared.errors import page as error_page
from blueprints.shared.guards import client_address, public
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import ngettext
from blueprints.shared.requests import reads_first
from domain.inquiries import LEAST_SECONDS
from extensions import csrf
from models import Firm, new_public_id
from services import firms, tokens, transaction
from services.clock import utc_now
from services.errors import DiskFull, NotFound, TooMany
from services.inquiries import reading, receiving
from services.inquiries.reading import LinkOld, Sent
from services.inquiries.receiving import FirmClosed
from services.installation import settings

LONGEST_TOKEN = 300


@bp.get("/f/<firm_id>/forfragan")
@public
def form(firm_id: str) -> ResponseReturnValue:
    try:
        return _page(receiving.open_firm(firm_id, now=utc_now(), by_slug=True), InquiryForm(formdata=None))
    except FirmClosed as closed:
        return _closed(closed)


@bp.post("/f/<firm_id>/forfragan")
@public
@reads_first
def send(firm_id: str) -> ResponseReturnValue:
    """The form's own token stands in for that of a session: no one is logged in, so no one's rights can be borrowed.

    What fills in the hidden field is answered as if all was well, and nothing is kept.
    """
    typed = InquiryForm()
    try:
        of_firm, age = tokens.read_with_age(reading.FORM, typed.csrf_token.data or "")
    except tokens.OldToken:
        of_firm, age = firm_id, -1.0
    except tokens.BadToken:
        return error_page(403, csrf=True)
    if of_firm != firm_id:
        return error_page(403, csrf=True)
    if typed.meddelande.data:
        return _thanks(firm_id, new_public_id())
    try:
        return _receive(firm_id, typed, age)
    except FirmClosed as closed:
        return _closed(closed)


csrf.exempt(send)


def _receive(firm_id: str, typed: InquiryForm, age: float) -> ResponseReturnValue:
    firm = receiving.open_firm(firm_id, now=utc_now())
    if not typed.validate_on_submit():
        return _page(firm, typed, status=422)
    if age < LEAST_SECONDS:
        return _page(firm, typed, status=422, again=_("Tryck på Skicka en gång till, så skickas förfrågan."))
    place = typed.street.data or typed.city.data
    try:
        public_id = receiving.receive(
            firm_id,
            typed.to_input(),
            typed.uploads,
            title=_("Förfrågan, %(place)s", place=place),
            lang=languages.code(),
            ip=client_address(),
            now=utc_now(),
        )
    except TooMany as error:
        firm = _read_again(firm_id)
        minutes = -(-error.retry_after_seconds // 60)
        again = ngettext(
            "Det har kommit många förfrågningar på kort tid. Vänta en minut och tryck igen.",
            "Det har kommit många förfrågningar på kort tid. Vänta %(num)s minuter och tryck igen.",
            minutes,
        )
        answer = _page(firm, typed, status=429, again=again)
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
        return answer
    except DiskFull:
        again = _("Det gick inte att spara just nu. Vänta en stund och tryck igen.")
        return _page(_read_again(firm_id), typed, status=503, again=again)
    return _thanks(firm_id, public_id)


def _read_again(firm_id: str) -> Firm:
    transaction.rollback()
    return receiving.open_firm(firm_id, now=utc_now())


@bp.get("/f/<firm_id>/forfragan/skickad")
@public
def sent(firm_id: str) -> ResponseReturnValue:
    """What was sent, for the browser that has its link; for any other the same words whether anything was."""
    try:
        found = _kept(firm_id)
    except (NotFound, LinkOld):
        return render_template("inquiries/thanks.html", firm_id=firm_id)
    return render_template("inquiries/sent.html", sent=found, inquiry=found.inquiry, **_names(found.firm))


@bp.get("/f/<firm_id>/forfragan/foto/<photo_id>.jpg")
@public
def photo(firm_id: str, photo_id: str) -> ResponseReturnValue:
    """A small picture of one of the sender's own photos."""
    try:
        data = reading.thumb(_kept(firm_id), photo_id)
    except LinkOld:
        raise NotFound from None
    answer = send_file(BytesIO(data), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@bp.get("/f/kvitto/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """The mailed address: the token goes into a cookie and out of the address bar. Writes nothing."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise NotFound
        found = reading.by_token(token)
    except NotFound:
        return make_response(render_template("inquiries/lost.html", is_old=False), 404)
    except LinkOld:
        return make_response(render_template("inquiries/lost.html", is_old=True), 410)
    return _to_sent(found.firm.public_id, token)


@bp.get("/f/<firm_id>/logotyp")
@public
def logo(firm_id: str) -> ResponseReturnValue:
    """The logo of a firm whose form is open, or that this browser has asked."""
    kept = firms.logo(_firm(firm_id))
    if kept is None:
        raise NotFound
    answer = send_file(BytesIO(kept[0]), mimetype=kept[1])
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@bp.get("/f/<firm_id>/uppgifter")
@public
def privacy(firm_id: str) -> ResponseReturnValue:
    names = _names(_firm(firm_id)) | {"privacy_url": None}
    return render_template("inquiries/privacy.html", days=settings().INQUIRY_DAYS, **names)


def _firm(firm_id: str) -> Firm:
    """A firm whose form is open, or that this browser has asked. Raises NotFound."""
    try:
        return receiving.open_firm(firm_id, now=utc_now())
    except FirmClosed as closed:
        return closed.firm
    except NotFound:
        try:
            return _kept(firm_id).firm
        except LinkOld:
            raise NotFound from None


def _page(firm: Firm, form: InquiryForm, *, status: int = 200, again: str = "") -> Response:
    """The form. `again`: why one more press is needed. Photos are never kept: the page asks for them once more."""
    form.csrf_token.data = _stamp(form, firm)
    names = _names(firm) | {"form": form, "again": again, "has_errors": bool(again or form.errors)}
    return make_response(render_template("inquiries/form.html", photos_again=bool(form.uploads), **names), status)


def _stamp(form: InquiryForm, firm: Firm) -> str:
    """The token the form came with, or a new one: a page that lay open for a week is too old, not too quick."""
    given = form.csrf_token.data or ""
    try:
        if tokens.read(reading.FORM, given) == firm.public_id:
            return given
    except tokens.BadToken:
        pass
    return tokens.sign(reading.FORM, firm.public_id)


def _names(firm: Firm) -> dict[str, object]:
    """What the customer's frame needs (templates/customer/base.html)."""
    firm_id = firm.public_id
    return {
        "firm": firm,
        "firm_id": firm_id,
        "logo_url": url_for("inquiries.logo", firm_id=firm_id) if firm.logo_id else None,
        "privacy_url": url_for("inquiries.privacy", firm_id=firm_id),
    }


def _closed(closed: FirmClosed) -> Response:
    return make_response(render_template("inquiries/closed.html", firm=closed.firm), 410)


def _thanks(firm_id: str, public_id: str) -> Response:
    return _to_sent(firm_id, reading.token(public_id))


def _to_sent(firm_id: str, token: str) -> Response:
    answer = make_response(redirect(url_for("inquiries.sent", firm_id=firm_id), code=303))
    return link_cookies.keep(answer, f"f-{firm_id}", token)


def _kept(firm_id: str) -> Sent:
    """The request whose link this browser holds. Raises NotFound, LinkOld."""
    found = reading.by_token(link_cookies.token(f"f-{firm_id}"))
    if found.firm.public_id != firm_id:
        raise NotFound
    return found
