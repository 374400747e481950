"""The price list."""

from flask import Blueprint

bp = Blueprint("articles", __name__)

from blueprints.articles import files, routes  # noqa: E402, F401  (routes need bp)
