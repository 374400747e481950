"""The agreement: the frozen quote unchanged, then what was agreed, then the evidence page. A second file, for none can
hold its own fingerprint.

AGREED, schema `handslag.agreed/1`, as read from its canonical JSON: schema, quote, number, version, json_sha256,
pdf_sha256, picked [line keys], quantities {line key: thousandths, only where changed}, totals (domain.quotes.Totals as
a dict, with what is chosen), most_ore (the most that may be charged before deductions, None: no limit), payment_plan
(as in `quote.py`), applicants [{order, name, rot_kr, rut_kr}], home {kind: house | flat | later | none}, name, consents
[{kind, text_version, text_sha256, text, value}], button {text, sha256}, to_pay_ore, total_ore, accepted_at (ISO 8601,
UTC). No personnummer. A yes given elsewhere has `manual` (`said_yes.py`) in place of consents and button. Older ones
have neither quantities nor most_ore nor payment_plan. Where several decide: deciders
[name], and name, consents and accepted_at are those of the first; what each has approved stands in the evidence.

EVIDENCE: see `evidence_page.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from documents import append, evidence_page, price, said_yes, signature, texts, units
from documents.format import day_in_words, deduction_name, file_size, kr_whole, local_minute, moment
from documents.kinds import noun, the
from documents.lines import columns, line_row, options, priced, sets_apart
from documents.page import HALF, LEFT, SECOND, SPAN, Paper, plain_opening
from documents.parts import SUMS_WIDTH, draw_sums, labelled, sum_rows, sums_height, tick_box
from documents.sheet import BODY, MM, NOTE, NOTE_STRONG, QUIET, STRONG, About
from documents.table import BETWEEN, Column, Table
from documents.text import height, wrap
from domain.clock import stockholm_date
from domain.consents import START_WITHIN_PERIOD
from domain.dates_sv import last_withdrawal_day
from domain.deal_kinds import is_signed
from domain.quotes import amount_ore
from domain.uploads import BESIDE, MOST_BESIDE_BYTES
from languages import gettext as _
from languages import lazy_gettext as _l
from languages import ngettext, speaking

Agreed = Mapping[str, Any]
Evidence = Mapping[str, Any]
Content = Mapping[str, Any]

HOMES = {
    "house": _l("Bostaden är ett småhus som någon av er äger."),
    "flat": _l("Bostaden är en bostadsrätt som någon av er äger."),
    "later": _l("Uppgifter om bostad och personnummer lämnas senare, före fakturan."),
    "none": "",
}
_PRICE_NOTE = _l("Priset inklusive moms är bindande.")
_PRICE_WITHOUT_VAT = _l("Priset utan moms är bindande. Köparen redovisar momsen.")
_PRELIMINARY = _l(
    "Avdraget är preliminärt och räknas om när du betalar. Säger Skatteverket nej betalar du den delen till oss, om "
    "felet inte är vårt."
)


def render(frozen_pdf: bytes, agreed: Agreed, evidence: Evidence, *, content: Content) -> bytes:
    """The agreement as PDF; its first `len(frozen_pdf)` bytes are the frozen quote. Same input, same bytes.

    `content` is the frozen content of the version (`quote.py`): the agreed JSON names the picked lines by key only.
    Raises append.NotOurPdf if the frozen file is none of ours, KeyError for a missing field,
    evidence_page.NotMasked if a personnummer stands in full where only masked ones belong.
    """
    with speaking(content["lang"]):
        return _render(frozen_pdf, agreed, evidence, content)


def _render(frozen_pdf: bytes, agreed: Agreed, evidence: Evidence, content: Content) -> bytes:
    evidence_page.check_masks(evidence)
    approvers = evidence_page.approvers(evidence) or agreed["name"]
    number = f"{agreed['number']}, version {agreed['version']}"
    signed = is_signed(content["kind"])
    name = (
        _("Underskrivet: %(what)s %(n)s", what=noun(content["kind"]), n=number)
        if signed
        else _("Avtal enligt offert %(n)s", n=number)
    )
    about = About(
        title=name + (f": {content['title']}" if content["title"] else ""),
        author=content["firm"]["name"],
        subject=_("Avtal mellan %(firm)s och %(name)s", firm=content["firm"]["name"], name=approvers),
        dated=_made_at(agreed, evidence),
    )
    document = content["document"]
    # pages of a stranger are not ours to add to, nor to read here: they lie beside, whole
    before = 0 if document else append.page_count(frozen_pdf)
    paper = Paper(about, content["firm"], name, before=before)
    _choices(paper, agreed, evidence, content, number)
    paper.new_page(head=False)
    pages = len(document["pages"]) if document else before
    evidence_page.draw(paper, evidence, quote=number, pages=pages, size_bytes=len(frozen_pdf), kind=content["kind"])
    return paper.finish() if document else append.append(frozen_pdf, paper.finish())


def _choices(paper: Paper, agreed: Agreed, evidence: Evidence, content: Content, number: str) -> None:
    facts = [
        (noun(content["kind"]), number),
        (_said_yes(agreed, content), local_minute(_made_at(agreed, evidence))),
        (_("Avtal"), evidence["document_id"]),
        (_("Gäller"), content["title"]),
    ]
    plain_opening(paper, _("Det här har ni kommit överens om"), facts)
    _parties(paper, evidence_page.approvers(evidence) or agreed["name"], content)
    if content["document"]:
        _document(paper, agreed, evidence, content)
    else:
        _picked(paper, agreed, content)
        _quantities(paper, agreed, content)
        _price(paper, agreed, evidence, content)
    if plan := agreed.get("payment_plan"):
        labelled(paper, _("Så betalar du"), price.plan_lines(content, plan))
    _applicants(paper, agreed, evidence)
    if "manual" in agreed:
        labelled(paper, _("Så sa beställaren ja"), said_yes.lines(agreed, content["firm"]["name"]))
        return
    approvals = evidence.get("approvals") or ()
    who = [f"{one['name']} {local_minute(moment(one['at']))}" for one in approvals] or [agreed["name"]]
    button, to_pay = agreed["button"]["text"], price.about(content, agreed["to_pay_ore"])
    said = [
        _("Underskriven med knappen ”%(button)s” av %(name)s.", button=button, name=name)
        if content["document"]
        else _(
            "Bekräftad med knappen ”%(button)s”, %(to_pay)s att betala, av %(name)s.",
            button=button,
            to_pay=to_pay,
            name=name,
        )
        for name in who
    ]
    if approvals:
        said.append(
            _("Avtalet kom till när alla hade skrivit under samma innehåll och samma val.")
            if is_signed(content["kind"])
            else _("Avtalet kom till när alla hade godkänt samma innehåll och samma val.")
        )
    labelled(paper, _("Underskrift") if content["document"] else _("Beställning"), said)
    if not approvals:
        _consents(paper, agreed["consents"], _("Samtycken"))
    for one in approvals:
        _consents(paper, one["consents"], _("Samtycken: %(name)s", name=one["name"]))
    signature.block(paper, evidence.get("signatures") or ())


def _document(paper: Paper, agreed: Agreed, evidence: Evidence, content: Content) -> None:
    """Which file was signed, where it lies, and what the law adds where a consumer orders by it."""
    document = content["document"]
    pages = ngettext("1 sida", "%(num)s sidor", len(document["pages"]))
    said = [
        f"{document['name']}, {pages}, {file_size(document['bytes'])}",
        _("SHA-256: %(sha256)s", sha256=document["sha256"]),
        _("Filen är oförändrad bilaga till den här PDF-filen: %(name)s, och avtal.pdf i bevispaket.zip.", name=BESIDE)
        if document["bytes"] <= MOST_BESIDE_BYTES
        else _("Filen ligger oförändrad, som avtal.pdf, i bevispaket.zip, som är bilaga till den här PDF-filen."),
    ]
    labelled(paper, _("Dokumentet som är underskrivet"), said)
    if content["withdrawal"]["right"]:
        right = texts.withdrawal(content["withdrawal"]["text_version"], content["firm"], content["withdrawal"]["days"])
        last_day = day_in_words(_last_day(agreed, evidence))
        labelled(paper, _("Ångerrätt"), [_("Sista dagen att ångra avtalet är den %(day)s.", day=last_day), *right])


def _said_yes(agreed: Agreed, content: Content) -> str:
    if "manual" in agreed:
        return _("Sa ja")
    return _("Underskrivet") if is_signed(content["kind"]) else _("Godkänd")


def _made_at(agreed: Agreed, evidence: Evidence) -> datetime:
    """When the agreement was made: where several decided, with the last approval."""
    return moment(evidence["accepted_at"] if evidence.get("approvals") else agreed["accepted_at"])


def _parties(paper: Paper, approvers: str, content: Content) -> None:
    firm, customer = content["firm"], content["customer"]
    named = customer["name"] if customer["name"].casefold() not in approvers.casefold() else ""
    for_whom = _("För %(name)s", name=named) if named else ""
    sides = (
        (_("Företag"), firm["name"], _identity(firm), LEFT),
        (_("Beställare"), approvers, [for_whom, *_identity(customer)], SECOND),
    )
    paper.y += 6 * MM
    top = low = paper.y
    for label, name, rest, x in sides:
        paper.y = top
        paper.say(label, QUIET, x)
        paper.y += QUIET.leading
        paper.write(name, STRONG, x=x, width=HALF)
        for text in rest:
            if text:
                paper.write(text, BODY, x=x, width=HALF)
        low = max(low, paper.y)
    paper.y = low + 6 * MM


def _identity(party: Mapping[str, Any]) -> list[str]:
    """Street, town and, for a firm, association or company, the organisation number and that of its VAT."""
    town = f"{party['postal_code']} {party['city']}".strip()
    orgnr = _("Org.nr %(n)s", n=party["orgnr"]) if party["orgnr"] and party.get("kind") != "private" else ""
    is_company = party.get("kind") == "company"
    vat = _("Momsnr %(n)s", n=party["vat_number"]) if is_company and party["vat_number"] else ""
    return [party["street"], town, orgnr, vat]


def _picked(paper: Paper, agreed: Agreed, content: Content) -> None:
    """The options that came along, as in the quote; the others are named, so that nobody wonders."""
    offered = list(options(content))
    if not offered:
        return
    chosen = [_as_agreed(line, agreed) for line in offered if line["key"] in agreed["picked"]]
    left = [line["text"] for line in offered if line["key"] not in agreed["picked"]]
    paper.heading(_("Valda tillval"), after=0)
    if chosen:
        table, apart = Table(paper, columns(chosen)), sets_apart(content)
        sections_bp = {line["key"]: part["discount_bp"] for part in content["sections"] for line in part["lines"]}
        for line in chosen:
            line_row(table, line, apart, discounts_bp=(sections_bp[line["key"]], content["discount_bp"]))
    else:
        paper.write(_("Inga tillval är valda."))
    if left:
        paper.y += 2 * MM
        paper.write(_("Valdes inte: %(options)s.", options=", ".join(left)), NOTE)
    paper.y += 4.5 * MM


def _as_agreed(line: Mapping[str, Any], agreed: Agreed) -> Mapping[str, Any]:
    """A line with the quantity that the customer chose for it, and nothing more to choose."""
    chosen_milli = agreed.get("quantities", {}).get(line["key"], line["quantity_milli"])
    total_ore = amount_ore(chosen_milli, line["unit_price_ore"], line["discount_bp"])
    settled = {"is_recommended": False, "quantity_min_milli": None, "quantity_max_milli": None}
    return {**line, **settled, "quantity_milli": chosen_milli, "total_ore": total_ore}


def _quantities(paper: Paper, agreed: Agreed, content: Content) -> None:
    """What the customer has changed in the quote's own lines."""
    changed = [
        (line, _as_agreed(line, agreed))
        for line in priced(content)
        if line["key"] in agreed.get("quantities", {}) and not line["is_option"]
    ]
    if not changed:
        return
    paper.heading(_("Valda antal"), after=1 * MM)
    for line, now in changed:
        before, after = (units.counted(each["quantity_milli"], each["unit"]) for each in (line, now))
        paper.write(_("%(line)s: %(after)s i stället för %(before)s.", line=line["text"], after=after, before=before))
    paper.y += 4.5 * MM


