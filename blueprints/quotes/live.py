"""What the open list and an open quote ask while nobody touches them (blueprints/shared/live.py)."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp, routes, show
from blueprints.shared import live
from blueprints.shared.guards import requires
from services import following


@bp.get("/offerter/nytt")
@requires("quote.read")
def list_news() -> ResponseReturnValue:
    if live.is_up_to_date():
        return live.NOTHING
    since = live.since()
    news = following.since(current_user.firm_id, since) if since is not None else []
    if since is not None and not news:
        return live.nothing_here(live.address("/offerter/nytt", live.query()), "#rader")
    return render_template("quotes/live_rows.html", said=live.said(news), **routes.rows())


@bp.get("/offerter/<int:n>/nytt")
@requires("quote.read")
def quote_news(n: int) -> ResponseReturnValue:
    if live.is_up_to_date():
        return live.NOTHING
    since = live.since()
    news = following.since(current_user.firm_id, since, n=n) if since is not None else []
    if since is not None and not news:
        return live.nothing_here(live.address(show.news_path(n)), show.LIVE_PARTS)
    return show.page(n, said=live.said(news), is_part=True)
