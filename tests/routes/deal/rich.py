"""A quote that uses all a quote can say: price modes, discounts, choices, quantities, words, plan."""

from __future__ import annotations

import json
from typing import Any

from extensions import db
from models import Quote, QuoteSection

PLAN = [
    {"trigger": "start", "text": "", "share_bp": 3000, "amount_ore": None, "on": None},
    {"trigger": "finish", "text": "", "share_bp": None, "amount_ore": None, "on": None},
]
PURCHASE_ORE = 98_765_431  # 987 654,31 kr: on no paper of a customer's


def make_rich(make: Any, firm: Any, customer: Any, **given: Any) -> Quote:
    """A draft with six sections. Lines 13 (must), 15 and 16 (one), 18 (option); 17 has a quantity to change."""
    values = {
        "discount_bp": 500,
        "payment_plan": json.dumps(PLAN),
        "not_included": "Målning av taket.",
        "customer_does": "Töm badrummet.",
    } | given
    quote = make.quote(firm, customer, lines=False, **values)
    rot = {"deduction": "rot", "work_type": "bygg"}
    steel = {"kind": "material", "purchase_price_ore": PURCHASE_ORE}
    section = _sections(quote)
    first = section(1, "Rivning", discount_bp=1000)
    make.line(quote, first, n=7, text="Vi börjar med rivningen", is_text=True, unit_price_ore=0, quantity_milli=0)
    make.line(
        *(quote, first),
        n=8,
        text="Rivning av ytskikt",
        quantity_milli=16000,
        unit="tim",
        **rot,
        purchase_price_ore=PURCHASE_ORE,
    )
    second = section(2, "Tätskikt", price_mode="no_rows")
    make.line(
        quote, second, n=9, text="Tätskikt på vägg", quantity_milli=24000, unit="m²", unit_price_ore=78_100, **rot
    )
    third = section(3, "El", price_mode="sum")
    make.line(quote, third, n=10, text="Elektriker", quantity_milli=10000, unit="tim", unit_price_ore=72_300, **rot)
    make.line(quote, third, n=11, text="Enligt ritning E1", is_text=True, unit_price_ore=0)
    fourth = section(4, "Golv", choice="must")
    make.line(
        *(quote, fourth), n=12, text="Ekparkett", unit_price_ore=1_947_000, is_option=True, is_recommended=True, **steel
    )
    make.line(quote, fourth, n=13, text="Klinker", unit_price_ore=2_430_000, is_option=True, **steel)
    fifth = section(5, "Blandare", choice="one")
    make.line(quote, fifth, n=14, text="Båda är av mässing", is_text=True, unit_price_ore=0)
    make.line(quote, fifth, n=15, text="Krom", unit_price_ore=189_000, is_option=True, **steel)
    make.line(quote, fifth, n=16, text="Svart", unit_price_ore=249_000, is_option=True, **steel)
    sixth = section(6, "Inredning")
    limits = {"quantity_min_milli": 2000, "quantity_max_milli": 9000}
    make.line(quote, sixth, n=17, text="Hyllplan", quantity_milli=4000, unit_price_ore=45_000, **limits, **steel)
    make.line(
        quote, sixth, n=18, text="Nisch", unit_price_ore=85_000, quantity_milli=3000, is_option=True, **rot, **limits
    )
    db.session.commit()
    return quote


def _sections(quote: Quote) -> Any:
    def section(n: int, title: str, **more: Any) -> QuoteSection:
        row = QuoteSection(firm_id=quote.firm_id, quote_id=quote.id, n=n, position=n, title=title, **more)
        db.session.add(row)
        db.session.flush()
        return row

    return section
