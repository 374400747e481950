"""What the firm writes down of a yes that the customer gave elsewhere. Shape only; the rules are the service's."""

from __future__ import annotations

import re
from datetime import datetime, time

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from blueprints.shared.choosing import Choices
from blueprints.shared.fields import DateField, EmailText, TypedField, choices, strip
from blueprints.shared.free_text import no_personnummer
from blueprints.shared.phrases import lazy_gettext as _l
from domain.clock import STOCKHOLM
from services.deal.manual import Yes

_CLOCK = re.compile(r"(?:kl\.? ?)?(\d{1,2})[.: ]?(\d{2})", re.IGNORECASE)
CHANNELS = {"phone": _l("På telefon"), "mail": _l("Med mejl"), "on_site": _l("På plats"), "letter": _l("Med brev")}


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise ValueError
    return time(int(found[1]), int(found[2]))


class ClockField(TypedField):
    """A time of day in Stockholm, `14:05`, `14.05` or `kl. 9.30`; data is a time."""

    reader = staticmethod(_clock)
    writer = staticmethod(lambda at: at.strftime("%H:%M"))
    message = _l("Skriv ett klockslag, till exempel 14.05")


class ManualForm(FlaskForm):
    once = HiddenField()
    seen = HiddenField()  # SHA-256 of the version on the page
    name = StringField(
        _l("Vem sa ja?"),
        [DataRequired(_l("Skriv kundens namn")), Length(max=120, message=_l("Namnet får ha högst 120 tecken."))],
        filters=[strip],
    )
    channel = RadioField(_l("Hur?"), [InputRequired(_l("Välj hur kunden sa ja"))], choices=choices(*CHANNELS.items()))
    on = DateField(_l("Vilken dag?"), [InputRequired(_l("Skriv ett datum, till exempel 18 december"))])
    at = ClockField(_l("Klockan?"), [InputRequired(_l("Skriv ett klockslag, till exempel 14.05"))])
    takes_late = BooleanField(_l("Svaret kom efter sista dagen. Vi står fast ändå."))
    note = TextAreaField(
        _l("Anteckning"),
        [Optional(), Length(max=1000, message=_l("Texten får ha högst 1 000 tecken.")), no_personnummer],
        filters=[lambda text: (text or "").strip()],
    )
    email = EmailText(_l("Kundens e-post"), [Optional()])
    attachment = FileField(_l("Mejl, brev eller foto"), [Optional()])

    def to_yes(self, chosen: Choices) -> Yes:
        """After validation."""
        received_at = datetime.combine(self.on.data, self.at.data, STOCKHOLM)
        return Yes(
            name=self.name.data or "",
            channel=self.channel.data,
            received_at=received_at,
            note=self.note.data or "",
            picked=chosen.picked,
            quantities=chosen.quantities,
            json_sha256=self.seen.data or "",
            takes_late=bool(self.takes_late.data),
            email=self.email.data or "",
            attachment=self._file(),
        )

    def _file(self) -> bytes:
        """The bytes that came along; a large upload is a file of its own, which is let go."""
        if not self.attachment.data:
            return b""
        with self.attachment.data.stream as stream:
            return bytes(stream.read())
