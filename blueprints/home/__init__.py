"""Start page, Idag, Mer and the legal texts."""

from flask import Blueprint

bp = Blueprint("home", __name__)

from blueprints.home import installed, legal, routes  # noqa: E402, F401  (routes need bp)
