"""The tables as sheets for Excel: Swedish headings, kronor and quantities with decimal comma."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, String
from sqlalchemy.types import TypeEngine

from exchange import csv_sv
from exchange.csv_sv import Show
from languages import gettext as _
from tables.columns import UtcDateTime

# whole documents in a cell: they lie in json/ and bevis/, and a cell of Excel ends at 32,767 characters
LEFT_OUT = {
    ("quote_version", "content"),
    ("quote_template", "content"),
    ("contract_template_version", "clauses"),
    ("agreement", "agreed"),
    ("event", "entry"),
}
MADE_OF_OTHERS = {"search_text", "sort_name"}
_SCALES: dict[str, tuple[str, Show]] = {
    "_ore": ("_kr", csv_sv.hundredths),
    "_milli": ("", csv_sv.thousandths),
    "_bp": ("_percent", csv_sv.hundredths),
}

Column = tuple[str, TypeEngine[Any]]
Chunks = Iterable[Iterable[Sequence[Any]]]


def is_shown(table: str, column: str) -> bool:
    """Whether a column of the data is also one of the sheet."""
    return column not in MADE_OF_OTHERS and (table, column) not in LEFT_OUT


def sheet(columns: Sequence[Column], chunks: Chunks) -> Iterator[bytes]:
    """One table as CSV; the rows hold these columns in this order."""
    words = _words()
    header = [words.get(_renamed(name), _renamed(name)) for name, _kind in columns]
    return csv_sv.lines(header, [_show(name, kind) for name, kind in columns], chunks)


def personnummer(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file of personnummer: rows of applicant, agreement, name, twelve digits.

    The hyphen keeps Excel from reading a number.
    """
    shown = ((name, f"{digits[:8]}-{digits[8:]}", agreement) for _applicant, agreement, name, digits in rows)
    header = [_("Namn"), _("Personnummer"), _("Avtal")]
    return csv_sv.lines(header, [csv_sv.guarded, None, csv_sv.guarded], [shown])


def _renamed(column: str) -> str:
    for ending, (word, _show_it) in _SCALES.items():
        if column.endswith(ending):
            return column.removesuffix(ending) + word
    return column


def _show(column: str, kind: TypeEngine[Any]) -> Show | None:
    for ending, (_word, show) in _SCALES.items():
        if column.endswith(ending):
            return show
    if isinstance(kind, Boolean):
        return csv_sv.yes_or_no
    if isinstance(kind, UtcDateTime):
        return csv_sv.stockholm
    return csv_sv.guarded if isinstance(kind, String) else None


def _words() -> dict[str, str]:
    """Headings of the columns a firm reads; the rest keep their own names."""
    return {
        "name": _("Namn"),
        "number": _("Nummer"),
        "title": _("Rubrik"),
        "status": _("Status"),
        "version": _("Version"),
        "customer_name": _("Kund"),
        "gross_kr": _("Pris inkl. moms, kr"),
        "to_pay_kr": _("Att betala, kr"),
        "deduction_kr": _("Avdrag, kr"),
        "unit_price_kr": _("À-pris, kr"),
        "rot_kr": _("ROT, kr"),
        "rut_kr": _("RUT, kr"),
        "green_kr": _("Grön teknik, kr"),
        "quantity": _("Antal"),
        "unit": _("Enhet"),
        "vat_percent": _("Moms i procent"),
        "discount_percent": _("Rabatt i procent"),
        "kind": _("Typ"),
        "basis": _("Prisvy"),
        "deduction": _("Avdrag"),
        "work_type": _("Arbetstyp"),
        "is_option": _("Tillval"),
        "text": _("Text"),
        "note": _("Beskrivning"),
        "message": _("Meddelande"),
        "terms": _("Villkor"),
        "orgnr": _("Organisationsnummer"),
        "brf_orgnr": _("Föreningens organisationsnummer"),
        "fastighetsbeteckning": _("Fastighetsbeteckning"),
        "flat_number": _("Lägenhetsnummer"),
        "vat_number": _("Momsregistreringsnummer"),
        "f_skatt": _("F-skatt"),
        "sells_construction_services": _("Säljer byggtjänster"),
        "construction_checked_at": _("Byggtjänster, uppgiften lämnad"),
        "construction_checked_by": _("Byggtjänster, uppgiften av"),
        "reverse_charge": _("Omvänd betalningsskyldighet"),
        "contact": _("Kontaktperson"),
        "email": _("E-post"),
        "phone": _("Telefon"),
        "street": _("Gatuadress"),
        "postal_code": _("Postnummer"),
        "city": _("Ort"),
        "site_street": _("Arbetsplats, gata"),
        "site_postal_code": _("Arbetsplats, postnummer"),
        "site_city": _("Arbetsplats, ort"),
        "seat": _("Säte"),
        "website": _("Webbplats"),
        "bankgiro": _("Bankgiro"),
        "plusgiro": _("Plusgiro"),
        "role": _("Roll"),
        "sender": _("Avsändare"),
        "reason": _("Skäl"),
        "comment": _("Kommentar"),
        "to_address": _("Till"),
        "state": _("Läge"),
        "reply": _("Mottagarens svar"),
        "valid_until": _("Gäller till"),
        "paid_on": _("Betalas"),
        "starts_on": _("Start"),
        "finishes_on": _("Klart"),
        "withdraw_until": _("Ångerrätt till"),
        "sent_at": _("Skickad"),
        "created_at": _("Skapad"),
        "accepted_at": _("Godkänd"),
        "declined_at": _("Avböjd"),
        "received_at": _("Mottagen"),
        "score": _("Lätt att förstå, 1 till 5"),
        "given_at": _("Lämnat"),
        "archived_at": _("Arkiverad"),
        "act": _("Händelse"),
        "obj": _("Gäller"),
        "at": _("Tid"),
        "field": _("Fält"),
        "value": _("Värde"),
    }