def _price(paper: Paper, agreed: Agreed, evidence: Evidence, content: Content) -> None:
    """The sums; beside them what the price covers, when the work is done, and until when the customer may withdraw."""
    totals = agreed["totals"]
    pays = price.pays(content, several=len(agreed["applicants"]) > 1)
    rows = sum_rows(totals, content["basis"], pays, content["discount_bp"])
    width = SPAN - SUMS_WIDTH - 10 * MM
    blocks = [
        [*wrap(label, NOTE_STRONG, width), *wrap(text, NOTE, width)]
        for label, text in _terms(agreed, evidence, content).items()
        if text
    ]
    paper.need(max(sums_height(rows), sum(height(lines) + 2 * MM for lines in blocks)))
    paper.sheet.bookmark(paper.y, _("Avtalat pris"))
    top = paper.y
    paper.y += 0.9 * MM
    for lines in blocks:
        paper.lines(lines)
        paper.y += 2 * MM
    low, paper.y = paper.y, top
    draw_sums(paper, rows)
    paper.y = max(paper.y, low) + 4.5 * MM


def _terms(agreed: Agreed, evidence: Evidence, content: Content) -> dict[str, str]:
    """Label and text of what stands beside the sums; an empty text is left out."""
    each = [one["consents"] for one in evidence.get("approvals") or ()] or [agreed["consents"]]
    given = set.intersection(*({tick["kind"] for tick in ticks if tick["value"]} for ticks in each))
    last_day = day_in_words(_last_day(agreed, evidence))
    offered = any(options(content))
    if agreed["picked"]:
        covers = _("Allt i %(it)s ingår, och de tillval som står ovan.", it=the(content["kind"]))
    else:
        it = the(content["kind"])
        covers = _("Allt i %(it)s ingår utom tillvalen.", it=it) if offered else _("Allt i %(it)s ingår.", it=it)
    note = _PRICE_WITHOUT_VAT if content["reverse_charge"] else _PRICE_NOTE
    binding = note if price.is_fixed(content) else price.price_type(content, agreed["most_ore"])
    words = f"{covers} {binding}"
    if agreed["totals"]["deductions"]:
        words = f"{words} {_PRELIMINARY}"
    times = [
        _("Start %(day)s.", day=content["starts_on"]) if content["starts_on"] else "",
        _("Klart %(day)s.", day=content["finishes_on"]) if content["finishes_on"] else "",
    ]
    withdrawal = ""
    if content["withdrawal"]["right"]:
        times.append(
            _("Beställaren har begärt att arbetet får börja innan ångertiden är slut.")
            if START_WITHIN_PERIOD in given
            else _("Arbetet börjar tidigast dagen efter den %(day)s, då ångertiden är slut.", day=last_day)
        )
        withdrawal = _(
            "Sista dagen att ångra avtalet är den %(day)s. Hur man gör står i %(it)s. Ångerblanketten följer med "
            "som en egen fil.",
            day=last_day,
            it=the(content["kind"]),
        )
    return {_("Pris"): words, _("Tid"): " ".join(time for time in times if time), _("Ångerrätt"): withdrawal}


