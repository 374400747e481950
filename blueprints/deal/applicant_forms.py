"""What is typed of who asks for the deduction, and of the home. Shape and range only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from msgspec.structs import replace
from wtforms import BooleanField, Field, FieldList, Form, FormField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Optional

from blueprints.shared.fields import EmailText, KronorField, strip
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain import homes, orgnr, personnummer
from domain.applicants import MOST_OTHERS, BadShares, weights
from services.deal.consenting import Home, Person

MOST_KR = 100_000  # above every cap there has been
PERSONNUMMER = {
    "length": _l("Personnumret ska ha 12 siffror, till exempel 19571230-2842"),
    "check_digit": _l("Sista siffran stämmer inte. Kontrollera numret."),
    "date": _l("Födelsedatumet finns inte. Kontrollera numret."),
    "future": _l("Födelsedatumet ligger i framtiden. Kontrollera numret."),
}


class KrField(KronorField):
    """Whole kronor from 0, öre dropped; data is kronor."""

    message = _l("Skriv beloppet med siffror, till exempel 12 000")

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is None:
            return
        if not 0 <= self.data <= MOST_KR * 100:
            self.data = None
            raise ValueError(_("Skriv ett belopp mellan 0 och 100 000 kr"))
        self.data //= 100


class ShareField(IntegerField):
    """A share of the deduction in whole percent."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [text.strip().removesuffix("%").strip() for text in valuelist]
        if not typed or not typed[0]:
            self.data = None
            return
        if not (typed[0].isascii() and typed[0].isdigit() and len(typed[0]) < 4):
            self.data = None
            raise ValueError(_("Skriv andelen i hela procent, till exempel 50"))
        self.data = int(typed[0])


class CoForm(Form):
    """A co-applicant, who types the own number by a link of the own."""

    name = StringField(_l("Medsökandes namn"), filters=[strip])
    email = EmailText(_l("Medsökandes e-post"), [Optional()])
    used_rot = KrField(_l("ROT som medsökande redan har använt i år"))
    used_rut = KrField(_l("RUT som medsökande redan har använt i år"))
    used_green = KrField(_l("Grön teknik som medsökande redan har använt i år"))
    share = ShareField(_l("Medsökandes andel"), [Optional()])

    @property
    def is_used(self) -> bool:
        return any((field.raw_data or [""])[0].strip() for field in self)


