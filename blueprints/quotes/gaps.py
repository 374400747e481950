"""What a quote should say and does not, in words, with the place where it is written."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from flask import url_for

from blueprints.quotes import cautions
from blueprints.shared.phrases import lazy_gettext as _l
from domain.completeness import Gap, Missing
from services.quotes.completeness import Found


class GapRow(NamedTuple):
    """One sentence and a link, empty where the user may not follow it. `is_mandatory`: a law asks for it."""

    text: str
    href: str
    is_mandatory: bool


# code: the sentence, the page, the field on it
_WORDS = {
    Gap.ORGNR: (_l("Skriv företagets organisationsnummer."), "firm", "orgnr"),
    Gap.FIRM_ADDRESS: (_l("Skriv företagets adress."), "firm", "street"),
    Gap.FIRM_PHONE: (_l("Skriv företagets telefon."), "firm", "phone"),
    Gap.FIRM_EMAIL: (_l("Skriv företagets e-post."), "firm", "email"),
    Gap.SEAT: (_l("Skriv aktiebolagets säte."), "firm", "seat"),
    Gap.CUSTOMER: (_l("Välj vem det är till."), "whom", ""),
    Gap.CUSTOMER_ADDRESS: (_l("Skriv kundens adress."), "customer", "street"),
    Gap.CUSTOMER_VAT_NUMBER: (_l("Skriv kundens momsnummer: kunden redovisar momsen."), "customer", "vat_number"),
    Gap.SITE: (_l("Skriv var jobbet ska göras."), "details", "site_street"),
    Gap.SCOPE: (_l("Skriv vad som ska göras: det finns inga rader."), "builder", "delar"),
    Gap.SECTION_TITLE: (_l("Ge delen ett namn: kunden ser bara namn och summa."), "section", ""),
    Gap.LINE_TEXT: (_l("Skriv vad raden gäller."), "line", ""),
    Gap.PRICE: (_l("Skriv ett pris."), "builder", "delar"),
    Gap.RATE: (_l("Skriv ett timpris: löpande räkning behöver en rad med arbete."), "builder", "delar"),
    Gap.CAP: (_l("Skriv takpriset."), "details", "cap"),
    Gap.START: (_l("Skriv när jobbet kan börja."), "details", "starts_on"),
    Gap.FINISH: (_l("Skriv när jobbet är klart."), "details", "finishes_on"),
    Gap.PAYMENT: (_l("Skriv hur och när kunden betalar, i en betalningsplan eller i villkoren."), "details", "terms"),
    Gap.ACCOUNT: (_l("Skriv vart kunden betalar: bankgiro eller plusgiro."), "firm", "bankgiro"),
    Gap.COMPLAINT: (_l("Skriv i villkoren hur kunden säger till om fel."), "details", "terms"),
    Gap.DISPUTE_BODY: (
        _l("Skriv i villkoren att kunden kan vända sig till Allmänna reklamationsnämnden."),
        "details",
        "terms",
    ),
    Gap.F_SKATT: (_l("Visa att ni är godkända för F-skatt."), "firm", "f_skatt"),
    Gap.VAT_NUMBER: (_l("Skriv företagets momsnummer."), "firm", "vat_number"),
    Gap.NOT_INCLUDED: (_l("Skriv vad som inte ingår."), "details", "not_included"),
    Gap.CUSTOMER_DOES: (_l("Skriv vad kunden ordnar själv."), "details", "customer_does"),
    Gap.TERMS: (_l("Skriv vilka villkor som gäller."), "details", "terms"),
    Gap.CHANGES: (_l("Skriv i villkoren hur ändringar och tillägg görs (ÄTA)."), "details", "terms"),
    Gap.INTEREST: (_l("Skriv i villkoren vad som gäller vid sen betalning."), "details", "terms"),
    Gap.INSURANCE: (_l("Skriv i villkoren vilka försäkringar ni har."), "details", "terms"),
}


def rows(found: Found, quote_n: int, *, but: Collection[Gap] = ()) -> list[GapRow]:
    """A row for each thing that is missing, what the law asks for first; `but` are told elsewhere."""
    base = url_for("quotes.show", n=quote_n)
    pages = {
        "firm": cautions.firm_href(),
        "whom": f"{base}/kund",
        "customer": f"/kunder/{found.customer_n}/redigera",
        "details": f"{base}/uppgifter",
        "builder": f"{base}/redigera",
        "section": f"{base}/delar",
        "line": f"{base}/rader",
    }
    return [_row(gap, pages) for gap in found.missing if gap.code not in but]


def _row(gap: Missing, pages: dict[str, str]) -> GapRow:
    text, page, anchor = _WORDS[gap.code]
    address = pages[page] if gap.n is None else f"{pages[page]}/{gap.n}"
    return GapRow(*cautions.placed(str(text), address, anchor), gap.is_mandatory)
