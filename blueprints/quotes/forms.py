"""What the builder's forms ask. Numbers are read as Swedes write them; typed text is kept on error."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.shared.fields import (
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
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.reachable import ReachableForm
from domain import green_tech
from domain.choices import Choice
from domain.quotes import GREEN
from domain.rot_rut import work_types
from domain.vat import VAT_RATES
from models import QuoteLine, QuoteSection
from services.customers import CustomerInput
from services.quotes.line_saving import LineInput, Shown
from services.quotes.rows import LineRow
from services.quotes.sections import Settings

UNITS = ("tim", "st", "m²", "lm", "m", "m³", "kg", "l", "paket", "dag", "mån", "km")
UNIT_CHOICES = choices(*((unit, unit) for unit in UNITS))
KINDS = choices(("labour", _l("Arbete")), ("material", _l("Material")), ("other", _l("Övrigt")))
VAT = choices(*((str(rate), _l("%(n)s %%", n=rate)) for rate in VAT_RATES))
PRICE_MODES = choices(("rows", _l("Rader med pris")), ("no_rows", _l("Rader utan pris")), ("sum", _l("Bara summan")))
CHOICES = choices(("", _l("Nej")), ("one", _l("Högst en")), ("must", _l("En måste väljas")))
CUSTOMER_KINDS = choices(("private", _l("Privatperson")), ("company", _l("Företag")), ("association", _l("Förening")))
DEDUCTIONS = (
    *(f"{kind}:{work.code}" for kind in ("rot", "rut") for work in work_types(kind)),
    *(f"{GREEN}:{code}" for code in green_tech.TYPES),
)
MOST_MILLI = 100_000_000  # 100 000 of anything
MOST_ORE = 10_000_000_000  # 100 million kronor
_OUT_OF_RANGE = _l("Antal ska vara över noll och högst 100 000.")


def limited(most: int) -> Length:
    """A validator of the length of a text."""
    return Length(max=most, message=_l("Skriv högst %(max)d tecken."))


def _number(form: FlaskForm, n: int) -> None:
    for field in form:
        field.id = f"{field.name}-{n}"
        field.label.field_id = field.id


class RevForm(FlaskForm):
    """A form that carries the revision it was drawn from and a random key of its own."""

    rev = HiddenField()
    key = HiddenField()
    now_rev = HiddenField()  # sent by "keep mine": the revision the user has seen beside the own text

    @property
    def own_key(self) -> str:
        """The key, and from scripts when the form was sent (ms): "key.when", see drafting.is_stale."""
        key, sent = self.key.data or "", request.form.get("sent", "")
        return f"{key}.{sent}" if sent.isdecimal() and len(sent) == 13 else key

    @property
    def shown_rev(self) -> int:
        text = self.now_rev.data or self.rev.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0


class LineForm(RevForm):
    """One line. Ids of the fields end in the line's number, so that two open lines do not clash.

    What one may not see or do is not a field of one's form.
    """

    told = ("text", "quantity", "unit", "price", "vat", "kind", "discount", "deduction", "note", "least", "most")
    text = StringField(_l("Vad?"), [DataRequired(_l("Skriv vad raden gäller.")), limited(200), no_personnummer])
    quantity = QuantityField(
        _l("Antal"),
        [
            InputRequired(_l("Skriv antal med siffror, till exempel 5,5")),
            Range(1, MOST_MILLI, _OUT_OF_RANGE),
        ],
    )
    unit = SelectField(_l("Enhet"), validate_choice=False)
    price = KronorField(_l("Pris"), [Range(-MOST_ORE, MOST_ORE, _l("Priset ska vara högst 100 miljoner kronor."))])
    vat = SelectField(_l("Moms"), choices=VAT, validate_choice=False)
    kind = RadioField(_l("Typ"), choices=KINDS, validate_choice=False)
    option = BooleanField(_l("Tillval"))
    discount = PercentField(_l("Rabatt"), [Range(0, 10_000, _l("Rabatten ska vara mellan 0 och 100 procent."))])
    deduction = SelectField(_l("Skatteavdrag"), validate_choice=False)
    note = TextAreaField(_l("Beskrivning"), [limited(1000), no_personnummer])
    recommended = BooleanField(_l("Rekommenderas"))
    least = QuantityField(_l("Från"), [Range(1, MOST_MILLI, _OUT_OF_RANGE)])
    most = QuantityField(_l("Till"), [Range(1, MOST_MILLI, _OUT_OF_RANGE)])
    purchase = KronorField(
        _l("Inköpspris exkl. moms"), [Range(0, MOST_ORE, _l("Inköpspriset ska vara högst 100 miljoner kronor."))]
    )
    lists = BooleanField(_l("Spara i prislistan"))
    was_kind = HiddenField()
    was_unit = HiddenField()

    def __init__(self, n: int, **given: Any) -> None:
        super().__init__(**given)
        if not current_user.may("margin.read"):
            del self.purchase
        if not current_user.may("article.write"):
            del self.lists
        _number(self, n)
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
                "recommended": line.is_recommended,
                "least": line.quantity_min_milli,
                "most": line.quantity_max_milli,
                "purchase": line.purchase_price_ore,
            },
        )

    @property
    def slots(self) -> tuple[str, ...]:
        """The fields that have a place for what is wrong."""
        return (*self.told, "purchase") if "purchase" in self else self.told

    @property
    def wants_listing(self) -> bool:
        return "lists" in self and bool(self.lists.data)

    def validate_unit(self, field: Any) -> None:
        if not field.data or len(field.data) > 12:
            raise ValidationError(_l("Välj en enhet."))

    def validate_vat(self, field: Any) -> None:
        if field.data not in {str(rate) for rate in VAT_RATES}:
            raise ValidationError(_l("Momsen kan vara 25, 12, 6 eller 0 procent."))

    def validate_kind(self, field: Any) -> None:
        if field.data not in {choice.value for choice in KINDS}:
            raise ValidationError(_l("Välj arbete, material eller övrigt."))

    def validate_least(self, field: Any) -> None:
        if field.data and self.quantity.data and field.data > self.quantity.data:
            raise ValidationError(_l("Antalet på raden ska ligga mellan från och till."))
        if not field.data and self.most.data:
            raise ValidationError(_l("Skriv också från vilket antal."))

    def validate_most(self, field: Any) -> None:
        if field.data and self.quantity.data and field.data < self.quantity.data:
            raise ValidationError(_l("Antalet på raden ska ligga mellan från och till."))
        if not field.data and self.least.data:
            raise ValidationError(_l("Skriv också till vilket antal."))

    def validate_deduction(self, field: Any) -> None:
        if field.data and field.data not in DEDUCTIONS:
            raise ValidationError(_l("Välj ett avdrag ur listan."))

    @property
    def shown(self) -> Shown:
        return Shown(
            rev=self.shown_rev,
            key=self.own_key,
            kind=self.was_kind.data or "",
            unit=self.was_unit.data or "",
            restores=bool(self.now_rev.data),
            has_purchase="purchase" in self and bool(self.purchase.raw_data),
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
            is_recommended=self.recommended.data,
            quantity_min_milli=self.least.data,
            quantity_max_milli=self.most.data,
            purchase_price_ore=self.purchase.data if "purchase" in self else None,
        )


class WordsForm(RevForm):
    """Words between lines."""

    slots = ("words",)
    wants_listing = False
    words = TextAreaField(
        _l("Text"), [DataRequired(_l("Skriv texten, eller ta bort raden.")), limited(1000), no_personnummer]
    )

    def __init__(self, n: int, **given: Any) -> None:
        super().__init__(**given)
        _number(self, n)

    @classmethod
    def of(cls, line: QuoteLine | LineRow) -> WordsForm:
        return cls(line.n, formdata=None, data={"words": line.text})

    @property
    def shown(self) -> Shown:
        return Shown(rev=self.shown_rev, key=self.own_key, restores=bool(self.now_rev.data))

    def to_input(self) -> LineInput:
        return LineInput(
            text=(self.words.data or "").replace("\r\n", "\n").strip(),
            quantity_milli=1000,
            unit="st",
            unit_price_ore=0,
            vat_percent=25,
            kind="material",
            is_text=True,
        )


def form_of(line: QuoteLine | LineRow) -> LineForm | WordsForm:
    """The form of a line, filled from its row."""
    return WordsForm.of(line) if line.is_text else LineForm.of(line)


class TitleForm(RevForm):
    """The quote's title, saved as it is typed."""

    title = TextAreaField(_l("Vad gäller jobbet?"), [limited(120), no_personnummer], filters=[strip])


