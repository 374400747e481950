"""What is asked about photos."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import MultipleFileField, StringField
from wtforms.validators import Length

from blueprints.quotes.forms import RevForm
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from domain.photos import CAPTION_CHARACTERS


class PhotosForm(FlaskForm):
    foton = MultipleFileField(_l("Foton"))


class CaptionForm(RevForm):
    caption = StringField(
        _l("Bildtext"),
        [Length(max=CAPTION_CHARACTERS, message=_l("Skriv högst %(max)d tecken.")), no_personnummer],
    )
