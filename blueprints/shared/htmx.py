"""Pages and their parts: the same address gives htmx the part and everyone else the page."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

VARY = "HX-Request, HX-History-Restore-Request"


def wants_part() -> bool:
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def page_or_part(page: str, part: str, *, status: int = 200, **names: object) -> Response:
    """Render the page, or for htmx only its part, with the same names."""
    answer = make_response(render_template(part if wants_part() else page, **names), status)
    answer.headers["Vary"] = VARY
    return answer
