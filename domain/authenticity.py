"""What is concluded of a file that someone wants checked, from what is known here and what was found in it.

The order of belief: the same bytes are kept here; the installation's own seal over all of the file; the proof of a
package by the installation's own keys. A seal or a proof by other keys shows that the file is whole, and whom to ask.

What a firm brought along from another installation nobody here has seen happen: its archive, its keys and the name of
where it was are the firm's word alone. So a paper of before the move is never called authentic, whoever has sealed it
since; keys that came along are known, and vouch for the papers of their own firms and of nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from domain.findings import Facts, Home, Package, Seal, Step

# How the checker in each package names its steps (exchange/verifiera.py), and the file that each is about
SIGNED = "bevis.json är undertecknad"
ALL_SAID_YES = "Alla som skulle"
ABOUT = (
    ("Det avtalade", "avtal.json"),
    ("Händelsekedjan", "kedja.jsonl"),
    ("Kedjan", "kedja.jsonl"),
    ("Kontrollpunkten", "checkpoint.json"),
    ("PDF-filen", "avtal.pdf"),
)
_TOLD = re.compile(r"(?:^|: )([0-9a-zåäöA-ZÅÄÖ-]{1,40}\.(?:json|jsonl|pdf|py|txt|sig|b64|pem))\b")
SLACK = timedelta(hours=1)  # between clocks, and for a seal on its way while keys are changed
WHOLE = "entire_file"
UNFINISHED = "unfinished"  # it says so itself: others were still to sign when it was made
ARCHIVING = "lta_updates"  # what was added later is time stamps and what they rest on


class Result(StrEnum):
    AUTHENTIC = "authentic"
    ALTERED = "altered"
    MOVED = "moved"  # whole, and of another installation, which a firm has come from with it
    OTHER = "other"  # whole, and sealed by keys that are not of this installation
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


class By(StrEnum):
    """What says that it is authentic."""

    HASH = "hash"  # the same bytes are kept here
    SEAL = "seal"
    KEY = "key"  # of moved: a key that came along has sealed or signed it
    PROOF = "proof"  # each step of a package's proof, by our keys


class Where(StrEnum):
    """What was altered, as narrowly as it can be told."""

    FROZEN = "frozen"  # the pages that were agreed to
    AFTER = "after"  # something was added after what is known or sealed
    CUT = "cut"  # the end is missing
    REWRITTEN = "rewritten"  # saved anew by another program
    ATTACHMENT = "attachment"
    SEALED = "sealed"  # within what the seal covers
    CONTAINER = "container"  # in the seal itself, around the signature
    TIME = "time"  # sealed outside of the certificate's time
    NOT_OURS = "not_ours"  # says that it is of this installation; the key is another
    PROOF = "proof"  # a file of the package; `file` names the step


class OwnSeal(Struct, frozen=True):
    """One of this installation's certificates, present or past."""

    fingerprint: str
    name: str
    until: datetime | None  # when another took over


class Known(Struct, frozen=True):
    """A paper that is kept here. Nobody's name and no amount."""

    paper: str  # quote, agreement, package, erasure
    kind: str  # domain.deal_kinds
    deal_id: str
    sha256: str
    at: datetime
    methods: tuple[str, ...] = ()  # of those who said yes, in their order (domain/signing_methods.py)
    has_newer: bool = False
    firm: str = ""  # public id; never shown
    home: Home | None = None  # it came along from there
    number: str = ""  # of the receipt of an erasure


class Here(Struct, frozen=True):
    """What is known here that tells of a file."""

    papers: Mapping[str, Known]  # kept here, by SHA-256, of those in `hashes(facts)`
    own: Collection[OwnSeal]
    now: datetime
    named: Known | None = None  # the agreement that its package names, if it lives here
    homes: Mapping[str, Home] = {}  # keys that came along, of those in `keys(facts)`


class Verdict(Struct, frozen=True):
    result: Result
    by: By | None = None
    where: Where | None = None
    file: str = ""  # the step of a package that does not hold
    why: str = ""  # of unreadable: a word of the child's; of a package that is authentic: UNFINISHED, or empty
    paper: Known | None = None  # the same, what it begins with, or what its package names
    seal: Seal | None = None
    package: Package | None = None
    home: Home | None = None  # of moved


