"""Moving in from another installation: the archive comes in, how far it is, what came, and new links to customers."""

from __future__ import annotations

import secrets
import threading

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.konto import bp
from blueprints.konto.arriving_forms import AddressForm, ArriveForm, TermsForm
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part, wants_part
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import ngettext
from blueprints.shared.requests import reads_first
from blueprints.shared.streaming import Broken, TooLong, streams, upload
from services import legal, new_addresses
from services.clock import utc_now
from services.errors import NotFound, TooMany
from services.importing import homes, kept, links_again, receiving

STOP_POLLING = 286  # htmx: swap this in and ask no more
WAIT_SECONDS = 60
SHOWN = 100  # quotes with links of before, of a firm that may have thousands; one press sends to more
# of one process: each holds a thread for as long as it comes, the others go on serving pages
_one_at_a_time = threading.BoundedSemaphore(1)


@bp.get("/flytta-hit")
@requires("firm.users", fresh=True)
def arrive() -> ResponseReturnValue:
    """What moving in means, and the file."""
    found = receiving.newest(current_user.found.firm_public_id)
    if found and found.goes_on:
        return redirect(url_for(".arrival_state"))
    return _page(ArriveForm(formdata=None))


@bp.post("/flytta-hit")
@requires("firm.users", fresh=True, fresh_next="/konto/flytta-hit")
@reads_first
@streams(kept.most_bytes)
def take_in() -> ResponseReturnValue:
    form = ArriveForm(formdata=None)
    incoming = upload()
    if not incoming.file_name:
        form.fil.errors = [_("Välj filen som du hämtade.")]
        return _page(form, status=422)
    if not _one_at_a_time.acquire(blocking=False):
        raise TooMany(WAIT_SECONDS)
    try:
        receiving.receive(
            incoming.pieces(),
            password=incoming.fields.get("losen", ""),
            expected_bytes=request.content_length or 0,
            user_public_id=current_user.found.user_public_id,
            actor=current_user.actor,
            now=utc_now(),
        )
    except (Broken, TooLong, kept.Unfit) as error:
        _explain(form, error)
        return _page(form, status=422)
    finally:
        _one_at_a_time.release()
    return redirect(url_for(".arrival_state"), code=303)


@bp.get("/flytta-hit/lage")
@requires("firm.users")
def arrival_state() -> ResponseReturnValue:
    """How far it is; htmx asks for the part every third second. When it is done this login is the arrived firm's."""
    found = receiving.newest(current_user.found.firm_public_id)
    if found is None:
        raise NotFound
    if found.state == "done":
        return _onward(url_for(".arrived"))
    status = STOP_POLLING if wants_part() and not found.goes_on else 200
    return page_or_part("konto/arrival.html", "konto/_arrival.html", status=status, arrival=found)


@bp.post("/flytta-hit/avbryt")
@requires("firm.users")
def cancel_arrival() -> ResponseReturnValue:
    receiving.cancel(current_user.found.firm_public_id, now=utc_now())
    return redirect(url_for(".arrival_state"), code=303)


@bp.get("/inflyttad")
@requires("firm.users")
def arrived() -> ResponseReturnValue:
    """What came, what did not, users without an address, and the customers who have links of before."""
    return _arrived_page()


@bp.post("/inflyttad/anvandare/<public_id>")
@requires("firm.users", fresh=True, fresh_next="/konto/inflyttad")
def give_address(public_id: str) -> ResponseReturnValue:
    """The answer is the same for known and unknown addresses: the letter tells its holder which."""
    form = AddressForm().of(public_id)
    if not form.validate_on_submit():
        return _arrived_page((public_id, form), status=422)
    email, key = str(form.email.data), form.once.data or ""
    new_addresses.give(current_user.firm_id, public_id, email, key=key, actor=current_user.actor, now=utc_now())
    flash(_("Länken är mejlad till %(email)s.", email=email))
    return redirect(url_for(".arrived"), code=303)


@bp.post("/inflyttad/lankar")
@requires("firm.users")
def send_all_links() -> ResponseReturnValue:
    return _send_links(None)


