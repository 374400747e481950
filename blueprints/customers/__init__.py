"""The firm's register of customers."""

from flask import Blueprint

bp = Blueprint("customers", __name__)

from blueprints.customers import routes  # noqa: E402, F401  (routes need bp)
