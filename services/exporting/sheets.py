"""The tables as sheets for Excel: Swedish headings, kronor and quantities with decimal comma."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from flask_babel import gettext as _

from exchange import csv_sv
from exchange.csv_sv import Cell
from models import Base
from services.privacy.register import TABLES

# whole documents in a cell: they lie in json/ and bevis/, and a cell of Excel ends at 32,767 characters
_LEFT_OUT = {("quote_version", "content"), ("agreement", "agreed"), ("event", "entry")}
_MADE_OF_OTHERS = {"search_text", "sort_name"}
_SCALES = {"_ore": (2, "_kr"), "_milli": (3, ""), "_bp": (2, "_percent")}


def sheet(table: str, rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """One table as CSV."""
    columns = _columns(table)
    words = _words()
    header = [words.get(_renamed(column), _renamed(column)) for column in columns]
    return csv_sv.lines(header, ([_cell(column, row[column]) for column in columns] for row in rows))


def personnummer(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """The file of personnummer, with the hyphen that keeps Excel from reading a number."""
    header = [_("Namn"), _("Personnummer"), _("Avtal")]
    shown = (
        [str(row["name"]), f"{str(row['personnummer'])[:8]}-{str(row['personnummer'])[8:]}", str(row["agreement"])]
        for row in rows
    )
    return csv_sv.lines(header, shown)


def _columns(table: str) -> list[str]:
    handed = {column.name: column.exported for column in TABLES[table].handed_out()}
    names = [
        column.name
        for column in Base.metadata.tables[table].columns
        if handed.get(column.name) == "clear"
        and column.name not in _MADE_OF_OTHERS
        and (table, column.name) not in _LEFT_OUT
    ]
    return [*names, "salt", "value"] if table == "event_value" else names


def _renamed(column: str) -> str:
    for ending, (_places, word) in _SCALES.items():
        if column.endswith(ending):
            return column.removesuffix(ending) + word
    return column


def _cell(column: str, value: object) -> Cell:
    if isinstance(value, int) and not isinstance(value, bool):
        for ending, (places, _word) in _SCALES.items():
            if column.endswith(ending):
                amount = Decimal(value).scaleb(-places)
                return amount if ending == "_ore" else amount.normalize()
    return cast("str | int | date | None", value)


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
        "archived_at": _("Arkiverad"),
        "act": _("Händelse"),
        "obj": _("Gäller"),
        "at": _("Tid"),
        "field": _("Fält"),
        "value": _("Värde"),
    }
