"""What a customer types. Shape and range only; figures and rules are the services'."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared.fields import EmailText, strip
from blueprints.shared.free_text import no_own_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from services.deal import feedback


class AskForm(FlaskForm):
    question = TextAreaField(
        _l("Din fråga"),
        [
            DataRequired(_l("Skriv din fråga.")),
            Length(max=2000, message=_l("Frågan får ha högst 2 000 tecken.")),
            no_own_personnummer,
        ],
        filters=[lambda text: (text or "").strip()],
    )


class DeclineForm(FlaskForm):
    version = HiddenField()
    reason = RadioField(
        _l("Varför?"),
        [Optional()],
        choices=[
            SelectChoice("price", _l("För dyrt")),
            SelectChoice("other_firm", _l("Valde någon annan")),
            SelectChoice("not_now", _l("Inte nu")),
            SelectChoice("other", _l("Annat")),
        ],
    )
    comment = TextAreaField(
        _l("Vill du säga något mer?"),
        [Optional(), Length(max=1000, message=_l("Texten får ha högst 1 000 tecken.")), no_own_personnummer],
        filters=[lambda text: (text or "").strip()],
    )


class FeedbackForm(FlaskForm):
    score = RadioField(
        _l("1 är svår, 5 är lätt"),
        [DataRequired(_l("Välj en siffra från 1 till 5."))],
        choices=[SelectChoice(str(n), str(n)) for n in feedback.SCORES],
    )
    text = TextAreaField(
        _l("Vill du säga något mer?"),
        [Optional(), Length(max=1000, message=_l("Texten får ha högst 1 000 tecken.")), no_own_personnummer],
        filters=[lambda text: (text or "").strip()],
    )

    def words(self) -> str | None:
        """None where the form had no field for them: the figure by itself."""
        return self.text.data or "" if self.text.raw_data else None


class WithdrawForm(FlaskForm):
    """Only what the law lets us ask for (lag (2005:59) 2 kap. 10 a §)."""

    once = HiddenField()
    name = StringField(
        _l("Ditt namn"),
        [DataRequired(_l("Skriv ditt namn")), Length(max=120, message=_l("Namnet får ha högst 120 tecken."))],
        filters=[strip],
    )
    contract = StringField(
        _l("Avtal"),
        [
            DataRequired(_l("Skriv vilket avtal du ångrar, till exempel dess nummer")),
            Length(max=60, message=_l("Texten får ha högst 60 tecken.")),
        ],
        filters=[strip],
    )
    email = EmailText(_l("E-post för kvittensen"), [DataRequired(_l("Skriv en e-postadress med @"))])
