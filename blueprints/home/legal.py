"""The legal texts, for anyone to read, each version at its own address."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.home import bp
from blueprints.shared.guards import public
from services import legal
from services.installation import settings


@bp.get("/villkor")
@bp.get("/villkor/<version>")
@public
def terms(version: str = "") -> ResponseReturnValue:
    return _page("terms", "home.terms", version)


@bp.get("/bitradesavtal")
@bp.get("/bitradesavtal/<version>")
@public
def dpa(version: str = "") -> ResponseReturnValue:
    return _page("dpa", "home.dpa", version)


@bp.get("/integritet")
@bp.get("/integritet/<version>")
@public
def privacy(version: str = "") -> ResponseReturnValue:
    return _page("privacy", "home.privacy", version)


@bp.get("/uppgifter")
@bp.get("/uppgifter/<version>")
@public
def customers(version: str = "") -> ResponseReturnValue:
    """For the firms' customers: which data, why, how long, whom to ask."""
    return _page(legal.CUSTOMERS, "home.customers", version)


def _page(document: str, endpoint: str, version: str) -> ResponseReturnValue:
    versions = legal.versions(document)
    text = legal.get(document, version or versions[0])
    return render_template(
        "home/legal.html",
        text=legal.shown(text),
        versions=versions,
        endpoint=endpoint,
        is_current=text.version == versions[0],
        operator=settings().OPERATOR,
        operator_contact=settings().OPERATOR_CONTACT,
    )
