"""What the page of a quote's details asks: dates, site, how the price is decided, how it is paid, texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from blueprints.quotes.forms import MOST_ORE, RevForm, limited
from blueprints.shared.fields import (
    DateField,
    KronorField,
    PercentField,
    PostalCodeText,
    Range,
    TypedField,
    choices,
    strip,
)
from blueprints.shared.filters import qty
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from domain import numbers_sv, payment_plan
from domain.home_rules import EARLIEST_YEAR, HomeKind
from domain.payment_plan import MOST_PARTS, BadPlan, Part, Trigger
from domain.price_types import LIMIT_PERCENT, MOST_LIMIT_PERCENT, PriceType
from models import Quote
from services.quotes import header
from services.quotes.header import Details

PRICE_TYPES = choices(
    ("fixed", _l("Fast pris")),
    ("approximate", _l("Ungefärligt pris")),
    ("running", _l("Löpande räkning")),
    ("running_with_cap", _l("Löpande räkning med tak")),
)
TRIGGERS = choices(
    ("", _l("Välj")),
    ("order", _l("Vid beställning")),
    ("start", _l("Vid start")),
    ("stage", _l("När … är klart")),
    ("finish", _l("När allt är klart")),
    ("inspection", _l("Efter godkänd besiktning")),
    ("date", _l("Ett datum")),
)
HOMES = choices(
    ("", _l("Vet inte")),
    (HomeKind.HOUSE.value, _l("Hus")),
    (HomeKind.OWNED_FLAT.value, _l("Ägarlägenhet")),
    (HomeKind.FLAT.value, _l("Bostadsrätt i flerbostadshus")),
    (HomeKind.FLAT_IN_HOUSE.value, _l("Bostadsrätt i radhus eller annat småhus")),
    (HomeKind.RENTED.value, _l("Hyresrätt")),
)
WRONG_YEAR = _l("Skriv ett år med fyra siffror, till exempel 1987")
MOST_MARKUP_BP = 100_000
UNITS = choices(("percent", "%"), ("kr", "kr"))
LAST_IS_THE_REST = _l("Den sista delen blir det som är kvar. Lämna beloppet tomt.")
WRONG_PARTS = {
    "nothing": ("amount", _l("Skriv hur mycket. Bara den sista delen får vara tom.")),
    "no_text": ("text", _l("Skriv vad som ska vara klart.")),
    "no_date": ("on", _l("Skriv ett datum, till exempel 18 december")),
    "too_much": ("amount", _l("Delarna blir mer än hela summan.")),
    "too_many": ("trigger", _l("En plan kan ha högst 12 delar.")),
}
_PLACE = re.compile("-([0-9]{1,3})-[a-z]+")  # of a part's field, after its prefix
# the fields that belong to a way of pricing; those of the others are not read, but for a mark-up that waits to be used
PRICE_FIELDS = {"approximate": ("limit",), "running": ("markup",), "running_with_cap": ("markup", "cap")}


class YearField(TypedField):
    """A year; data is a number."""

    reader = staticmethod(int)
    writer = staticmethod(str)
    message = WRONG_YEAR


class PartForm(Form):
    """One part of the payment plan."""

    trigger = SelectField(_l("När"), choices=TRIGGERS, validate_choice=False)
    text = StringField(_l("Vad"), [limited(200), no_personnummer], filters=[strip])
    amount = StringField(_l("Hur mycket"), filters=[strip])
    unit = SelectField(_l("Procent eller kronor"), choices=UNITS, validate_choice=False)
    on = DateField(_l("Datum"))

    @property
    def is_blank(self) -> bool:
        typed_day = self.on.raw_data[0] if self.on.raw_data else self.on.data
        return not (self.trigger.data or self.text.data or self.amount.data or typed_day)

    def validate_trigger(self, field: Any) -> None:
        if not self.is_blank and field.data not in set(Trigger):
            raise ValidationError(_l("Välj när delen ska betalas."))

    def validate_amount(self, field: Any) -> None:
        if field.data:
            try:
                self.to_part()
            except ValueError:
                raise ValidationError(_l("Skriv ett belopp med siffror, till exempel 30 % eller 25 000 kr")) from None

    def to_part(self) -> Part:
        """Raises ValueError for what cannot be read."""
        share = amount = None
        if self.amount.data:
            if "%" in self.amount.data or (self.unit.data != "kr" and "kr" not in self.amount.data):
                share = numbers_sv.parse_percent(self.amount.data)
            else:
                amount = numbers_sv.parse_kronor(self.amount.data)
            if not 0 < (share or amount or 0) <= (10_000 if share else MOST_ORE):
                raise ValueError("out of range")
        return Part(Trigger(self.trigger.data), self.text.data or "", share, amount, self.on.data)


class PartList(FieldList):  # type: ignore[type-arg]  # its types are newer than it
    """The parts of the plan by their numbers, which may have gaps; names that say no number are no parts."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        yield from _places(prefix, formdata)


