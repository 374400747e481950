"""A customer whom something reaches: both forms that make one ask for mail or a mobile."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm

from blueprints.shared.fields import EmailText, PhoneText
from blueprints.shared.phrases import lazy_gettext as _l


class ReachableForm(FlaskForm):
    email: EmailText
    phone: PhoneText

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if not (self.email.data or self.phone.data or self.email.errors or self.phone.errors):
            self.email.errors = [*self.email.errors, _l("Skriv e-post eller mobil, annars kommer inget fram.")]
            is_good = False
        return is_good
