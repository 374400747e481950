"""Whether a paper is authentic, for anyone."""

from typing import Any

from flask import Blueprint, request

from services.checking.looking import MOST_BYTES

bp = Blueprint("checking", __name__, url_prefix="/kontrollera")


@bp.url_value_preprocessor
def _room_for_a_file(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything reads the form: a file just over the limit is named kindly."""
    if endpoint == "checking.upload":
        request.max_content_length = MOST_BYTES + 1024 * 1024


from blueprints.checking import points, routes  # noqa: E402, F401  (routes need bp)
