"""LÄS-MIG.txt of an evidence package: what it is and how anyone tries it, in Swedish and then in English.

Not in the catalogue: whoever opens it years later may read either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SWEDISH = """\
BEVISPAKET
{what_sv} {number}, version {version}, avtal {agreement}
{firm}, org.nr {orgnr}
{final_sv}
Paketet visar vad som avtalades, vem som sa ja, när och hur, och att inget har ändrats sedan dess.
Det går att pröva utan Handslag och utan nät.

SÅ PRÖVAR DU
1. Packa upp paketet i en tom mapp.
2. Installera Python 3.8 eller nyare och biblioteket cryptography: pip install cryptography
3. Kör: python verifiera.py
Varje steg skrivs ut med ja eller nej. Programmet slutar med 0 bara om allt stämmer.
Lättare: släpp filen på {base_url}/kontrollera

VAD DU BEHÖVER LITA PÅ
Fingeravtrycken kan vem som helst räkna om. Kontrollpunkten och bevis.json är undertecknade med utfärdarens nyckel:
jämför nyckelns id med det i ditt kvitto (e-post) eller på {base_url}/kontrollera/nycklar.
Tiderna är utfärdarens klocka. Underskrifternas nivå står för var och en i bevis.json.

FILERNA
avtal.pdf        det som undertecknades, byte för byte
offert.json      samma innehåll som data
avtal.json       det som avtalades: val, pris, villkor, kryss
bevis.json       vem som sa ja, när och hur, och vad kedjans åtaganden döljer
bevis.sig        utfärdarens underskrift på bevis.json
kedja.jsonl      händelserna: avtalets egna hela, företagets andra bara som fingeravtryck
checkpoint.json  kontrollpunkten som binder kedjan, och vägen dit (saknas om ingen fanns än)
nycklar.json     utfärdarens publika nycklar
tidigare.json    installationen där avtalet kom till, om företaget har flyttat sedan dess
bilaga-*         fil som visar ett svar som gavs på annat sätt, om det finns en
verifiera.py     programmet som prövar allt detta

{for_sv}
"""
_ENGLISH = """
---

EVIDENCE PACKAGE
{what_en} {number}, version {version}, agreement {agreement}
{firm}, Swedish organisation number {orgnr}
{final_en}
This package shows what was agreed, who said yes, when and how, and that nothing has been changed since.
It can be tested without Handslag and without a network.

HOW TO TEST IT
1. Unpack it into an empty folder.
2. Install Python 3.8 or newer and the library cryptography: pip install cryptography
3. Run: python verifiera.py   (the words are Swedish: ja is yes, nej is no, inte än is not yet)
The exit code is 0 only if everything holds.
Easier: drop the file on {base_url}/kontrollera

WHAT YOU HAVE TO TRUST
Anyone can reckon the fingerprints anew. The checkpoint and bevis.json are signed with the issuer's key: compare its id
with the one in your receipt (e-mail) or at {base_url}/kontrollera/nycklar.
The times are the issuer's clock. The level of each signature is stated in bevis.json.

{for_en}
"""
_WHAT = {"quote": ("Offert", "Quote"), "contract": ("Kontrakt", "Contract"), "document": ("Dokument", "Document")}
_FOR = {
    "firm": (
        "Det här är företagets paket. Det har alla underskrivares uppgifter: lämna det inte vidare i onödan.",
        "This is the firm's package. It holds the data of all who signed: do not pass it on without need.",
    ),
    "party": (
        "Det här är en parts paket. Det har den egna bevisningen hel och de andras som resultat och fingeravtryck.",
        "This is one party's package. It holds that party's proof whole, and the others' as result and fingerprint.",
    ),
    "shared": (
        "Det här paketet ligger i avtalet som alla får. Adresser och nätadresser är utelämnade; de finns i var och ens "
        "eget paket och i företagets.",
        "This package lies in the agreement that everyone gets. Addresses are left out; they are in each one's own "
        "package and in the firm's.",
    ),
}
_NOT_FINAL = (
    "\nPRELIMINÄRT: avtalet är inte klart. Alla som ska ha inte sagt ja.\n",
    "\nPRELIMINARY: the agreement is not made yet. Not everyone has said yes.\n",
)


def render(proof: Mapping[str, Any], *, base_url: str) -> bytes:
    """The file, of what bevis.json says (services/proof/telling.py)."""
    what, whom = _WHAT[proof["kind"]], _FOR[proof["for"]]
    final = ("", "") if proof["final"] else _NOT_FINAL
    known = {
        "what_sv": what[0],
        "what_en": what[1],
        "for_sv": whom[0],
        "for_en": whom[1],
        "final_sv": final[0],
        "final_en": final[1],
        "firm": proof["firm"]["name"],
        "orgnr": proof["firm"]["orgnr"],
        "base_url": base_url,
    }
    same = {name: proof[name] for name in ("number", "version", "agreement")}
    return "\n".join(text.format(**known, **same) for text in (_SWEDISH, _ENGLISH)).encode()
