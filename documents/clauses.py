"""Our clauses of a contract, in plain words, and the clauses of a contract as they are printed.

Not in the catalogue: they are evidence, in the language of the contract. A changed word is a new version; old contracts
keep theirs, since the text is frozen with them. Wording our own, fields as the usual forms of the trade have them;
the law of each: docs/rules/contracts.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import languages
from documents import price
from documents.format import day_in_words, kr
from domain import clauses
from domain.clauses import Audience, Clause, Placeholder, Written
from domain.phones import spoken
from languages import ENGLISH, SWEDISH
from languages import gettext as _

VERSION = "2026-11-21"

_C, _S = Audience.CONSUMER, Audience.SMAHUS
_ALL = ""

# (clause, whom for): title and text. What has no words of its own for a small house takes a consumer's.
_SWEDISH: dict[tuple[str, str], tuple[str, str]] = {
    (Clause.PARTIES, _ALL): (
        "Parter",
        "Kontraktet gäller mellan {{företag}}, org.nr {{orgnr}}, som utför arbetet och kallas företaget, och {{kund}}, "
        "som beställer det och kallas beställaren. Adresser och kontaktuppgifter står i kontraktets början.",
    ),
    (Clause.SIGNING, _ALL): (
        "När avtalet finns",
        "Företaget skriver under när det skickar kontraktet. Inget avtal finns förrän alla som ska skriva under har "
        "gjort det. Säger någon av dem nej, eller går sista dagen ut, är ingen bunden.",
    ),
    (Clause.SITE, _ALL): (
        "Arbetsplats",
        "Arbetet utförs på {{arbetsplats}}. Beställaren ger företaget tillträde dit på vanlig arbetstid, och el, "
        "vatten och plats för material utan kostnad, om inget annat står i kontraktet.",
    ),
    (Clause.SCOPE, _ALL): (
        "Arbetet",
        "Företaget utför det som står på kontraktets rader, i den mängd och med det material som anges där. Arbetet "
        "utförs fackmässigt. Material ingår om inget annat står.",
    ),
    (Clause.SCOPE, _C): (
        "Arbetet",
        "Företaget utför det som står på kontraktets rader, i den mängd och med det material som anges där. Arbetet "
        "utförs fackmässigt. Företaget tar till vara beställarens intressen, samråder när det behövs och avråder från "
        "arbete som inte är till rimlig nytta. Material ingår om inget annat står.",
    ),
    (Clause.NOT_INCLUDED, _ALL): (
        "Det som inte ingår",
        "Det som inte står på raderna ingår inte. Under Ingår inte står det som särskilt undantas, och under Det här "
        "ordnar du det som beställaren själv svarar för, när kontraktet har de rubrikerna.",
    ),
    (Clause.PRICE, _ALL): (
        "Pris",
        "Priset är {{pris}}. {{pristyp}} Hur det är uträknat står i sammanställningen. Väljer beställaren tillval "
        "läggs deras pris till.",
    ),
    (Clause.PRICE, _C): (
        "Pris",
        "Priset är {{pris}}. {{pristyp}} Hur det är uträknat står i sammanställningen. Väljer beställaren tillval "
        "läggs deras pris till. Ett skatteavdrag är preliminärt. Säger Skatteverket nej, och beror det inte på "
        "företaget, betalar beställaren den delen inom tio dagar från att företaget begär det.",
    ),
    (Clause.PAYMENT, _ALL): (
        "Betalning",
        "Beställaren betalar enligt kontraktets betalningsplan. Utan plan betalar beställaren mot faktura när arbetet "
        "är klart, inom 30 dagar. Den som betalar för sent betalar ränta enligt räntelagen från förfallodagen.",
    ),
    (Clause.PAYMENT, _C): (
        "Betalning",
        "Beställaren betalar enligt kontraktets betalningsplan. Utan plan betalar beställaren mot faktura när arbetet "
        "är klart, inom 30 dagar. Beställaren kan begära en specificerad räkning, och får hålla inne så mycket av "
        "betalningen som säkrar ett krav på grund av fel eller dröjsmål. Den som betalar för sent betalar ränta enligt "
        "räntelagen från förfallodagen.",
    ),
    (Clause.PAYMENT, _S): (
        "Betalning",
        "Beställaren betalar enligt kontraktets betalningsplan, och bara för arbete som är utfört. Den sista delen, "
        "minst tio procent av priset, betalas när slutbesiktningen är godkänd. Beställaren kan begära en specificerad "
        "räkning, och får därutöver hålla inne så mycket som säkrar ett krav på grund av fel eller dröjsmål. Den som "
        "betalar för sent betalar ränta enligt räntelagen från förfallodagen.",
    ),
    (Clause.TIME, _ALL): (
        "Tid",
        "Arbetet börjar {{start}} och är klart {{färdigt}}. Tiden förlängs när beställaren, en avtalad ändring, ett "
        "beslut av en myndighet eller något annat utanför företagets kontroll hindrar arbetet. Företaget säger till "
        "så snart det märker ett hinder.",
    ),
    (Clause.CHANGES, _ALL): (
        "Ändringar och tillägg (ÄTA)",
        "Ändringar, tillägg och arbete som utgår avtalas i text, med pris och tid, innan de utförs.",
    ),
    (Clause.CHANGES, _C): (
        "Ändringar och tillägg (ÄTA)",
        "Ändringar, tillägg och arbete som utgår avtalas i text, med pris och tid, innan de utförs. Går beställaren "
        "inte att nå, eller kommer inget svar i tid, får företaget göra ett tillägg bara om priset är obetydligt "
        "eller lågt jämfört med hela arbetet, eller om det finns särskild anledning att tro att beställaren vill ha "
        "det gjort. Det som inte kan vänta utan fara för allvarlig skada ska företaget ändå göra.",
    ),
    (Clause.DELAY, _ALL): (
        "Dröjsmål",
        "Blir arbetet försenat av något som företaget svarar för ersätter det beställarens direkta kostnader. Dröjer "
        "tillträde, besked eller betalning från beställaren får företaget förlängd tid och ersättning för sina "
        "kostnader.",
    ),
    (Clause.DELAY, _C): (
        "Dröjsmål",
        "Blir arbetet inte klart i tid, och beror det inte på beställaren, får beställaren hålla inne betalning, kräva "
        "att arbetet görs och häva avtalet om dröjsmålet är av väsentlig betydelse. Beställaren får ersättning för sin "
        "skada, om företaget inte visar att den beror på ett hinder utanför dess kontroll.",
    ),
    (Clause.INSPECTION, _ALL): (
        "Genomgång och besiktning",
        "När arbetet är klart går parterna igenom det tillsammans och antecknar de fel som de ser. Företaget rättar "
        "dem inom skälig tid utan kostnad. Den som vill ha en besiktning av någon utomstående betalar den, om inget "
        "annat avtalas.",
    ),
    (Clause.INSPECTION, _S): (
        "Slutbesiktning",
        "Slutbesiktning görs om någon av parterna begär det. Företaget säger till i god tid när arbetet är så långt "
        "kommet, och beställaren utser en lämplig besiktningsman. Fel som visar sig inom två år från att besiktningen "
        "godkändes svarar företaget för, om det inte visar att de beror på något annat. Inom sex månader får "
        "beställaren lägga till fel som inte kom med.",
    ),
    (Clause.INSURANCE, _ALL): (
        "Försäkring",
        "Företaget har ansvarsförsäkring och försäkring av arbetet så länge det pågår, och visar bevis om dem när "
        "beställaren begär det.",
    ),
    (Clause.COMPLAINT, _ALL): (
        "Fel",
        "Beställaren säger till om ett fel inom skälig tid från att det märktes eller borde ha märkts, senast två år "
        "från att arbetet blev klart. Företaget rättar det inom skälig tid utan kostnad. Anmäl felet till {{företag}}, "
        "{{kontakt}}.",
    ),
    (Clause.COMPLAINT, _C): (
        "Fel och reklamation",
        "Beställaren säger till om ett fel inom skälig tid från att det märktes eller borde ha märkts. Inom två "
        "månader från att beställaren märkte det är alltid i tid. Den yttersta gränsen är tre år från att arbetet "
        "avslutades, och tio år för arbete på mark, byggnader och andra fasta saker. Företaget rättar felet utan "
        "kostnad inom skälig tid. Lagens regler om prisavdrag, hävning och skadestånd gäller. Anmäl felet till "
        "{{företag}}, {{kontakt}}.",
    ),
    (Clause.COMPLAINT, _S): (
        "Fel och reklamation",
        "Beställaren säger till om ett fel inom skälig tid från att det märktes eller borde ha märkts. Inom två "
        "månader från att beställaren märkte det är alltid i tid. Den yttersta gränsen är tio år från att "
        "slutbesiktningen godkändes eller, om ingen görs, från att arbetet avslutades. Företaget rättar felet utan "
        "kostnad inom skälig tid. Lagens regler om prisavdrag, hävning och skadestånd gäller. Anmäl felet till "
        "{{företag}}, {{kontakt}}.",
    ),
    (Clause.WITHDRAWAL, _ALL): (
        "Ångerrätt",
        "Beställaren får ångra avtalet inom 14 dagar från den dag det ingicks. Hur man gör står under rubriken "
        "Ångerrätt, och en blankett finns sist i kontraktet. Har beställaren begärt att arbetet börjar tidigare "
        "betalar beställaren för det som är utfört.",
    ),
    (Clause.DISPUTE, _ALL): (
        "Tvist",
        "Svensk lag gäller. En tvist som parterna inte löser själva prövas av allmän domstol.",
    ),
    (Clause.DISPUTE, _C): (
        "Tvist",
        "Löser parterna inte en tvist själva kan beställaren vända sig till Allmänna reklamationsnämnden (ARN), "
        "www.arn.se, Box 174, 101 23 Stockholm. En tvist kan också prövas av allmän domstol. Svensk lag gäller.",
    ),
}
_ENGLISH: dict[tuple[str, str], tuple[str, str]] = {
    (Clause.PARTIES, _ALL): (
        "Parties",
        "The contract is between {{företag}}, reg. no. {{orgnr}}, which does the work and is called the company, and "
        "{{kund}}, who orders it and is called the customer. Addresses and contact details stand at the beginning.",
    ),
    (Clause.SIGNING, _ALL): (
        "When there is a contract",
        "The company signs when it sends the contract. There is no contract until everyone who is to sign has done so. "
        "If one of them says no, or the last day passes, nobody is bound.",
    ),
    (Clause.SITE, _ALL): (
        "Work site",
        "The work is done at {{arbetsplats}}. The customer gives the company access during ordinary working hours, and "
        "electricity, water and space for material free of charge, unless the contract says otherwise.",
    ),
    (Clause.SCOPE, _ALL): (
        "The work",
        "The company does what stands on the lines of the contract, in the quantities and with the material stated "
        "there. The work is done professionally. Material is included unless otherwise stated.",
    ),
    (Clause.SCOPE, _C): (
        "The work",
        "The company does what stands on the lines of the contract, in the quantities and with the material stated "
        "there. The work is done professionally. The company looks after the customer's interests, consults when "
        "needed and advises against work that is of no reasonable benefit. Material is included unless otherwise "
        "stated.",
    ),
    (Clause.NOT_INCLUDED, _ALL): (
        "What is not included",
        "What does not stand on the lines is not included. Where the contract has headings for what is not included "
        "and what the customer arranges, they say what is excepted and what the customer is responsible for.",
    ),
    (Clause.PRICE, _ALL): (
        "Price",
        "The price is {{pris}}. {{pristyp}} How it is calculated stands in the summary. If the customer chooses "
        "options, their price is added.",
    ),
    (Clause.PRICE, _C): (
        "Price",
        "The price is {{pris}}. {{pristyp}} How it is calculated stands in the summary. If the customer chooses "
        "options, their price is added. A tax deduction is preliminary. If the Tax Agency refuses it, and this is not "
        "due to the company, the customer pays that part within ten days of the company asking for it.",
    ),
    (Clause.PAYMENT, _ALL): (
        "Payment",
        "The customer pays according to the contract's payment plan. Without a plan the customer pays on invoice when "
        "the work is done, within 30 days. Late payment carries interest under the Interest Act from the due date.",
    ),
    (Clause.PAYMENT, _C): (
        "Payment",
        "The customer pays according to the contract's payment plan. Without a plan the customer pays on invoice when "
        "the work is done, within 30 days. The customer may ask for an itemised bill, and may withhold as much of the "
        "payment as secures a claim because of a defect or delay. Late payment carries interest under the Interest Act "
        "from the due date.",
    ),
    (Clause.PAYMENT, _S): (
        "Payment",
        "The customer pays according to the contract's payment plan, and only for work that has been done. The last "
        "part, at least ten percent of the price, is paid when the final inspection is approved. The customer may ask "
        "for an itemised bill, and may besides withhold as much as secures a claim because of a defect or delay. Late "
        "payment carries interest under the Interest Act from the due date.",
    ),
    (Clause.TIME, _ALL): (
        "Time",
        "The work begins {{start}} and is done {{färdigt}}. The time is extended when the customer, an agreed change, "
        "a decision of an authority or something else beyond the company's control hinders the work. The company says "
        "so as soon as it notices a hindrance.",
    ),
    (Clause.CHANGES, _ALL): (
        "Changes and additions (ÄTA)",
        "Changes, additions and work that is left out are agreed in writing, with price and time, before they are "
        "done.",
    ),
    (Clause.CHANGES, _C): (
        "Changes and additions (ÄTA)",
        "Changes, additions and work that is left out are agreed in writing, with price and time, before they are "
        "done. If the customer cannot be reached, or no answer comes in time, the company may do additional work only "
        "if its price is trivial or low compared with the whole work, or if there is special reason to believe that "
        "the customer wants it done. What cannot wait without danger of serious damage the company does all the same.",
    ),
    (Clause.DELAY, _ALL): (
        "Delay",
        "If the work is late because of something the company is responsible for, it compensates the customer's direct "
        "costs. If access, information or payment from the customer is late, the company gets more time and "
        "compensation for its costs.",
    ),
    (Clause.DELAY, _C): (
        "Delay",
        "If the work is not done in time, and this is not due to the customer, the customer may withhold payment, "
        "demand that the work be done and rescind the contract if the delay is of substantial importance. The "
        "customer is compensated for the loss, unless the company shows that it is due to a hindrance beyond its "
        "control.",
    ),
    (Clause.INSPECTION, _ALL): (
        "Review and inspection",
        "When the work is done the parties go through it together and note the defects they see. The company remedies "
        "them within a reasonable time free of charge. Who wants an inspection by an outsider pays for it, unless "
        "otherwise agreed.",
    ),
    (Clause.INSPECTION, _S): (
        "Final inspection",
        "A final inspection is made if either party asks for it. The company gives notice in good time when the work "
        "has come so far, and the customer appoints a suitable inspector. For defects that appear within two years of "
        "the approved inspection the company is responsible, unless it shows that they are due to something else. "
        "Within six months the customer may add defects that were not listed.",
    ),
    (Clause.INSURANCE, _ALL): (
        "Insurance",
        "The company has liability insurance and insurance of the work while it goes on, and shows proof of them when "
        "the customer asks.",
    ),
    (Clause.COMPLAINT, _ALL): (
        "Defects",
        "The customer reports a defect within a reasonable time of when it was or should have been noticed, no later "
        "than two years from when the work was done. The company remedies it within a reasonable time free of charge. "
        "Report the defect to {{företag}}, {{kontakt}}.",
    ),
    (Clause.COMPLAINT, _C): (
        "Defects and complaints",
        "The customer reports a defect within a reasonable time of when it was or should have been noticed. Within two "
        "months of when the customer noticed it is always in time. The outer limit is three years from when the work "
        "was finished, and ten years for work on land, buildings and other fixed things. The company remedies the "
        "defect free of charge within a reasonable time. The rules of law on price reduction, rescission and damages "
        "apply. Report the defect to {{företag}}, {{kontakt}}.",
    ),
    (Clause.COMPLAINT, _S): (
        "Defects and complaints",
        "The customer reports a defect within a reasonable time of when it was or should have been noticed. Within two "
        "months of when the customer noticed it is always in time. The outer limit is ten years from when the final "
        "inspection was approved or, if none is made, from when the work was finished. The company remedies the defect "
        "free of charge within a reasonable time. The rules of law on price reduction, rescission and damages apply. "
        "Report the defect to {{företag}}, {{kontakt}}.",
    ),
    (Clause.WITHDRAWAL, _ALL): (
        "Right of withdrawal",
        "The customer may withdraw from the contract within 14 days of the day it was made. How to do it stands under "
        "the heading Right of withdrawal, and a form is last in the contract. If the customer has asked for the work "
        "to begin earlier, the customer pays for what has been done.",
    ),
    (Clause.DISPUTE, _ALL): (
        "Disputes",
        "Swedish law applies. A dispute that the parties do not solve themselves is tried by a general court.",
    ),
    (Clause.DISPUTE, _C): (
        "Disputes",
        "If the parties do not solve a dispute themselves, the customer may turn to the National Board for Consumer "
        "Disputes (ARN), www.arn.se, Box 174, 101 23 Stockholm. A dispute can also be tried by a general court. "
        "Swedish law applies.",
    ),
}
_TEXTS = {SWEDISH: _SWEDISH, ENGLISH: _ENGLISH}


def our_words(code: str, audience: str) -> tuple[str, str]:
    """Title and text of one of ours in the language at hand. Raises KeyError for a clause that is none of ours."""
    texts = _TEXTS[languages.code()]
    wanted = [audience, *([_C] if audience == _S else []), _ALL]
    return next(texts[code, one] for one in wanted if (code, one) in texts)


def said(clause: Written, audience: str) -> tuple[str, str]:
    """Its title and text, the firm's where it has written its own; placeholders still in it."""
    if clause.is_own:
        return clause.title, clause.text
    title, text = our_words(clause.code, audience)
    return clause.title or title, clause.text or text


