"""Account and data: export and leaving."""

from flask import Blueprint

bp = Blueprint("konto", __name__)

from blueprints.konto import routes  # noqa: E402, F401  (routes need bp)