def _last_day(agreed: Agreed, evidence: Evidence) -> date:
    """Last day to withdraw; told where the contract was made later than the approval."""
    told = evidence.get("withdraw_until")
    return date.fromisoformat(told) if told else last_withdrawal_day(stockholm_date(moment(agreed["accepted_at"])))


def _applicants(paper: Paper, agreed: Agreed, evidence: Evidence) -> None:
    """Who applies for the deduction, and each one's part of it. Personnummer masked, if given."""
    applicants = agreed["applicants"]
    home = " ".join(text for text in (str(HOMES[agreed["home"]["kind"]]), evidence.get("home", "")) if text)
    if not applicants or not agreed["totals"]["deductions"]:
        return
    paper.heading(_("Avdraget fördelas så här"), after=0)
    kinds = list(dict.fromkeys(share["kind"] for share in agreed["totals"]["deductions"]))
    masked = evidence.get("personnummer_masked") or []
    masked = masked if any(masked) else []
    wide = SPAN - (45 * MM + BETWEEN if masked else 0) - len(kinds) * (35 * MM + BETWEEN)
    columns = [Column(_("Namn"), wide), *([Column(_("Personnummer"), 45 * MM)] if masked else [])]
    columns += [Column(_("%(kinds)s-avdrag", kinds=deduction_name(kind)), 35 * MM, right=True) for kind in kinds]
    table = Table(paper, columns)
    for place, applicant in enumerate(applicants):
        mask = masked[place] if place < len(masked) else ""
        cells = [applicant["name"], *([mask] if masked else [])]
        cells += [kr_whole(applicant[f"{kind}_kr"]) for kind in kinds]
        table.row([[(cell, BODY)] for cell in cells])
    if home:
        paper.y += 2 * MM
        paper.write(home, NOTE)
    paper.y += 5 * MM


def _consents(paper: Paper, consents: Sequence[Mapping[str, Any]], heading: str) -> None:
    """Every consent with the text that was shown; a box without tick was offered and not given."""
    if not consents:
        return
    paper.heading(heading, after=1 * MM)
    for consent in consents:
        text = consent["text"] if consent["value"] else consent["text"] + " " + _("(Lämnades inte.)")
        lines = wrap(text, NOTE, SPAN - 7 * MM)
        paper.need(height(lines[:4]))
        tick_box(paper, LEFT, ticked=consent["value"])
        paper.lines(lines, LEFT + 7 * MM)
        paper.y += 1 * MM
