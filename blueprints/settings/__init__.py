"""The firm's settings and the user's own."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/installningar")

from blueprints.settings import company, me, quote, signing  # noqa: E402, F401  (routes need bp)
