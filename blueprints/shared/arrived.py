"""Tells the browser which typed text has arrived, so that it lets go of its own copy (static/js/utkast.js).

A form that is sent as a page names the copy in `utkast`. When it is answered by the way to another page, it was saved,
and that page says so; a form that comes back with faults, or a login that has ended, leaves the copy where it is.
"""

from __future__ import annotations

from flask import Flask, Response, flash, request

ARRIVED = "utkast"  # the category of the message, and the name of the field
NOT_YET = ("/logga-in", "/losenord")


def _tell(answer: Response) -> Response:
    if answer.status_code == 303 and not answer.headers.get("Location", "").startswith(NOT_YET):
        name = request.form.get(ARRIVED, "")
        if 0 < len(name) <= 80:
            flash(name, ARRIVED)
    return answer


def register(app: Flask) -> None:
    app.after_request(_tell)
