"""Kunden har sagt ja på annat sätt: the firm writes a yes down, and may take it back for a day."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.manual_forms import ManualForm
from blueprints.quotes.view import base_of
from blueprints.shared import choosing
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.requests import MIB, reads_first, takes
from domain.choices import BadChoice
from domain.clock import STOCKHOLM, stockholm_date
from services import storage, transaction
from services.clock import utc_now
from services.deal import manual, options, pages, unrecording
from services.deal.approving import ChoiceMissing
from services.deal.attachments import BadAttachment
from services.deal.manual import Case
from services.errors import RuleBroken
from services.signing import TooWeak

MOST_BYTES = 30 * MIB  # of the request: a file that is too large is named kindly
BAD_FILE = {
    "kind": _l("Välj en PDF eller ett foto: JPEG, PNG, WEBP eller HEIC"),
    "broken": _l("Filen går inte att läsa. Spara om den och försök igen."),
    "bytes": _l("Filen får vara högst 10 MB"),
    "pixels": _l("Bilden är för stor. Minska den och försök igen."),
}


@bp.get("/offerter/<int:n>/sagt-ja")
@requires("quote.send")
def said_yes_page(n: int) -> ResponseReturnValue:
    case, now = manual.load(current_user.firm_id, n), utc_now()
    here = now.astimezone(STOCKHOLM)
    customer = case.content["customer"]
    form = ManualForm(
        formdata=None,
        once=secrets.token_urlsafe(16),
        seen=case.version.json_sha256,
        name=customer["contact"] or customer["name"],
        on=here.date(),
        at=here.time(),
    )
    return _page(case, form)


@bp.post("/offerter/<int:n>/sagt-ja")
@requires("quote.send")
@takes(MOST_BYTES)
@reads_first
def said_yes(n: int) -> ResponseReturnValue:
    form, firm, actor = ManualForm(), current_user.firm, current_user.actor
    key = form.once.data or ""
    try:
        case = manual.load(firm.id, n)
    except RuleBroken:
        if manual.was_recorded(current_user.firm_id, key):  # pressed twice
            return redirect(url_for(".show", n=n), code=303)
        raise
    chosen = choosing.read(request.form, case.content)
    if not form.validate_on_submit() or chosen.typed.errors:
        return _page(case, form, typed=chosen.typed, status=422)
    must_choose = False
    try:
        manual.record(firm, n, form.to_yes(chosen), actor=actor, key=key, now=utc_now())
    except manual.InTheFuture:
        form.at.errors = [_("Tiden ligger i framtiden. Skriv när kunden sa ja.")]
    except manual.TooEarly:
        form.on.errors = [_("Då var det inte skickat än. Skriv när kunden sa ja.")]
    except manual.Late:
        form.takes_late.errors = [_("Kryssa i att ni står fast, eller rätta dagen")]
    except TooWeak:
        form.attachment.errors = [
            _(
                "Er regel för beloppet kräver mer än ett muntligt ja: en fil som visar ett skriftligt svar, eller "
                "kundens underskrift på sidan."
            )
        ]
    except BadAttachment as error:
        form.attachment.errors = [BAD_FILE[error.code]]
    except ChoiceMissing:
        must_choose = True
    except BadChoice:
        raise RuleBroken("choice_unknown") from None
    else:
        flash(_("Kundens ja är antecknat. Avtalet görs i ordning."))
        return redirect(url_for(".show", n=n), code=303)
    transaction.rollback()
    return _page(manual.load(current_user.firm_id, n), form, typed=chosen.typed, must_choose=must_choose, status=422)


@bp.post("/offerter/<int:n>/sagt-ja/ta-tillbaka")
@requires("quote.send")
def undo_yes(n: int) -> ResponseReturnValue:
    unrecording.undo(current_user.firm_id, n, actor=current_user.actor, now=utc_now())
    flash(_("Anteckningen är tillbakatagen. Nu väntar vi på kunden igen."))
    return redirect(url_for(".show", n=n), code=303)


@bp.get("/offerter/<int:n>/sagt-ja/bilaga")
@requires("quote.read")
def yes_file(n: int) -> ResponseReturnValue:
    """Never shown as a page: what came from outside is only ever downloaded."""
    file = manual.attachment(current_user.firm_id, n)
    answer = Response(storage.read(current_user.found.firm_public_id, file), mimetype=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


def _page(
    case: Case,
    form: ManualForm,
    *,
    typed: options.Typed = options.NOTHING_TYPED,
    must_choose: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    now = utc_now()
    chosen = manual.known(case, typed.picked, typed.quantities) if request.method == "POST" else case.chosen
    shown = pages.of(case.content, chosen, state="preview", today=stockholm_date(now), typed=typed)
    facts: Mapping[str, Any] = {
        "case": case,
        "form": form,
        "page": shown,
        "wrong": pages.wrong(shown, must_choose=must_choose),
        "must_choose": must_choose,
        "may_be_late": now > case.last_moment,
        "base": base_of(case.quote.n),
        "place": "offerter",
    }
    return make_response(render_template("quotes/manual.html", **facts), status)
