"""A yes that the customer gave elsewhere, in words: the firm wrote it down, and nothing is signed here.

MANUAL, in an agreement's JSON in place of consents and button: {channel, recorded_by, late, note, attachment_sha256}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.format import local_minute, moment
from languages import gettext as _
from languages import lazy_gettext as _l

CHANNELS = {"phone": _l("på telefon"), "mail": _l("med mejl"), "on_site": _l("på plats"), "letter": _l("med brev")}


def how(agreed: Mapping[str, Any]) -> str:
    """på telefon den 20 november 2026 kl. 14.05"""
    when = local_minute(moment(agreed["accepted_at"]))
    return str(_("%(how)s den %(when)s", how=CHANNELS[agreed["manual"]["channel"]], when=when))


def told(agreed: Mapping[str, Any], firm_name: str) -> str:
    """One sentence that says whose word it is."""
    return str(
        _("%(firm)s har antecknat att %(name)s sa ja %(how)s.", firm=firm_name, name=agreed["name"], how=how(agreed))
    )


def written(agreed: Mapping[str, Any]) -> str:
    """For the firm: Sa ja på telefon den 20 november 2026 kl. 14.05. Antecknat av Jonas Ek."""
    return str(_("Sa ja %(how)s. Antecknat av %(name)s.", how=how(agreed), name=agreed["manual"]["recorded_by"]))


def unsigned() -> str:
    return str(_("Beställaren har inte skrivit under här."))


def lines(agreed: Mapping[str, Any], firm_name: str) -> list[str]:
    """Everything that the paper says of it."""
    manual = agreed["manual"]
    said = [told(agreed, firm_name), unsigned(), _("Antecknat av %(name)s.", name=manual["recorded_by"])]
    if manual["late"]:
        said.append(_("Svaret kom efter offertens sista dag. Företaget står för offerten ändå."))
    if manual["note"]:
        said.append(_("Anteckning: %(note)s", note=manual["note"]))
    if manual["attachment_sha256"]:
        said.append(
            _("Företaget har sparat en fil som visar svaret, SHA-256 %(sha256)s.", sha256=manual["attachment_sha256"])
        )
    return [str(one) for one in said]
