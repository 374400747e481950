"""The withdrawal form (ångerblankett): what a consumer may fill in and send to leave the contract.

Fields after the standard form (lag (2005:59) 2 kap. 2 a §; directive 2011/83/EU, annex I B), in our own layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from documents.format import day_in_words
from documents.kinds import noun
from documents.page import HEADING, LEFT, RIGHT, SPAN, Paper, opening
from documents.sheet import BODY, MM, NOTE, QUIET, SOFT, STRONG, About
from domain.dates_sv import WITHDRAWAL_DAYS, last_withdrawal_day
from domain.phones import spoken
from languages import gettext as _

_ROW = 13 * MM


def render(
    firm: Mapping[str, Any],
    number: str,
    *,
    agreed_on: date,
    kind: str = "quote",
    title: str = "",
    address: str = "",
    logo: bytes | None = None,
    last_day: date | None = None,
) -> bytes:
    """The form for one contract as PDF; to be printed, or filled in by hand on a screen.

    `firm`, `number` and `kind` as in the frozen content, `agreed_on` the Stockholm day of the approval, `title` its
    title, `address` the customer's page without token, where the same is done without a form. `last_day` where the
    contract was made later than the approval (a late answer that the firm confirmed).
    """
    offer = f"{noun(kind)} {number}"
    about = About(
        title=_("Ångerblankett, avtal enligt %(what)s", what=offer.lower()),
        author=firm["name"],
        subject=_("Blankett för att ångra ett avtal"),
        dated=datetime.combine(agreed_on, time(), UTC),
    )
    paper = Paper(about, firm, _("Ångerblankett, %(what)s", what=offer.lower()))
    last_day = last_day or last_withdrawal_day(agreed_on)
    facts = [
        (_("Avtal"), offer),
        (_("Ingått"), agreed_on.isoformat()),
        (_("Sista dag"), last_day.isoformat()),
    ]
    opening(paper, _("Ångerblankett"), facts, logo)
    draw(paper, firm, offer, title=title, address=address, agreed_on=agreed_on, last_day=last_day)
    return paper.finish()


def draw(
    paper: Paper,
    firm: Mapping[str, Any],
    offer: str,
    *,
    title: str,
    address: str,
    agreed_on: date | None = None,
    last_day: date | None = None,
) -> None:
    """The form below its head; `offer` names what was agreed. The days are left open before there is a contract."""
    paper.y += 12 * MM
    paper.write(_("Fyll i och skicka blanketten bara om du vill ångra avtalet."), HEADING)
    paper.y += 2 * MM
    online = address.removeprefix("https://").removeprefix("http://")
    how = _(
        "Du behöver inte ange något skäl, och du får ångra dig på ett annat tydligt sätt i stället, till exempel i ett "
        "mejl."
    )
    if last_day:
        how = _("Skicka den senast den %(day)s.", day=day_in_words(last_day)) + " " + how
    else:
        how = _("Skicka den inom %(n)s dagar från den dag avtalet ingicks.", n=WITHDRAWAL_DAYS) + " " + how
    if online:
        how += " " + _("Snabbast är att öppna %(address)s och välja Ångra avtalet här.", address=online)
    paper.write(how, width=SPAN - 15 * MM)
    paper.y += 7 * MM
    _receiver(paper, firm)
    paper.write(_("Jag meddelar härmed att jag frånträder mitt avtal om följande tjänst eller vara:"))
    paper.y += 1 * MM
    paper.write(offer + (f", {title}" if title else ""), STRONG)
    paper.y += 4 * MM
    for label, value in (
        (_("Beställdes den (tjänst) eller mottogs den (vara)"), agreed_on.isoformat() if agreed_on else ""),
        (_("Om du bara ångrar en del: vilken"), ""),
        (_("Ditt namn"), ""),
        (_("Din adress"), ""),
        (_("Datum"), ""),
        (_("Namnteckning (bara om du skickar blanketten på papper)"), ""),
    ):
        _field(paper, label, value)


def _receiver(paper: Paper, firm: Mapping[str, Any]) -> None:
    paper.say(_("Till"), QUIET, LEFT)
    paper.y += QUIET.leading
    paper.write(firm["name"], STRONG)
    town = f"{firm['postal_code']} {firm['city']}".strip()
    for text in (firm["street"], town, firm["email"], spoken(firm["phone"])):
        if text:
            paper.write(text, BODY)
    paper.y += 7 * MM


def _field(paper: Paper, label: str, value: str) -> None:
    """A line to write on, with its label below."""
    paper.need(_ROW + NOTE.leading)
    paper.y += _ROW - BODY.leading - 2 * MM
    if value:
        paper.say(value, BODY, LEFT)
    paper.y += BODY.leading
    paper.rule(0.25 * MM, SOFT, to=RIGHT)
    paper.y += 0.6 * MM
    paper.write(label, QUIET)
