"""Quotes, seen by the firm."""

from flask import Blueprint

bp = Blueprint("quotes", __name__)

from blueprints.quotes import (  # noqa: E402, F401  (routes need bp)
    builder,
    contract,
    held,
    lines,
    live,
    manual,
    new,
    on_site,
    photos,
    price_list,
    reveal,
    review,
    routes,
    sections,
    sharing,
    show,
    uploads,
    versions,
)