def judge(facts: Facts, here: Here) -> Verdict:
    """What the file is."""
    paper = here.papers.get(facts.sha256)
    if paper and not paper.home:
        return Verdict(Result.AUTHENTIC, By.HASH, paper=paper)
    inside = _judge_inside(facts, here)
    if paper and inside.result is not Result.AUTHENTIC:  # else of a firm that left and came back: our own key tells
        return Verdict(Result.MOVED, By.HASH, paper=paper, seal=inside.seal, home=paper.home)
    return inside


def _judge_inside(facts: Facts, here: Here) -> Verdict:
    if facts.kind == "pdf":
        return _judge_pdf(facts, here)
    if facts.kind == "zip" and facts.packages:
        return _judge_package(facts.packages[0], here)
    return Verdict(Result.UNREADABLE, why=facts.refused) if facts.refused else Verdict(Result.UNKNOWN, why="kind")


def hashes(facts: Facts) -> list[str]:
    """What to look for among the papers kept here."""
    return [facts.sha256, *(sha256 for _, sha256 in facts.beginnings)]


def keys(facts: Facts) -> list[str]:
    """Whose keys to look for among those that came along."""
    found = [*(seal.fingerprint for seal in facts.seals), *(package.signer for package in facts.packages)]
    return [one for one in found if one]


def _judge_pdf(facts: Facts, here: Here) -> Verdict:
    begins = next((here.papers[sha256] for _, sha256 in reversed(facts.beginnings) if sha256 in here.papers), None)
    seal = next((one for one in reversed(facts.seals) if not one.is_stamp), None)
    if seal is None:
        return _judge_unsealed(facts, begins, here.named)
    ours = next((one for one in here.own if one.fingerprint == seal.fingerprint), None)
    where = _fault(seal, facts.seals[-1], ours, here.now)
    if where is Where.SEALED:
        where = _narrowed(facts, begins)
    if begins and begins.paper != "quote" and where is not None:
        where = Where.AFTER  # all of a sealed paper is here, and more
    home = _home_of(here.homes.get(seal.fingerprint), begins, here.named)
    is_named_ours = any(one.name == seal.name for one in here.own)
    says_ours = is_named_ours or ((_is_ours(begins) or _is_ours(here.named)) and not home)
    if ours is None and says_ours and where in (None, Where.TIME):
        where = Where.NOT_OURS
    if where:
        return Verdict(Result.ALTERED, where=where, paper=begins, seal=seal)
    stamped = begins if begins and begins.paper == "agreement" else None
    if ours and (home := _made_elsewhere(facts.packages, stamped)):
        return Verdict(Result.MOVED, By.SEAL, paper=stamped, seal=seal, home=home)
    if ours:
        return Verdict(Result.AUTHENTIC, By.SEAL, paper=stamped, seal=seal)
    if home:
        return Verdict(Result.MOVED, By.KEY, seal=seal, home=home)
    return Verdict(Result.OTHER, seal=seal)


def _home_of(home: Home | None, *papers: Known | None) -> Home | None:
    """The installation of a key that came along, if the firms that brought it are those of the papers kept here.

    Anyone may bring the public keys of others: of a paper that nobody brought they say nothing.
    """
    whose = {paper.firm for paper in papers if paper}
    return home if home and whose and whose <= home.firms else None


def _is_ours(paper: Known | None) -> bool:
    """What a firm says it brought along makes no other's paper a forgery: anyone may write an archive."""
    return paper is not None and paper.home is None


def _made_elsewhere(packages: Sequence[Package], paper: Known | None) -> Home | None:
    """Where an agreement was made that was only sealed here: what our own package says, or the chain."""
    told = next((one.home for one in packages if one.home), None)
    return told or (paper.home if paper else None)


def _fault(seal: Seal, last: Seal, ours: OwnSeal | None, now: datetime) -> Where | None:
    if not seal.is_intact:
        return Where.SEALED
    if seal.covers != WHOLE and not _is_stamped(seal, last):
        return Where.AFTER
    until = min(seal.until, ours.until) if ours and ours.until else seal.until
    if seal.at is None or not seal.from_ <= seal.at <= until + SLACK or seal.at > now + SLACK:
        return Where.TIME
    # another's container may hold more, which only they can tell
    return None if seal.is_clean or ours is None else Where.CONTAINER


