"""What a contract's paper has besides the quote's: numbered clauses, who signs, and the form of withdrawal.

CONTRACT, the key `contract` of the frozen content: audience, template {id, name, version, sha256}, texts, clauses
[{code, title, text}] as printed, open_ended, from_quote, firm_signer {name, way, at} or None before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents import deciders, withdrawal_form
from documents.format import local_seconds, moment
from documents.page import HALF, LEFT, SECOND, SPAN, Paper, plain_opening
from documents.sheet import BODY, MM, NOTE, NOTE_STRONG, QUIET, SOFT, STRONG
from documents.text import height, wrap
from domain import parties
from domain.parties import Role
from languages import gettext as _

Content = Mapping[str, Any]

_INDENT = 8 * MM
_BLOCK = 30 * MM  # room that one who signs takes


def template_words(contract: Mapping[str, Any]) -> str:
    """Which clauses, for the foot of each page: Villkor: Badrum, version 3."""
    template = contract["template"]
    if not template["version"]:
        return str(_("Villkor: Handslags, %(version)s", version=contract["texts"]))
    return str(_("Villkor: %(name)s, version %(n)s", name=template["name"], n=template["version"]))


def draw_clauses(paper: Paper, contract: Mapping[str, Any]) -> None:
    """The clauses as they were printed when it was sent, numbered in their order."""
    paper.y += 6 * MM
    paper.heading(_("Kontraktsvillkor"), after=2 * MM)
    if contract["from_quote"]:
        paper.write(_("Kontraktet bygger på offert %(n)s.", n=contract["from_quote"]), NOTE)
        paper.y += 2 * MM
    for number, clause in enumerate(contract["clauses"], 1):
        text = wrap(clause["text"], NOTE, SPAN - _INDENT)
        paper.need(NOTE_STRONG.leading + height(text[:3]))
        paper.say(f"{number}.", NOTE_STRONG, LEFT)
        paper.write(clause["title"], NOTE_STRONG, x=LEFT + _INDENT, width=SPAN - _INDENT)
        paper.lines(text, LEFT + _INDENT)
        paper.y += 2.4 * MM


def draw_signatures(paper: Paper, content: Content) -> None:
    """One block for each who signs: the firm's as given when it was sent, the others' empty, by name."""
    contract = content["contract"]
    paper.need(_BLOCK + 24 * MM)
    paper.y += 6 * MM
    paper.heading(_("Underskrifter"), after=1 * MM)
    paper.write(deciders.rule(content), NOTE)
    paper.y += 4 * MM
    signer = contract["firm_signer"]
    firm = [(content["firm"]["name"], STRONG)]
    if signer:
        when = local_seconds(moment(signer["at"]))
        firm += [
            (signer["name"], BODY),
            (_("Undertecknat %(when)s, inloggad i Handslag med lösenord.", when=when), NOTE),
            (_("Enkel elektronisk underskrift."), NOTE),
        ]
    blocks = [(_("Företag"), firm, bool(signer))]
    names = deciders.everyone(content)
    for place in parties.places(content["deciders"]):
        whom = [(names[place.key], STRONG)]
        if content["customer"]["kind"] != "private" and place.role != Role.WITNESS:
            whom.append((_("för %(name)s", name=content["customer"]["name"]), NOTE))
        blocks.append((_("Vittne") if place.role == Role.WITNESS else _("Beställare"), whom, False))
    for at in range(0, len(blocks), 2):
        paper.need(_BLOCK)
        top = paper.y
        low = top
        for (role, lines, is_signed), x in zip(blocks[at : at + 2], (LEFT, SECOND), strict=False):
            paper.y = top
            paper.say(role, QUIET, x)
            paper.y += QUIET.leading
            for text, style in lines:
                paper.write(text, style, x=x, width=HALF)
            if not is_signed:
                paper.y += 9 * MM
                paper.rule(0.25 * MM, SOFT, x=x, to=x + HALF - 6 * MM)
                paper.y += 0.6 * MM
                paper.write(_("Skriver under på webben. Underskriften står i avtalet."), NOTE, x=x, width=HALF)
            low = max(low, paper.y)
        paper.y = low + 5 * MM


def draw_withdrawal_form(paper: Paper, content: Content) -> None:
    """The form as the last page: it is handed over before the contract (lag (2005:59) 2 kap. 2 a §)."""
    number = content["number"]
    paper.new_page(head=False)
    plain_opening(paper, _("Ångerblankett"), [(_("Avtal"), _("Kontrakt %(n)s", n=number))])
    withdrawal_form.draw(
        paper,
        content["firm"],
        _("Kontrakt %(n)s", n=number),
        title=content["title"],
        address=content["address"],
    )
