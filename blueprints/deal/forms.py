"""What a customer types. Shape and range only; figures and rules are the services'."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from msgspec.structs import replace
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared import choosing
from blueprints.shared.fields import EmailText, KronorField, strip
from blueprints.shared.free_text import no_own_personnummer
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.phrases import ngettext
from domain import homes, orgnr, personnummer
from domain.applicants import MOST_OTHERS, BadShares, weights
from domain.consents import E_SIGNATURE, RIGHT_ENDS_WHEN_DONE, START_WITHIN_PERIOD
from domain.signature_mark import BadMark
from services.deal import feedback
from services.deal.consenting import Home, Person, Shown, Yes
from services.deal.figures import Chosen
from services.errors import TooMany
from services.signing import NotProven, Proof

NOT_PROVEN = {
    "missing": _l("Skriv koden med sex siffror. Har du ingen, välj Skicka kod."),
    "wrong": _l("Koden stämmer inte. Kontrollera siffrorna."),
    "old": _l("Koden har gått ut. Skicka en ny."),
}
MOST_KR = 100_000  # above every cap there has been
LATER = "later"
PERSONNUMMER = {
    "length": _l("Personnumret ska ha 12 siffror, till exempel 19571230-2842"),
    "check_digit": _l("Sista siffran stämmer inte. Kontrollera numret."),
    "date": _l("Födelsedatumet finns inte. Kontrollera numret."),
    "future": _l("Födelsedatumet ligger i framtiden. Kontrollera numret."),
}


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
                _wrong(self.home, _("Välj hus eller bostadsrätt"))
            try:
                self.fastighetsbeteckning.data = homes.parse_fastighetsbeteckning(self.fastighetsbeteckning.data or "")
            except homes.BadHome:
                text = _("Skriv fastighetsbeteckningen, till exempel Lillhamra 3:14")
                _wrong(self.fastighetsbeteckning, text)
        self._own_number = _number(self.personnummer, paid_on, today)
        _check_stated(self.statement)
        for one in self.others:
            if not one.name.data:
                _wrong(one.name, _("Skriv medsökandes namn"))
            elif len(one.name.data) > 120:
                _wrong(one.name, _("Namnet får ha högst 120 tecken."))
        self.co.errors = [one.errors for one in self.others if one.errors]
        try:
            weights(self._shares())
        except BadShares:
            _wrong(self.own_share, _("Andelarna ska bli 100 procent tillsammans, minst 1 för var och en"))

    def _check_flat(self) -> None:
        try:
            self.brf_orgnr.data = homes.parse_association(self.brf_orgnr.data or "")
        except (orgnr.BadOrgnr, homes.BadHome):
            _wrong(self.brf_orgnr, _("Organisationsnumret har tio siffror"))
        if self.flat_unknown.data:
            return
        try:
            self.flat_number.data = homes.parse_apartment_number(self.flat_number.data or "")
        except homes.BadHome:
            _wrong(self.flat_number, _("Lägenhetsnumret har fyra siffror, till exempel 1102"))

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
        _wrong(self.personnummer, _("Numret är redan lämnat av någon annan som delar avdraget"))


class InviteForm(FlaskForm):
    email = EmailText(_l("E-post"), [DataRequired(_l("Skriv en e-postadress med @"))])


class ApproveForm(DetailsForm):
    once = HiddenField()
    version = HiddenField()
    json_sha256 = HiddenField()
    picked = HiddenField()
    quantities = HiddenField()
    shares = HiddenField()
    total = HiddenField()
    to_pay = HiddenField()
    words = HiddenField()
    agreed = HiddenField()
    later = BooleanField(_l("Fyll i uppgifterna senare"))
    name = StringField(_l("Ditt namn"), filters=[strip])
    email = EmailText(_l("Din e-post"))
    e_signature = BooleanField()
    start_within_period = BooleanField()
    right_ends_when_done = BooleanField()
    code = StringField(_l("Engångskod"), filters=[strip])
    mark = HiddenField()

    def check(self, *, needs: set[str], paid_on: date, today: date, asks_email: bool = False) -> bool:
        """Whether everything typed can be used. `needs`: the deductions of the quote as picked."""
        self.validate()
        if not asks_email:
            self.email.errors, self.email.data = [], ""
        elif not self.email.data:
            _wrong(self.email, _("Skriv en e-postadress med @"))
        if not self.name.data:
            _wrong(self.name, _("Skriv ditt namn"))
        elif len(self.name.data) > 120:
            _wrong(self.name, _("Namnet får ha högst 120 tecken."))
        if needs and not self.later.data:
            self.check_details(needs_home=needs_home(needs), paid_on=paid_on, today=today)
        else:
            self.leave_unread()
        if not self.e_signature.data:
            _wrong(self.e_signature, _("Kryssa i att du har läst och skriver under"))
        if self.right_ends_when_done.data and not self.start_within_period.data:
            _wrong(
                self.start_within_period,
                _("Kryssa i att du vill att jobbet börjar tidigare, eller ta bort krysset under"),
            )
        return not self.errors

    def to_yes(self, needs: set[str]) -> Yes:
        ticks = {kind for kind in (E_SIGNATURE, START_WITHIN_PERIOD, RIGHT_ENDS_WHEN_DONE) if self[kind].data}
        name, proof = self.name.data or "", Proof(self.code.data or "", self.mark.data or "")
        yes = Yes(name, frozenset(ticks), email=self.email.data or "", proof=proof)
        if not needs:
            return yes
        if self.later.data:
            return replace(yes, persons=self.sum_persons(needs), home=Home("later"))
        return replace(yes, persons=self.to_persons(name), home=self.to_home(needs_home=needs_home(needs)))

    def refuse(self, error: NotProven | BadMark) -> None:
        """What proves the signature does not hold."""
        if isinstance(error, NotProven):
            _wrong(self.code, NOT_PROVEN[error.reason])
        else:
            self.mark.data = ""
            _wrong(self.mark, _("Underskriften gick inte att läsa. Rita om den, eller lämna rutan tom."))

    def refuse_more(self, error: TooMany) -> None:
        """Too many codes have been asked for."""
        _wrong(self.code, too_many_codes(error))

    def sum_persons(self, needs: set[str]) -> tuple[Person, ...]:
        """Those who share the deduction on the page; data that is to come later counts as one person."""
        if not needs:
            return ()
        return (Person(self.name.data or ""),) if self.later.data else self.persons_for_sum(self.name.data or "")

    def to_shown(self) -> Shown:
        picked = tuple(key for key in (self.picked.data or "").split(",") if key)
        return Shown(
            version=_whole(self.version.data),
            json_sha256=self.json_sha256.data or "",
            chosen=Chosen(picked, choosing.carried(self.quantities.data or "")),
            shares=self.shares.data or "",
            total_ore=_whole(self.total.data),
            to_pay_ore=_whole(self.to_pay.data),
            words=self.words.data or "",
            agreed_sha256=self.agreed.data or "",
        )

    def carry(self, shown: Shown) -> None:
        """Let the form say what the page says now."""
        for field, value in (
            (self.version, shown.version),
            (self.json_sha256, shown.json_sha256),
            (self.picked, ",".join(shown.chosen.picked)),
            (self.quantities, choosing.written(shown.chosen.quantities)),
            (self.shares, shown.shares),
            (self.total, shown.total_ore),
            (self.to_pay, shown.to_pay_ore),
            (self.words, shown.words),
            (self.agreed, shown.agreed_sha256),
        ):
            field.data = str(value)

    def untick(self) -> None:
        """The words beside the ticks are new: none of them is given yet."""
        for kind in (E_SIGNATURE, START_WITHIN_PERIOD, RIGHT_ENDS_WHEN_DONE):
            self[kind].data = False


def too_many_codes(error: TooMany) -> str:
    minutes = -(-error.retry_after_seconds // 60)
    return ngettext(
        "Det blev många koder. Vänta %(num)s minut.", "Det blev många koder. Vänta %(num)s minuter.", minutes
    )


def _check_stated(field: Field) -> None:
    if not field.data:
        _wrong(field, _("Kryssa i att uppgifterna stämmer"))


def needs_home(needs: Collection[str]) -> bool:
    """Whether the home must be named: rot and grön teknik are for owners (inkomstskattelagen 67 kap.)."""
    return bool(set(needs) - {"rut"})


def _wrong(field: Field, text: Any) -> None:
    field.errors = [*field.errors, str(text)]


def _number(field: StringField, paid_on: date, today: date) -> str:
    """12 digits, or empty with the reason at the field."""
    try:
        number = personnummer.parse(field.data or "", today)
    except personnummer.BadPersonnummer as error:
        _wrong(field, PERSONNUMMER[error.reason])
        return ""
    if not personnummer.turns_18_in(number, paid_on.year):
        _wrong(field, _("Den som söker avdrag ska fylla 18 år senast det år som jobbet betalas"))
        return ""
    return number


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else -1
