"""Prövar ett bevispaket från Handslag, utan nät och utan Handslag.

    python verifiera.py avtal-paket.zip | mapp | avtal.pdf   [--nycklar nycklar.json]

Behöver Python 3.8 eller nyare och biblioteket cryptography. Skriver ut varje steg med ja, nej eller inte än.
Slutar med 0 bara om allt stämmer, 1 om något inte gör det, 2 om inget är fel men något inte går att visa än.

One file, the standard library and `cryptography`: it lies in every package, and is to run long after the server that
made it is gone. It shares no line with the program that keeps the chain, on purpose: a fault of reckoning there would
else agree with itself here. docs/evidence.md has the format; a test compares the two on random chains.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "handslag.bevis/1"
EARLIER = "tidigare.json"
PROOF, SIGNED = "bevis.json", "bevis.sig"
CANONICAL = ("offert.json", "avtal.json", PROOF)
NEEDED = ("avtal.pdf", "offert.json", "avtal.json", PROOF, SIGNED, "kedja.jsonl", "nycklar.json")
MOST_BYTES = 300 * 1024 * 1024  # of all files unpacked: a package is a few hundred kB
SLACK = timedelta(minutes=1)  # between two readings of one clock that is set right meanwhile

ARITHMETIC, KEY, CLOCK, BANKID = "arithmetic", "key", "clock", "bankid"
RESTS = {ARITHMETIC: "räkning", KEY: "utfärdarens nyckel", CLOCK: "utfärdarens klocka", BANKID: "BankID"}

# A yes of somebody who decides, by the act that tells of it.
WITNESSED = "doc.witnessed"
YES = ("quote.accepted", "contract.signed", "doc.late_acceptance", "doc.accepted_manually", WITNESSED)
UNDONE = ("doc.approvals_voided", "doc.manual_undone")
SENT = ("quote.sent", "contract.sent")
WAYS = {
    "mail": "länk till e-post",
    "sms": "länk i sms",
    "handed_over": "länk som företaget lämnade över",
    "on_site": "på företagets skärm",
    "manual": "svaret gavs på annat sätt",
}
FIRM_WAYS = {"password": "inloggad hos utfärdaren, med lösenordet nyss skrivet"}
METHODS = {
    "oral": "muntligt, enligt företaget",
    "link": "namn",
    "link_code": "namn och engångskod",
    "on_site": "namn",
    "manual_scan": "skriftligt, enligt en fil som företaget har sparat",
    "bankid": "BankID",
}
LEVELS = {
    "none": "ingen underskrift: företaget har antecknat svaret",
    "paper": "underskrift på papper, som företaget har skannat",
    "simple": "enkel elektronisk underskrift",
    "advanced": "avancerad elektronisk underskrift",
}


@dataclass(frozen=True)
class Step:
    """One thing that was tried. `holds` is None for what cannot be shown yet; then nothing is wrong either."""

    name: str
    holds: bool | None
    rests_on: str
    words: str = ""


class Broken(ValueError):
    """What is tried does not hold; the text says where."""


class NotYet(Exception):
    """What is tried has no proof yet; the text says what is missing."""


class Entry(NamedTuple):
    """An entry of the chain that the package tells whole."""

    seq: int
    act: str
    actor: str
    at: str
    data: dict[str, Any]


def check(files: Mapping[str, bytes], *, pdf: bytes | None = None, keys: bytes | None = None) -> list[Step]:
    """All steps over the files of a package by name. `pdf`: the sealed copy they came in. `keys`: a nycklar.json that
    was fetched elsewhere, used in place of the package's own. Never raises for what the files hold.
    """
    return _Check(files, pdf, keys).run()


def verdict(steps: Iterable[Step]) -> int:
    """0 only if all hold; 1 if something does not; 2 if nothing is wrong but something cannot be shown yet."""
    said = [step.holds for step in steps]
    if not said or False in said:
        return 1
    return 2 if None in said else 0


class _Check:
    """The steps in order; each leans on what the ones before it have read."""

    def __init__(self, files: Mapping[str, bytes], pdf: bytes | None, keys: bytes | None) -> None:
        self.files, self.pdf, self.keys = files, pdf, keys
        self.steps: list[Step] = []
        self.proof: dict[str, Any] = {}
        self.agreed: dict[str, Any] = {}
        self.content: dict[str, Any] = {}
        self.entries: list[Entry] = []
        self.end: tuple[int, str] = (0, "")
        self.links: dict[int, str] = {}  # after each entry, in hex

    def run(self) -> list[Step]:
        self._try("Alla filer finns", ARITHMETIC, self._complete)
        if self.steps[-1].holds is not True:
            return self.steps
        self._try("Filerna är de som bevis.json räknar upp", ARITHMETIC, self._listed)
        self._try("JSON-filerna har sin bestämda form", ARITHMETIC, self._canonical)
        self._try("bevis.json är undertecknad av utfärdaren", KEY, self._proof_signed)
        self._try("Det avtalade gäller just det här dokumentet", ARITHMETIC, self._agreed_on)
        self._try("Händelsekedjan hänger ihop, länk för länk", ARITHMETIC, self._chain)
        self._try("Kedjan säger att dokumentet låstes och skickades", ARITHMETIC, self._sent)
        self._try("De öppnade uppgifterna är de som kedjan band", ARITHMETIC, self._opened)
        contract = self.content.get("contract")
        if isinstance(contract, dict) and contract.get("firm_signer"):
            self._try("Företagets egen underskrift", KEY, self._firm_signed)
        for number, signer in enumerate(self._signers(), 1):
            self._try("Underskrift {}: {}".format(number, _clean(signer.get("name"))), *self._yes(signer))
        self._try("Alla som skulle har sagt ja", ARITHMETIC, self._all)
        if EARLIER in self.files:
            self._try("Händelserna på en annan installation, före flytten", KEY, self._earlier)
        self._try("Kontrollpunkten innehåller kedjan", ARITHMETIC, self._leaf)
        self._try("Kontrollpunkten är undertecknad av utfärdaren", KEY, self._checkpoint_signed)
        self._try("Kontrollpunkten är senare än sista underskriften", CLOCK, self._later)
        if self.pdf is not None:
            is_document = self.content.get("kind") == "document"  # a stranger's pages are never merged with ours
            begins = "PDF-filen börjar med det undertecknade, byte för byte"
            self._try("Det undertecknade ligger i PDF-filen" if is_document else begins, ARITHMETIC, self._begins)
            self._try("PDF-filens sigill är utfärdarens och täcker hela filen", KEY, self._sealed)
        return self.steps

    def _try(self, name: str, rests_on: str, step: Callable[[], str]) -> None:
        try:
            self._tell(name, True, rests_on, step())
        except NotYet as why:
            self._tell(name, None, rests_on, str(why))
        except Broken as why:
            self._tell(name, False, rests_on, str(why))
        except MemoryError:
            raise
        except Exception as error:  # a file may hold anything, and keys and certificates fall in ways of their own
            self._tell(name, False, rests_on, f"kan inte läsas ({type(error).__name__})")

    def _tell(self, name: str, holds: bool | None, rests_on: str, words: str) -> None:
        self.steps.append(Step(name, holds, rests_on, _printable(words)))

    def _complete(self) -> str:
        missing = [name for name in NEEDED if name not in self.files]
        _must(not missing, "saknas: " + ", ".join(missing))
        self.proof = _table(self.files[PROOF])
        _must(self.proof["schema"] == FORMAT, "okänt format: {}".format(_clean(self.proof["schema"])))
        self.content, self.agreed = (_table(self.files[name]) for name in ("offert.json", "avtal.json"))
        return "{} filer, avtal {}".format(len(self.files), _clean(self.proof["agreement"]))

    def _listed(self) -> str:
        listed = {row["name"]: row["sha256"] for row in self.proof["files"]}
        _must(len(listed) == len(self.proof["files"]), "ett namn står två gånger")
        extra = sorted(set(self.files) - set(listed) - {PROOF, SIGNED})
        _must(not extra, "räknas inte upp: " + _clean(", ".join(extra)))
        for name, sha256 in sorted(listed.items()):
            _must(name in self.files, "saknas: " + _clean(name))
            _must(_sha256(self.files[name]) == sha256, "ändrad: " + _clean(name))
        return f"{len(listed)} SHA-256 stämmer"

    def _canonical(self) -> str:
        for name in (*CANONICAL, *(name for name in ("checkpoint.json", EARLIER) if name in self.files)):
            _must(canonical(_table(self.files[name])) == self.files[name], name + " är omskriven")
        return "sorterade nycklar, inga mellanslag, UTF-8 i NFC"

    def _proof_signed(self) -> str:
        given = _table(self.files[SIGNED])
        self._verify(given["key"], given["signature"], b"\x05" + self.files[PROOF])
        return "nyckel " + _clean(given["key"])

    def _agreed_on(self) -> str:
        proof, agreed, content = self.proof, self.agreed, self.content
        _must(agreed["pdf_sha256"] == _sha256(self.files["avtal.pdf"]), "avtal.json gäller en annan PDF")
        _must(agreed["json_sha256"] == _sha256(self.files["offert.json"]), "avtal.json gäller ett annat innehåll")
        for name in ("quote", "number", "version"):
            _must(agreed[name] == content[name] == proof[name], f"{name} skiljer sig mellan filerna")
        _must(proof["kind"] == content.get("kind", "quote"), "bevis.json säger en annan sorts dokument")
        _must(proof["firm"]["id"] == content["firm"]["id"], "bevis.json nämner ett annat företag")
        for name in ("name", "orgnr"):
            _must(proof["firm"][name] == content["firm"][name], "företagets uppgifter skiljer sig mellan filerna")
        return "{} {}, version {}".format(
            {"quote": "offert", "contract": "kontrakt"}.get(proof["kind"], "dokument"),
            _clean(content["number"]),
            content["version"],
        )

    def _chain(self) -> str:
        """Own entries stand as the bytes that are hashed, the others as the hash of theirs."""
        lines = self.files["kedja.jsonl"].split(b"\n")
        _must(lines[-1] == b"", "sista raden är avbruten")
        anchor = _table(lines[0])
        seq, link = anchor["seq"], _hex32(anchor["link"])
        _must(seq >= 0 and (seq > 0 or link == b"\0" * 32), "början är ingen början")
        firm, obj = self.proof["firm"]["id"], "quote:{}".format(self.proof["quote"])
        others = 0
        for line in lines[1:-1]:
            seq += 1
            row = _table(line)
            _must(row["seq"] == seq, f"post {seq} saknas")
            if "content" in row:
                content, others = _hex32(row["content"]), others + 1
            else:
                _must(canonical(row) == line, f"post {seq} är omskriven")
                _must(row["firm"] == firm, f"post {seq} är ett annat företags")
                _must(":".join(row["obj"].split(":")[:2]) == obj, f"post {seq} gäller något annat")
                content = content_hash(line)
                self.entries.append(Entry(seq, row["act"], row["actor"], row["t"], row["data"]))
            link = link_hash(link, content)
            self.links[seq] = link.hex()
        chain = self.proof["chain"]
        self.end = seq, link.hex()
        told = (chain["before_seq"], chain["before_link"], chain["last_seq"], chain["last_link"])
        _must(told == (anchor["seq"], anchor["link"], seq, link.hex()), "slutar inte i länken som bevis.json nämner")
        words = "post {} till {}, {} av dem om avtalet".format(anchor["seq"] + 1, seq, len(self.entries))
        return words + (f"; {others} andra bara som fingeravtryck" if others else "")

    def _sent(self) -> str:
        pdf, json_ = _sha256(self.files["avtal.pdf"]), _sha256(self.files["offert.json"])
        version = self.agreed["version"]
        frozen = [one for one in self.entries if one.act == "doc.frozen" and one.data["version"] == version]
        for one in frozen:
            _must((one.data["pdf_sha256"], one.data["json_sha256"]) == (pdf, json_), "en annan fil låstes")
        sent = [one for one in self.entries if one.act in SENT and one.data["version"] == version]
        for one in (*sent, *self._yeses()):
            told = (one.data.get("doc_sha256", pdf), one.data["json_sha256"])
            _must(told == (pdf, json_), f"post {one.seq} nämner en annan fil")
        if self.proof["chain"]["left_out"] and not frozen:
            return "låstes före det stycke av kedjan som finns här; underskrifterna nämner samma fil"
        _must(bool(frozen), "ingen post låser versionen")
        return f"låst {frozen[0].at}, skickad {len(sent)} {'gång' if len(sent) == 1 else 'gånger'}"

    def _firm_signed(self) -> str:
        """The firm signs a contract when it sends it: the content names who, the chain when."""
        told, version = self.content["contract"]["firm_signer"], self.agreed["version"]
        found = [one for one in self.entries if one.act == "contract.signed" and one.data.get("role") == "firm"]
        found = [one for one in found if one.data["version"] == version]
        if self.proof["chain"]["left_out"] and not found:
            return f"{_clean(told['name'])}, före det stycke av kedjan som finns här"
        _must(len(found) == 1, "kedjan har ingen underskrift av företaget")
        (entry,) = found
        hashes = _sha256(self.files["avtal.pdf"]), _sha256(self.files["offert.json"])
        _must((entry.data["doc_sha256"], entry.data["json_sha256"]) == hashes, "företaget skrev under en annan fil")
        name = _opened_name(self.proof["opened"], entry.seq)
        _must(name in (None, told["name"]) and entry.data["way"] == told["way"], "någon annan skrev under i kedjan")
        return f"{_clean(told['name'])}, {_clean(entry.at)}, post {entry.seq}. {FIRM_WAYS.get(told['way'], '')}"

    def _opened(self) -> str:
        by_seq = {one.seq: one for one in self.entries}
        bound = {(one.seq, name) for one in self.entries for name, value in one.data.items() if _is_bound(value)}
        told = set()
        for row in self.proof["opened"]:
            place = row["seq"], row["field"]
            _must(place in bound and place not in told, "post {} binder inte {}".format(*map(_clean, place)))
            told.add(place)
            random = bytes.fromhex(row["random"])
            expected = commitment(random, _value(row))
            _must(len(random) == 32, "post {}: fel antal slumpbyte".format(row["seq"]))
            _must(
                by_seq[row["seq"]].data[row["field"]] == expected, "post {}: {} är ändrad".format(*map(_clean, place))
            )
        withheld = {(row["seq"], row["field"]) for row in self.proof["withheld"]}
        _must(not told & withheld and told | withheld == bound, "alla bundna uppgifter är inte redovisade")
        return f"{len(told)} öppnade, {len(withheld)} lämnas inte ut i det här paketet"

    def _signers(self) -> list[dict[str, Any]]:
        signers = self.proof.get("signers")
        return [one for one in signers if isinstance(one, dict)] if isinstance(signers, list) else []

    def _yes(self, signer: dict[str, Any]) -> tuple[str, Callable[[], str]]:
        return (BANKID if signer.get("method") == "bankid" else KEY), lambda: self._signed(signer)

    def _signed(self, signer: dict[str, Any]) -> str:
        """The entry of one's yes says what bevis.json does, and names what was agreed."""
        entry = {one.seq: one for one in self._yeses()}.get(signer["seq"])
        if entry is None:
            raise Broken("kedjan har inget sådant ja till det här avtalet")
        _must(entry.at == signer["at"], "tiden är en annan i kedjan")
        _must(signer["result"] == "approved", "svaret är inget ja")
        name = _opened_name(self.proof["opened"], entry.seq)
        _must(name in (None, signer["name"]), "namnet är ett annat i kedjan")
        way = "manual" if entry.act == "doc.accepted_manually" else entry.data.get("way", signer["way"])
        _must(way == signer["way"], "sättet är ett annat i kedjan")
        for field in ("method", "level"):
            _must(entry.data.get(field, signer[field]) == signer[field], "metod eller nivå är en annan i kedjan")
        _must((way == "manual") == (signer["level"] in ("none", "paper")), "nivån hör inte till sättet")
        _must((signer["method"] == "bankid") == (signer["level"] == "advanced"), "nivån hör inte till metoden")
        _must((entry.act == WITNESSED) == (signer["role"] == "witness"), "rollen är en annan i kedjan")
        how = [(WAYS, signer["way"]), (METHODS, signer["method"]), (LEVELS, signer["level"])]
        words = "{}, post {}. {}".format(
            _clean(entry.at), entry.seq, ", ".join(known.get(code, _clean(code)) for known, code in how)
        )
        words += ", bevittnar" if entry.act == WITNESSED else ""
        if "proof_sha256" in signer:
            return words + "; resten står i underskrivarens eget paket"
        mark = _sha256(signer["mark"].encode("utf-8")) if signer["mark"] else None
        _must(entry.data.get("mark_sha256") == mark, "den ritade underskriften är en annan i kedjan")
        words += ", ritad underskrift" if mark else ""
        self._consents(signer, entry)
        return words if name else words + "; namnet öppnas inte här"

    def _consents(self, signer: dict[str, Any], entry: Entry) -> None:
        before = [
            (one.data["kind"], one.data["text_sha256"])
            for one in self.entries
            if one.act == "consent.given" and one.actor == entry.actor and one.seq < entry.seq
        ]
        for one in signer["consents"]:
            _must(_sha256(one["text"].encode("utf-8")) == one["text_sha256"], "texten till ett kryss är ändrad")
            _must(not one["value"] or (one["kind"], one["text_sha256"]) in before, "ett kryss saknas i kedjan")

    def _yeses(self) -> list[Entry]:
        """The entries by which somebody has said yes to just this, and nothing has undone it since."""
        given: list[Entry] = []
        for one in self.entries:
            if self._is_yes(one):
                given.append(one)
            else:
                given = [yes for yes in given if not self._undoes(one, yes)]
        return given

    def _is_yes(self, entry: Entry) -> bool:
        about = entry.data.get("agreed_sha256") == _sha256(self.files["avtal.json"])
        return entry.act in YES and about and not _is_answer(entry) and entry.data["version"] == self.agreed["version"]

    def _undoes(self, entry: Entry, yes: Entry) -> bool:
        if _is_answer(entry):
            return bool(entry.data["answer"] == "refused")
        if entry.act not in UNDONE or entry.data["version"] != self.agreed["version"]:
            return False
        if entry.data.get("reason") == "taken_back":  # the own, and what witnesses have attested with it
            return yes.actor == entry.actor or yes.act == WITNESSED
        return True

    def _all(self) -> str:
        yeses, signers = self._yeses(), self._signers()
        _must(bool(yeses), "kedjan har inget ja till det här avtalet")
        _must([one["seq"] for one in signers] == [one.seq for one in yeses], "bevis.json nämner andra än kedjan")
        wanted = 1 + len(self.content.get("deciders") or [])
        _must(len({one.actor for one in yeses}) == len(yeses), "samma länk har sagt ja två gånger")
        if yeses[0].act != "doc.accepted_manually":
            first = next(one for one in self.entries if self._is_yes(one))
            _must(self.agreed["accepted_at"] == first.at, "avtal.json nämner en annan tid än kedjan")
        if not self.proof["final"] or len(yeses) < wanted:
            raise NotYet(f"{len(yeses)} av {wanted} har sagt ja: avtalet är inte klart")
        _must(len(yeses) == wanted, "fler har sagt ja än de som skulle")
        answers = [one for one in self.entries if _is_answer(one)]
        if any(one.act == "doc.late_acceptance" for one in yeses):
            confirmed = [one for one in answers if one.seq > yeses[-1].seq and one.data["answer"] == "confirmed"]
            _must(bool(confirmed), "det sena svaret är inte bekräftat")
        elif len(yeses) > 1:
            done = [one for one in self.entries if one.act == "doc.all_signed" and one.seq > yeses[-1].seq]
            _must(bool(done) and done[-1].data["pdf_sha256"] == _sha256(self.files["avtal.pdf"]), "slutposten saknas")
        return f"{len(yeses)} av {wanted}"

    def _earlier(self) -> str:
        """Where the firm lived before: the issuer of the package vouches for the move, not for what happened there."""
        words, unsigned = [], []
        for home in _table(self.files[EARLIER])["homes"]:
            at = self.links.get(home["seq"], home["link"])
            _must(at == home["link"], "kedjan är en annan än när företaget flyttade")
            told = "till post {} på installation {}".format(home["seq"], _clean(home["installation"]))
            told += " ({})".format(_clean(home["address"])) if home["address"] else ""
            told += ", flyttad {}".format(_clean(home["arrived_at"])[:10])
            if home["proof"] is None:
                unsigned.append(told)
            else:
                told += ", undertecknad där med nyckel " + self._signed_there(home)
            words.append(told)
        said = "; ".join(words) + ". Utfärdaren av paketet har inte sett det som hände där"
        if unsigned:
            raise NotYet(said + ", och ingen kontrollpunkt följde med")
        return said

    def _signed_there(self, home: dict[str, Any]) -> str:
        """The key of the installation before that signed the chain as it was there."""
        given = home["proof"]
        leaf, point = given["leaf"], given["checkpoint"]
        _must(leaf["firm"] == self.proof["firm"]["id"] and leaf["seq"] <= home["seq"], "lövet är en annan kedjas")
        link = self.links.get(leaf["seq"])
        if link is None:
            raise NotYet("kontrollpunkten från den andra installationen gäller en annan del av kedjan")
        _must(leaf["link"] == link, "kedjan är en annan än den som undertecknades där")
        _must(root_from(leaf, given["path"]) == point["root"], "vägen leder inte till kontrollpunktens rot")
        _must(point["key"] in given["signatures"], "underskrift saknas av nyckeln som punkten nämner")
        self._verify(point["key"], given["signatures"][point["key"]], canonical(point), home["keys"])
        return _clean(point["key"])

    def _checkpoint(self) -> dict[str, Any]:
        if "checkpoint.json" not in self.files:
            _must(self.proof["checkpoint"] is None, "checkpoint.json saknas")
            raise NotYet("kontrollpunkt saknas än")
        return _table(self.files["checkpoint.json"])

    def _leaf(self) -> str:
        given = self._checkpoint()
        leaf, root = given["leaf"], given["checkpoint"]["root"]
        told = {"firm": self.proof["firm"]["id"], "link": self.end[1], "seq": self.end[0]}
        _must(leaf == told, "lövet är inte kedjans slut")
        node = root_from(leaf, given["path"])
        _must(node == root, "vägen leder inte till kontrollpunktens rot")
        _must(self.proof["checkpoint"] == given["checkpoint"]["n"], "bevis.json nämner en annan kontrollpunkt")
        return "kontrollpunkt {}, rot {}".format(given["checkpoint"]["n"], _clean(root))

    def _checkpoint_signed(self) -> str:
        given = self._checkpoint()
        point, message = given["checkpoint"], canonical(given["checkpoint"])
        signatures = given["signatures"]
        _must(point["key"] in signatures, "underskrift saknas av nyckeln som punkten nämner")
        for key, signature in signatures.items():
            self._verify(key, signature, message)
        return "nyckel " + _clean(point["key"]) + (" från nycklar.json i paketet" if self.keys is None else "")

    def _later(self) -> str:
        point, last = _moment(self._checkpoint()["checkpoint"]["t"]), _moment(self._yeses()[-1].at)
        times = f"{_spoken(point)} UTC, underskriften {_spoken(last)} UTC"
        if point + SLACK < last:  # it holds the entry of the yes, and so is younger, whatever the clock said
            raise NotYet(times + ": klockan ställdes tillbaka däremellan, så en av tiderna är fel")
        return times

    def _begins(self) -> str:
        original = self.files["avtal.pdf"]
        if self.content.get("kind") == "document":
            return f"originalet ligger som egen fil i paketet, {len(original)} byte"
        _must((self.pdf or b"").startswith(original), "PDF-filen börjar inte med avtal.pdf")
        return f"de första {len(original)} byten"

    def _sealed(self) -> str:
        """The evidence page too is what was sealed: nothing in the file is changed or added since."""
        pdf = self.pdf or b""
        listed = json.loads(self.keys if self.keys is not None else self.files["nycklar.json"])
        seals = {row["id"]: row["pem"] for row in listed["keys"] if row["kind"] == "seal"}
        found, why = [], Broken("PDF-filen har inget sigill")
        for one in _RANGE.finditer(pdf):  # an uploaded document may bring signatures of its own
            seal = Seal(pdf, *map(int, one.groups()))
            try:
                found.append((seal.end, seal.holds(seals)))
            except (Broken, IndexError, ValueError) as error:
                why = error if isinstance(error, Broken) else Broken("sigillet går inte att läsa")
        if not found:
            raise why
        end, named = max(found)
        if end < len(pdf):
            rest = f"{len(pdf) - end} byte"
            _must(_is_stamped(pdf, end), f"sigill {named} stämmer, men {rest} har lagts till efter det")
            raise NotYet(f"sigill {named} stämmer, men {rest} följer efter det med en tidsstämpel: de prövas inte här")
        return "sigill " + named

    def _verify(self, key_id: str, signature: str, message: bytes, others: list[dict[str, Any]] | None = None) -> None:
        """Ed25519 by a key that nycklar.json lists, or `others` do, under its own fingerprint."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

        if others is None:
            others = json.loads(self.keys if self.keys is not None else self.files["nycklar.json"])["keys"]
        rows = [row for row in others if row["kind"] == "ed25519" and row["id"] == key_id]
        _must(len(rows) == 1, f"nyckeln {_clean(key_id)} står inte i nycklar.json")
        public: Any = load_pem_public_key(rows[0]["pem"].encode("ascii"))
        _must(_sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw))[:16] == key_id, "nyckeln heter inte så")
        try:
            public.verify(base64.b64decode(signature, validate=True), message)
        except InvalidSignature:
            raise Broken(f"underskriften med nyckel {_clean(key_id)} stämmer inte") from None


# -- Reckoning: written anew here, not shared with the program that made the package


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, NFC, UTF-8, whole numbers only. Raises Broken for what has no such form."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(unicodedata.normalize("NFC", value), ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(_text(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(_text(name) + ":" + _text(value[name]) for name in sorted(value)) + "}"
    raise Broken("ett tal med decimaler")


def content_hash(entry: bytes) -> bytes:
    """Of an entry as it is written in the chain."""
    return hashlib.sha256(b"\x00" + entry).digest()


def link_hash(before: bytes, content: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + before + content).digest()


def commitment(random: bytes, value: bytes) -> str:
    return "c:" + hmac.new(random, value, hashlib.sha256).hexdigest()


def root_from(leaf: dict[str, Any], path: Iterable[list[str]]) -> str:
    """The root that a leaf leads to, in hex. Raises Broken."""
    node = hashlib.sha256(b"\x02" + canonical(leaf)).digest()
    for side, other in path:
        _must(side in ("left", "right"), "vägen till roten går inte att läsa")
        pair = (_hex32(other), node) if side == "left" else (node, _hex32(other))
        node = hashlib.sha256(b"\x03" + pair[0] + pair[1]).digest()
    return node.hex()


def _table(data: bytes) -> dict[str, Any]:
    found = json.loads(data.decode("utf-8"))
    if not isinstance(found, dict):
        raise Broken("en fil har fel form")
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hex32(text: str) -> bytes:
    """The 32 bytes of 64 lower-case hex digits; nothing else, so that one value has one form."""
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise Broken("ett fingeravtryck har fel form")
    return bytes.fromhex(text)


def _is_bound(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("c:[0-9a-f]{64}", value) is not None


def _is_answer(entry: Entry) -> bool:
    """The firm's answer to a yes that came too late."""
    return entry.act == "doc.late_acceptance" and "answer" in entry.data


