"""The list of quotes, and putting one away."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.shared import live
from blueprints.shared.flashes import undoable
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part
from blueprints.shared.phrases import gettext as _
from services.clock import utc_now
from services.quotes import header, listing


@bp.get("/offerter")
@requires("quote.read")
def index() -> ResponseReturnValue:
    return page_or_part("quotes/index.html", "quotes/_rows.html", **rows())


def rows() -> dict[str, Any]:
    """What the page asked for shows."""
    typed = request.args.get("q", "")
    view = listing.choose_view(request.args.get("visa", ""), typed)
    size = 50 if request.args.get("antal") == "50" else listing.PAGE_SIZE
    found = listing.page(
        current_user.firm_id, view=view, typed=typed, after=request.args.get("sida", ""), size=size, now=utc_now()
    )
    more = found.after and url_for(
        ".index", visa=view, q=typed or None, sida=found.after, antal=size if size == 50 else None
    )
    return {
        "place": "offerter",
        "groups": found.groups,
        "more_url": more,
        "typed": typed,
        "view": view,
        "live": live.address("/offerter/nytt", live.query()),
    }


@bp.post("/offerter/<int:n>/arkivera")
@requires("quote.write")
def archive(n: int) -> ResponseReturnValue:
    quote = header.archive(n, actor=current_user.actor, now=utc_now())
    gone = _("Utkastet är borttaget.") if quote.status == "draft" else _("Arkiverat.")
    undoable(gone, url_for(".restore", n=n))
    return redirect(url_for(".index"), code=303)


@bp.post("/offerter/<int:n>/hamta-tillbaka")
@requires("quote.write")
def restore(n: int) -> ResponseReturnValue:
    quote = header.restore(n, actor=current_user.actor)
    flash(_("Tillbaka i listan."))
    return redirect(url_for(".edit" if quote.status == "draft" else ".show", n=n), code=303)
