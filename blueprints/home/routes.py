"""The first pages: what Handslag is, or what waits on the firm; and the phone's list of the rest."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.home import bp
from blueprints.shared.guards import public, requires
from services import today
from services.clock import utc_now
from services.installation import settings


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """Idag for the one who is logged in, else the start page."""
    if not current_user.is_authenticated:
        chosen = settings()
        return render_template("home/start.html", has_mailbox=chosen.shows_local_mailbox, is_https=chosen.is_https)
    waiting = today.waiting(current_user.firm_id, now=utc_now())
    return render_template(
        "home/today.html",
        waiting=waiting,
        turn_count=len(waiting),
        happened=today.happened(current_user.firm_id),
        steps=today.first_steps(current_user.firm_id),
        is_confirmed=current_user.found.email_confirmed_at is not None,
        has_mailbox=settings().shows_local_mailbox,
        place="idag",
    )


@bp.get("/mer")
@requires("login.own")
def more() -> ResponseReturnValue:
    return render_template("home/more.html", has_mailbox=settings().shows_local_mailbox, place="mer")
