"""Look at strangers' files: a line of JSON and the files on standard input, a line of JSON for each on standard output.

Run as a program of its own (services/checking/looking.py): what reads a stranger's PDF has little memory and time, no
settings, no keys and no database, and takes nobody along when it falls. Of ours it imports two modules that need
nothing else: the reader of ZIP files and the checker that lies in each package.

First line: {"sizes": [bytes of each file], "nycklar": our published keys in base64}.
What is found of each file has the form of domain.findings.Facts.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import re
import resource
import sys
import types
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

MEMORY_BYTES = 448 * 1024 * 1024  # of address space
CPU_SECONDS = 20
OUTPUT_BYTES = 256 * 1024
MOST_REVISIONS = 12  # of which the beginnings are hashed
MOST_SEALS = 6
MOST_ATTACHMENTS = 20
MOST_ATTACHED_BYTES = 40 * 1024 * 1024
BLOCK = 4096

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_END = re.compile(rb"%%EOF")
_PUBLIC_ID = re.compile("[0-9A-Za-z_-]{1,40}")


class Refused(Exception):
    """Why a file cannot be read, in one word (templates/checking/_answer.html)."""


def main() -> None:
    _limit()
    _leave_out_aiohttp()
    sys.addaudithook(_stay_inside)
    logging.disable(logging.CRITICAL)  # pyHanko quotes the file in its warnings
    order = json.loads(sys.stdin.buffer.readline())
    own = base64.b64decode(order["nycklar"]) if order.get("nycklar") else None
    for size in order["sizes"]:
        found = look(sys.stdin.buffer.read(size), own)
        line = json.dumps(found).encode()
        if len(line) > OUTPUT_BYTES:
            line = json.dumps({"kind": found["kind"], "sha256": found["sha256"], "refused": "large"}).encode()
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


def look(data: bytes, own_keys: bytes | None) -> dict[str, Any]:
    """What one file is and what it holds."""
    found: dict[str, Any] = {"kind": _kind(data), "refused": "", "sha256": hashlib.sha256(data).hexdigest()}
    try:
        if found["kind"] == "pdf":
            found.update(_pdf(data, own_keys))
        elif found["kind"] == "zip":
            found["packages"] = [_package(data, own_keys)]
        elif not data:
            found["refused"] = "empty"
    except Refused as refused:
        found["refused"] = str(refused)
    except (MemoryError, RecursionError):
        found["refused"] = "large"
    return found


def _kind(data: bytes) -> str:
    """By the first bytes alone: a name says nothing."""
    if data[:4] == b"PK\x03\x04":  # before the other: a package may hold the beginning of a PDF this early
        return "zip"
    return "pdf" if b"%PDF-" in data[:1024] else "other"


# --- a PDF --------------------------------------------------------------------------------------------------------


def _pdf(data: bytes, own_keys: bytes | None) -> dict[str, Any]:
    found: dict[str, Any] = {"beginnings": list(_beginnings(data)), "marks": _marks(data)}
    found["has_end"] = b"%%EOF" in data[-1024:]
    if b"/Encrypt" not in data and b"/ByteRange" not in data and b"/EmbeddedFile" not in data and b"ObjStm" not in data:
        return found  # nothing to read further: spares loading pyHanko for most of what people try
    try:
        reader = _reader(data)
        if reader.encrypted:
            raise Refused("encrypted")
        found["seals"] = [_seal(seal, data) for seal in reader.embedded_signatures[:MOST_SEALS]]
        attached = list(_attached(reader))
    except Refused:
        raise
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # pyHanko raises some thirty kinds on a broken file, KeyError and AssertionError too
        return {**found, "refused": "large" if isinstance(error.__context__, MemoryError) else "broken"}
    found["attachments"] = [{"name": name[:120], "size": len(content)} for name, content in attached]
    zips = [content for name, content in attached if name.lower().endswith(".zip")]
    found["packages"] = [_package(content, own_keys, within=data) for content in zips]
    return found


def _beginnings(data: bytes) -> Iterator[dict[str, Any]]:
    """Where each revision ends, before the end of the file, and the SHA-256 of the file up to there."""
    ends: list[int] = []
    for mark in _END.finditer(data):
        rest = data[mark.end() : mark.end() + 2]
        after = 2 if rest == b"\r\n" else 1 if rest[:1] in (b"\n", b"\r") else 0
        ends += [mark.end()] + ([mark.end() + after] if after else [])
    digest, done = hashlib.sha256(), 0
    for end in ends[: 2 * MOST_REVISIONS]:
        digest.update(memoryview(data)[done:end])
        done = end
        if end < len(data):
            yield {"end": end, "sha256": digest.copy().hexdigest()}


def _marks(data: bytes) -> list[str]:
    """Of each signature by its bytes alone, which stay when the PDF can no longer be read: in_place, moved, cut."""
    found = []
    for numbers in list(_BYTE_RANGE.finditer(data))[:MOST_SEALS]:
        start, length, again, rest = (int(number) for number in numbers.groups())
        if start or data[length : length + 1] != b"<" or (again < len(data) and data[again - 1 : again] != b">"):
            found.append("moved")
        else:
            found.append("cut" if again + rest > len(data) else "in_place")
    return found


def _reader(data: bytes) -> Any:
    from pyhanko.pdf_utils.reader import PdfFileReader

    return PdfFileReader(BytesIO(data), strict=False)


def _seal(seal: Any, data: bytes) -> dict[str, Any]:
    """One signature: whose, when, over what, and whether it holds. Whom to trust is not asked here."""
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    certificate, at = seal.signer_cert, seal.self_reported_timestamp
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    is_stamp = str(_entry(seal.sig_object, "/Type")) == "/DocTimeStamp"
    if is_stamp:
        status: Any = validate_pdf_timestamp(seal, validation_context=context)
        at = status.timestamp
    else:
        status = validate_pdf_signature(seal, signer_validation_context=context)
    return {
        "is_stamp": is_stamp,
        "is_intact": bool(status.intact and status.valid),
        "covers": status.coverage.name.lower(),
        "later": status.modification_level.name.lower() if status.modification_level is not None else "other",
        "is_clean": _is_clean(seal, data),
        "name": _printable(str(certificate.subject.native.get("common_name", "")))[:120],
        "fingerprint": hashlib.sha256(certificate.dump()).hexdigest(),
        "at": _iso(at),
        "from": _iso(certificate.not_valid_before),
        "until": _iso(certificate.not_valid_after),
    }


def _printable(text: str) -> str:
    """A stranger's text, without what turns the direction of writing or cannot be written."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _is_clean(seal: Any, data: bytes) -> bool:
    """Whether nothing but the signature lies in its container. What cannot be read as ours are is not."""
    try:
        return _holds_only_the_signature(seal, data)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a form that ours never have: asn1crypto and cryptography raise a dozen kinds
        return False


