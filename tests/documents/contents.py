"""Contents of frozen quotes and agreements, built with the product's own arithmetic. Everyone in them is made up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.deductions import Applicant
from domain.quotes import NOTHING, Totals, amount_ore, as_data
from services.deal import figures

FIRM = {
    "id": "firm-public-id",
    "name": "Tumbredd Snickeri",
    "orgnr": "559999-0042",
    "f_skatt": True,
    "vat_number": "SE559999004201",
    "street": "Verkstadsvägen 2",
    "postal_code": "999 99",
    "city": "Lillhamra",
    "seat": "Lillhamra",
    "phone": "08-465 004 04",
    "email": "jonas@tumbredd.example",
    "website": "tumbredd.example",
    "bankgiro": "5050-1055",
    "plusgiro": "90 08 00-4",
    "contact": "Jonas Ek",
    "logo_sha256": None,
}


def line(key: str, text: str, quantity_milli: int, unit: str, price_ore: int, kind: str, **more: Any) -> dict[str, Any]:
    """One line; `more` overrides what is usual."""
    usual = {"note": "", "vat_percent": 25, "discount_bp": 0, "deduction": None, "work_type": None, "is_option": False}
    usual |= {"is_text": False, "is_recommended": False, "quantity_min_milli": None, "quantity_max_milli": None}
    fixed = {"key": key, "text": text, "quantity_milli": quantity_milli, "unit": unit, "kind": kind}
    return {**usual, **fixed, "unit_price_ore": price_ore, **more}


def words(key: str, text: str, note: str = "") -> dict[str, Any]:
    """Words between lines."""
    return line(key, text, 0, "", 0, "other", note=note, is_text=True)


def content(sections: Sequence[tuple[Any, ...]], **more: Any) -> dict[str, Any]:
    """A frozen content with totals. `more` overrides the top level; `firm` and `customer` are merged.

    A section is its title and lines, and perhaps a dict of what else it says.
    """
    whole = {
        "schema": "handslag.quote/1",
        "kind": "quote",
        "contract": None,
        "document": None,
        "lang": "sv",
        "quote": "k7m2abcdefghijklmnopqr",
        "number": "2026-041",
        "version": 1,
        "dated_on": "2026-11-18",
        "valid_until": "2026-12-18",
        "paid_on": "2026-12-18",
        "title": "Badrum, Granstigen 4",
        "message": "",
        "basis": "incl",
        "price_type": "fixed",
        "limit_percent": 15,
        "cap_ore": None,
        "markup_bp": None,
        "discount_bp": 0,
        "is_smahus": False,
        "payment_plan": [],
        "not_included": "",
        "customer_does": "",
        "starts_on": None,
        "finishes_on": None,
        "terms": "",
        "address": "https://handslag.example/o/k7m2abcdefghijklmnopqr",
        "site": {"street": "Granstigen 4", "postal_code": "999 99", "city": "Lillhamra"},
        "withdrawal": {"right": True, "days": 14, "text_version": "2026-11-20"},
        "deduction_terms": {"text_version": "2026-11-20"},
        "reverse_charge": None,
        **{name: value for name, value in more.items() if name not in ("firm", "customer")},
        "firm": {**FIRM, **more.get("firm", {})},
        "customer": {
            "kind": "private",
            "name": "Karin Almgren",
            "orgnr": "",
            "vat_number": "",
            "contact": "",
            "email": "karin.almgren@example.com",
            "phone": "",
            "street": "Granstigen 4",
            "postal_code": "999 99",
            "city": "Lillhamra",
            **more.get("customer", {}),
        },
    }
    whole["sections"] = [_section(str(place), *section) for place, section in enumerate(sections, 1)]
    sums = figures.totals(whole)
    whole["totals"] = _plain(sums)
    whole["most_ore"] = figures.most_ore(whole, sums)
    whole["payment_plan"] = figures.plan(whole, sums.to_pay_ore)
    return whole


def flat(**more: Any) -> dict[str, Any]:
    """All that a quote can say: price modes, discounts, choices, quantities, words, plan."""
    rot = {"deduction": "rot", "work_type": "bygg"}
    return content(
        [
            (
                "Kök",
                [
                    words("1", "Vi river det gamla köket först.", "Det tar en dag."),
                    line("2", "Rivning", 8_000, "tim", 69_000, "labour", discount_bp=500, **rot),
                    line("3", "Skåp", 1_000, "paket", 4_200_000, "material"),
                ],
                {"discount_bp": 1000},
            ),
            (
                "Badrum",
                [line("4", "Kakla vägg", 24_000, "m²", 78_000, "labour", **rot), words("5", "Fogen väljs på plats.")],
                {"price_mode": "no_rows"},
            ),
            (
                "El",
                [line("6", "Elarbete", 10_000, "tim", 72_000, "labour", **rot), words("7", "Enligt ritning E1.")],
                {"price_mode": "sum", "discount_bp": 250},
            ),
            (
                "Golv",
                [
                    line("8", "Ekparkett", 30_000, "m²", 64_900, "material", is_option=True, is_recommended=True),
                    line("9", "Klinker", 30_000, "m²", 81_000, "material", is_option=True),
                ],
                {"choice": "must"},
            ),
            (
                "Blandare",
                [
                    words("10", "Båda är av mässing."),
                    line("11", "Krom", 1_000, "st", 189_000, "material", is_option=True),
                    line("12", "Svart", 1_000, "st", 249_000, "material", is_option=True),
                ],
                {"choice": "one"},
            ),
            (
                "Hall",
                [
                    line(
                        *("13", "Hyllplan", 4_000, "st", 45_000, "material"),
                        quantity_min_milli=2_000,
                        quantity_max_milli=9_000,
                    ),
                    line("14", "Spegel", 1_000, "st", 320_000, "material", is_option=True),
                ],
            ),
        ],
        discount_bp=500,
        payment_plan=[
            part("start", share_bp=3000),
            part("stage", text="När köket är monterat", amount_ore=2_000_000),
            part("finish"),
        ],
        not_included="Målning av tak.\nTillstånd.",
        customer_does="Töm köket före start.",
        **{"price_type": "fixed", **more},
    )


def part(trigger: str, **more: Any) -> dict[str, Any]:
    """A part of a payment plan."""
    return {"trigger": trigger, "text": "", "share_bp": None, "amount_ore": None, "on": None, **more}


def bathroom(**more: Any) -> dict[str, Any]:
    """A private customer with ROT: three sections, eleven lines, three of them options."""
    rot = {"deduction": "rot", "work_type": "bygg"}
    return content(
        [
            (
                "Rivning",
                [
                    line("1", "Rivning av ytskikt och inredning", 16_000, "tim", 69_000, "labour", **rot),
                    line("2", "Bortforsling och deponi", 1_000, "st", 390_000, "other"),
                ],
            ),
            (
                "Tätskikt och kakel",
                [
                    line("3", "Tätskikt enligt branschregler", 14_000, "tim", 69_000, "labour", **rot),
                    line("4", "Kakelsättning, vägg", 24_000, "m²", 78_000, "labour", **rot),
                    line("5", "Klinker, golv", 5_500, "m²", 86_000, "labour", **rot),
                    line("6", "Tätskiktssystem", 11_000, "m²", 49_500, "material"),
                    line("7", "Kakel och klinker, vit matt", 30_000, "m²", 38_900, "material"),
                ],
            ),
            (
                "Inredning",
                [
                    line("8", "Montering av porslin och dusch", 9_000, "tim", 69_000, "labour", **rot),
                    line("9", "Kommod, wc och duschvägg", 1_000, "paket", 2_140_000, "material"),
                    line("10", "Golvvärme, el", 1_000, "st", 890_000, "material", is_option=True),
                    line("11", "Nisch i duschvägg", 3_000, "st", 85_000, "labour", is_option=True, **rot),
                ],
            ),
        ],
        **more,
    )


def entrance(**more: Any) -> dict[str, Any]:
    """A company, prices without VAT, two rates, öre, a discount."""
    return content(
        [
            (
                "",
                [
                    line("1", "Demontering av befintligt parti", 8_000, "tim", 62_050, "labour"),
                    line("2", "Entréparti i ek", 1_000, "st", 4_129_050, "material", note="RAL 7016.\nSex veckor."),
                    line("3", "Montering och drevning", 14_500, "tim", 62_050, "labour", discount_bp=1250),
                    line("4", "Skötselanvisning", 2_000, "st", 19_900, "other", vat_percent=6),
                ],
            )
        ],
        basis="excl",
        customer={"kind": "company", "name": "Åkermans AB", "orgnr": "556677-8899", "contact": "Börje Åkerman"},
        withdrawal={"right": False, "days": 14, "text_version": "2026-11-20"},
        **more,
    )


def long_quote(lines: int) -> dict[str, Any]:
    """Four sections with this many lines in all, some of them with long texts and notes."""
    extra = ", i flera steg efter varandra, med kontroll emellan och egen dokumentation av varje del"
    return content(
        [
            (
                f"Del {part}",
                [
                    line(
                        f"{part}-{row}",
                        f"Rad {part * 1000 + row}{extra if row % 7 == 3 else ''}",
                        (row + 1) * 500,
                        "tim",
                        69_000 + row * 1000,
                        "labour" if row % 2 else "material",
                        note="Med en anteckning." if row % 11 == 5 else "",
                    )
                    for row in range(lines // 4)
                ],
            )
            for part in range(1, 5)
        ]
    )


def agreed(frozen: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What two applicants agreed to, with the first option picked. `more` overrides the top level."""
    sums = _plain(figures.totals(frozen, ("10",), (Applicant(), Applicant())))
    shares = sums["deductions"][0]["shares_kr"] if sums["deductions"] else ()
    names = ("Karin Almgren", "Erik Almgren")
    consents = {
        "terms": ("Jag har läst offerten och godkänner villkoren.", True),
        "e_signature": ("Mitt namn gäller som underskrift på papper.", True),
        "start_within_period": ("Jag vill att arbetet börjar innan ångertiden är slut.", False),
    }
    return {
        "schema": "handslag.agreed/1",
        "quote": frozen["quote"],
        "number": frozen["number"],
        "version": frozen["version"],
        "json_sha256": "ab" * 32,
        "pdf_sha256": "cd" * 32,
        "picked": ["10"],
        "totals": sums,
        "applicants": [
            {"order": place, "name": name, "rot_kr": share, "rut_kr": 0}
            for place, (name, share) in enumerate(zip(names, shares, strict=False), 1)
        ],
        "home": {"kind": "house"},
        "name": "Karin Almgren",
        "consents": [
            {"kind": kind, "text_version": "1", "text_sha256": "0" * 64, "text": text, "value": value}
            for kind, (text, value) in consents.items()
        ],
        "button": {"text": "Beställ med betalningsskyldighet", "sha256": "0" * 64},
        "to_pay_ore": sums["to_pay_ore"],
        "total_ore": sums["gross_ore"],
        "accepted_at": "2026-11-20T08:14:36.123Z",
        **more,
    }


