"""Free text is no place for a personnummer: the customer types it once, at approval, and it is kept encrypted."""

from __future__ import annotations

from typing import Any

from wtforms import Field, ValidationError

from blueprints.shared.phrases import lazy_gettext as _l
from domain import personnummer
from domain.clock import stockholm_date
from services.clock import utc_now


def no_personnummer(form: Any, field: Field) -> None:
    """A validator: refuse digits that are a personnummer by date and check digit."""
    if personnummer.stands_in(str(field.data or ""), stockholm_date(utc_now())):
        raise ValidationError(_l("Skriv inte personnummer här. Kunden fyller i det själv när offerten godkänns."))
