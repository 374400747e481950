"""What moving in asks: the file and the password it was locked with, and the terms of this installation."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, PasswordField
from wtforms.validators import DataRequired, Length

from blueprints.shared.fields import EmailText
from blueprints.shared.phrases import lazy_gettext as _l


class ArriveForm(FlaskForm):
    """Drawn only: blueprints/shared/streaming.py reads what comes."""

    losen = PasswordField(_l("Filens lösenord, om den har något"))
    fil = FileField(_l("ZIP-fil"))


class AddressForm(FlaskForm):
    """One of several on its page."""

    email = EmailText(
        _l("Ny e-postadress"),
        [DataRequired(_l("Skriv en e-postadress")), Length(max=254, message=_l("Adressen är för lång"))],
    )
    once = HiddenField()

    def of(self, public_id: str) -> AddressForm:
        """With ids of the user's own."""
        self.email.id = self.email.label.field_id = f"email-{public_id}"
        return self


class TermsForm(FlaskForm):
    accept = BooleanField(_l("Jag godkänner"), [DataRequired(_l("Godkänn villkoren för att gå vidare"))])
    texts = HiddenField()  # which legal texts were shown
