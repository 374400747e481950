"""Check and send: what the customer will see, what is wrong, and the button."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from blueprints.quotes import allowance_words, bp, cautions, gaps, on_site, show, ways
from blueprints.quotes.held import flash_hold
from blueprints.quotes.review_forms import SendForm
from blueprints.shared.fields import ask_again
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.requests import reads_first
from blueprints.shared.text_blocks import put_text
from domain.checks import Blocker
from domain.clock import stockholm_date
from domain.deal_kinds import DealKind
from domain.phones import spoken
from domain.quote_states import can
from domain.reverse_charge import VatDoubt
from domain.signing_methods import Method
from languages import speaking
from services import logins, text_blocks, transaction
from services.clock import utc_now
from services.deal import reminding, versions
from services.deal.change_words import Told
from services.errors import RuleBroken, Stale
from services.logins import WrongPassword
from services.quotes import contracting, drafting, giving, holding, recipient_rows, reviewing, sending, sharing
from services.quotes.contracting import Signature
from services.quotes.reviewing import Review
from services.signing import rules
from services.signing.rules import CannotBeAsked


@bp.get("/offerter/<int:n>/granska")
@requires("quote.send")
def review(n: int) -> ResponseReturnValue:
    found = _load(n)
    quote, firm = found.draft.quote, current_user.firm
    if not can(quote.status, "send") or quote.hold == drafting.HELD:
        return redirect(url_for(".show", n=n))
    today = stockholm_date(utc_now())
    day = quote.valid_until if quote.valid_until >= today else today + timedelta(days=firm.default_valid_days)
    customer = found.draft.customer
    form = SendForm(
        email=found.sent_to or (customer.email if customer else ""),
        phone=customer.phone if customer else "",
        valid_until=day,
        message=usual_message(quote.kind) if quote.message in ("", firm.default_message) else quote.message,
        remind=reminding.chosen(firm, quote),
        signing=quote.signing_method,
    )
    form.way.data = ways.first(found.last_way, email=form.email.data or "", phone=form.phone.data or "")
    if held := holding.find(firm.id, quote.id) if quote.hold else None:  # what could not go: nothing typed is lost
        form.email.data, form.phone.data = held.email or form.email.data, held.phone or form.phone.data
        form.message.data, form.way.data = held.message, held.way
    form.offer(found.last_way)
    form.once.data = secrets.token_urlsafe(16)
    form.seen.data = found.fingerprint
    return _page(found, form)


@bp.post("/offerter/<int:n>/skicka")
@requires("quote.send")
@reads_first
def send(n: int) -> ResponseReturnValue:
    """Send the draft as the next version, in a while or at once; a link that is handed over is shown this once."""
    form = SendForm()
    form.offer(_last_way())
    if not form.validate_on_submit():
        ask_again(form.password)
        return _page(_load(n), form, status=422)
    if form.clauses.data is not None and _chose_anew(n, form):
        return again(n, request.form, status=409)
    try:
        asked = form.to_input(_signature(form))
        pressed = holding.press(
            current_user.firm_id, n, asked, actor=current_user.actor, key=form.once.data or "", now=utc_now()
        )
    except WrongPassword:
        form.password.errors = [_("Lösenordet stämmer inte.")]
        return _page(_load(n), form, status=422)
    except Stale:
        transaction.rollback()
        found = _load(n)
        form.seen.data = found.fingerprint
        return _page(found, form, status=409)
    except CannotBeAsked as error:
        transaction.rollback()
        form.refuse_signing(error)
        ask_again(form.password)
        return _page(_load(n), form, status=422)
    except RuleBroken as broken:
        if broken.code == "firm_signature_missing":
            transaction.rollback()
            form.password.errors = [_("Skriv ditt lösenord för att skriva under.")]
            return _page(_load(n), form, status=422)
        if broken.code != "on_its_way":
            raise
        transaction.rollback()
        flash(_("Det är redan på väg."))
        return redirect(url_for(".show", n=n), code=303)
    if form.way.data == giving.ON_SITE:
        return on_site.handed(n)
    if pressed.address:
        return show.page(n, handed=(form.way.data, pressed.address, form.phone.data or ""))
    if pressed.due_at:
        flash_hold(n)
    else:
        flash(ways.sent_words(form.way.data, form.email.data or "", spoken(form.phone.data or "")))
    return redirect(url_for(".show", n=n), code=303)


def _chose_anew(n: int, form: SendForm) -> bool:
    """Whether other clauses or another end were chosen on the page than the contract has: kept now, and read first."""
    quote = drafting.get(current_user.firm_id, n)
    chosen = form.to_clauses(), form.open_ended.data
    if quote.kind != DealKind.CONTRACT or (quote.clauses_n, quote.open_ended) == chosen:
        return False
    transaction.start_writing()
    contracting.choose(n, chosen[0], open_ended=chosen[1], actor=current_user.actor, now=utc_now())
    return True


def _signature(form: SendForm) -> Signature | None:
    """The firm's own, by who is logged in: the password was typed just now, or is typed here. None without it.

    Raises WrongPassword, TooMany.
    """
    name, typed, now = current_user.name, form.password.data or "", utc_now()
    if not current_user.is_fresh:
        if not typed:
            return None
        logins.make_fresh(current_user.user, current_user.login, typed, now=now)
    return Signature(name, contracting.PASSWORD, now)


def _last_way() -> str:
    return str(current_user.found.last_way)


@bp.get("/offerter/<int:n>/som-kund")
@requires("quote.read")
def preview(n: int) -> ResponseReturnValue:
    """Se som kunden: the customer's page of the draft, without token and without anything to press."""
    page = reviewing.preview(current_user.firm, n, now=utc_now())
    content = page.content
    with speaking(content["lang"]):
        return render_template("quotes/review_preview.html", n=n, page=page, content=content, firm=content["firm"])


