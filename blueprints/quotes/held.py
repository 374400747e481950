"""The seconds after Skicka: Ångra, and what the page asks until it has gone."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.quotes.view import base_of
from blueprints.shared import live
from blueprints.shared.guards import requires
from blueprints.shared.phrases import gettext as _
from models import HeldSending
from services.clock import utc_now
from services.installation import settings
from services.quotes import drafting, holding
from services.quotes.showing import View


@bp.post("/offerter/<int:n>/angra-utskick")
@requires("quote.send")
def undo_sending(n: int) -> ResponseReturnValue:
    """Call it back while it waits, or put away what could not go. Too late is said in words."""
    version = request.form.get("version", "")
    shown = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0
    became = holding.undo(current_user.firm_id, n, version=shown)
    if became == "sent":
        flash(_("Det var för sent: det har gått iväg. Ta tillbaka det, eller skicka en ny version."))
    else:
        flash(_("Utskicket är ångrat. Ingenting har skickats."))
    return redirect(url_for(".show", n=n), code=303)


@bp.get("/offerter/<int:n>/utskick")
@requires("quote.read")
def sending_state(n: int) -> ResponseReturnValue:
    """What a page asks while a sending waits: nothing yet, or that it is over and the page is to be read anew."""
    quote = drafting.get(current_user.firm_id, n)
    if quote.hold == drafting.HELD:
        return Response(status=204)
    answer = Response(status=live.OVER)
    answer.headers["HX-Refresh"] = "true"
    return answer


def flash_hold(n: int) -> None:
    """The toast after Skicka; the same stands on the quote's page until it has gone."""
    version = drafting.get(current_user.firm_id, n).version
    flash(
        {  # type: ignore[arg-type]  # a toast with a button
            "text": _("Skickas om %(n)s sekunder.", n=settings().SEND_HOLD_SECONDS),
            "undo": url_for(".undo_sending", n=n),
            "fields": {"version": version},
        }
    )


def waiting(view: View) -> HeldSending | None:
    """What waits to be sent or could not be; no statement where the quote says that there is none."""
    return holding.find(view.quote.firm_id, view.quote.id) if view.quote.hold else None


def page(view: View, held: HeldSending) -> str:
    """The page of a quote of which the customer has nothing yet."""
    return render_template(
        "quotes/held.html", place="offerter", quote=view.quote, held=held, base=base_of(view.quote.n), now=utc_now()
    )
