"""The law's part of the papers, in our own words. A change gets a new version; old versions stay with what was frozen.

Sources: lag (2005:59) 2 kap. 2, 10-15 §§ (withdrawal); konsumenttjänstlagen (1985:716) 17, 36 §§; lag (2015:671);
lag (2009:194) and Skatteverket's pages on rot and rut (invoice model, payment, refusal). See docs/rules/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.format import kr, kr_whole
from domain.phones import spoken

_WITHDRAWAL = {
    "2026-11-20": (
        "Godkänner du offerten på webben får du ångra avtalet inom {days} dagar från den dag det ingicks, utan att "
        "ange något skäl. Är sista dagen en lördag, söndag eller annan helgdag gäller nästa vardag.",
        "Så här gör du: öppna sidan där du godkände och välj Ångra avtalet här, eller skicka ett tydligt "
        "meddelande, till exempel brev eller e-post, till {firm}. Du får en ångerblankett tillsammans med avtalet, "
        "men behöver inte använda den. Det räcker att du skickar meddelandet innan tiden har gått ut.",
        "Om du ångrar avtalet betalar vi tillbaka det du har betalat, utan dröjsmål och senast 14 dagar från den "
        "dag vi fick ditt meddelande, på samma sätt som du betalade och utan avgift för dig.",
        "Vill du att arbetet börjar innan ångertiden är slut måste du uttryckligen begära det. Ångrar du avtalet "
        "därefter betalar du för den del som redan är utförd, i proportion till hela priset. När tjänsten är helt "
        "utförd upphör ångerrätten, om du har godkänt det när du begärde att arbetet skulle börja.",
    )
}

_CONSUMER = {
    "2026-11-20": (
        "Konsumenttjänstlagen gäller. Upptäcker du ett fel meddelar du oss inom skälig tid; två månader är alltid "
        "i tid. Du kan reklamera i tre år, och i tio år när arbetet gäller mark, byggnader eller annat som sitter "
        "fast.",
        "Blir vi inte överens kan du vända dig till Allmänna reklamationsnämnden, Box 174, 101 23 Stockholm, "
        "www.arn.se.",
    )
}

_DEDUCTION = {
    "2026-11-20": (
        "Vi använder fakturamodellen: avdraget dras av på fakturan, och vi begär samma belopp från Skatteverket.",
        "Avdraget är preliminärt. Säger Skatteverket nej till hela eller en del av det, till exempel för att ditt "
        "avdrag för året redan är använt eller för att du inte uppfyller villkoren, betalar du den delen till oss "
        "mot en tilläggsfaktura. Det gäller inte om felet är vårt, till exempel om vi begär pengarna för sent.",
        "Betala elektroniskt, till exempel med bankgiro, kort eller Swish. Kontant betalning ger ingen rätt till "
        "avdrag. Dagen då pengarna lämnar ditt konto avgör vilket års avdrag som används.",
    )
}


def withdrawal(version: str, firm: Mapping[str, Any], days: int) -> list[str]:
    """Information on the right of withdrawal, one paragraph each. Raises KeyError for an unknown version."""
    reached = ", ".join(part for part in (firm["name"], address_of(firm), firm["email"], spoken(firm["phone"])) if part)
    return [text.format(days=days, firm=reached) for text in _WITHDRAWAL[version]]


def consumer(version: str) -> list[str]:
    """Complaints and disputes, for a private customer. Raises KeyError for an unknown version."""
    return list(_CONSUMER[version])


def deduction(version: str, totals: Mapping[str, Any], paid_on: str | None) -> list[str]:
    """What holds for the preliminary deduction: amounts, year and rate, who pays if it is refused, how to pay.

    `totals` as in the frozen content. Raises KeyError for an unknown version.
    """
    amounts = []
    for share in totals["deductions"]:
        kind = share["kind"].upper()
        amounts.append(
            f"Preliminärt {kind}-avdrag: {share['rate_percent']} % av arbetskostnaden {kr(share['labour_gross_ore'])} "
            f"inkl. moms är {kr_whole(share['uncapped_kr'])}."
            + (
                f" Det är mer än en person kan få, därför räknar vi med {kr_whole(share['amount_kr'])}. Är ni flera "
                "i hushållet kan ni dela på avdraget när ni godkänner."
                if share["amount_kr"] < share["uncapped_kr"]
                else ""
            )
        )
    if paid_on:
        amounts.append(
            f"Beräkningen utgår från betalning under {paid_on[:4]} (väntad betalningsdag {paid_on}). "
            "Betalar du ett annat år gäller det årets regler och det avdrag du har kvar då."
        )
    return [" ".join(amounts), *_DEDUCTION[version]]


def address_of(firm: Mapping[str, Any]) -> str:
    """Street and town on one line."""
    town = f"{firm['postal_code']} {firm['city']}".strip()
    return ", ".join(part for part in (firm["street"], town) if part)
