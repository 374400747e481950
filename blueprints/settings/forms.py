"""What the firm says about itself, and what a user says about theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

import languages
from blueprints.shared.fields import (
    BankgiroField,
    EmailText,
    KronorField,
    OrgnrField,
    PhoneText,
    PlusgiroField,
    PostalCodeText,
    Range,
    TypedField,
    VatField,
    choices,
    strip,
)
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.words import REMINDERS, month_choices, work_choices
from domain import slugs
from domain.signing_methods import Method, Rule, tidy

MOST_ORE = 10_000_000_000  # 100 million kronor
LANGUAGES = choices(*((each.code, each.name) for each in languages.LANGUAGES.values()))


def _at_most(count: int) -> Length:
    return Length(max=count, message=_l("Skriv högst %(max)d tecken"))


class WholeField(TypedField):
    """A whole number."""

    reader = staticmethod(lambda text: int("".join(text.split())))
    writer = staticmethod(str)
    message = _l("Skriv ett helt tal")


def web_address(form: Any, field: Field) -> None:
    """http and https only, with a host that has a dot; the scheme may be left out."""
    text = field.data or ""
    if not text:
        return
    if "://" not in text and ":" not in text and not text.startswith("/"):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        is_good = (
            parts.scheme in ("http", "https")
            and "." in (parts.hostname or "").strip(".")
            and "@" not in parts.netloc
            and "\\" not in text
            and not any(sign.isspace() or ord(sign) < 33 for sign in text)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        is_good = False
    if not is_good:
        raise ValidationError(_l("Skriv en webbadress, till exempel www.firman.se"))
    field.data = text


class CompanyForm(FlaskForm):
    name = StringField(_l("Företagsnamn"), [DataRequired(_l("Skriv företagets namn")), _at_most(120)], filters=[strip])
    orgnr = OrgnrField(_l("Organisationsnummer"), [Optional()])
    f_skatt = BooleanField(_l("Godkänd för F-skatt"))
    vat_number = VatField(_l("Momsnummer"), [Optional()])
    street = StringField(_l("Gatuadress"), [Optional(), _at_most(120)], filters=[strip])
    postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    city = StringField(_l("Ort"), [Optional(), _at_most(80)], filters=[strip])
    seat = StringField(_l("Säte"), [Optional(), _at_most(80)], filters=[strip])
    phone = PhoneText(_l("Telefon"), [Optional()])
    email = EmailText(_l("E-post"), [DataRequired(_l("Skriv en e-postadress med @")), _at_most(254)])
    website = StringField(_l("Webbplats"), [Optional(), _at_most(200), web_address], filters=[strip])
    bankgiro = BankgiroField(_l("Bankgiro"), [Optional()])
    plusgiro = PlusgiroField(_l("Plusgiro"), [Optional()])
    fiscal_year_ends = SelectField(_l("Räkenskapsåret slutar i"), choices=month_choices(), coerce=int, default=12)
    seen = HiddenField()

    def to_input(self) -> dict[str, Any]:
        names = (name for name in self._fields if name not in ("seen", "csrf_token"))
        return {name: self[name].data if name == "f_skatt" else self[name].data or "" for name in names}


BAD_SLUG = {
    "length": _l("Skriv 3 till 40 tecken"),
    "signs": _l("Skriv bokstäver, siffror och bindestreck, till exempel bergs-bygg"),
    "reserved": _l("Det namnet går inte att använda. Välj ett annat."),
}


class LogoForm(FlaskForm):
    logo = FileField(_l("Logotyp"), [FileRequired(_l("Välj en bild"))])


class FormNameForm(FlaskForm):
    """The firm's short name in the address of its public form; empty for none."""

    slug = StringField(_l("Namn i adressen"), filters=[strip])

    def validate_slug(self, field: Field) -> None:
        try:
            field.data = slugs.parse(field.data) if field.data else ""
        except slugs.BadSlug as error:
            raise ValidationError(str(BAD_SLUG[error.reason])) from None


