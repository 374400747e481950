"""What the firm decides when it sends, answers, or hands over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared.fields import DateField, EmailText
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain.clock import stockholm_date
from services.clock import utc_now
from services.quotes.sending import Sending

LONGEST_DAYS = 365


class SendForm(FlaskForm):
    once = HiddenField()
    seen = HiddenField()
    email = EmailText(_l("Till e-post"), [DataRequired(_l("Skriv en e-postadress med @"))])
    valid_until = DateField(_l("Gäller till"), [DataRequired(_l("Skriv ett datum, till exempel 18 december"))])
    message = TextAreaField(
        _l("Meddelande"),
        [Optional(), Length(max=2000, message=_l("Meddelandet får ha högst 2 000 tecken."))],
        filters=[lambda text: (text or "").strip()],
    )

    def validate_valid_until(self, field: Any) -> None:
        today = stockholm_date(utc_now())
        if field.data and not today <= field.data <= today + timedelta(days=LONGEST_DAYS):
            raise ValidationError(_("Välj en dag från i dag och högst ett år framåt"))

    def to_input(self) -> Sending:
        return Sending(
            email=self.email.data or "",
            valid_until=self.valid_until.data,
            message=self.message.data or "",
            seen=self.seen.data or "",
        )


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("Ditt svar"),
        [DataRequired(_l("Skriv ditt svar.")), Length(max=2000, message=_l("Svaret får ha högst 2 000 tecken."))],
        filters=[lambda text: (text or "").strip()],
    )


class ResendForm(FlaskForm):
    email = EmailText(_l("Rätt e-postadress"), [DataRequired(_l("Skriv en e-postadress med @"))])
