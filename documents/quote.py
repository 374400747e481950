"""The quote (offert). Drawn from the frozen content, schema `handslag.quote/1`.

CONTENT, a dict as read from the canonical JSON; missing texts are "", missing dates None:
schema, lang, quote, number, version, dated_on, valid_until, paid_on, title, message, basis ("incl" | "excl"),
price_type, limit_percent, cap_ore, markup_bp, most_ore, discount_bp, starts_on, finishes_on, terms, not_included,
customer_does, address (of the customer's page, without token),
payment_plan [{trigger, text, share_bp, amount_ore, on, comes_to_ore}],
firm {name, orgnr, f_skatt, vat_number, street, postal_code, city, seat, phone, email, website, bankgiro, plusgiro,
contact},
reverse_charge {text_version} or None,
customer {kind, name, orgnr, vat_number, contact, email, phone, street, postal_code, city},
site {street, postal_code, city},
contract: see `contract.py`, or None,
deciders [{id, name}] who decide with the customer (older ones lack it),
sections [{key, title, price_mode, discount_bp, choice, total_ore, labour_ore, lines [{key, text, note, quantity_milli,
unit, unit_price_ore, vat_percent, kind, discount_bp, deduction, is_option, is_text, is_recommended,
quantity_min_milli, quantity_max_milli, total_ore}]}], totals (domain.quotes.Totals as a dict, no options picked),
withdrawal {right, days, text_version}, deduction_terms {text_version},
photos [{id, sha256, caption, width, height, section, line}], the last two keys or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from documents import contract, deciders, photos, price, texts, work_types
from documents.format import deduction_names, kr
from documents.kinds import noun
from documents.lines import draw_options, draw_sections, offers, options, priced, sets_apart
from documents.page import GAP, HALF, HEADING, LEFT, SECOND, SPAN, Paper, opening
from documents.parts import (
    KINDS,
    SUMS_WIDTH,
    code_height,
    draw_sums,
    kind_legend,
    labelled,
    sum_rows,
    sums_height,
    web_code,
)
from documents.sheet import BODY, MM, NOTE, QUIET, STRONG, About
from documents.text import height, wrap
from domain.deal_kinds import is_signed
from domain.phones import spoken
from languages import gettext as _
from languages import speaking

Content = Mapping[str, Any]

_ADDRESS_TOP = 46 * MM


def render(content: Content, logo: bytes | None = None, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The quote as PDF. `logo` is a PNG or JPEG as stored by the firm, `pictures` JPEGs by the photo's id.

    Same content, same bytes. Raises KeyError for a field, text version or picture that is not there, OSError for a
    logo that is no picture.
    """
    with speaking(content["lang"]):
        return _render(content, logo, pictures or {})


def _render(content: Content, logo: bytes | None, pictures: Mapping[str, bytes]) -> bytes:
    number = f"{content['number']}, version {content['version']}"
    what = noun(content["kind"])
    name = f"{what} {number}"
    about = About(
        title=name + (f": {content['title']}" if content["title"] else ""),
        author=content["firm"]["name"],
        subject=_("%(what)s till %(name)s", what=what, name=content["customer"]["name"]),
        dated=datetime.fromisoformat(content["dated_on"]).replace(tzinfo=UTC),
    )
    agreed = content["contract"]
    paper = Paper(about, content["firm"], name, note=contract.template_words(agreed) if agreed else "")
    opening(paper, what, _facts(content, number), logo)
    _addresses(paper, content)
    _introduction(paper, content)
    draw_sections(paper, content)
    _sums(paper, content)
    draw_options(paper, content)
    _conditions(paper, content)
    if agreed:
        contract.draw_clauses(paper, agreed)
        contract.draw_signatures(paper, content)
    photos.draw(paper, content, pictures)
    if agreed and content["withdrawal"]["right"]:
        contract.draw_withdrawal_form(paper, content)
    return paper.finish()


def _facts(content: Content, number: str) -> list[tuple[str, str]]:
    firm = content["firm"]
    return [
        (_("Nummer"), number),
        (_("Datum"), content["dated_on"]),
        (_("Gäller till"), content["valid_until"] or ""),
        (_("Vår kontakt"), ", ".join(part for part in (firm["contact"], spoken(firm["phone"])) if part)),
    ]


def _addresses(paper: Paper, content: Content) -> None:
    """Work site to the left; the customer to the right, where a window envelope shows it."""
    customer, site = content["customer"], content["site"]
    paper.y = max(paper.y + 5 * MM, _ADDRESS_TOP)
    top = paper.y
    private = customer["kind"] == "private"
    to = [
        (customer["name"], STRONG),
        (_("Att. %(name)s", name=customer["contact"]) if customer["contact"] else "", BODY),
        (customer["street"], BODY),
        (_town(customer), BODY),
        (_("Org.nr %(n)s", n=customer["orgnr"]) if customer["orgnr"] and not private else "", BODY),
        (_("Momsnr %(n)s", n=customer["vat_number"]) if customer["vat_number"] and not private else "", BODY),
    ]
    place = [(site["street"], STRONG), (_town(site), BODY)]
    low = top
    for label, lines, x in ((_("Arbetsplats"), place, LEFT), (_("Till"), to, SECOND)):
        paper.y = top
        shown = [(text, style) for text, style in lines if text]
        if not shown:
            continue
        paper.say(label, QUIET, x)
        paper.y += QUIET.leading
        for text, style in shown:
            paper.write(text, style, x=x, width=HALF)
        low = max(low, paper.y)
    paper.y = low + 6 * MM


