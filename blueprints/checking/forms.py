"""A file to check, or its fingerprint."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import Field, FileField, StringField, ValidationError
from wtforms.validators import Regexp

from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l


class FileForm(FlaskForm):
    fil = FileField(_l("PDF eller bevispaket"))

    def validate_fil(self, field: Field) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Välj en fil"))


class FingerprintForm(FlaskForm):
    sha256 = StringField(
        _l("Fingeravtryck (SHA-256)"),
        [Regexp(r"[0-9a-f]{64}\Z", message=_l("Ett fingeravtryck är 64 tecken: 0–9 och a–f"))],
        filters=[lambda text: "".join((text or "").split()).lower()],
    )