def printed(written: Sequence[Written], audience: str, content: Mapping[str, Any]) -> list[dict[str, str]]:
    """The clauses of a contract, each {code, title, text}, filled in from the frozen `content`, in its language.

    Without the right of withdrawal its clause is left out.
    """
    values = _values(content)
    found = []
    for one in written:
        if one.code == Clause.WITHDRAWAL and not content["withdrawal"]["right"]:
            continue
        title, text = said(one, audience)
        found.append({"code": one.code, "title": title, "text": clauses.fill(text, values)})
    return found


def _values(content: Mapping[str, Any]) -> dict[str, str]:
    firm, site, sums = content["firm"], content["site"], content["totals"]
    place = ", ".join(part for part in (site["street"], f"{site['postal_code']} {site['city']}".strip()) if part)
    return {
        Placeholder.FIRM: firm["name"],
        Placeholder.ORGNR: firm["orgnr"],
        Placeholder.CONTACT: ", ".join(part for part in (spoken(firm["phone"]), firm["email"]) if part),
        Placeholder.CUSTOMER: content["customer"]["name"],
        Placeholder.NUMBER: content["number"],
        Placeholder.SITE: place or _("den plats som parterna kommer överens om"),
        Placeholder.PRICE: _price(content, sums),
        Placeholder.PRICE_TYPE: price.price_type(content, content["most_ore"]),
        Placeholder.START: _day(content["starts_on"]) or _("den dag som parterna kommer överens om"),
        Placeholder.FINISH: _("senast %(day)s", day=_day(content["finishes_on"]))
        if content["finishes_on"]
        else _("när det är utfört, utan fast slutdatum"),
    }


def _price(content: Mapping[str, Any], sums: Mapping[str, Any]) -> str:
    if content["reverse_charge"]:
        return _("%(kr)s exklusive moms", kr=kr(sums["net_ore"]))
    return _("%(kr)s inklusive moms", kr=kr(sums["gross_ore"]))


def _day(text: str | None) -> str:
    return _("den %(day)s", day=day_in_words(date.fromisoformat(text))) if text else ""
