"""Who runs the installation, apart from every firm's users: no role of a firm leads here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.ops import bp
from blueprints.shared import link_cookies
from blueprints.shared.guards import GUARD, public
from services import operator_links
from services.tokens import BadToken

COOKIE = "drift"
COMMAND = "./run flask operator link"
View = Callable[..., ResponseReturnValue]


def operator(view: View) -> View:
    """Only with a link that `./run flask operator link` has printed."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not operator_links.is_in(link_cookies.token(COOKIE)):
            return shut()
        return view(*args, **kwargs)

    setattr(guarded, GUARD, "operator")
    return guarded


def shut() -> Response:
    """The same for a wrong link, an old one, and none; it says how to get one."""
    return make_response(render_template("ops/shut.html", command=COMMAND), 404)


@bp.get("/drift/in/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """Keep a good token in this browser and leave the address that holds it."""
    try:
        kept = operator_links.enter(token)
    except BadToken:
        return shut()
    return link_cookies.keep(make_response(redirect(url_for("ops.rules"), code=303)), COOKIE, kept)
