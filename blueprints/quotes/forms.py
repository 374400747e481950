"""What the builder's forms ask. Numbers are read as Swedes write them; typed text is kept on error."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from blueprints.shared.fields import (
    DateField,
    EmailText,
    KronorField,
    PercentField,
    PhoneText,
    PostalCodeText,
    QuantityField,
    Range,
    choices,
    strip,
)
from blueprints.shared.free_text import no_personnummer
from domain.quotes import VAT_RATES
from domain.rot_rut import work_types
from models import QuoteLine
from services.customers import CustomerInput
from services.quotes.header import Details
from services.quotes.lines import LineInput, Shown
from services.quotes.rows import LineRow

UNITS = ("tim", "st", "m²", "lm", "m", "m³", "kg", "l", "paket", "dag", "mån", "km")
UNIT_CHOICES = choices(*((unit, unit) for unit in UNITS))
KINDS = choices(("labour", _l("Arbete")), ("material", _l("Material")), ("other", _l("Övrigt")))
VAT = choices(*((str(rate), f"{rate} %") for rate in VAT_RATES))
CUSTOMER_KINDS = choices(("private", _l("Privatperson")), ("company", _l("Företag")), ("association", _l("Förening")))
DEDUCTIONS = tuple(f"{kind}:{work.code}" for kind in ("rot", "rut") for work in work_types(kind))
MOST_MILLI = 100_000_000  # 100 000 of anything
MOST_ORE = 10_000_000_000  # 100 million kronor


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Skriv högst %(max)d tecken."))


class RevForm(FlaskForm):
    """A form that carries the revision it was drawn from and a random key of its own."""

    rev = HiddenField()
    key = HiddenField()
    now_rev = HiddenField()  # sent by "keep mine": the revision the user has seen beside the own text

    @property
    def shown_rev(self) -> int:
        text = self.now_rev.data or self.rev.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0


class LineForm(RevForm):
    """One line. Ids of the fields end in the line's number, so that two open lines do not clash."""

    text = StringField(_l("Vad?"), [DataRequired(_l("Skriv vad raden gäller.")), _length(200), no_personnummer])
    quantity = QuantityField(
        _l("Antal"),
        [
            InputRequired(_l("Skriv antal med siffror, till exempel 5,5")),
            Range(1, MOST_MILLI, _l("Antal ska vara över noll och högst 100 000.")),
        ],
    )
    unit = SelectField(_l("Enhet"), validate_choice=False)
    price = KronorField(_l("Pris"), [Range(-MOST_ORE, MOST_ORE, _l("Priset ska vara högst 100 miljoner kronor."))])
    vat = SelectField(_l("Moms"), choices=VAT, validate_choice=False)
    kind = RadioField(_l("Typ"), choices=KINDS, validate_choice=False)
    option = BooleanField(_l("Tillval"))
    discount = PercentField(_l("Rabatt"), [Range(0, 10_000, _l("Rabatten ska vara mellan 0 och 100 procent."))])
    deduction = SelectField(_l("Skatteavdrag"), validate_choice=False)
    note = TextAreaField(_l("Beskrivning"), [_length(1000), no_personnummer])
    was_kind = HiddenField()
    was_unit = HiddenField()

    def __init__(self, n: int, **given: Any) -> None:
        super().__init__(**given)
        for field in self:
            field.id = f"{field.name}-{n}"
            field.label.field_id = field.id
        own = self.unit.data
        is_other = own and own not in UNITS
        self.unit.choices = [*UNIT_CHOICES, *choices((own, own))] if is_other else UNIT_CHOICES

    @classmethod
    def of(cls, line: QuoteLine | LineRow) -> LineForm:
        """The form filled from the row."""
        return cls(
            line.n,
            formdata=None,
            data={
                "text": line.text,
                "quantity": line.quantity_milli,
                "unit": line.unit,
                "price": line.unit_price_ore or None,
                "vat": str(line.vat_percent),
                "kind": line.kind,
                "option": line.is_option,
                "discount": line.discount_bp or None,
                "deduction": f"{line.deduction}:{line.work_type}" if line.deduction else "",
                "note": line.note,
            },
        )

    def validate_unit(self, field: Any) -> None:
        if not field.data or len(field.data) > 12:
            raise ValidationError(_l("Välj en enhet."))

    def validate_vat(self, field: Any) -> None:
        if field.data not in {str(rate) for rate in VAT_RATES}:
            raise ValidationError(_l("Momsen kan vara 25, 12, 6 eller 0 procent."))

    def validate_kind(self, field: Any) -> None:
        if field.data not in {choice.value for choice in KINDS}:
            raise ValidationError(_l("Välj arbete, material eller övrigt."))

    def validate_deduction(self, field: Any) -> None:
        if field.data and field.data not in DEDUCTIONS:
            raise ValidationError(_l("Välj ett avdrag ur listan."))

    @property
    def shown(self) -> Shown:
        return Shown(
            rev=self.shown_rev,
            key=self.key.data or "",
            kind=self.was_kind.data or "",
            unit=self.was_unit.data or "",
            restores=bool(self.now_rev.data),
        )

    def to_input(self) -> LineInput:
        deduction, _, work_type = (self.deduction.data or "").partition(":")
        return LineInput(
            text=strip(self.text.data) or "",
            quantity_milli=self.quantity.data,
            unit=self.unit.data,
            unit_price_ore=self.price.data or 0,
            vat_percent=int(self.vat.data),
            kind=self.kind.data,
            note=(self.note.data or "").strip(),
            discount_bp=self.discount.data or 0,
            deduction=deduction or None,
            work_type=work_type or None,
            is_option=self.option.data,
        )


