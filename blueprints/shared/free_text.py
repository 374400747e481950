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
    if _stands_in(field):
        raise ValidationError(_l("Skriv inte personnummer här. Kunden fyller i det själv på sin sida."))


def no_own_personnummer(form: Any, field: Field) -> None:
    """The same, said to the customer: what is written here is mailed."""
    if _stands_in(field):
        raise ValidationError(_l("Skriv inte personnummer här. Det fyller du i när du skriver under."))


def _stands_in(field: Field) -> bool:
    return personnummer.stands_in(str(field.data or ""), stockholm_date(utc_now()))
