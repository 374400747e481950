"""The letter to the operator about incidents. It is drawn when it is sent, and says what is open then."""

from __future__ import annotations

from languages import gettext as _
from mail.letters import Letter, Params, Unwanted, draws
from mail.writing import write
from services import incidents
from services.installation import settings


@draws(incidents.LETTER)
def incidents_to_operator(params: Params) -> Letter:
    count = len(incidents.open_ones())
    if not count:
        raise Unwanted
    page = f"{settings().base_url}/drift/incidenter"
    return write(incidents.LETTER, _("Något i bevisen håller inte"), count=count, page=page)
