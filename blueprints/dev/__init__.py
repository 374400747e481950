"""The local mailbox of a trial installation."""

from flask import Blueprint

bp = Blueprint("dev", __name__, url_prefix="/dev")

from blueprints.dev import routes  # noqa: E402, F401  (routes need bp)