def _holds_only_the_signature(seal: Any, data: bytes) -> bool:
    """Whether what lies between the two signed ranges is the signature and nothing else.

    No PDF signature covers it: the hexadecimal text must be in one case, its end zeros, the encoding the only one of
    these values, and each certificate the signer's own or one that vouches for it.
    """
    _, length, again, _ = (int(number) for number in seal.byte_range)
    gap = data[length:again]
    text = gap[1:-1]
    if gap[:1] != b"<" or gap[-1:] != b">" or text not in (text.lower(), text.upper()):
        return False
    try:
        raw = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return False
    from asn1crypto import cms  # type: ignore[import-untyped]  # it has no types

    size = _der(raw, 0, len(raw))
    if size is None or any(raw[size:]):
        return False
    signed = cms.ContentInfo.load(raw[:size], strict=True)["content"]
    inner, signers = signed["encap_content_info"], signed["signer_infos"]
    digest, named = signers[0]["digest_algorithm"], signers[0]["sid"].chosen
    return (
        named["issuer"].dump() == seal.signer_cert.issuer.dump()  # names are else compared without their capitals
        and [one.dump() for one in signed["digest_algorithms"]] == [digest.dump()]
        and (len(signers), signers[0]["version"].native, signed["version"].native) == (1, "v1", "v1")
        and (inner["content_type"].native, inner["content"].native, signed["crls"].native) == ("data", None, None)
        and (digest["algorithm"].native, digest["parameters"].native) == ("sha256", None)
        and signers[0]["signature_algorithm"].signature_algo == "ecdsa"
        and not signers[0]["unsigned_attrs"]
        and _only_its_chain(seal, signed)
    )


def _der(data: bytes, at: int, end: int) -> int | None:
    """Where the value that begins here ends, if it and all within it are in the one form that DER has for lengths."""
    if at + 2 > end or data[at] == 0 or data[at] & 0x1F == 0x1F:
        return None
    length, start = data[at + 1], at + 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(data[at + 2 : start], "big")
        if start > end or length < 0x80 or data[at + 2] == 0:
            return None
    elif length == 0x80:
        return None
    stop = start + length
    if stop > end:
        return None
    inside: int | None = start if data[at] & 0x20 else stop
    while inside is not None and inside < stop:
        inside = _der(data, inside, stop)
    return stop if inside == stop else None


def _only_its_chain(seal: Any, signed: Any) -> bool:
    """Each certificate in the container vouches for the one before; the last for itself."""
    from cryptography import x509

    certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    signer = x509.load_der_x509_certificate(seal.signer_cert.dump())
    waiting, child = [one for one in certificates if one != signer], signer
    while waiting:
        parent = next((one for one in waiting if one.subject == child.issuer), None)
        if parent is None:
            return False
        try:
            child.verify_directly_issued_by(parent)
            if len(waiting) == 1:
                parent.verify_directly_issued_by(parent)
        except Exception:  # InvalidSignature, ValueError, TypeError: it does not vouch
            return False
        waiting.remove(parent)
        child = parent
    return True