@bp.post("/inflyttad/lankar/<int:n>")
@requires("firm.users")
def send_links(n: int) -> ResponseReturnValue:
    return _send_links(n)


@bp.get("/villkor")
@requires("firm.users")
def terms() -> ResponseReturnValue:
    """A firm that has come from elsewhere accepted the terms of another operator."""
    return _terms_page(TermsForm(formdata=None))


@bp.post("/villkor")
@requires("firm.users")
def accept_terms() -> ResponseReturnValue:
    form = TermsForm()
    is_good = form.validate_on_submit()
    if form.accept.data and form.texts.data != legal.fingerprint():
        form.accept.errors = [_("Villkoren har ändrats sedan du öppnade sidan. Läs dem och godkänn igen.")]
        is_good = False
    if not is_good:
        return _terms_page(form, status=422)
    legal.accept_here(current_user.user, actor=current_user.actor, now=utc_now())
    return redirect(url_for("home.start"), code=303)


def _terms_page(form: TermsForm, *, status: int = 200) -> Response:
    form.texts.data = legal.fingerprint()
    return make_response(render_template("konto/terms.html", form=form), status)


def _arrived_page(typed: tuple[str, AddressForm] | None = None, *, status: int = 200) -> Response:
    home = homes.newest(current_user.firm_id)
    if home is None:
        raise NotFound
    forms = dict([typed] if typed else [])
    page = render_template(
        "konto/arrived.html",
        home=home,
        arrival=receiving.newest(current_user.found.firm_public_id),
        came=homes.counts(current_user.firm_id),
        waiting=[
            (user, forms.get(user.public_id) or _new_address_form(user.public_id))
            for user in new_addresses.waiting(current_user.firm_id)
        ],
        wrong=forms.values(),
        rows=links_again.of_firm(current_user.firm_id, now=utc_now()),
        most=SHOWN,
    )
    return make_response(page, status)


def _new_address_form(public_id: str) -> AddressForm:
    form = AddressForm(formdata=None).of(public_id)
    form.once.data = secrets.token_urlsafe(16)
    return form


def _send_links(n: int | None) -> ResponseReturnValue:
    sent = links_again.send(current_user.firm_id, n=n, actor=current_user.actor, now=utc_now())
    if sent:
        flash(ngettext("1 ny länk är på väg.", "%(num)s nya länkar är på väg.", sent))
    else:
        flash(_("Alla har redan fått sina nya länkar."))
    return redirect(url_for(".arrived"), code=303)


def _explain(form: ArriveForm, error: Exception) -> None:
    """What is wrong with the file, at its field; a wrong password at that one's."""
    code = error.code if isinstance(error, kept.Unfit) else "cut" if isinstance(error, Broken) else "large"
    most_gib = kept.most_bytes() // kept.GIB
    words = {
        "locked": _("Filen är låst. Skriv lösenordet som du valde när du hämtade den, och välj filen igen."),
        "password": _("Lösenordet öppnar inte filen. Skriv det igen, och välj filen igen."),
        "empty": _("Filen är tom. Välj den igen."),
        "cut": _("Filen kom inte hela vägen. Inget är sparat. Försök igen."),
        "large": _("Filen är för stor. Den får vara högst %(n)s GB.", n=most_gib),
    }
    said = words.get(code, _("Filen är skadad. Hämta den igen från den gamla installationen."))
    if code in ("locked", "password"):
        form.losen.errors = [said]
    else:
        form.fil.errors = [said]


def _onward(address: str) -> Response:
    """To another page, also for htmx, which would put it where the part is."""
    if not wants_part():
        return make_response(redirect(address))
    answer = make_response("", STOP_POLLING)
    answer.headers["HX-Redirect"] = address
    return answer


def _page(form: ArriveForm, *, status: int = 200) -> Response:
    hindrance = receiving.hindrance(current_user.firm_id, current_user.found.firm_public_id)
    page = render_template(
        "konto/arrive.html",
        form=form,
        hindrance=hindrance,
        is_confirmed=current_user.found.email_confirmed_at is not None,
        most_gib=kept.most_bytes() // kept.GIB,
    )
    return make_response(page, status)
