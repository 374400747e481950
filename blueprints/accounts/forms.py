"""What is typed to get in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.shared.fields import EmailText, KnownEmail, strip
from blueprints.shared.phrases import lazy_gettext as _l

WEAK = {
    "short": _l("Lösenordet behöver minst 10 tecken"),
    "long": _l("Lösenordet får ha högst 128 tecken"),
    "weak": _l("Lösenordet är lätt att gissa. Ta fyra ord som inte hör ihop."),
}


class RegisterForm(FlaskForm):
    firm_name = StringField(
        _l("Företagsnamn"),
        [DataRequired(_l("Skriv företagets namn")), Length(max=120, message=_l("Namnet får ha högst 120 tecken"))],
        filters=[strip],
    )
    email = EmailText(
        _l("E-post"),
        [DataRequired(_l("Skriv din e-postadress")), Length(max=254, message=_l("Adressen är för lång"))],
    )
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv ett lösenord"))])
    accept = BooleanField(_l("Jag godkänner"), [DataRequired(_l("Godkänn villkoren för att gå vidare"))])
    texts = HiddenField()  # which legal texts were shown
    once = HiddenField()


class LoginForm(FlaskForm):
    email = KnownEmail(_l("E-post"), [DataRequired(_l("Skriv din e-postadress"))])
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv lösenordet"))])
    next = HiddenField()


class ForgotForm(FlaskForm):
    email = EmailText(_l("E-post"), [DataRequired(_l("Skriv din e-postadress"))])


class NewPasswordForm(FlaskForm):
    password = PasswordField(_l("Nytt lösenord"), [InputRequired(_l("Skriv ett lösenord"))])


class AgainForm(FlaskForm):
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv lösenordet"))])
    next = HiddenField()