@bp.post("/offerter/<int:n>/granska/text")
@requires("quote.send")
def put_text_in_message(n: int) -> ResponseReturnValue:
    """The page again with a text of the firm's own at the end of the message; what was typed stays."""
    form = SendForm()
    form.offer(_last_way())
    put_text(form)
    return _page(_load(n), form)


def again(n: int, typed: Mapping[str, str], *, status: int = 200) -> ResponseReturnValue:
    """The page with what was typed there before."""
    found = _load(n)
    if not can(found.draft.quote.status, "send") or found.draft.quote.hold == drafting.HELD:
        return redirect(url_for(".show", n=n), code=303)
    form = SendForm(formdata=MultiDict(typed))
    form.offer(_last_way())
    form.once.data = form.once.data or secrets.token_urlsafe(16)
    form.seen.data = found.fingerprint
    return _page(found, form, status=status)


def usual_message(kind: str) -> str:
    """What the firm greets with. Its words are of a quote, so nothing else begins with them."""
    return str(current_user.firm.default_message) if kind == DealKind.QUOTE else ""


def _load(n: int) -> Review:
    return reviewing.load(current_user.firm, n, now=utc_now(), sender_id=current_user.actor.user_id)


def _page(found: Review, form: SendForm, *, status: int = 200) -> ResponseReturnValue:
    draft = found.draft
    if form.clauses.data is None:  # nothing chosen here yet
        form.clauses.data, form.open_ended.data = str(draft.quote.clauses_n or ""), draft.quote.open_ended
    is_confirmed = current_user.found.email_confirmed_at is not None
    answer = render_template(
        "quotes/review.html",
        place="offerter",
        form=form,
        review=found,
        quote=draft.quote,
        draft=draft,
        content=found.content,
        told=_told(found, form),
        blockers=blocker_rows(found.blockers, draft.quote.n),
        left=allowance_words.left(found.known, _kinds(found)) if found.known else "",
        cautions=[
            *_too_much(found),
            *((row.text, row.href) for row in cautions.rows(draft, found.problems, found.totals, found.days)),
            *((text, url_for(".details", n=draft.quote.n)) for text in vat_words(found.vat_doubts)),
        ],
        gaps=gaps.rows(found.gaps, draft.quote.n),
        texts=text_blocks.offered(draft.quote.firm_id, ("message",)),
        is_stale=status == 409,
        is_confirmed=is_confirmed,
        may_send=not found.blockers and is_confirmed,
        recipients=recipient_rows.of_quote(draft.quote),
        needs_code=rules.most_asked(current_user.firm, Method.LINK, found.totals) is not Method.LINK,
        code_way=_code_way(found, form),
        roles=sharing.roles(draft.quote.status),
        clauses=contracting.offered(draft) if found.content["contract"] else [],
    )
    return make_response(answer, status)


