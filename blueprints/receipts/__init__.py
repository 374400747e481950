"""Receipts of erasures, for whoever has the number: the firm they are about is gone, and they name nobody."""

from flask import Blueprint

bp = Blueprint("receipts", __name__, url_prefix="/kvitto")

from blueprints.receipts import routes  # noqa: E402, F401  (routes need bp)
