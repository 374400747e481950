"""Requests for a quote: the public form of a firm, and what the firm does with what came."""

from typing import Any

from flask import Blueprint, request

from domain.inquiries import MOST_AT_ONCE_BYTES

bp = Blueprint("inquiries", __name__)


@bp.url_value_preprocessor
def _room_for_photos(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything reads the form, so that several photos of a phone have room without scripts too."""
    if endpoint == "inquiries.send":
        request.max_content_length = MOST_AT_ONCE_BYTES


from blueprints.inquiries import firm, public  # noqa: E402, F401  (routes need bp)
from services.inquiries import letters  # noqa: E402, F401  (registers the letters, in the worker too)
