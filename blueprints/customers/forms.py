"""What a customer's form asks."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length, Optional

import languages
from blueprints.shared.fields import EmailText, OrgnrField, PhoneText, PostalCodeText, VatField, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from blueprints.shared.reachable import ReachableForm
from languages import SWEDISH
from services.customers import CustomerInput

KINDS = choices(("private", _l("Privatperson")), ("company", _l("Företag")), ("association", _l("Förening")))
LANGUAGES = choices(*((each.code, each.name) for each in languages.LANGUAGES.values()))
SELLS = choices(("yes", _l("Ja")), ("no", _l("Nej")), ("unknown", _l("Vet inte")))
FOLDED = ("orgnr", "contact", "street", "postal_code", "city")  # fields that most customers do without


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Skriv högst %(max)d tecken."))


class CustomerForm(ReachableForm):
    """A private person, company or housing association."""

    kind = RadioField(_l("Kunden är"), choices=KINDS, default="private")
    name = StringField(
        _l("Namn"), [DataRequired(_l("Skriv kundens namn.")), _length(120), no_personnummer], filters=[strip]
    )
    email = EmailText(_l("E-post"), [_length(254)])
    phone = PhoneText(_l("Mobil"))
    orgnr = OrgnrField(_l("Organisationsnummer"), [Optional()])
    contact = StringField(_l("Kontaktperson"), [Optional(), _length(120), no_personnummer], filters=[strip])
    vat_number = VatField(_l("Momsnummer"), [Optional()])
    sells_construction_services = RadioField(
        _l("Säljer företaget självt byggtjänster?"), choices=SELLS, default="unknown"
    )
    site_street = StringField(_l("Gatuadress"), [Optional(), _length(120), no_personnummer], filters=[strip])
    site_postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    site_city = StringField(_l("Ort"), [Optional(), _length(80), no_personnummer], filters=[strip])
    street = StringField(_l("Gatuadress eller box"), [Optional(), _length(120), no_personnummer], filters=[strip])
    postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    city = StringField(_l("Ort"), [Optional(), _length(80), no_personnummer], filters=[strip])
    language = RadioField(_l("Kunden läser på"), choices=LANGUAGES, default=SWEDISH)
    rev = HiddenField()

    @property
    def is_unfolded(self) -> bool:
        """A folded field holds something, or its customer is one who has such things."""
        is_usual = self.kind.data == "private" and self.language.data == SWEDISH
        return not is_usual or any(self[name].data or self[name].errors for name in FOLDED)

    def to_input(self) -> CustomerInput:
        names = CustomerInput.__struct_fields__
        return CustomerInput(**{name: self[name].data or "" for name in names})
