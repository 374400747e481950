"""What the firm decides when it sends, answers, or hands over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from blueprints.quotes import ways
from blueprints.shared.fields import DateField, EmailText, PhoneText, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import REMINDERS
from domain.clock import stockholm_date
from domain.parties import Role
from domain.phones import takes_texts
from domain.signing_methods import ASKED, Method
from services.clock import utc_now
from services.errors import NotFound
from services.quotes import giving, revealing
from services.quotes.contracting import Signature
from services.quotes.sending import Sending
from services.quotes.sharing import Given
from services.signing.rules import CannotBeAsked

LONGEST_DAYS = 365
MOBILE = _l("Skriv ett mobilnummer, till exempel 070-174\u00a006\u00a005")
FIXED = _l("Det numret tar inte emot sms. Skriv ett mobilnummer.")
ROLES: dict[str, Any] = {
    Role.CO_DECIDES: _l("Medbestämmer"),
    Role.SIGNATORY: _l("Firmatecknare"),
    Role.WITNESS: _l("Vittne"),
    Role.COPY: _l("Läser"),
}

# by the codes of services/quotes/revealing.py
REVEALED_FOR = {
    "invoice": _l("Fakturan ska visa dem"),
    "claim": _l("Begäran till Skatteverket"),
    "asked": _l("Personen frågar om sina uppgifter"),
    "check": _l("Kontroll av att numret är rätt"),
}


SIGNINGS = {
    Method.LINK: _l("Med sitt namn på sidan"),
    Method.LINK_CODE: _l("Med sitt namn och en engångskod"),
}


class SendForm(FlaskForm):
    once = HiddenField()
    seen = HiddenField()
    way = RadioField(_l("Skicka med"), validate_choice=False)
    email = EmailText(_l("Till e-post"))
    phone = PhoneText(_l("Till mobil"))
    valid_until = DateField(_l("Gäller till"), [DataRequired(_l("Skriv ett datum, till exempel 18 december"))])
    message = TextAreaField(
        _l("Meddelande"),
        [Optional(), Length(max=2000, message=_l("Meddelandet får ha högst 2 000 tecken.")), no_personnummer],
        filters=[lambda text: (text or "").strip()],
    )

    password = PasswordField(_l("Ditt lösenord"))  # the firm signs a contract by it
    clauses = StringField(name="mall")  # of a contract: the number of its template, empty for ours
    open_ended = BooleanField(name="utan-slut")
    remind = RadioField(_l("Påminn efter så många dagar"), choices=REMINDERS, coerce=int, default=0)

    signing = RadioField(
        _l("Så skriver kunden under"),
        choices=choices(*((method, SIGNINGS[method]) for method in ASKED)),
        default=Method.LINK,
        validate_choice=False,
    )

    def offer(self, last: str) -> None:
        """The ways there are, the one used last first; a form without a choice goes by mail."""
        offered = [*ways.offered(last), giving.ON_SITE]
        self.way.choices = choices(*((way, ways.WORDS[way]) for way in offered))
        if self.way.data not in offered:
            self.way.data = giving.MAIL

    def validate(self, extra_validators: Any = None) -> bool:
        """Of the addresses only the one of the chosen way counts."""
        super().validate(extra_validators)
        needed = {giving.MAIL: self.email, giving.SMS: self.phone}.get(self.way.data)
        for field in (self.email, self.phone):
            if field is not needed and field.errors:
                field.errors, field.data = [], ""
        if needed is not None and not needed.errors and not needed.data:
            needed.errors = [_("Skriv en e-postadress med @") if needed is self.email else MOBILE]
        elif needed is self.phone and not needed.errors and not takes_texts(needed.data or ""):
            needed.errors = [FIXED]
        return not any(field.errors for field in self)

    def validate_valid_until(self, field: Any) -> None:
        today = stockholm_date(utc_now())
        if field.data and not today <= field.data <= today + timedelta(days=LONGEST_DAYS):
            raise ValidationError(_("Välj en dag från i dag och högst ett år framåt"))

    def to_clauses(self) -> int | None:
        """The number of the contract's template. Raises NotFound for what is none."""
        typed = self.clauses.data or ""
        if typed and not (typed.isdecimal() and len(typed) < 10):
            raise NotFound
        return int(typed) if typed else None

    def to_input(self, signature: Signature | None = None) -> Sending:
        return Sending(
            signature=signature,
            email=self.email.data or "",
            valid_until=self.valid_until.data,
            message=self.message.data or "",
            seen=self.seen.data or "",
            remind_days=self.remind.data,
            way=self.way.data,
            phone=self.phone.data or "",
            signing=self.signing.data if self.signing.data in ASKED else None,
        )

    def refuse_signing(self, error: CannotBeAsked) -> None:
        """Somebody who is to sign could not get a code."""
        if error.code == "no_texts_for_code":
            words = _("Koden går med sms, och sms är inte påslaget på den här installationen.")
        else:
            words = _(
                "%(names)s kan inte få någon kod: lägg till mobilnummer eller e-post, det som länken inte går till.",
                names=", ".join(error.names),
            )
        self.signing.errors = [words]


class RevealForm(FlaskForm):
    """Without a reason chosen beforehand: who asks says it."""

    reason = RadioField(
        _l("Varför?"),
        [DataRequired(_l("Välj varför numren behövs"))],
        choices=choices(*((reason, REVEALED_FOR[reason]) for reason in revealing.REASONS)),
    )


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("Ditt svar"),
        [
            DataRequired(_l("Skriv ditt svar.")),
            Length(max=2000, message=_l("Svaret får ha högst 2 000 tecken.")),
            no_personnummer,
        ],
        filters=[lambda text: (text or "").strip()],
    )


class SmsForm(FlaskForm):
    phone = PhoneText(_l("Mobilnummer"), [DataRequired(MOBILE)])

    def validate_phone(self, field: Any) -> None:
        if not takes_texts(field.data or ""):
            raise ValidationError(FIXED)


class ResendForm(FlaskForm):
    email = EmailText(_l("Rätt e-postadress"), [DataRequired(_l("Skriv en e-postadress med @"))])


class CorrectForm(ResendForm):
    """Where one who gets the quote is reached."""

    phone = PhoneText(_l("Mobil"), [Optional()])


class RecipientForm(FlaskForm):
    """One more who gets the quote. Its fields have names of their own: it stands on pages with other forms."""

    name = StringField(
        _l("Mottagarens namn"),
        [DataRequired(_l("Skriv ett namn")), Length(max=120, message=_l("Namnet får ha högst 120 tecken."))],
        filters=[strip],
    )
    email = EmailText(_l("Mottagarens e-post"), [DataRequired(_l("Skriv en e-postadress med @"))])
    phone = PhoneText(_l("Mottagarens mobil"), [Optional()])
    role = RadioField(_l("Roll"), default=Role.CO_DECIDES)

    def __init__(self, roles: Sequence[str], **given: Any) -> None:
        super().__init__(prefix="m-", **given)
        self.role.choices = choices(*((role, ROLES[role]) for role in roles))
        if len(roles) == 1 and not self.role.raw_data:
            self.role.data = roles[0]

    def to_input(self) -> Given:
        name, email, phone = self.name.data or "", self.email.data or "", self.phone.data or ""
        return Given(name, email, self.role.data, phone)