class TitleForm(RevForm):
    """The quote's title, saved as it is typed."""

    title = StringField(_l("Vad gäller jobbet?"), [_length(120), no_personnummer], filters=[strip])


class SectionForm(RevForm):
    """The name of a section."""

    title = StringField(_l("Delens namn"), [_length(120), no_personnummer], filters=[strip])

    def __init__(self, n: int, **given: Any) -> None:
        super().__init__(**given)
        self.title.id = self.title.label.field_id = f"dt-{n}"


class DetailsForm(RevForm):
    """Dates, work site and texts of a quote."""

    valid_until = DateField(_l("Gäller till"), [InputRequired(_l("Skriv ett datum, till exempel 18 december"))])
    starts_on = DateField(_l("Ni kan börja"), [Optional()])
    finishes_on = DateField(_l("Klart senast"), [Optional()])
    paid_on = DateField(_l("Väntad betalningsdag"), [Optional()])
    site_street = StringField(_l("Gatuadress"), [Optional(), _length(120), no_personnummer], filters=[strip])
    site_postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    site_city = StringField(_l("Ort"), [Optional(), _length(80), no_personnummer], filters=[strip])
    message = TextAreaField(_l("Hälsning till kunden"), [Optional(), _length(5000), no_personnummer])
    terms = TextAreaField(_l("Villkor"), [Optional(), _length(20_000), no_personnummer])

    def validate_finishes_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("Jobbet kan inte bli klart innan det börjar."))

    def validate_valid_until(self, field: Any) -> None:
        _check_year(field)

    def validate_paid_on(self, field: Any) -> None:
        _check_year(field)

    def to_input(self) -> Details:
        return Details(
            valid_until=self.valid_until.data,
            paid_on=self.paid_on.data,
            starts_on=self.starts_on.data,
            finishes_on=self.finishes_on.data,
            site_street=self.site_street.data or "",
            site_postal_code=self.site_postal_code.data or "",
            site_city=self.site_city.data or "",
            message=_text(self.message.data),
            terms=_text(self.terms.data),
        )


class NewCustomerForm(FlaskForm):
    """A customer made on the way to a quote: the few things that are needed to send it."""

    name = StringField(
        _l("Namn"), [DataRequired(_l("Skriv kundens namn.")), _length(120), no_personnummer], filters=[strip]
    )
    email = EmailText(_l("E-post"), [_length(254)])
    phone = PhoneText(_l("Mobil"))
    kind = RadioField(_l("Kunden är"), choices=CUSTOMER_KINDS, default="private")
    site_street = StringField(_l("Arbetsplats, gatuadress"), [_length(120), no_personnummer], filters=[strip])
    site_postal_code = PostalCodeText(_l("Postnummer"))
    site_city = StringField(_l("Ort"), [_length(80), no_personnummer], filters=[strip])

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if not (self.email.data or self.phone.data or self.email.errors or self.phone.errors):
            self.email.errors = [*self.email.errors, _l("Skriv e-post eller mobil, annars når offerten inte fram.")]
            is_good = False
        return is_good

    def to_input(self) -> CustomerInput:
        return CustomerInput(
            kind=self.kind.data or "private",
            name=self.name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            site_street=self.site_street.data or "",
            site_postal_code=self.site_postal_code.data or "",
            site_city=self.site_city.data or "",
        )


def _text(typed: str | None) -> str:
    return (typed or "").replace("\r\n", "\n").strip()


def _check_year(field: Any) -> None:
    """A slip of the finger in the year is asked about; the rules know no other days anyway."""
    if field.data and not 2020 <= field.data.year <= 2099:
        raise ValidationError(_l("Kontrollera året."))
