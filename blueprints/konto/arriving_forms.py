"""What moving in asks: the file, and the password it was locked with. Drawn only: streaming.py reads what comes."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import FileField, PasswordField

from blueprints.shared.phrases import lazy_gettext as _l


class ArriveForm(FlaskForm):
    losen = PasswordField(_l("Filens lösenord, om den har något"))
    fil = FileField(_l("ZIP-fil"))
