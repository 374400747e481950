"""The evidence page (bevis): who approved what, when and how, the fingerprints, and how to check them without us.

EVIDENCE, a dict:
document_id      the agreement's public id
firm_name, firm_actor, firm_at       the firm, who sent the quote for it, when (ISO 8601, UTC)
customer_name, accepted_at           who approved, when (ISO 8601, UTC)
method           how who signed was reached, in words (documents/methods_words.py)
signatures       optional: all who signed, SIGNATURE of documents/signature.py
events           [{at (ISO 8601, UTC), what, who, trace}] in order, in Swedish words; no personnummer in full
pdf_sha256, json_sha256, agreed_sha256   hex: the frozen quote, its content, what was agreed
chain_link       hex: link of the entry `quote.accepted` in the firm's chain
checkpoint       optional: {n, id (hex), at (ISO 8601, UTC)} of the signed checkpoint that covers that entry
check_address    the page where anyone can check a file
manual           optional: paragraphs about a yes given elsewhere, which the firm has written down
handed_by        optional: who let the customer use a device of the firm's
withdraw_until   optional: ISO day, the last one to withdraw, where it is not counted from accepted_at
approvals        optional, where several signed: [{name, role, at (ISO 8601, UTC), method, consents}] in order
is_shared        optional: whether several get the paper, so that addresses in `events` are shortened
personnummer_masked   optional: one text per applicant, in their order, as `19571230-••••`; "" where not given yet

A reader without us must be able to tell what was agreed, by whom, when, how they were identified, and that nothing was
changed since. A log that is abridged says that it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from documents import deciders, faces, methods_words
from documents.format import file_size, grouped, local_minute, local_seconds, moment, zone
from documents.kinds import noun, the, the_first
from documents.page import HEADING, LEFT, RIGHT, SPAN, Paper, plain_opening
from documents.sheet import INK, MM, NOTE, QUIET, WHITE, YELLOW, Style
from documents.table import BETWEEN, Column, Table
from documents.text import Line, height, wrap
from domain.deal_kinds import DealKind, is_signed
from domain.parties import Role
from languages import gettext as _
from languages import lazy_gettext as _l
from languages import ngettext

ROLES = {Role.SIGNATORY: _l("firmatecknare"), Role.WITNESS: _l("vittne")}
_IN_FULL = re.compile(r"(?<!\d)(?:\d{6}|\d{8})[-+ ]?\d{4}(?!\d)")

_SMALL = Style(faces.REGULAR, 9, 12.4)
_HASH = Style(faces.REGULAR, 8, 12.4)
_JOINT_HEIGHT = 28 * MM
_CODE_SIDE = 22 * MM
_PARTY, _WHO, _SIGN = Style(faces.REGULAR, 9, 12.4), Style(faces.BOLD, 12, 15.6), Style(faces.REGULAR, 9, 12.4)


class NotMasked(ValueError):
    """A personnummer stands in full where only masked ones may (a paper travels by mail)."""


def check_masks(evidence: Mapping[str, Any]) -> None:
    """Raises NotMasked if a personnummer came in full."""
    if any(_IN_FULL.search(text) for text in evidence.get("personnummer_masked") or []):
        raise NotMasked


def approvers(evidence: Mapping[str, Any]) -> str:
    """Names of all who approved, where several decided; else empty."""
    said = evidence.get("approvals") or ()
    return deciders.together([one["name"] for one in said if one.get("role") != Role.WITNESS])


def draw(
    paper: Paper, evidence: Mapping[str, Any], *, quote: str, pages: int, size_bytes: int, kind: str = DealKind.QUOTE
) -> None:
    """Draw on the page just begun. `quote` names number and version, `pages` and `size_bytes` the frozen file."""
    signed = is_signed(kind)
    accepted, manual = moment(evidence["accepted_at"]), evidence.get("manual")
    yes = _("Underskrivet") if signed else _("Godkänt")
    facts = [
        (_("Avtal"), evidence["document_id"]),
        (_("Gäller"), f"{noun(kind)} {quote}"),
        (_("Sa ja") if manual else yes, f"{local_seconds(accepted)} {zone(accepted)}"),
    ]
    title = _("Bevis på underskriften") if signed else _("Bevis på godkännandet")
    plain_opening(paper, _("Bevis på kundens ja") if manual else title, facts)
    paper.y += 6 * MM
    _joint(
        paper,
        (_("Företag"), evidence["firm_name"], f"{evidence['firm_actor']}, {local_minute(moment(evidence['firm_at']))}"),
        (
            _("Beställare"),
            approvers(evidence) or evidence["customer_name"],
            _("Sa ja enligt företaget %(when)s", when=local_minute(accepted))
            if manual
            else _("Skrev under %(when)s", when=local_minute(accepted))
            if signed
            else _("Godkände %(when)s", when=local_minute(accepted)),
        ),
    )
    paper.y += 5 * MM
    _how(paper, evidence, signed)
    _prints(paper, evidence, pages, size_bytes, kind)
    _events(paper, evidence)
    _checking(paper, evidence, size_bytes, kind)


def _how(paper: Paper, evidence: Mapping[str, Any], signed: bool) -> None:
    """By which method each has said yes, and on what level that is."""
    manual = evidence.get("manual")
    how = _("Så skrevs det under") if signed else _("Så godkändes offerten")
    paper.heading(_("Så sa beställaren ja") if manual else how, after=1 * MM)
    handed = " " + _("%(name)s lämnade över den.", name=evidence["handed_by"]) if evidence.get("handed_by") else ""
    level = methods_words.level(is_drawn=any(one["mark"] for one in evidence.get("signatures") or ()))
    if manual:
        for text in manual:
            paper.write(text, _SMALL)
    elif approvals := evidence.get("approvals"):
        for one in approvals:
            when = local_seconds(moment(one["at"]))
            paper.write(f"{_signer(one)}, {when}. {one['method']}", _SMALL)
        last = _("Avtalet kom till när den sista hade skrivit under.")
        said = last if signed else _("Avtalet kom till när den sista hade godkänt.")
        paper.write(f"{said}{handed} {level}", _SMALL)
    else:
        paper.write(f"{evidence['method']}{handed} {level}", _SMALL)
    paper.y += 4 * MM


def _signer(one: Mapping[str, Any]) -> str:
    """The name, and the role of one who signs for a company or attests."""
    role = ROLES.get(one.get("role", ""))
    return f"{one['name']} ({role})" if role else str(one["name"])


def _joint(paper: Paper, firm: Sequence[str], customer: Sequence[str]) -> None:
    """The lap joint: two pieces of timber, one over the other, one party in each."""
    middle, over, step, slit = LEFT + SPAN / 2, 6.5 * MM, 13.8 * MM, 0.4 * MM
    inner_left, inner_right = middle + over - step, middle - over + step
    left = _joint_lines(firm, WHITE, inner_left - LEFT - 9 * MM)
    right = _joint_lines(customer, INK, LEFT + SPAN - inner_right - 10 * MM)
    tall = max(_JOINT_HEIGHT, height(left) + 10 * MM, height(right) + 10 * MM)
    paper.need(tall)
    top, half, foot = paper.y, paper.y + tall / 2, paper.y + tall
    end, start, far = middle + over, middle - over, LEFT + SPAN
    up, down = half - slit, half + slit
    dark = [(LEFT, top), (end, top), (end, up), (inner_left, up), (inner_left, foot), (LEFT, foot)]
    light = [(inner_right, top), (far, top), (far, foot), (start, foot), (start, down), (inner_right, down)]
    paper.sheet.shape(dark, INK)
    paper.sheet.shape(light, YELLOW)
    for lines, x, y in (
        (left, LEFT + 6 * MM, top + 5 * MM),
        (right, inner_right + 6 * MM, foot - 5 * MM - height(right)),
    ):
        paper.y = y
        for line in lines:
            paper.put(line, x)
            paper.y += line.style.leading
    paper.y = foot


def _joint_lines(texts: Sequence[str], colour: str, width: float) -> list[Line]:
    styles = (style._replace(colour=colour) for style in (_PARTY, _WHO, _SIGN))
    return [line for text, style in zip(texts, styles, strict=True) for line in wrap(text, style, width)]


def _prints(paper: Paper, evidence: Mapping[str, Any], pages: int, size_bytes: int, kind: str) -> None:
    """The fingerprints, one below the other."""
    paper.heading(_("Dokument och fingeravtryck"), after=0)
    sheets = ngettext("1 sida", "%(num)s sidor", pages)
    table = Table(paper, [Column("", 60 * MM), Column("SHA-256", SPAN - 60 * MM - BETWEEN)])
    for name, fingerprint in (
        (
            _("%(it)s som PDF, %(pages)s, %(size)s", it=the_first(kind), pages=sheets, size=file_size(size_bytes)),
            evidence["pdf_sha256"],
        ),
        (_("Innehållet (JSON)"), evidence["json_sha256"]),
        (_("Det ni kom överens om (JSON)"), evidence["agreed_sha256"]),
        (_("Länk i företagets händelsekedja"), evidence["chain_link"]),
        *_checkpoint(evidence),
    ):
        table.row([[(name, _SMALL)], [(fingerprint, _HASH)]])
    paper.y += 5 * MM


def _checkpoint(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The signed checkpoint over the chain: who has its id elsewhere can tell whether the chain was rewritten."""
    point = evidence.get("checkpoint")
    if not point:
        return []
    return [(_("Kontrollpunkt %(n)s, %(at)s", n=point["n"], at=local_minute(moment(point["at"]))), point["id"])]