def chosen(frozen: dict[str, Any], picked: tuple[str, ...], quantities: dict[str, int]) -> dict[str, Any]:
    """What two applicants agreed to, with these options and quantities."""
    sums = figures.totals(frozen, picked, (Applicant(), Applicant()), quantities=quantities)
    return agreed(
        frozen,
        picked=list(picked),
        quantities=quantities,
        totals=_plain(sums),
        total_ore=sums.gross_ore,
        to_pay_ore=sums.to_pay_ore,
        most_ore=figures.most_ore(frozen, sums, figures.totals(frozen)),
        payment_plan=figures.plan(frozen, sums.to_pay_ore),
    )


def evidence(**more: Any) -> dict[str, Any]:
    """Evidence of an approval by mailed link."""
    return {
        "document_id": "k7m2abcdefghijklmnopqr",
        "firm_name": "Tumbredd Snickeri",
        "firm_actor": "Jonas Ek",
        "firm_at": "2026-11-18T15:20:04Z",
        "customer_name": "Karin Almgren",
        "accepted_at": "2026-11-20T08:14:36.123Z",
        "method": "Länk som skickades till beställarens e-postadress.",
        "events": [
            event("2026-11-18T15:20:04Z", "Skickade offerten", "Jonas Ek", "Inloggad, 198.51.100.7"),
            event("2026-11-20T08:14:36.123Z", "Godkände offerten", "Karin Almgren, 19571230-••••", "192.0.2.14"),
        ],
        "pdf_sha256": "9f2c41d70be863aa5e17c4907d3b8812f6a02c5d94e1b73f08ce6a9bd1453e70",
        "json_sha256": "1a" * 32,
        "agreed_sha256": "2b" * 32,
        "chain_link": "d0835744589b672a634b5fb8f715523963c80c3748d8576c79d48e41fc966592",
        "checkpoint": {"n": 41, "id": "e5" * 32, "at": "2026-11-20T08:14:40.000Z"},
        "check_address": "https://handslag.example/kontrollera",
        "personnummer_masked": ["19571230-••••", "19610729-••••"],
        **more,
    }


def event(at: str, what: str, who: str, trace: str) -> dict[str, str]:
    return {"at": at, "what": what, "who": who, "trace": trace}


def _section(
    key: str, title: str, lines: Sequence[dict[str, Any]], says: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    priced = [
        {**each, "total_ore": amount_ore(each["quantity_milli"], each["unit_price_ore"], each["discount_bp"])}
        for each in lines
    ]
    whole = {"key": key, "title": title, "price_mode": "rows", "discount_bp": 0, "choice": "", **says}
    whole["lines"] = priced
    return {**whole, "total_ore": figures.section_ore(whole), "labour_ore": figures.labour_ore(whole)}


def _plain(sums: Totals) -> dict[str, Any]:
    """As it comes back from the canonical JSON: lists and plain texts."""
    plain: dict[str, Any] = json.loads(json.dumps(as_data(sums)))
    return plain