class QuoteForm(FlaskForm):
    default_valid_days = WholeField(
        _l("Offerten gäller"),
        [InputRequired(_l("Skriv antal dagar")), Range(1, 365, _l("Skriv 1 till 365 dagar"))],
    )
    default_message = TextAreaField(_l("Hälsning"), [Optional(), _at_most(2000), no_personnummer])
    default_terms = TextAreaField(_l("Villkor"), [Optional(), _at_most(10_000), no_personnummer])
    company_basis = RadioField(
        _l("Priser till företag och föreningar"),
        choices=choices(("excl", _l("Exkl. moms")), ("incl", _l("Inkl. moms"))),
    )
    default_remind_days = RadioField(_l("Påminn efter så många dagar"), choices=REMINDERS, coerce=int, default=0)
    default_work_type = SelectField(_l("Ert vanliga arbete"), choices=work_choices())
    seen = HiddenField()

    def to_input(self) -> dict[str, Any]:
        return {
            "default_valid_days": self.default_valid_days.data,
            "default_message": _lines(self.default_message.data),
            "default_terms": _lines(self.default_terms.data),
            "company_basis": self.company_basis.data,
            "default_work_type": self.default_work_type.data,
            "default_remind_days": self.default_remind_days.data,
        }


def _lines(text: str | None) -> str:
    """Browsers send CRLF; we keep LF."""
    return (text or "").replace("\r\n", "\n").strip()


class FromKrField(KronorField):
    """An amount from which something holds, in whole kronor; data is öre, None for never."""

    writer = staticmethod(lambda ore: f"{ore // 100:,}".replace(",", "\u00a0"))
    message = _l("Skriv beloppet med siffror, till exempel 50 000")

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not (0 <= self.data <= MOST_ORE and self.data % 100 == 0):
            self.data = None
            raise ValueError(_l("Skriv hela kronor, högst 100 miljoner"))


class SigningForm(FlaskForm):
    """From which amounts the firm asks for more than a word (domain/signing_methods.py)."""

    link_from = FromKrField(_l("Underskrift krävs från"))
    code_from = FromKrField(_l("Engångskod krävs från"))
    seen = HiddenField()

    @staticmethod
    def read(rules: Iterable[Rule]) -> dict[str, Any]:
        """The fields' data."""
        found = {rule["method"]: rule["from_kr"] * 100 for rule in rules}
        return {"link_from": found.get(Method.LINK), "code_from": found.get(Method.LINK_CODE)}

    def validate_link_from(self, field: Field) -> None:
        code_from = self.code_from.data
        if field.data is not None and code_from is not None and field.data > code_from:
            raise ValidationError(_l("Där krävs redan engångskod. Skriv ett lägre belopp, eller lämna tomt."))

    def to_rules(self) -> list[dict[str, Any]]:
        typed = ((self.link_from.data, Method.LINK), (self.code_from.data, Method.LINK_CODE))
        return tidy({"from_kr": ore // 100, "method": method} for ore, method in typed if ore is not None)


class MeForm(FlaskForm):
    name = StringField(_l("Namn"), [Optional(), _at_most(120)], filters=[strip])
    phone = PhoneText(_l("Telefon"), [Optional()])
    language = RadioField(_l("Språk"), choices=LANGUAGES, default=languages.code)


class NoticesForm(FlaskForm):
    """One switch per event of domain/notices.py."""

    question = BooleanField(_l("Ny fråga"))
    approved = BooleanField(_l("En av flera har godkänt"))
    declined = BooleanField(_l("Kunden tackar nej"))
    late_answer = BooleanField(_l("Sent svar"))
    new_time = BooleanField(_l("Kunden vill ha ny tid eller ny länk"))
    bounced = BooleanField(_l("Ett mejl kom inte fram"))
    rot_details = BooleanField(_l("ROT-uppgifterna är ifyllda"))
    request = BooleanField(_l("Ny förfrågan"))
    feedback = BooleanField(_l("Omdöme från en kund"))
    opened = BooleanField(_l("Kunden öppnar offerten första gången"))

    def chosen(self) -> list[str]:
        return [name for name, field in self._fields.items() if name != "csrf_token" and field.data]


class PasswordForm(FlaskForm):
    old = PasswordField(_l("Lösenordet du har nu"), [InputRequired(_l("Skriv lösenordet du har nu"))])
    new = PasswordField(_l("Nytt lösenord"), [InputRequired(_l("Skriv ett lösenord"))])