class SectionNameForm(RevForm):
    """The name of a section."""

    title = StringField(_l("Delens namn"), [limited(120), no_personnummer], filters=[strip])

    def __init__(self, n: int, **given: Any) -> None:
        super().__init__(**given)
        self.title.id = self.title.label.field_id = f"dt-{n}"


class SectionForm(SectionNameForm):
    """What holds for a section and all its lines."""

    price_mode = RadioField(_l("Vad kunden ser"), choices=PRICE_MODES, validate_choice=False)
    discount = PercentField(
        _l("Rabatt på delen"), [Range(0, 10_000, _l("Rabatten ska vara mellan 0 och 100 procent."))]
    )
    choice = RadioField(_l("Kunden väljer en av raderna"), choices=CHOICES, validate_choice=False)

    @classmethod
    def of(cls, section: QuoteSection) -> SectionForm:
        """The form filled from the row."""
        data = {
            "title": section.title,
            "price_mode": section.price_mode,
            "discount": section.discount_bp or None,
            "choice": section.choice,
        }
        return cls(section.n, formdata=None, data=data)

    def validate_price_mode(self, field: Any) -> None:
        if field.data not in {mode.value for mode in PRICE_MODES}:
            raise ValidationError(_l("Välj vad kunden ser."))

    def validate_choice(self, field: Any) -> None:
        if field.data not in set(Choice):
            raise ValidationError(_l("Välj hur kunden väljer."))

    def to_input(self) -> Settings:
        return Settings(
            title=self.title.data or "",
            price_mode=self.price_mode.data,
            discount_bp=self.discount.data or 0,
            choice=self.choice.data,
        )


class NewCustomerForm(ReachableForm):
    """A customer made on the way to a quote: the few things that are needed to send it."""

    name = StringField(
        _l("Namn"), [DataRequired(_l("Skriv kundens namn.")), limited(120), no_personnummer], filters=[strip]
    )
    email = EmailText(_l("E-post"), [limited(254)])
    phone = PhoneText(_l("Mobil"))
    kind = RadioField(_l("Kunden är"), choices=CUSTOMER_KINDS, default="private")
    site_street = StringField(_l("Arbetsplats, gatuadress"), [limited(120), no_personnummer], filters=[strip])
    site_postal_code = PostalCodeText(_l("Postnummer"))
    site_city = StringField(_l("Ort"), [limited(80), no_personnummer], filters=[strip])

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