class DetailsForm(RevForm):
    """Everything of a quote but its title, its customer and its lines."""

    valid_until = DateField(_l("Gäller till"), [InputRequired(_l("Skriv ett datum, till exempel 18 december"))])
    starts_on = DateField(_l("Ni kan börja"), [Optional()])
    finishes_on = DateField(_l("Klart senast"), [Optional()])
    paid_on = DateField(_l("Väntad betalningsdag"), [Optional()])
    site_street = StringField(_l("Gatuadress"), [Optional(), limited(120), no_personnummer], filters=[strip])
    site_postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    site_city = StringField(_l("Ort"), [Optional(), limited(80), no_personnummer], filters=[strip])
    home = SelectField(_l("Bostad"), choices=HOMES, validate_choice=False)
    home_year = YearField(_l("Husets värdeår"), [Optional(), Range(EARLIEST_YEAR, 2099, WRONG_YEAR)])
    price_type = RadioField(_l("Hur bestäms priset?"), choices=PRICE_TYPES, validate_choice=False)
    limit = PercentField(_l("Högst så mycket över"))
    markup = PercentField(
        _l("Påslag på material"), [Range(0, MOST_MARKUP_BP, _l("Påslaget ska vara högst 1 000 procent."))]
    )
    cap = KronorField(_l("Takpris"), [Range(100, MOST_ORE, _l("Takpriset ska vara över noll."))])
    discount = PercentField(
        _l("Rabatt på hela priset"), [Range(0, 10_000, _l("Rabatten ska vara mellan 0 och 100 procent."))]
    )
    reverse_charge = BooleanField(_l("Omvänd betalningsskyldighet"))
    is_smahus = BooleanField(_l("Bygge eller tillbyggnad av småhus"))
    plan = PartList(FormField(PartForm), max_entries=MOST_PARTS + 1)
    message = TextAreaField(_l("Hälsning till kunden"), [Optional(), limited(5000), no_personnummer])
    not_included = TextAreaField(_l("Det här ingår inte"), [Optional(), limited(5000), no_personnummer])
    customer_does = TextAreaField(_l("Det här ordnar kunden"), [Optional(), limited(5000), no_personnummer])
    terms = TextAreaField(_l("Villkor"), [Optional(), limited(20_000), no_personnummer])

    @classmethod
    def of(cls, quote: Quote) -> DetailsForm:
        """The form filled from the row."""
        own = {
            "limit": quote.limit_percent * 100,
            "markup": quote.markup_bp,
            "cap": quote.cap_ore,
            "discount": quote.discount_bp or None,
            "plan": [_part_data(part) for part in header.payment_plan(quote)],
        }
        return cls(formdata=None, obj=quote, data=own)

    @classmethod
    def with_rows(cls, typed: MultiDict[str, str], button: str) -> DetailsForm:
        """What was typed, with one more part (button "ny") or without one ("bort-2")."""
        kept = MultiDict(typed)
        places = set(_places("plan", kept))
        if button == "ny" and len(places) < MOST_PARTS:
            kept[f"plan-{max(places, default=-1) + 1}-trigger"] = ""
        gone = button.removeprefix("bort-")
        for name in [name for name in kept if name.startswith(f"plan-{gone}-")]:
            kept.poplist(name)
        return cls(formdata=kept)

    def validate(self, extra_validators: Any = None) -> bool:
        self.price_type.data = self.price_type.data or PriceType.FIXED.value
        for name in {"limit", "markup", "cap"}.difference(PRICE_FIELDS.get(self.price_type.data, ())):
            field = self[name]
            if name != "markup" or not 0 <= (field.data or 0) <= MOST_MARKUP_BP:
                field.data = None
            field.process_errors = []
        is_good = bool(super().validate(extra_validators))
        return self._check_plan() and is_good

    def validate_price_type(self, field: Any) -> None:
        if field.data not in set(PriceType):
            raise ValidationError(_l("Välj hur priset bestäms."))

    def validate_home(self, field: Any) -> None:
        if field.data and field.data not in set(HomeKind):
            raise ValidationError(_l("Välj en av bostäderna."))

    def validate_limit(self, field: Any) -> None:
        if field.data is not None and (field.data % 100 or not 0 <= field.data <= MOST_LIMIT_PERCENT * 100):
            raise ValidationError(_l("Skriv hela procent, från 0 till 50."))

    def validate_cap(self, field: Any) -> None:
        if field.data is None and self.price_type.data == PriceType.RUNNING_WITH_CAP and not field.process_errors:
            raise ValidationError(_l("Skriv takpriset i kronor."))

    def validate_finishes_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("Jobbet kan inte bli klart innan det börjar."))

    def validate_valid_until(self, field: Any) -> None:
        _check_year(field)

    def validate_paid_on(self, field: Any) -> None:
        _check_year(field)

    @property
    def rows(self) -> list[PartForm]:
        """The parts of the plan that say anything."""
        return [entry.form for entry in self.plan if not entry.form.is_blank]

    def parts(self) -> list[Part]:
        """The plan as it was typed. Raises ValueError for what cannot be read."""
        return [row.to_part() for row in self.rows]

    def refuse_plan(self, error: BadPlan) -> None:
        """Say at its part what is wrong with the plan."""
        name, words = WRONG_PARTS[error.reason]
        rows = self.rows
        self._refuse(rows[min(error.place, len(rows) - 1)][name], words)

    def _refuse(self, field: Any, words: Any) -> None:
        field.errors = [words]
        self.plan.errors = [entry.errors for entry in self.plan]

    def _check_plan(self) -> bool:
        if any(row.errors for row in self.rows):
            return False
        parts = self.parts()
        try:
            payment_plan.check(parts)
        except BadPlan as error:
            self.refuse_plan(error)
            return False
        last = parts[-1] if parts else None
        if last and (last.amount_ore or (last.share_bp and sum(part.share_bp or 0 for part in parts) != 10_000)):
            self._refuse(self.rows[-1].amount, LAST_IS_THE_REST)
            return False
        return True

    def to_input(self) -> Details:
        limit = self.limit.data
        return Details(
            valid_until=self.valid_until.data,
            paid_on=self.paid_on.data,
            starts_on=self.starts_on.data,
            finishes_on=self.finishes_on.data,
            site_street=self.site_street.data or "",
            site_postal_code=self.site_postal_code.data or "",
            site_city=self.site_city.data or "",
            home=self.home.data or "",
            home_year=self.home_year.data,
            price_type=self.price_type.data,
            limit_percent=LIMIT_PERCENT if limit is None else limit // 100,
            cap_ore=self.cap.data,
            markup_bp=self.markup.data,
            discount_bp=self.discount.data or 0,
            is_smahus=self.is_smahus.data,
            reverse_charge=self.reverse_charge.data,
            payment_plan=self.parts(),
            message=_text(self.message.data),
            not_included=_text(self.not_included.data),
            customer_does=_text(self.customer_does.data),
            terms=_text(self.terms.data),
        )


def _places(prefix: str, names: Iterable[str]) -> list[int]:
    found = [_PLACE.fullmatch(name.removeprefix(prefix)) for name in names if name.startswith(prefix)]
    return [int(match[1]) for match in found if match]


def _part_data(part: Part) -> dict[str, Any]:
    amount, unit = "", "percent"
    if part.share_bp is not None:
        amount = qty(part.share_bp * 10)
    elif part.amount_ore is not None:
        amount, unit = KronorField.writer(part.amount_ore), "kr"
    return {"trigger": part.trigger.value, "text": part.text, "amount": amount, "unit": unit, "on": part.on}


def _text(typed: str | None) -> str:
    return (typed or "").replace("\r\n", "\n").strip()


def _check_year(field: Any) -> None:
    """A slip of the finger in the year is asked about; the rules know no other days anyway."""
    if field.data and not 2020 <= field.data.year <= 2099:
        raise ValidationError(_l("Kontrollera året."))
