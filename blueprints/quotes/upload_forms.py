"""What is asked about a document made elsewhere."""

from __future__ import annotations

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, StringField

from blueprints.quotes.forms import RevForm, limited
from blueprints.shared.fields import strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from domain.uploads import TITLE_CHARACTERS
from services.uploads.intake import Incoming


class FileForm(FlaskForm):
    """The file alone."""

    fil = FileField(_l("PDF-fil"))

    def incoming(self) -> Incoming | None:
        """The file that was chosen; None, with words, if none was."""
        sent = request.files.get("fil")
        if sent is None or not sent.filename:
            self.fil.errors = [_l("Välj en PDF-fil.")]
            return None
        return Incoming(sent.filename, sent.stream)


class NewDocumentForm(FileForm):
    title = StringField(_l("Rubrik"), [limited(TITLE_CHARACTERS), no_personnummer], filters=[strip])
    kund = HiddenField()
    once = HiddenField()

    @property
    def customer(self) -> int | None:
        """The number of the customer it is for, if one is chosen."""
        text = self.kund.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else None


class DocumentForm(RevForm):
    title = StringField(_l("Rubrik"), [limited(TITLE_CHARACTERS), no_personnummer], filters=[strip])
    is_order = BooleanField(_l("Kunden är konsument och beställer något"))
