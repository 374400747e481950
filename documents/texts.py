"""The law's part of the papers, in our own words. A change gets a new version; old versions stay with what was frozen.

Not in the catalogue, where a text could change under its version: each version stands here in every language.

Sources: lag (2005:59) 2 kap. 2, 10-15 §§ (withdrawal); konsumenttjänstlagen (1985:716) 17, 36 §§; lag (2015:671);
mervärdesskattelagen (2023:200) 16 kap. 13 §, 17 kap. 24 § (reverse charge);
lag (2009:194) and Skatteverket's pages on rot and rut (invoice model, payment, refusal). See docs/rules/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import languages
from documents.format import GREEN, installation_name, kr, kr_whole
from domain.phones import spoken
from languages import ENGLISH, SWEDISH
from languages import gettext as _

_Texts: TypeAlias = dict[str, dict[str, tuple[str, ...]]]  # version, language: one text for each paragraph

_WITHDRAWAL: _Texts = {
    "2026-11-20": {
        SWEDISH: (
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
        ),
        ENGLISH: (
            "If you approve the quote online, you may withdraw from the contract within {days} days of the day it"
            " was entered into, without giving any reason. If the last day is a Saturday, a Sunday or another "
            "public holiday, the next working day counts.",
            "How to do it: open the page where you approved and choose Withdraw from contract here, or send a "
            "clear statement, for example a letter or an e-mail, to {firm}. You receive a withdrawal form "
            "together with the contract, but you do not have to use it. It is enough to send the statement before"
            " the period has ended.",
            "If you withdraw from the contract we pay back what you have paid, without delay and no later than 14"
            " days from the day we received your statement, in the same way as you paid and at no cost to you.",
            "If you want the work to begin before the withdrawal period has ended, you must expressly ask for it."
            " If you then withdraw from the contract, you pay for the part that has already been carried out, in "
            "proportion to the whole price. When the service has been fully performed the right of withdrawal "
            "ends, if you agreed to that when you asked for the work to begin.",
        ),
    },
}

_CONSUMER: _Texts = {
    "2026-11-20": {
        SWEDISH: (
            "Konsumenttjänstlagen gäller. Upptäcker du ett fel meddelar du oss inom skälig tid; två månader är alltid "
            "i tid. Du kan reklamera i tre år, och i tio år när arbetet gäller mark, byggnader eller annat som sitter "
            "fast.",
            "Blir vi inte överens kan du vända dig till Allmänna reklamationsnämnden, Box 174, 101 23 Stockholm, "
            "www.arn.se.",
        ),
        ENGLISH: (
            "The Swedish Consumer Services Act (konsumenttjänstlagen) applies. If you find a fault, tell us "
            "within a reasonable time; two months is always in time. You may complain for three years, and for "
            "ten years when the work concerns land, buildings or other things that are fixed in place.",
            "If we cannot agree, you can turn to the Swedish National Board for Consumer Disputes (Allmänna "
            "reklamationsnämnden), Box 174, 101 23 Stockholm, www.arn.se.",
        ),
    },
}

_DEDUCTION: _Texts = {
    "2026-11-20": {
        SWEDISH: (
            "Vi använder fakturamodellen: avdraget dras av på fakturan, och vi begär samma belopp från Skatteverket.",
            "Avdraget är preliminärt. Säger Skatteverket nej till hela eller en del av det, till exempel för att ditt "
            "avdrag för året redan är använt eller för att du inte uppfyller villkoren, betalar du den delen till oss "
            "mot en tilläggsfaktura. Det gäller inte om felet är vårt, till exempel om vi begär pengarna för sent.",
            "Betala elektroniskt, till exempel med bankgiro, kort eller Swish. Kontant betalning ger ingen rätt till "
            "avdrag. Dagen då pengarna lämnar ditt konto avgör vilket års avdrag som används.",
        ),
        ENGLISH: (
            "We use the invoice model: the deduction is taken off the invoice, and we claim the same amount from "
            "the Swedish Tax Agency (Skatteverket).",
            "The deduction is preliminary. If the Tax Agency refuses all or part of it, for example because you "
            "have already used your deduction for the year or because you do not meet the conditions, you pay "
            "that part to us against an additional invoice. This does not apply if the fault is ours, for example"
            " if we claim the money too late.",
            "Pay electronically, for example by bankgiro, card or Swish. Cash gives no right to the deduction. "
            "The day the money leaves your account decides which year’s deduction is used.",
        ),
    },
    "2026-11-21": {
        SWEDISH: (
            "Vi är överens om fakturamodellen: avdraget dras av på fakturan, och vi begär samma belopp från "
            "Skatteverket.",
            "Avdraget är preliminärt. Det betyder att Skatteverket bestämmer om det först när arbetet är gjort och "
            "du har betalat din del, och att det kan bli mindre. Säger Skatteverket nej till hela eller en del av "
            "det, till exempel för att ditt avdrag för året redan är använt eller för att du inte uppfyller "
            "villkoren, betalar du den delen till oss mot en tilläggsfaktura. Det gäller inte om felet är vårt, till "
            "exempel om vi begär pengarna för sent.",
            "Betala elektroniskt, till exempel med bankgiro, kort eller Swish. Kontant betalning ger ingen rätt till "
            "avdrag. Dagen då pengarna lämnar ditt konto avgör vilket års avdrag som används.",
        ),
        ENGLISH: (
            "We agree to use the invoice model: the deduction is taken off the invoice, and we claim the same amount "
            "from the Swedish Tax Agency (Skatteverket).",
            "The deduction is preliminary. This means that the Tax Agency decides on it only when the work is done "
            "and you have paid your part, and that it may become smaller. If the Tax Agency refuses all or part of "
            "it, for example because you have already used your deduction for the year or because you do not meet "
            "the conditions, you pay that part to us against an additional invoice. This does not apply if the fault "
            "is ours, for example if we claim the money too late.",
            "Pay electronically, for example by bankgiro, card or Swish. Cash gives no right to the deduction. The "
            "day the money leaves your account decides which year’s deduction is used.",
        ),
    },
}

_REVERSE_CHARGE: _Texts = {
    "2026-11-21": {
        SWEDISH: (
            "Omvänd betalningsskyldighet: priserna är utan moms, och köparen redovisar momsen till Skatteverket. Det "
            "följer av 16 kap. 13 § mervärdesskattelagen (2023:200), som gäller byggtjänster till den som mer än "
            "tillfälligt säljer sådana tjänster. Rot- och rutavdrag ges inte.",
        ),
        ENGLISH: (
            "Reverse charge: the prices are without VAT, and the buyer accounts for the VAT to the Swedish Tax Agency "
            "(Skatteverket). This follows from chapter 16, section 13 of the Swedish VAT Act (mervärdesskattelagen "
            "2023:200), which concerns construction services to a buyer that sells such services more than "
            "occasionally. No rot or rut deduction is given.",
        ),
    },
}


def withdrawal(version: str, firm: Mapping[str, Any], days: int) -> list[str]:
    """Information on the right of withdrawal, one paragraph each. Raises KeyError for an unknown version."""
    reached = ", ".join(part for part in (firm["name"], address_of(firm), firm["email"], spoken(firm["phone"])) if part)
    return [text.format(days=days, firm=reached) for text in _WITHDRAWAL[version][languages.code()]]


def consumer(version: str) -> list[str]:
    """Complaints and disputes, for a private customer. Raises KeyError for an unknown version."""
    return list(_CONSUMER[version][languages.code()])


def reverse_charge(version: str, customer: Mapping[str, Any]) -> list[str]:
    """That the buyer accounts for the VAT, and the number that says who it is (the law's 17 kap. 24 §).

    Raises KeyError for an unknown version.
    """
    number = customer["vat_number"]
    named = [_("Köparens momsnummer: %(number)s.", number=number)] if number else []
    return [*_REVERSE_CHARGE[version][languages.code()], *named]


def deduction(version: str, totals: Mapping[str, Any], paid_on: str | None) -> list[str]:
    """What holds for the preliminary deduction: amounts, year and rate, who pays if it is refused, how to pay.

    `totals` as in the frozen content. Raises KeyError for an unknown version.
    """
    amounts = []
    for share in totals["deductions"]:
        amounts.append(
            _green(share)
            if share["kind"] == GREEN
            else _(
                "Preliminärt %(kind)s-avdrag: %(rate)s %% av arbetskostnaden %(labour)s inkl. moms är %(amount)s.",
                kind=share["kind"].upper(),
                rate=share["rate_percent"],
                labour=kr(share["labour_gross_ore"]),
                amount=kr_whole(share["uncapped_kr"]),
            )
        )
        if share["amount_kr"] < share["uncapped_kr"]:
            amounts.append(
                _(
                    "Det är mer än en person kan få, därför räknar vi med %(amount)s. Är ni flera i hushållet kan ni "
                    "dela på avdraget när ni godkänner.",
                    amount=kr_whole(share["amount_kr"]),
                )
            )
    if any(share["kind"] == GREEN for share in totals["deductions"]):
        amounts.append(
            _(
                "För grön teknik räknas arbete och material, eller 97 procent av ett fast totalpris, och dagen för "
                "slutbetalningen avgör."
            )
        )
    if totals["deductions"] and all(len(share["shares_kr"]) == 1 for share in totals["deductions"]):
        amounts.append(_("Räknat på en person. Delar ni avdraget står vars och ens del i avtalet."))
    if paid_on:
        amounts.append(
            _(
                "Beräkningen utgår från betalning under %(year)s (väntad betalningsdag %(day)s). Betalar du ett annat "
                "år gäller det årets regler och det avdrag du har kvar då.",
                year=paid_on[:4],
                day=paid_on,
            )
        )
    return [" ".join(amounts), *_DEDUCTION[version][languages.code()]]


def _green(share: Mapping[str, Any]) -> str:
    return _(
        "Preliminärt skatteavdrag för grön teknik, %(what)s: %(rate)s %% av underlaget %(base)s inkl. moms är "
        "%(amount)s.",
        what=installation_name(share["installation"]),
        rate=share["rate_percent"],
        base=kr(share["labour_gross_ore"]),
        amount=kr_whole(share["uncapped_kr"]),
    )


def address_of(firm: Mapping[str, Any]) -> str:
    """Street and town on one line."""
    town = f"{firm['postal_code']} {firm['city']}".strip()
    return ", ".join(part for part in (firm["street"], town) if part)
