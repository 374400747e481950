"""Names of templates, and texts."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.shared.fields import choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from services.text_blocks import TextInput

PLACES = {
    "message": _l("Hälsning till kunden"),
    "not_included": _l("Ingår inte"),
    "customer_does": _l("Kunden ordnar"),
    "terms": _l("Villkor"),
    "row": _l("Text mellan rader"),
}


def _at_most(most: int) -> Length:
    return Length(max=most, message=_l("Skriv högst %(max)d tecken."))


def number(text: str | None) -> int | None:
    """A number as forms and addresses carry it."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


class TemplateForm(FlaskForm):
    """The name of a template; `rev` is what a rename was drawn from."""

    name = StringField(
        _l("Mallens namn"), [DataRequired(_l("Skriv vad mallen ska heta.")), _at_most(120), no_personnummer], [strip]
    )
    rev = HiddenField()
    once = HiddenField()


class TextForm(FlaskForm):
    """A text block."""

    title = StringField(
        _l("Namn"), [DataRequired(_l("Skriv vad texten ska heta.")), _at_most(80), no_personnummer], [strip]
    )
    place = SelectField(_l("Används i"), choices=choices(*PLACES.items()), validate_choice=True)
    text = TextAreaField(_l("Text"), [DataRequired(_l("Skriv texten.")), _at_most(5000), no_personnummer])
    rev = HiddenField()

    def validate_text(self, field: Any) -> None:
        """Words between lines hold less than other texts."""
        if self.place.data == "row":
            _at_most(1000)(self, field)

    def to_input(self) -> TextInput:
        return TextInput(
            place=self.place.data,
            title=self.title.data or "",
            text=(self.text.data or "").replace("\r\n", "\n").strip(),
        )
