"""What leaving asks: nothing that is not needed."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared.fields import choices, strip
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import month_choices

LONGEST_REASON = 2000


class _Choice(FlaskForm):
    """What becomes of what is left."""

    ends = SelectField(_l("Räkenskapsåret slutar i"), choices=month_choices(), coerce=int, default=12)

    @property
    def last_month(self) -> int:
        return int(self.ends.data)


def _answers(*validators: Any) -> RadioField:
    """None is chosen beforehand: that is the owner's to do."""
    return RadioField(
        _l("Vad ska hända med det som finns här?"),
        list(validators),
        choices=choices(
            ("erase_all", _l("Lämna ut och radera allt")),
            ("lock_bookkeeping", _l("Lås bokföringsmaterial till sitt lagstadgade datum och radera resten")),
        ),
    )


class CloseForm(_Choice):
    """Confirm the termination."""

    choice = _answers(Optional())
    reason = TextAreaField(
        _l("Varför slutar du?"),
        [Optional(), Length(max=LONGEST_REASON, message=_l("Skriv högst %(max)d tecken."))],
        filters=[strip],
    )
    has_data = BooleanField(
        _l("Jag har hämtat eller behöver inte min data"),
        [DataRequired(_l("Kryssa i att du har hämtat din data eller inte behöver den."))],
    )
    password = PasswordField(_l("Lösenord"), [DataRequired(_l("Skriv ditt lösenord."))])


class HastenForm(FlaskForm):
    """Bring the last day forward."""

    until = HiddenField(validators=[DataRequired()])
    is_sure = BooleanField(
        _l("Jag har hämtat det jag behöver"),
        [DataRequired(_l("Kryssa i att du har hämtat det du behöver."))],
    )
    hasten_password = PasswordField(_l("Lösenord"), [DataRequired(_l("Skriv ditt lösenord."))])


class ChoiceForm(_Choice):
    """Choose, or choose otherwise, after the termination."""

    choice = _answers(DataRequired(_l("Välj ett av de två.")))
    seen = HiddenField()


WEAK = {
    "short": _l("Lösenordet behöver minst 10 tecken."),
    "long": _l("Lösenordet får ha högst 99 tecken."),
    "signs": _l("Använd bara a till z, siffror och tecken: å, ä och ö läser inte alla program lika."),
    "weak": _l("Lösenordet är lätt att gissa. Ta fyra ord som inte hör ihop, eller förslaget."),
}


class ExportForm(FlaskForm):
    """Ask for a ZIP. The password is typed in clear, once: a browser would keep a hidden one as that of the login."""

    password = StringField(_l("Lösenord till filen"))
