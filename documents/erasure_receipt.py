"""The receipt of an erasure: what was erased, how much and when, what is kept and why. It names nobody.

TOLD is its content, schema handslag.erasure/1 (services/privacy/receipts.py); the same, signed, lies in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from documents import erasure_words
from documents.format import day_in_words, grouped, local_minute, moment
from documents.page import SPAN, Paper, plain_opening
from documents.parts import web_code
from documents.sheet import BODY, MM, About
from documents.table import BETWEEN, Column, Table
from languages import gettext as _

_COUNT = 25 * MM
_UNTIL = 34 * MM
_WHY = 68 * MM
_NOBODY = ("street", "postal_code", "city", "seat", "phone", "email", "website", "bankgiro", "plusgiro", "orgnr")


def render(told: Mapping[str, Any], *, operator: str = "", contact: str = "") -> bytes:
    """The receipt as PDF; `operator` runs the installation. Same input, same bytes."""
    erased_at = moment(told["erased_at"])
    title = _("Kvitto på radering")
    about = About(title=title, author=operator or "Handslag", subject=told["number"], dated=erased_at)
    sender = dict.fromkeys(_NOBODY, "") | {"vat_number": "", "f_skatt": False}
    paper = Paper(about, {**sender, "name": operator or "Handslag", "website": contact}, title)
    facts = [
        (_("Nummer"), told["number"]),
        (_("Uppsagt"), local_minute(moment(told["confirmed_at"]))),
        (_("Raderat"), local_minute(erased_at)),
        (_("Kontots id"), told["firm"]),
        (_("Installation"), told["installation"]),
    ]
    plain_opening(paper, title, facts)
    paper.y += 7 * MM
    paper.write(
        _(
            "Allt som fanns i kontot är raderat, utom det som står under Kvar. Nyckeln till det som var krypterat är "
            "förstörd, så det går inte att läsa i någon kopia heller."
        )
        + " "
        + _("Kvittot nämner ingen vid namn. Spara det: det är ert bevis på raderingen.")
    )
    paper.y += 4 * MM
    _erased(paper, told)
    _kept(paper, told)
    _copies(paper, told)
    _check(paper, told)
    return paper.finish()


def _erased(paper: Paper, told: Mapping[str, Any]) -> None:
    paper.heading(_("Raderat"))
    table = Table(paper, [Column(_("Vad"), SPAN - _COUNT - BETWEEN), Column(_("Antal"), _COUNT, right=True)])
    for words, count in erasure_words.erased(told):
        table.row([[(words, BODY)], [(grouped(count), BODY)]])
    paper.y += 5 * MM


def _kept(paper: Paper, told: Mapping[str, Any]) -> None:
    paper.heading(_("Kvar"))
    first = SPAN - _WHY - _UNTIL - 2 * BETWEEN
    table = Table(paper, [Column(_("Vad"), first), Column(_("Varför"), _WHY), Column(_("Till och med"), _UNTIL)])
    for one in erasure_words.kept(told):
        table.row([[(one.what, BODY)], [(one.why, BODY)], [(one.until, BODY)]])
    paper.y += 5 * MM


def _copies(paper: Paper, told: Mapping[str, Any]) -> None:
    paper.heading(_("Säkerhetskopior"))
    until = day_in_words(date.fromisoformat(told["backups_until"]))
    paper.write(
        _(
            "De sista är borta senast %(day)s. Läggs en av dem tillbaka innan dess raderas kontot igen, innan tjänsten "
            "svarar på något.",
            day=until,
        )
    )
    paper.y += 5 * MM


def _check(paper: Paper, told: Mapping[str, Any]) -> None:
    address = f"{told['address']}/kvitto/{told['number']}"
    said = _("Kvittot hämtas igen på %(address)s.", address=address.partition("://")[2])
    how = _(
        "Papperet är förseglat, och i det ligger kvitto.json, undertecknat: det går att kontrollera på %(page)s, och "
        "utan nät med installationens öppna nycklar.",
        page=told["address"].partition("://")[2] + "/kontrollera",
    )
    web_code(paper, address, _("Äkta?"), f"{said} {how}")
