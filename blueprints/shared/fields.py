"""Form fields that read what Swedes type: numbers, dates and identity numbers. Typed text is kept on error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from wtforms import Field, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.widgets import TextInput

from blueprints.shared.phrases import lazy_gettext as _l
from domain import giro, numbers_sv, orgnr
from domain.clock import stockholm_date
from domain.dates_sv import parse_date
from domain.phones import spoken
from services.clock import utc_now


def strip(text: str | None) -> str | None:
    """Trim and join runs of white space; a filter for one-line fields."""
    return " ".join(text.split()) if text else text


def choices(*pairs: tuple[str, Any]) -> list[Any]:
    """Choices of a select or of radio buttons from (value, words)."""
    return [SelectChoice(value, words) for value, words in pairs]


def ask_again(*passwords: Field) -> None:
    """Where something else was wrong: no page holds a password, so whoever typed one hears that it is wanted again."""
    for field in passwords:
        if field.data and not field.errors:
            field.errors = [_l("Skriv lösenordet igen")]


class TypedField(Field):
    """A text field with a reader. `data` is the read value or None; what was typed is shown again as it was.

    `message` says what the reader could not read; `too_fine`, where there is one, that there were too many decimals.
    """

    widget = TextInput()
    reader: Callable[[str], Any]
    writer: Callable[[Any], str]
    message = _l("Skriv ett värde.")
    too_fine: Any = None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else type(self).writer(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data, self.raw_data = None, [""][: len(valuelist)]  # a space is nothing typed, also to InputRequired
            return
        try:
            self.data = type(self).reader(valuelist[0])
        except ValueError as error:
            self.data = None
            raise ValueError(self.words_of(error)) from None

    @classmethod
    def words_of(cls, error: ValueError) -> Any:
        """What to tell who typed what the reader refused with `error`."""
        is_too_fine = isinstance(error, numbers_sv.NotANumber) and error.reason == "decimals"
        return cls.too_fine if is_too_fine and cls.too_fine else cls.message


def _amount(value: int, scale: int, decimals: int) -> str:
    whole, rest = divmod(abs(value), scale)
    text = f"{whole},{rest:0{decimals}d}".rstrip("0").rstrip(",") if rest else str(whole)
    if scale == 100 and rest:
        text = f"{whole},{rest:02d}"
    return ("−" if value < 0 else "") + text


class KronorField(TypedField):
    """An amount in kronor; data is whole öre."""

    reader = staticmethod(numbers_sv.parse_kronor)
    writer = staticmethod(lambda ore: _amount(ore, 100, 2))
    message = _l("Skriv ett pris med siffror, till exempel 1\u00a0290,50")
    too_fine = _l("Skriv priset med högst två decimaler, till exempel 1\u00a0290,50")


class QuantityField(TypedField):
    """A quantity; data is thousandths."""

    reader = staticmethod(numbers_sv.parse_quantity)
    writer = staticmethod(lambda milli: _amount(milli, 1000, 3))
    message = _l("Skriv antal med siffror, till exempel 5,5")
    too_fine = _l("Skriv antal med högst tre decimaler, till exempel 1,235")


class PercentField(TypedField):
    """A percentage; data is hundredths of a percent."""

    reader = staticmethod(numbers_sv.parse_percent)
    writer = staticmethod(lambda bp: _amount(bp, 100, 2))
    message = _l("Skriv procent med siffror, till exempel 10")
    too_fine = _l("Skriv procent med högst två decimaler, till exempel 12,25")


class DateField(TypedField):
    """A day in Stockholm; data is a date."""

    reader = staticmethod(lambda text: parse_date(text, stockholm_date(utc_now())))
    writer = staticmethod(date.isoformat)
    message = _l("Skriv ett datum, till exempel 18 december")


class Range:
    """The value lies between two bounds; nothing typed passes."""

    def __init__(self, least: Any, most: Any, message: str) -> None:
        self.least, self.most, self.message = least, most, message

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is not None and not self.least <= field.data <= self.most:
            raise ValidationError(self.message)


class OrgnrField(TypedField):
    """An organisation number; data is NNNNNN-NNNN."""

    reader = staticmethod(orgnr.parse)
    writer = staticmethod(str)
    message = _l("Organisationsnumret har tio siffror. Kontrollera numret.")


class VatField(TypedField):
    """A Swedish VAT number; data is SE + ten digits + 01."""

    reader = staticmethod(giro.parse_vat_number)
    writer = staticmethod(str)
    message = _l("Momsnumret skrivs SE, tio siffror och\u00a001")


class BankgiroField(TypedField):
    reader = staticmethod(giro.parse_bankgiro)
    writer = staticmethod(str)
    message = _l("Bankgirot stämmer inte. Kontrollera numret.")


class PlusgiroField(TypedField):
    reader = staticmethod(giro.parse_plusgiro)
    writer = staticmethod(str)
    message = _l("Plusgirot stämmer inte. Kontrollera numret.")


class EmailText(StringField):
    """An address of mail in its ASCII form, lower case; typed text is kept on error."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = (self.data or "").strip()
        self.data = text
        if not text:
            return
        from email_validator import EmailNotValidError, validate_email

        try:
            found = validate_email(text, check_deliverability=False)
        except EmailNotValidError:
            raise ValueError(_l("Skriv en e-postadress med @")) from None
        if found.ascii_email is None:
            raise ValueError(_l("Adressen får inte ha å, ä eller ö före @"))
        self.data = found.ascii_email.lower()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else (self.data or "")


class KnownEmail(EmailText):
    """The same of somebody who logs in: the address was checked when it came here, so a plain one is only compared."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if "@" in typed and typed.isascii():
            self.data = typed.lower()
        else:
            super().process_formdata(valuelist)


class PhoneText(StringField):
    """A phone number in any shape; data is E.164 (+46701740605) or empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = (self.data or "").strip()
        self.data = text
        if not text:
            return
        import phonenumbers

        try:
            number = phonenumbers.parse(text, "SE")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValueError(_l("Skriv ett telefonnummer, till exempel 070-174\u00a006\u00a005"))
        self.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else spoken(self.data or "")


class PostalCodeText(StringField):
    """Five digits, kept as NNN NN."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        digits = "".join(sign for sign in (self.data or "") if not sign.isspace())
        if not digits:
            self.data = ""
            return
        if len(digits) != 5 or not digits.isascii() or not digits.isdigit():
            raise ValueError(_l("Postnumret har fem siffror"))
        self.data = f"{digits[:3]} {digits[3:]}"

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else (self.data or "")