def _events(paper: Paper, evidence: Mapping[str, Any]) -> None:
    """The events with their time in Sweden; the zone in the head, or on each row when it changed in between."""
    moments = [moment(event["at"]) for event in evidence["events"]]
    zones = {zone(at) for at in moments}
    paper.heading(_("Händelser"), after=0)
    one = zones.pop() if len(zones) == 1 else ""
    first, third = (33 * MM if one else 41 * MM), 42 * MM
    rest = (SPAN - first - third - 3 * BETWEEN) / 2
    table = Table(
        paper,
        [
            Column(_("Tid") + (f" ({one})" if one else ""), first),
            Column(_("Händelse"), rest),
            Column(_("Vem"), third),
            Column(_("Spår"), rest),
        ],
    )
    for at, event in zip(moments, evidence["events"], strict=True):
        time = local_seconds(at) if one else f"{local_seconds(at)} {zone(at)}"
        table.row([[(text, _SMALL)] for text in (time, event["what"], event["who"], event["trace"])])
    paper.y += 2 * MM
    paper.write(
        _(
            "Sidan är en sammanfattning och händelserna ett utdrag. Beviset är filen bevispaket.zip, som ligger i den "
            "här PDF-filen: där finns hela loggen om avtal %(id)s.",
            id=evidence["document_id"],
        ),
        NOTE,
    )
    if evidence.get("is_shared"):
        paper.write(
            _(
                "Flera får det här papperet, så adresserna är förkortade här och i paketet. Den som har skrivit under "
                "hämtar sitt eget paket på avtalets sida; %(firm)s har allas.",
                firm=evidence["firm_name"],
            ),
            NOTE,
        )
    paper.y += 5 * MM


