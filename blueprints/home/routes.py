"""The first pages: what Handslag is, or what waits on the firm; and the phone's list of the rest."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.home import bp
from blueprints.shared import live
from blueprints.shared.guards import public, requires
from services import following, today
from services.clock import utc_now
from services.installation import settings


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """Idag for the one who is logged in, else the start page."""
    if not current_user.is_authenticated:
        chosen = settings()
        return render_template("home/start.html", has_mailbox=chosen.shows_local_mailbox, is_https=chosen.is_https)
    shown = _now()
    if shown["steps"].asks_terms and current_user.may("firm.users"):
        return redirect(url_for("konto.terms"))
    return render_template(
        "home/today.html",
        is_confirmed=current_user.found.email_confirmed_at is not None,
        has_mailbox=settings().shows_local_mailbox,
        place="idag",
        **shown,
    )


def _now() -> dict[str, Any]:
    """What Idag shows of the firm's quotes."""
    firm_id, now = current_user.firm_id, utc_now()
    waiting = today.waiting(firm_id, now=now)
    return {
        "waiting": waiting,
        "turn_count": len(waiting),
        "happened": today.happened(firm_id),
        "sums": today.sums(firm_id, now=now),
        "steps": today.first_steps(firm_id),
        "live": live.address("/nytt"),
    }


@bp.get("/nytt")
@requires("quote.read")
def news() -> ResponseReturnValue:
    """What an open Idag asks while nobody touches it; it tells of more than quotes, so any event draws it anew."""
    if live.is_up_to_date():
        return live.NOTHING
    since = live.since()
    found = following.since(current_user.firm_id, since) if since is not None else []
    return render_template("home/live.html", said=live.said(found), **_now())


@bp.get("/mer")
@requires("login.own")
def more() -> ResponseReturnValue:
    return render_template("home/more.html", has_mailbox=settings().shows_local_mailbox, place="mer")
