"""Picking from the price list inside the builder: a sheet, or a page without scripts."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.quotes import bp
from blueprints.shared.guards import requires
from blueprints.shared.htmx import page_or_part, wants_part
from services import articles, text_blocks
from services.errors import NotFound
from services.quotes import offering


@bp.get("/offerter/<int:n>/rad/ny")
@requires("quote.write")
def new_line(n: int) -> ResponseReturnValue:
    """The articles used last, a search, and a line of one's own."""
    return _list(n, request.args.get("del", ""), part="quotes/_price_list.html")


@bp.get("/prislista/sok")
@requires("quote.write")
def find_article() -> ResponseReturnValue:
    """Articles by part of the name, for the section (del) of a quote (offert)."""
    n = request.args.get("offert", "")
    if not n.isdecimal() or len(n) > 9:
        raise NotFound
    return _list(int(n), request.args.get("del", ""), part="quotes/_articles.html", is_search=True)


def _list(n: int, section_n: str, *, part: str, is_search: bool = False) -> ResponseReturnValue:
    if not section_n.isdecimal() or len(section_n) > 9:
        raise NotFound
    quote, section = offering.find(current_user.firm_id, n, int(section_n))
    typed = request.args.get("q", "")
    return page_or_part(
        "quotes/price_list.html",
        part,
        place="offerter",
        quote=quote,
        section=section,
        typed=" ".join(typed.split()),
        articles=articles.search(current_user.firm_id, typed),
        texts=() if wants_part() and is_search else text_blocks.offered(current_user.firm_id, ("row",)).get("row", ()),
        action=url_for(".add_line", n=n),
    )
