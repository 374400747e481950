"""What was found in a file, line by line, for the operator's terminal."""

from __future__ import annotations

from collections.abc import Iterator

from domain.authenticity import By, Result, Verdict, Where
from domain.findings import Facts, Package, Seal
from services.checking.verifying import Checked

EXIT = {Result.AUTHENTIC: 0, Result.ALTERED: 1} | dict.fromkeys(
    (Result.MOVED, Result.OTHER, Result.UNKNOWN, Result.UNREADABLE), 2
)
BY = {
    By.HASH: "the same bytes are kept here",
    By.SEAL: "sealed by this installation, and nothing has changed since",
    By.PROOF: "its proof is signed by this installation",
}
WHERE = {
    Where.FROZEN: "in the pages that were agreed to",
    Where.AFTER: "something stands after what was sent or sealed",
    Where.CUT: "the end is missing",
    Where.REWRITTEN: "it was saved anew by another program",
    Where.ATTACHMENT: "in the package that lies in it",
    Where.SEALED: "in what the seal covers",
    Where.CONTAINER: "in the seal itself, around the signature",
    Where.TIME: "the seal is of a time when its certificate was not valid",
    Where.NOT_OURS: "it says that it is of this installation, and is not by its key",
    Where.PROOF: "in the package: {file}",
}

MOVED_BY = {
    By.HASH: "the same bytes are kept here, as they came along",
    By.SEAL: "sealed by this installation later",
    By.PROOF: "its proof was packed by this installation later",
    By.KEY: "made with a key that came along",
}

UNFINISHED = "; others were still to sign, so it shows no agreement"


def lines(checked: Checked) -> Iterator[str]:
    """Each thing that was tried, and last what it comes to."""
    verdict = checked.verdict
    yield f"{'':5} SHA-256 {checked.sha256}"
    paper = verdict.paper
    if verdict.by is By.HASH and paper:
        what = f"receipt {paper.number} of an erasure" if paper.number else f"{paper.paper} of deal {paper.deal_id}"
        yield f"yes   kept here: {what}, {paper.at.isoformat(timespec='seconds')}"
        if paper.methods:
            yield f"{'':5} {len(paper.methods)} said yes: {', '.join(paper.methods)}"
    else:
        yield "no    kept here by these bytes"
    if checked.facts:
        yield from _inside(checked.facts)
    words = {
        Result.AUTHENTIC: f"AUTHENTIC: {BY[verdict.by]}{UNFINISHED if verdict.why else ''}" if verdict.by else "",
        Result.ALTERED: f"ALTERED: {WHERE[verdict.where].format(file=verdict.file)}" if verdict.where else "",
        Result.MOVED: _moved(verdict),
        Result.OTHER: "NOT KNOWN HERE: whole, and made with keys of another installation; ask there",
        Result.UNKNOWN: f"NOT KNOWN HERE ({verdict.why})",
        Result.UNREADABLE: f"CANNOT BE READ ({verdict.why})",
    }
    yield words[verdict.result]


def _moved(verdict: Verdict) -> str:
    home = verdict.home
    if home is None or verdict.by is None:
        return ""
    at = f" ({_printable(home.address)}, as the firm's archive says)" if home.address else ""
    told = f"MADE ON ANOTHER INSTALLATION{at}, moved here {home.arrived_at.date().isoformat()}: {MOVED_BY[verdict.by]}"
    return f"{told}. Nobody here has seen how it was made; ask there{UNFINISHED if verdict.why else ''}"


def _inside(facts: Facts) -> Iterator[str]:
    if facts.kind == "pdf" and not facts.seals:
        yield "no    seal that can be read"
    for seal in facts.seals:
        yield from _seal(seal)
    for package in facts.packages:
        yield from _package(package)


def _seal(seal: Seal) -> Iterator[str]:
    what = "time stamp" if seal.is_stamp else "seal"
    yield f"{_said(seal.is_intact)} {what} holds: {_printable(seal.name)}, certificate {seal.fingerprint[:16]}"
    yield f"{_said(seal.covers == 'entire_file')} {what} covers the whole file; added later: {seal.later}"
    if seal.at and not seal.is_stamp:
        is_in_time = seal.from_ <= seal.at <= seal.until
        yield f"{_said(is_in_time)} sealed while its certificate was valid: {seal.at.isoformat()}"
        yield f"{_said(seal.is_clean)} nothing but the signature in its container"


def _package(package: Package) -> Iterator[str]:
    if package.refused:
        yield f"no    package can be opened ({package.refused})"
    ours, its = ("by our keys", package.steps_by_us), ("by its own keys", package.steps)
    is_proven = bool(package.steps_by_us) and all(step.holds is not False for step in package.steps_by_us)
    for title, steps in (ours,) if is_proven else (its, ours):
        if steps:
            yield f"{'':5} package, {title}:"
        for step in steps:
            yield f"{_said(step.holds)} {_printable(step.name)} [{step.rests_on}] {_printable(step.words)}"


def _said(holds: bool | None) -> str:
    return {True: "yes  ", False: "no   ", None: "yet  "}[holds]


def _printable(text: str) -> str:
    """A stranger's text, fit for a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
