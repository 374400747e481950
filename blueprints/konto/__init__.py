"""Account and data: export and leaving."""

from flask import Blueprint

bp = Blueprint("konto", __name__, url_prefix="/konto")

from blueprints.konto import arriving, exports, leaving  # noqa: E402, F401  (routes need bp)