def _checking(paper: Paper, evidence: Mapping[str, Any], size_bytes: int, kind: str) -> None:
    """Five steps that need neither us nor our server; a code to the page where it can be done too."""
    address = evidence["check_address"]
    begins = _(
        "Den här filen börjar med %(it)s, byte för byte. Räkna SHA-256 på de första %(count)s byten, "
        "till exempel med head -c %(bytes)s avtal.pdf | sha256sum, och jämför med första raden ovan.",
        it=the(kind),
        count=grouped(size_bytes),
        bytes=size_bytes,
    )
    inside = _("Det undertecknade ligger byte för byte som avtal.pdf i paketet. Dess SHA-256 är första raden ovan.")
    steps = [
        inside if kind == DealKind.DOCUMENT else begins,
        _("Spara bilagan bevispaket.zip ur PDF-filen och packa upp den. LÄS-MIG.txt säger vad varje fil är."),
        _(
            "Kör python verifiera.py i mappen. Programmet behöver varken nät eller Handslag och skriver ja eller nej "
            "för varje steg."
        ),
        _(
            "Jämför kontrollpunkten och nyckelns id med kvittot ni fick med e-post, eller med %(at)s.",
            at=_short(f"{address}/nycklar"),
        ),
        _("Enklast: släpp PDF-filen på %(at)s. Säger sidan äkta är inget ändrat.", at=_short(address)),
    ]
    width = SPAN - _CODE_SIDE - 8 * MM
    blocks = [wrap(step, _SMALL, width - 6 * MM) for step in steps]
    leads = _("Koden leder till %(address)s", address=_short(address))
    where = wrap(leads, QUIET, width - 6 * MM)
    tall = sum(height(lines) + 0.8 * MM for lines in blocks) + height(where)
    paper.need(HEADING.leading + 1 * MM + max(tall, _CODE_SIDE + 1 * MM))
    paper.heading(_("Så kontrollerar du"), after=1 * MM)
    paper.sheet.code(RIGHT - _CODE_SIDE, paper.y + 1 * MM, _CODE_SIDE, address)
    for number, lines in enumerate(blocks, 1):
        paper.say(f"{number}.", _SMALL, LEFT)
        paper.lines(lines, LEFT + 6 * MM)
        paper.y += 0.8 * MM
    paper.lines(where, LEFT + 6 * MM)


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://")
