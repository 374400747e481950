"""What new quotes are made of: templates (mallar) and text blocks (texter)."""

from flask import Blueprint

bp = Blueprint("templates", __name__)

from blueprints.templates_ import contracts, routes, saving, texts  # noqa: E402, F401  (routes need bp)
