"""Registering, logging in and out, confirming an address, a new password."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from blueprints.accounts import login, password, register  # noqa: E402, F401  (routes need bp)