def _code_way(found: Review, form: SendForm) -> str:
    """Why nobody could get a code as the page stands: the code of the rule, or empty."""
    typed = replace(form.to_input(), signing=Method.LINK_CODE)
    try:
        sending.check_signing(found.draft, current_user.firm, typed)
    except CannotBeAsked as error:
        return error.code
    return ""


def _told(found: Review, form: SendForm) -> Told | None:
    """What the customer is told has changed since the newest version that was sent; None where nothing has."""
    quote = found.draft.quote
    if not quote.version:
        return None
    day = form.valid_until.data or quote.valid_until
    sent = versions.older(quote.firm_id, quote.id, quote.version).content
    return versions.between(sent, {**found.content, "valid_until": day.isoformat()})


def _too_much(found: Review) -> list[tuple[str, str]]:
    """(what does not fit, where it is looked at)."""
    if found.reach is None:
        return []
    return [(allowance_words.too_much(found.reach, found.known), url_for(".edit", n=found.draft.quote.n) + "#delar")]


def _kinds(found: Review) -> list[str]:
    return [share["kind"] for share in found.content["totals"]["deductions"]]


def blocker_rows(codes: list[Blocker], quote_n: int) -> list[tuple[str, str, str]]:
    """(what stands in the way, what to do, where)."""
    words = {
        Blocker.NO_CUSTOMER: (_("Välj vem det är till."), _("Välj kund")),
        Blocker.NO_LINES: (_("Det finns inga rader."), _("Lägg till en rad")),
        Blocker.ROT_WITHOUT_LABOUR: (_("Avdraget saknar arbete att dras på."), _("Rätta raderna")),
        Blocker.MISSING_WITHDRAWAL_TEXT: (_("Informationen om ångerrätt saknas."), _("Rätta det")),
        Blocker.NO_CONTACT: (_("Kunden saknar e-post och mobil."), _("Lägg till")),
        Blocker.VALID_UNTIL_PAST: (_("Sista dagen har passerat."), _("Välj en ny dag")),
        Blocker.DOCUMENT_WAITS: (
            _("Dokumentet kontrolleras. Det tar några sekunder; ladda sedan om sidan."),
            _("Se dokumentet"),
        ),
        Blocker.DOCUMENT_REFUSED: (_("Filen går inte att använda."), _("Byt fil")),
        Blocker.CONTRACT_START: (_("Ett kontrakt säger när arbetet börjar."), _("Skriv startdag")),
        Blocker.CONTRACT_FINISH: (
            _("Ett kontrakt säger när arbetet är klart, eller att det är utan fast slutdatum."),
            _("Skriv slutdag"),
        ),
        Blocker.CONTRACT_PLAN: (
            _(
                "Vid småhusbygge betalar kunden för utfört arbete, och minst en tiondel efter godkänd slutbesiktning "
                "(konsumenttjänstlagen 52 §)."
            ),
            _("Ändra betalningsplanen"),
        ),
        Blocker.PHOTOS_WAIT: (_("Ett foto bearbetas. Det tar några sekunder; ladda sedan om sidan."), _("Se fotona")),
    }
    builder = url_for(".edit", n=quote_n)
    details = url_for(".details", n=quote_n)
    places = {
        Blocker.CONTRACT_START: f"{details}#starts_on",
        Blocker.CONTRACT_FINISH: f"{details}#finishes_on",
        Blocker.CONTRACT_PLAN: f"{details}#plan",
    }
    found = [(*words[code], places.get(code, builder)) for code in codes if code in words]
    return found + [
        (str(text), str(action), cautions.blocked_href(code, quote_n))
        for code, (text, action, _page, _anchor) in cautions.BLOCKED.items()
        if code in codes
    ]


def vat_words(codes: list[VatDoubt]) -> list[str]:
    """Who accounts for the VAT of a company's quote."""
    words = {
        VatDoubt.NOT_KNOWN: _("Säljer kunden byggtjänster? Då ska det vara utan moms. Skriv det på kunden."),
        VatDoubt.VAT_TO_BUILDER: _("Kunden säljer byggtjänster, men det är moms på arbetet."),
        VatDoubt.ONLY_GOODS: _("Omvänd betalningsskyldighet, men inget arbete. Bara varor säljs med moms."),
        VatDoubt.NOT_BUILDER: _("Det är utan moms, men på kunden står inte att den säljer byggtjänster."),
    }
    return [words[code] for code in codes]
