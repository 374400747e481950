"""Putting one of the firm's own texts into a form that is being filled in (templates/mallar/_pick_text.html)."""

from __future__ import annotations

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import TextAreaField

from services import text_blocks
from services.clock import utc_now


def put_text(form: FlaskForm) -> None:
    """Add the chosen text to the end of the field that was asked for, after an empty line. Raises NotFound."""
    name = request.form.get("hamta", "")
    text = chosen_text(request.form.get(f"text-{name}", ""))
    field = form._fields.get(name)
    if isinstance(field, TextAreaField) and text:
        typed = (field.data or "").rstrip()
        field.data = f"{typed}\n\n{text}" if typed else text


def chosen_text(number: str) -> str:
    """The text of that number; nothing for 0 and for what is no number. Raises NotFound."""
    n = int(number) if number.isdecimal() and len(number) < 10 else 0
    return text_blocks.use(current_user.firm_id, n, now=utc_now()).text if n else ""
