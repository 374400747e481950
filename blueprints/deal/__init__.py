"""The customer's side of a quote, reached by a mailed link."""

from flask import Blueprint

bp = Blueprint("deal", __name__)

from blueprints.deal import routes  # noqa: E402, F401  (routes need bp)
