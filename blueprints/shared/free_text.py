"""Free text is no place for a personnummer: the customer types it once, at approval, and it is kept encrypted."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, ValidationError

from domain import personnummer
from domain.clock import stockholm_date
from services.clock import utc_now

_LIKE_ONE = re.compile(r"(?<![\d-])(?:\d{2})?\d{6}[-+\u2010-\u2013\u2212 ]?\d{4}(?![\d-])")


def no_personnummer(form: Any, field: Field) -> None:
    """A validator: refuse digits that are a personnummer by date and check digit."""
    today = stockholm_date(utc_now())
    for found in _LIKE_ONE.findall(str(field.data or "")):
        try:
            personnummer.parse(found, today)
        except personnummer.BadPersonnummer:
            continue
        raise ValidationError(_l("Skriv inte personnummer här. Kunden fyller i det själv när offerten godkänns."))