def _attached(reader: Any) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the attachments, within limits. Raises Refused."""
    names = _entry(reader.root, "/Names")
    tree = _entry(names, "/EmbeddedFiles") if names is not None else None
    left, seen, total = [tree] if tree is not None else [], 0, 0
    while left:
        node = left.pop(0).get_object()
        left += list(_entry(node, "/Kids") or ())[:MOST_ATTACHMENTS]
        pairs = list(_entry(node, "/Names") or ())
        for name, spec in zip(pairs[0::2], pairs[1::2], strict=False):
            seen += 1
            content = spec.get_object()["/EF"]["/F"].data
            total += len(content)
            if seen > MOST_ATTACHMENTS or total > MOST_ATTACHED_BYTES:
                raise Refused("large")
            yield str(name), content
        if len(left) > MOST_ATTACHMENTS:
            raise Refused("large")


def _entry(table: Any, name: str) -> Any:
    """What stands under a name, followed to the object that it names; None if nothing does."""
    return table[name] if name in table else None  # noqa: SIM401  (pyHanko's get follows no reference)


# --- a package ----------------------------------------------------------------------------------------------------


def _package(data: bytes, own_keys: bytes | None, *, within: bytes | None = None) -> dict[str, Any]:
    """The proof in a ZIP file: each step of the checker, by its own keys and by ours."""
    from exchange import safe_zip

    try:
        files = safe_zip.read(data)
    except safe_zip.BadZip as bad:
        return {"refused": str(bad)}
    frozen = files.get("avtal.pdf", b"")
    return {
        "refused": "",
        "begins": _begins(within, frozen) if within is not None else "",
        "named": _named(files),
        "signer": _signer(files),
        "home": _home(files),
        "steps": _steps(files, within, None),
        "steps_by_us": _steps(files, within, own_keys) if own_keys else [],
    }


def _begins(paper: bytes, frozen: bytes) -> str:
    """Whether the paper begins with the frozen pages: same, changed (most of it is there), other."""
    if frozen and paper.startswith(frozen):
        return "same"
    blocks = range(0, len(frozen), BLOCK)
    alike = sum(paper[at : at + BLOCK] == frozen[at : at + BLOCK] for at in blocks)
    return "changed" if alike * 2 >= len(blocks) > 1 or (alike and len(blocks) > 1) else "other"


def _named(files: dict[str, bytes]) -> str:
    """The public id of the agreement that the package is the proof of."""
    try:
        named = json.loads(files.get("bevis.json", b"{}"))["agreement"]
    except (ValueError, KeyError, TypeError):
        return ""
    return named if isinstance(named, str) and _PUBLIC_ID.fullmatch(named) else ""


def _signer(files: dict[str, bytes]) -> str:
    """SHA-256 of the key that the package's own list names as the one of bevis.sig; whether it is, the steps say."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        name = json.loads(files["bevis.sig"])["key"]
        pem = next(one["pem"] for one in json.loads(files["nycklar.json"])["keys"] if one["id"] == name)
        public: Any = load_pem_public_key(pem.encode())
        return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a file may hold anything
        return ""


def _home(files: dict[str, bytes]) -> dict[str, str] | None:
    """Where the package says that the agreement was made, before the firm came to its issuer."""
    if "tidigare.json" not in files:
        return None
    try:
        told = json.loads(files["tidigare.json"])["homes"][-1]
        at = datetime.fromisoformat(str(told["arrived_at"]))
        return {"address": _printable(str(told["address"]))[:200], "arrived_at": _iso(at)}
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a file may hold anything; that it is there says enough
        return {"address": "", "arrived_at": datetime.fromtimestamp(0, UTC).isoformat()}


def _steps(files: dict[str, bytes], pdf: bytes | None, keys: bytes | None) -> list[dict[str, Any]]:
    """The checker's steps, by the package's own keys or by ours."""
    from exchange import verifiera

    return [
        {"name": step.name, "holds": step.holds, "rests_on": step.rests_on, "words": step.words[:400]}
        for step in verifiera.check(files, pdf=pdf, keys=keys)
    ]


def _leave_out_aiohttp() -> None:
    """pyHanko loads a web client for its own time stamper: a third of its start and 15 MB, for what is not used."""
    client: Any = types.ModuleType("pyhanko.sign.timestamps.aiohttp_client")
    client.HTTPTimeStamper = client.AIOHttpTimeStamper = None
    sys.modules[client.__name__] = client


def _stay_inside(event: str, args: tuple[Any, ...]) -> None:
    """A paper names no address that is asked: no revocation list, no issuer's certificate."""
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.system"):
        raise PermissionError(event)


def _limit() -> None:
    os.nice(5)  # whoever waits for a page goes before a stranger's file
    with contextlib.suppress(OSError):  # on Linux: where the machine runs out of memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