def _opened_name(opened: list[dict[str, Any]], seq: int) -> str | None:
    names = [_value(row) for row in opened if row["seq"] == seq and row["field"] in ("name", "by")]
    return unicodedata.normalize("NFC", names[0].decode("utf-8")) if names else None


def _value(row: dict[str, Any]) -> bytes:
    return bytes.fromhex(row["value_hex"]) if "value_hex" in row else row["value"].encode("utf-8")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def _spoken(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _clean(value: Any) -> str:
    """A text of a file that nobody has vouched for, fit to print on a terminal."""
    return _printable(str(value))[:120]


def _printable(text: str) -> str:
    """Without what commands a terminal, turns the direction of writing, or cannot be written at all."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _must(holds: bool, words: str) -> None:
    if not holds:
        raise Broken(words)


# -- The seal of the PDF: a CMS signature (RFC 5652) over all of the file but itself (ISO 32000-2, 12.8.1)

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_SIGNED_DATA, _DIGEST = "2a864886f70d010702", "2a864886f70d010904"
_SHA256, _ECDSA_SHA256 = "608648016503040201", "2a8648ce3d040302"


def _is_stamped(pdf: bytes, end: int) -> bool:
    """Whether what follows a seal says that it is a document time stamp over all of the file."""
    covers = [Seal(pdf, *map(int, one.groups())).end == len(pdf) for one in _RANGE.finditer(pdf, end)]
    return any(covers) and re.search(rb"/Type\s*/DocTimeStamp\b", pdf[end:]) is not None


class Der(NamedTuple):
    """One value of a DER structure (X.690): its tag, its content, and the whole."""

    tag: int
    body: bytes
    whole: bytes

    def parts(self) -> list[Der]:
        found, at = [], 0
        while at < len(self.body):
            one = _der(self.body, at)
            found.append(one)
            at += len(one.whole)
        return found


def _der(data: bytes, at: int = 0) -> Der:
    """The value that begins at a place. Raises Broken, IndexError."""
    size, begin = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        _must(1 <= count <= 4, "sigillet går inte att läsa")
        size, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
    _must(begin + size <= len(data), "sigillet är avkortat")
    return Der(data[at], data[begin : begin + size], data[at : begin + size])


class Seal:
    """One signature in a PDF: it covers the bytes 0 to `start` and from `after` to `end`; between them it stands."""

    def __init__(self, pdf: bytes, start: int, after: int, rest: int) -> None:
        self.pdf, self.start, self.after, self.end = pdf, start, after, after + rest

    def holds(self, seals: Mapping[str, str]) -> str:
        """The id of the issuer's seal that made it: SHA-256 of its certificate, shortened. Raises Broken."""
        gap = self.pdf[self.start : self.after]
        _must(re.fullmatch(rb"<[0-9A-Fa-f]+>", gap) is not None, "sigillet täcker inte hela filen")
        _must(self.end <= len(self.pdf), "filen är avkortad")
        covered = hashlib.sha256(self.pdf[: self.start] + self.pdf[self.after : self.end]).digest()
        info = _der(bytes.fromhex(gap[1:-1].decode("ascii"))).parts()
        _must(info[0].body.hex() == _SIGNED_DATA, "sigillet är av okänt slag")
        data = info[1].parts()[0].parts()
        signers = data[-1].parts()
        _must(len(signers) == 1, "sigillet har fler än en underskrift")
        signer = signers[0].parts()
        _must(signer[2].parts()[0].body.hex() == _SHA256, "sigillet räknar inte med SHA-256")
        attributes = signer[3]
        _must(attributes.tag == 0xA0, "sigillet är av okänt slag")
        digests = [one.parts()[1].parts() for one in attributes.parts() if one.parts()[0].body.hex() == _DIGEST]
        _must(len(digests) == 1 and len(digests[0]) == 1, "sigillet är av okänt slag")
        _must(digests[0][0].body == covered, "filen är ändrad sedan den förseglades")
        _must(signer[4].parts()[0].body.hex() == _ECDSA_SHA256, "sigillet är av okänt slag")
        signed = b"\x31" + attributes.whole[1:]  # as a SET, which is what is signed (RFC 5652, 5.4)
        certificates = next(one for one in data if one.tag == 0xA0).parts()
        return self._by(seals, [one.whole for one in certificates], signer[5].body, signed)

    def _by(self, seals: Mapping[str, str], certificates: list[bytes], signature: bytes, signed: bytes) -> str:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509 import load_pem_x509_certificate

        for name in sorted({_sha256(one)[:16] for one in certificates} & set(seals)):
            certificate = load_pem_x509_certificate(seals[name].encode("ascii"))
            _must(_sha256(certificate.public_bytes(Encoding.DER))[:16] == name, "sigillets certifikat heter inte så")
            public: Any = certificate.public_key()
            try:
                public.verify(signature, signed, ec.ECDSA(SHA256()))
            except InvalidSignature:
                raise Broken("sigillet är förfalskat eller skadat") from None
            return name
        raise Broken("sigillets certifikat står inte i nycklar.json")


# -- Where the files come from

_LEFT_BY_SYSTEMS = re.compile(r"\.|Thumbs\.db$|desktop\.ini$", re.IGNORECASE)
_STREAM = re.compile(rb"<<([^\x00]{0,4096}?/EmbeddedFile\b[^\x00]{0,4096}?)>>\s*stream(?:\r\n|\n)", re.DOTALL)
_LENGTH = re.compile(rb"/Length\s+(\d+)(\s+\d+\s+R)?")


def read(source: Path) -> tuple[dict[str, bytes], bytes | None]:
    """The files of a package by name, and the sealed PDF where they lie in one. Raises Broken, OSError."""
    if source.is_dir():
        found = [one for one in source.iterdir() if one.is_file() and not _LEFT_BY_SYSTEMS.match(one.name)]
        # some file systems write Ä as A and two dots
        return {unicodedata.normalize("NFC", one.name): one.read_bytes() for one in found}, None
    data = source.read_bytes()
    if data.startswith(b"%PDF-"):
        return unpack(inside(data)), data
    return unpack(data), None


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of the ZIP by name. Raises Broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = archive.infolist()
            _must(len({row.filename for row in rows}) == len(rows), "två filer i paketet heter lika")
            _must(sum(row.file_size for row in rows) <= MOST_BYTES, "paketet är för stort")
            return {row.filename: archive.read(row) for row in rows}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Broken(f"ZIP-filen går inte att läsa: {_clean(error)}") from None


def inside(pdf: bytes) -> bytes:
    """The one package that lies in a sealed PDF. Raises Broken.

    Reads only how our own papers are written: an embedded file is an object with a stream of its own, stored or
    deflated. It need not know the rest of the PDF, for the package proves itself.
    """
    found = [data for data in embedded(pdf) if data.startswith(b"PK\x03\x04") and PROOF.encode() in data]
    _must(bool(found), "PDF-filen har inget bevispaket i sig")
    _must(len(found) == 1, "PDF-filen har mer än ett bevispaket i sig")
    return found[0]


def embedded(pdf: bytes) -> list[bytes]:
    """The bytes of the files that are attached to a PDF of ours."""
    files, end = [], 0
    for head in _STREAM.finditer(pdf):
        if head.start() < end:  # bytes of the file before: of an uploaded document, say
            continue
        words, start = head.group(1).rsplit(b" obj", 1)[-1], head.end()
        length = _LENGTH.search(words)
        if length is None:
            continue
        size = int(length.group(1))
        if length.group(2):
            told = re.search(rb"(?<!\d)" + length.group(1) + rb"\s+0\s+obj\s+(\d+)", pdf)
            if told is None:
                continue
            size = int(told.group(1))
        end = start + size
        data = pdf[start:end]
        if b"/FlateDecode" in words:
            inflater = zlib.decompressobj()
            try:
                data = inflater.decompress(data, MOST_BYTES)
            except zlib.error:
                continue
        files.append(data)
    return files


# -- The command


def main(arguments: list[str] | None = None) -> int:
    """Print each step; the exit code of `verdict`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(description="Prövar ett bevispaket från Handslag. Inget nät behövs.")
    parser.add_argument(
        "fil", nargs="?", default=".", help="paketet (ZIP), mappen det packats upp i, eller avtalet (PDF)"
    )
    parser.add_argument("--nycklar", type=Path, help="en nycklar.json som du har hämtat på annat håll")
    given = parser.parse_args(arguments)
    try:
        files, pdf = read(Path(given.fil))
        keys = given.nycklar.read_bytes() if given.nycklar else None
    except (Broken, OSError) as error:
        _say(f"nej      Filen går att läsa: {_clean(error)}")
        return 1
    try:
        import cryptography  # noqa: F401  (only whether it is there)
    except ImportError:
        _say("Biblioteket cryptography saknas. Installera det: pip install cryptography")
        return 1
    steps = check(files, pdf=pdf, keys=keys)
    for line in report(steps):
        _say(line)
    return verdict(steps)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def report(steps: list[Step]) -> list[str]:
    """The lines that are printed."""
    said = {True: "ja", False: "nej", None: "inte än"}
    lines = [f"{said[one.holds]:<8} {one.name} [{RESTS[one.rests_on]}]\n         {one.words}" for one in steps]
    lines.append("")
    lines += [
        {
            0: "Allt stämmer.",
            1: "Något stämmer inte. Lita inte på paketet.",
            2: "Inget är fel, men allt går inte att visa än.",
        }[verdict(steps)],
        "Räkning: vem som helst kan göra om den, och den vilar inte på någon.",
        "Utfärdarens nyckel: jämför nyckelns id med kvittot du fick med e-post, eller med utfärdarens sida.",
        "Utfärdarens klocka: tiderna är serverns egna. Ordningen mellan händelserna vilar på räkning.",
    ]
    if not any(one.rests_on == BANKID for one in steps):
        lines.append("BankID: inget steg vilar på BankID.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