def _introduction(paper: Paper, content: Content) -> None:
    dates = [
        _("Start %(day)s.", day=content["starts_on"]) if content["starts_on"] else "",
        _("Klart %(day)s.", day=content["finishes_on"]) if content["finishes_on"] else "",
    ]
    when = " ".join(part for part in dates if part)
    if content["title"]:
        paper.write(content["title"], HEADING)
        paper.y += 1 * MM
    if content["message"]:
        paper.write(content["message"], width=SPAN - 20 * MM)
        paper.y += 1.5 * MM
    if when:
        paper.write(when, NOTE)
        paper.y += 1.5 * MM
    if content["title"] or content["message"] or when:
        paper.y += 2 * MM


def _sums(paper: Paper, content: Content) -> None:
    """The sum block to the right; to the left what the marks and prices mean, and the code to the web. Never broken."""
    rows = sum_rows(content["totals"], content["basis"], price.pays(content), content["discount_bp"])
    kinds = {line["kind"] for line in priced(content)}
    used = [kind for kind in KINDS if kind in kinds]
    width = SPAN - SUMS_WIDTH - GAP
    notes = [wrap(text, NOTE, width) for text in _price_notes(content)]
    title = _("Skriv under på webben") if is_signed(content["kind"]) else _("Godkänn på webben")
    code = (title, _invitation(content))
    tall = 6 * MM + sum(height(lines) + 2 * MM for lines in notes)
    if content["address"]:
        tall += 4 * MM + code_height(*code, width)
    paper.y += 5 * MM
    paper.need(max(sums_height(rows), tall))
    paper.sheet.bookmark(paper.y, _("Pris"))
    top = paper.y
    draw_sums(paper, rows)
    low, paper.y = paper.y, top + 1.1 * MM
    kind_legend(paper, used, LEFT)
    for lines in notes:
        paper.y += 2 * MM
        paper.lines(lines)
    if content["address"]:
        paper.y += 4 * MM
        web_code(paper, content["address"], *code, width=width)
    paper.y = max(paper.y, low)


def _price_notes(content: Content) -> list[str]:
    if content["basis"] == "incl":
        vat = _("Alla priser på raderna är i kronor inklusive moms.")
    else:
        vat = _("Alla priser på raderna är i kronor exklusive moms.")
    if content["reverse_charge"]:
        vat = _("%(vat)s Omvänd betalningsskyldighet: köparen redovisar momsen.", vat=vat)
    rates = sets_apart(content)
    usual = _("Moms %(rate)s %% där inget annat står.", rate=rates.usual_rate) if rates.several_rates else ""
    words = (price.price_type(content, content["most_ore"]), price.cap_with_options(content))
    notes = [" ".join(text for text in (vat, usual, *words) if text)]
    if content["totals"]["deductions"]:
        notes.append(_("Avdraget är preliminärt. Säger Skatteverket nej betalar du den delen själv, se villkoren."))
    if any(section["choice"] for section in content["sections"]):
        notes.append(_("Det du väljer själv är inte medräknat. Det står för sig här nedanför."))
    elif any(options(content)):
        is_plain = content["basis"] == "incl" or content["reverse_charge"]
        more = kr(content["totals"]["options_ore"]) + ("" if is_plain else _(" inklusive moms"))
        notes.append(_("Tillval för %(amount)s är inte medräknade. De står för sig här nedanför.", amount=more))
    return notes


def _conditions(paper: Paper, content: Content) -> None:
    """What holds besides the price: the firm's terms, and what the law wants said."""
    blocks: list[tuple[str, list[str]]] = []
    totals = content["totals"]
    if content["reverse_charge"]:
        version = content["reverse_charge"]["text_version"]
        blocks.append((_("Moms"), texts.reverse_charge(version, content["customer"])))
    if totals["deductions"]:
        kinds = deduction_names(totals["deductions"])
        version = content["deduction_terms"]["text_version"]
        said = texts.deduction(version, totals, content["paid_on"])
        blocks.append((_("%(kinds)s-avdrag", kinds=kinds), [*work_types.lines(content), *said]))
    if content.get("deciders") and not content["contract"]:  # else it stands by the signatures
        blocks.append((_("Vem som bestämmer"), [deciders.rule(content)]))
    for label, text in (
        (_("Ingår inte"), content["not_included"]),
        (_("Det här ordnar du"), content["customer_does"]),
    ):
        if text.strip():
            blocks.append((label, [text.strip()]))
    if content["payment_plan"]:
        blocks.append((_("Så betalar du"), price.plan_lines(content, content["payment_plan"])))
    if content["terms"].strip():
        blocks.append((_("Villkor"), [content["terms"].strip()]))
    withdrawal = content["withdrawal"]
    if withdrawal["right"]:
        version = withdrawal["text_version"]
        blocks.append((_("Ångerrätt"), texts.withdrawal(version, content["firm"], withdrawal["days"])))
        if not content["contract"]:  # whose clauses say it
            blocks.append((_("Fel och tvist"), texts.consumer(version)))
    if not blocks:
        return
    paper.y += 8 * MM
    for label, paragraphs in blocks:
        labelled(paper, label, paragraphs)


def _invitation(content: Content) -> str:
    """Where the code leads. The address stands as text too, for those who cannot scan."""
    address = content["address"].removeprefix("https://").removeprefix("http://")
    if is_signed(content["kind"]):
        there = _("Där ställer du frågor, gör dina val och skriver under.")
    elif any(options(content)):
        there = _("Där väljer du tillval, ställer du frågor och godkänner.")
    elif offers(content):
        there = _("Där väljer du antal, ställer du frågor och godkänner.")
    else:
        there = _("Där ställer du frågor och godkänner.")
    return "\n".join((_("Skanna koden eller öppna"), address, there))


def _town(place: Mapping[str, Any]) -> str:
    return f"{place['postal_code']} {place['city']}".strip()
