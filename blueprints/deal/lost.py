"""The way in, and what stands there for those without a good link."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.deal import bp
from blueprints.deal.guard import lost
from blueprints.shared import link_cookies
from blueprints.shared.guards import client_address, public
from services import limits
from services.clock import utc_now
from services.deal import links, lost_links
from services.errors import NotFound

PER_DEAL = 3
PER_ADDRESS = 15


@bp.get("/l/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """The mailed address: the token goes into a cookie and out of the address bar. Writes nothing."""
    try:
        deal_id = links.open_link(token)
    except NotFound:
        return make_response(render_template("deal/lost.html", deal_id=None), 404)
    answer = make_response(redirect(url_for("deal.show", deal_id=deal_id), code=303))
    return link_cookies.keep_of_deal(answer, deal_id, token)


@bp.post("/o/<deal_id>/lank")
@public
def send_again(deal_id: str) -> ResponseReturnValue:
    """Mail the live link to the address it was sent to. The answer is the same whether there is one or not."""
    now = utc_now()
    limits.count("link_again_from", client_address(), limit=PER_ADDRESS, now=now)
    limits.count("link_again", deal_id[:22], limit=PER_DEAL, now=now)
    lost_links.send_again(deal_id, now=now)
    return lost(deal_id, asked=True)


@bp.post("/o/<deal_id>/ny-lank")
@public
def ask_for_new(deal_id: str) -> ResponseReturnValue:
    """The link has run out: the firm is asked for a new one."""
    now = utc_now()
    limits.count("link_wanted_from", client_address(), limit=PER_ADDRESS, now=now)
    limits.count("link_wanted", deal_id[:22], limit=PER_DEAL, now=now)
    try:
        lost_links.ask_for_new(deal_id, link_cookies.newest(deal_id), now=now)
    except NotFound:
        return lost(deal_id)
    return render_template("deal/old_link.html", deal_id=deal_id, asked=True)
