"""Health of the running product, for the operator."""

from flask import Blueprint

bp = Blueprint("ops", __name__)

from blueprints.ops import routes  # noqa: E402, F401  (routes need bp)
