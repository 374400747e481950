"""What is asked of someone who wants a quote, and of the firm that says no."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, MultipleFileField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from blueprints.shared.fields import EmailText, PhoneText, PostalCodeText, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import gettext as _
from blueprints.shared.phrases import lazy_gettext as _l
from domain import personnummer
from domain.clock import stockholm_date
from domain.inquiries import MOST_PHOTOS, TEXT_CHARACTERS
from domain.photos import MIB, MOST_BYTES, begins_like_one
from services.clock import utc_now
from services.inquiries.receiving import InquiryInput
from services.photos.intake import Upload


def _at_most(count: int) -> Length:
    return Length(max=count, message=_l("Skriv högst %(max)d tecken"))


def _no_number(form: Any, field: Field) -> None:
    """As blueprints/shared/free_text.py, said to the one who asks."""
    if personnummer.stands_in(str(field.data or ""), stockholm_date(utc_now())):
        raise ValidationError(_l("Skriv inte personnummer här. Det behövs först när du godkänner en offert."))


def _lines(text: str | None) -> str:
    """Browsers send CRLF; we keep LF."""
    return (text or "").replace("\r\n", "\n").strip()


class InquiryForm(FlaskForm):
    """Open to all, so it rests on no cookie: `csrf_token` is signed for the firm and tells when the page was drawn.

    Its fields stand in the order of the page, as the summary of faults does.
    """

    csrf_token = HiddenField()
    meddelande = StringField(_l("Lämna tomt"))  # nobody sees it; what fills in every field fills it in
    text = TextAreaField(
        _l("Vad gäller det?"),
        [DataRequired(_l("Skriv vad du vill ha gjort")), _at_most(TEXT_CHARACTERS), _no_number],
        filters=[_lines],
    )
    foton = MultipleFileField(_l("Foton"), [Optional()])
    wanted = StringField(_l("När vill du ha det gjort?"), [Optional(), _at_most(120), _no_number], filters=[strip])
    street = StringField(_l("Gatuadress"), [Optional(), _at_most(120), _no_number], filters=[strip])
    postal_code = PostalCodeText(_l("Postnummer"), [Optional()])
    city = StringField(_l("Ort"), [DataRequired(_l("Skriv orten")), _at_most(80), _no_number], filters=[strip])
    kind = RadioField(
        _l("Du frågar som"),
        choices=choices(("private", _l("Privatperson")), ("company", _l("Företag eller förening"))),
        default="private",
    )
    company = StringField(_l("Företag eller förening"), [Optional(), _at_most(120), _no_number], filters=[strip])
    name = StringField(_l("Namn"), [DataRequired(_l("Skriv ditt namn")), _at_most(120), _no_number], filters=[strip])
    email = EmailText(_l("E-post"), [_at_most(254)])
    phone = PhoneText(_l("Mobil"))

    def validate_foton(self, field: Field) -> None:
        """Their number, size and first bytes; the worker decodes them, in a process of its own."""
        sent = self._files()
        if len(sent) > MOST_PHOTOS:
            raise ValidationError(_("Välj högst %(n)s foton", n=MOST_PHOTOS))
        for file in sent:
            name = (file.filename or "")[-60:]
            head, size = file.stream.read(12), file.stream.seek(0, 2)
            file.stream.seek(0)
            if size > MOST_BYTES:
                raise ValidationError(
                    _("%(name)s är större än %(n)s MB. Välj en mindre bild.", name=name, n=MOST_BYTES // MIB)
                )
            if not begins_like_one(head):
                raise ValidationError(
                    _("%(name)s är inget foto som går att läsa. Välj JPEG, PNG, WEBP eller HEIC.", name=name)
                )

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if not (self.email.data or self.phone.data or self.email.errors or self.phone.errors):
            self.email.errors = [*self.email.errors, _l("Skriv e-post eller mobil, annars når inget svar dig")]
            is_good = False
        return is_good

    def _files(self) -> list[Any]:
        return [file for file in self.foton.data or [] if getattr(file, "filename", "")]

    @property
    def uploads(self) -> list[Upload]:
        return [Upload(file.filename or "", file.stream) for file in self._files()]

    def to_input(self) -> InquiryInput:
        names = InquiryInput.__struct_fields__
        return InquiryInput(**{name: self[name].data or "" for name in names})


class DeclineForm(FlaskForm):
    answer = TextAreaField(
        _l("Ditt svar"),
        [DataRequired(_l("Skriv ditt svar.")), _at_most(2000), no_personnummer],
        filters=[_lines],
    )