class DetailsForm(FlaskForm):
    """Home and persons of a rot or rut deduction. Fields that do not concern the choice made are left unread."""

    personnummer = StringField(_l("Ditt personnummer"))
    home = RadioField(
        _l("Hur bor du?"),
        choices=[SelectChoice("house", _l("Hus")), SelectChoice("flat", _l("Bostadsrätt"))],
        default="house",
        validate_choice=False,
    )
    fastighetsbeteckning = StringField(_l("Fastighetsbeteckning"), filters=[strip])
    brf_orgnr = StringField(_l("Föreningens organisationsnummer"), filters=[strip])
    flat_number = StringField(_l("Lägenhetsnummer"), filters=[strip])
    flat_unknown = BooleanField(_l("Jag vet inte lägenhetsnumret"))
    used_rot = KrField(_l("ROT som du redan har använt i år"))
    used_rut = KrField(_l("RUT som du redan har använt i år"))
    used_green = KrField(_l("Grön teknik som du redan har använt i år"))
    statement = BooleanField()
    own_share = ShareField(_l("Din andel"), [Optional()])
    co = FieldList(FormField(CoForm), min_entries=1, max_entries=MOST_OTHERS)

    @property
    def others(self) -> list[CoForm]:
        """The co-applicants that something is typed of."""
        return [one.form for one in self.co if one.form.is_used]

    @property
    def has_co(self) -> bool:
        return bool(self.others)

    def persons_for_sum(self, name: str) -> tuple[Person, ...]:
        """The applicants as far as they matter for the sum, whatever else is still wrong."""
        own, *others = self._weights()
        return (
            Person(
                name,
                "",
                self.used_rot.data or 0,
                self.used_rut.data or 0,
                own,
                used_green_kr=self.used_green.data or 0,
            ),
            *(
                Person(
                    one.name.data or "",
                    "",
                    one.used_rot.data or 0,
                    one.used_rut.data or 0,
                    weight,
                    (one.email.data or "").strip(),
                    one.used_green.data or 0,
                )
                for one, weight in zip(self.others, others, strict=True)
            ),
        )

    def _weights(self) -> tuple[int, ...]:
        """Equal while what is typed is no way to share."""
        try:
            return weights(self._shares())
        except BadShares:
            return (1,) * (1 + len(self.others))

    def _shares(self) -> list[int | None]:
        return [self.own_share.data, *(one.share.data for one in self.others)] if self.has_co else [None]

    def check_details(self, *, needs_home: bool, paid_on: date, today: date) -> None:
        """Read home and persons; what is wrong lands at its field."""
        if needs_home and self.home.data == "flat":
            self._check_flat()
        elif needs_home:
            if self.home.data != "house":
                wrong(self.home, _("Välj hus eller bostadsrätt"))
            try:
                self.fastighetsbeteckning.data = homes.parse_fastighetsbeteckning(self.fastighetsbeteckning.data or "")
            except homes.BadHome:
                text = _("Skriv fastighetsbeteckningen, till exempel Lillhamra 3:14")
                wrong(self.fastighetsbeteckning, text)
        self._own_number = _number(self.personnummer, paid_on, today)
        _check_stated(self.statement)
        for one in self.others:
            if not one.name.data:
                wrong(one.name, _("Skriv medsökandes namn"))
            elif len(one.name.data) > 120:
                wrong(one.name, _("Namnet får ha högst 120 tecken."))
        self.co.errors = [one.errors for one in self.others if one.errors]
        try:
            weights(self._shares())
        except BadShares:
            wrong(self.own_share, _("Andelarna ska bli 100 procent tillsammans, minst 1 för var och en"))

    def _check_flat(self) -> None:
        try:
            self.brf_orgnr.data = homes.parse_association(self.brf_orgnr.data or "")
        except (orgnr.BadOrgnr, homes.BadHome):
            wrong(self.brf_orgnr, _("Organisationsnumret har tio siffror"))
        if self.flat_unknown.data:
            return
        try:
            self.flat_number.data = homes.parse_apartment_number(self.flat_number.data or "")
        except homes.BadHome:
            wrong(self.flat_number, _("Lägenhetsnumret har fyra siffror, till exempel 1102"))

    def to_home(self, *, needs_home: bool) -> Home:
        if not needs_home:
            return Home("none")
        if self.home.data == "flat":
            number = "" if self.flat_unknown.data else (self.flat_number.data or "")
            return Home("flat", brf_orgnr=self.brf_orgnr.data or "", flat_number=number)
        return Home("house", fastighetsbeteckning=self.fastighetsbeteckning.data or "")

    def offer_one_more(self) -> FormField[CoForm] | None:
        """Room for the next co-applicant, once something is typed of all before."""
        if len(self.others) < len(self.co) or len(self.co) == MOST_OTHERS:
            return None
        entry: FormField[CoForm] = self.co.append_entry()
        return entry

    def leave_unread(self) -> None:
        """What is typed does not concern the choice made."""
        for field in (self.used_rot, self.used_rut, self.used_green, self.own_share, self.co):
            field.errors = []

    def to_persons(self, name: str) -> tuple[Person, ...]:
        """The applicants, the first with the own number, after check_details. The others type theirs themselves."""
        own, *others = self.persons_for_sum(name)
        return (replace(own, personnummer=self._own_number), *others)


class OwnForm(FlaskForm):
    """What a co-applicant gives by the own link."""

    personnummer = StringField(_l("Ditt personnummer"))
    used_rot = KrField(_l("ROT som du redan har använt i år"))
    used_rut = KrField(_l("RUT som du redan har använt i år"))
    used_green = KrField(_l("Grön teknik som du redan har använt i år"))
    statement = BooleanField()

    def check(self, *, paid_on: date, today: date) -> bool:
        self.validate()
        self.number = _number(self.personnummer, paid_on, today)
        _check_stated(self.statement)
        return not self.errors

    def refuse_same(self) -> None:
        """Somebody else who shares the deduction has given the number."""
        wrong(self.personnummer, _("Numret är redan lämnat av någon annan som delar avdraget"))


class InviteForm(FlaskForm):
    email = EmailText(_l("E-post"), [DataRequired(_l("Skriv en e-postadress med @"))])


def _check_stated(field: Field) -> None:
    if not field.data:
        wrong(field, _("Kryssa i att uppgifterna stämmer"))


def needs_home(needs: Collection[str]) -> bool:
    """Whether the home must be named: rot and grön teknik are for owners (inkomstskattelagen 67 kap.)."""
    return bool(set(needs) - {"rut"})


def wrong(field: Field, text: Any) -> None:
    field.errors = [*field.errors, str(text)]


def _number(field: StringField, paid_on: date, today: date) -> str:
    """12 digits, or empty with the reason at the field."""
    try:
        number = personnummer.parse(field.data or "", today)
    except personnummer.BadPersonnummer as error:
        wrong(field, PERSONNUMMER[error.reason])
        return ""
    if not personnummer.turns_18_in(number, paid_on.year):
        wrong(field, _("Den som söker avdrag ska fylla 18 år senast det år som jobbet betalas"))
        return ""
    return number