def _is_stamped(seal: Seal, last: Seal) -> bool:
    """Whether what follows the seal is time stamps and what they rest on, and the last of them covers all of it."""
    return seal.later == ARCHIVING and last.is_stamp and last.is_intact and last.covers == WHOLE


def _narrowed(facts: Facts, begins: Known | None) -> Where:
    """Where in a sealed file bytes differ, by what else the file holds."""
    if "cut" in facts.marks:
        return Where.CUT
    if "moved" in facts.marks:
        return Where.REWRITTEN
    package = facts.packages[0] if facts.packages else None
    if package and (package.refused or any(step.holds is False for step in package.steps[:2])):
        return Where.ATTACHMENT  # its files are not those that it lists
    if package and package.begins == "changed" and not begins:
        return Where.FROZEN
    return Where.SEALED


def _judge_unsealed(facts: Facts, begins: Known | None, named: Known | None) -> Verdict:
    """No signature that can be read: of ours all sealed papers have one, and a sent quote is known by its bytes."""
    if "cut" in facts.marks:
        return Verdict(Result.ALTERED, where=Where.CUT, paper=begins)
    if facts.marks and "in_place" not in facts.marks:
        return Verdict(Result.ALTERED, where=Where.REWRITTEN, paper=begins)
    if facts.marks and (begins is None or begins.paper == "quote"):
        return Verdict(Result.ALTERED, where=Where.SEALED)
    if begins:  # after a quote, the beginning of what makes it an agreement
        where = Where.CUT if begins.paper == "quote" and not facts.has_end else Where.AFTER
        return Verdict(Result.ALTERED, where=where, paper=begins)
    if _is_ours(named):
        return Verdict(Result.ALTERED, where=Where.NOT_OURS)
    if facts.refused:
        return Verdict(Result.UNREADABLE, why=facts.refused)
    return Verdict(Result.UNKNOWN, why="unsealed")


def _judge_package(package: Package, here: Here) -> Verdict:
    if package.refused:
        return Verdict(Result.UNREADABLE, why=package.refused)
    named = here.named
    why = UNFINISHED if _is_unfinished(package.steps_by_us or package.steps) else ""
    if _is_proven(package.steps_by_us):
        result = Result.MOVED if package.home else Result.AUTHENTIC
        ours = named if named and not named.home else None  # what came along tells nothing of what is ours
        return Verdict(result, By.PROOF, why=why, package=package, paper=ours, home=package.home)
    if _is_proven(package.steps):
        home = _home_of(here.homes.get(package.signer), named)
        if _is_ours(named) and not home:
            return Verdict(Result.ALTERED, where=Where.NOT_OURS, package=package, paper=named)
        if home:
            return Verdict(Result.MOVED, By.KEY, why=why, package=package, home=home)
        return Verdict(Result.OTHER, package=package)
    file = _file(package.steps) or _file(package.steps_by_us)
    if not file and not named:  # nothing is wrong, but nobody has signed it
        return Verdict(Result.UNKNOWN, why="unsigned", package=package)
    return Verdict(Result.ALTERED, where=Where.PROOF, file=file or "bevis.sig", package=package, paper=named)


def _is_proven(steps: Sequence[Step]) -> bool:
    """Nothing is wrong, and the issuer's key has signed the proof itself."""
    signed = any(step.holds and step.name.startswith(SIGNED) for step in steps)
    return signed and all(step.holds is not False for step in steps)


def _is_unfinished(steps: Sequence[Step]) -> bool:
    """Whether not all who were to sign had done so: what is there is true, and is no agreement."""
    return any(step.holds is None and step.name.startswith(ALL_SAID_YES) for step in steps)


def _file(steps: Sequence[Step]) -> str:
    """The file of the package that the first step that fails is about."""
    bad = next((step for step in steps if step.holds is False), None)
    if bad is None:
        return ""
    told = _TOLD.search(bad.words)
    return told[1] if told else next((file for name, file in ABOUT if bad.name.startswith(name)), "bevis.json")
