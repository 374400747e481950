"""The tables as sheets for Excel: Swedish headings, kronor and quantities with decimal comma.

In Swedish whoever asks for them: equal firms give equal files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, String
from sqlalchemy.types import TypeEngine

from exchange import csv_sv
from exchange.csv_sv import Show
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

# headings of the columns a firm reads; the rest keep their own names
WORDS = {
    "name": "Namn",
    "number": "Nummer",
    "title": "Rubrik",
    "status": "Status",
    "version": "Version",
    "customer_name": "Kund",
    "gross_kr": "Pris inkl. moms, kr",
    "to_pay_kr": "Att betala, kr",
    "deduction_kr": "Avdrag, kr",
    "unit_price_kr": "À-pris, kr",
    "rot_kr": "ROT, kr",
    "rut_kr": "RUT, kr",
    "green_kr": "Grön teknik, kr",
    "quantity": "Antal",
    "unit": "Enhet",
    "vat_percent": "Moms i procent",
    "discount_percent": "Rabatt i procent",
    "kind": "Typ",
    "basis": "Prisvy",
    "deduction": "Avdrag",
    "work_type": "Arbetstyp",
    "is_option": "Tillval",
    "text": "Text",
    "note": "Beskrivning",
    "message": "Meddelande",
    "terms": "Villkor",
    "orgnr": "Organisationsnummer",
    "brf_orgnr": "Föreningens organisationsnummer",
    "fastighetsbeteckning": "Fastighetsbeteckning",
    "flat_number": "Lägenhetsnummer",
    "vat_number": "Momsregistreringsnummer",
    "f_skatt": "F-skatt",
    "sells_construction_services": "Säljer byggtjänster",
    "construction_checked_at": "Byggtjänster, uppgiften lämnad",
    "construction_checked_by": "Byggtjänster, uppgiften av",
    "reverse_charge": "Omvänd betalningsskyldighet",
    "contact": "Kontaktperson",
    "email": "E-post",
    "phone": "Telefon",
    "street": "Gatuadress",
    "postal_code": "Postnummer",
    "city": "Ort",
    "site_street": "Arbetsplats, gata",
    "site_postal_code": "Arbetsplats, postnummer",
    "site_city": "Arbetsplats, ort",
    "seat": "Säte",
    "website": "Webbplats",
    "bankgiro": "Bankgiro",
    "plusgiro": "Plusgiro",
    "role": "Roll",
    "sender": "Avsändare",
    "reason": "Skäl",
    "comment": "Kommentar",
    "to_address": "Till",
    "state": "Läge",
    "reply": "Mottagarens svar",
    "valid_until": "Gäller till",
    "paid_on": "Betalas",
    "starts_on": "Start",
    "finishes_on": "Klart",
    "withdraw_until": "Ångerrätt till",
    "sent_at": "Skickad",
    "created_at": "Skapad",
    "accepted_at": "Godkänd",
    "declined_at": "Avböjd",
    "received_at": "Mottagen",
    "score": "Lätt att förstå, 1 till 5",
    "given_at": "Lämnat",
    "archived_at": "Arkiverad",
    "act": "Händelse",
    "obj": "Gäller",
    "at": "Tid",
    "field": "Fält",
    "value": "Värde",
}

Column = tuple[str, TypeEngine[Any]]
Chunks = Iterable[Iterable[Sequence[Any]]]


def is_shown(table: str, column: str) -> bool:
    """Whether a column of the data is also one of the sheet."""
    return column not in MADE_OF_OTHERS and (table, column) not in LEFT_OUT


def sheet(columns: Sequence[Column], chunks: Chunks) -> Iterator[bytes]:
    """One table as CSV; the rows hold these columns in this order."""
    header = [WORDS.get(_renamed(name), _renamed(name)) for name, _kind in columns]
    return csv_sv.lines(header, [_show(name, kind) for name, kind in columns], chunks)


def personnummer(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file of personnummer: rows of applicant, agreement, name, twelve digits.

    The hyphen keeps Excel from reading a number.
    """
    shown = ((name, f"{digits[:8]}-{digits[8:]}", agreement) for _applicant, agreement, name, digits in rows)
    header = ["Namn", "Personnummer", "Avtal"]
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
