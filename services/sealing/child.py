"""Seal papers, or put a time stamp after a seal, one after the other: JSON and bytes come in, the same go out.

Run as a program of its own (services/sealing/making.py): pyHanko's half second of loading and its memory are gone with
it, it has no settings and no database, speaks to nobody but the time-stamp service it is given, and a fault in it takes
nobody along. It imports nothing of ours.

First a greeting: {"passphrase", "size"} and the PKCS#12 of this size, or {"tsa"}, the address of a time-stamp service:
then papers are stamped instead of sealed. After it any number of papers, each {"size", "reason", "attachments":
[{"name", "description", "size"}]} and the bytes in this order. The answer to each is {"size"} and the bytes, or
{"fault"}. JSON is one line. It ends where its input ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import resource
import sys
import time
import traceback
import types
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Any

MEMORY_BYTES = 768 * 1024 * 1024  # of address space: a paper is held three times, the largest upload too
CPU_SECONDS = 60  # for one paper
TSA_SECONDS = 10
MOST_TSA_BYTES = 64 * 1024
FIELD = "Sigill"


def main() -> None:
    gc.disable()  # loading makes no garbage
    _limit()
    _leave_out_aiohttp()
    _encode_once()
    asked: Any = sys.stdin.buffer  # that it can peek is not said
    told = sys.stdout.buffer
    head = json.loads(asked.readline())
    if "tsa" not in head:
        sys.addaudithook(_stay_inside)
    answer = begin(head, asked)
    gc.freeze()
    gc.enable()
    while asked.peek(1):
        _limit_time()
        told.write(answer(asked))
        told.flush()


def begin(head: dict[str, Any], asked: IO[bytes]) -> Callable[[IO[bytes]], bytes]:
    """What answers papers, after this greeting; one that fails does not take the others along."""
    work = _stamper(head["tsa"]) if "tsa" in head else _sealer(head["passphrase"], asked.read(head["size"]))
    faults: list[str] = []

    def answer(asked: IO[bytes]) -> bytes:
        paper = json.loads(asked.readline())
        pdf = asked.read(paper["size"])
        attachments = [(each, asked.read(each["size"])) for each in paper["attachments"]]
        if faults and "tsa" in head:  # it does not answer: not asked for each of them in vain
            return _line({"fault": faults[-1]})
        try:
            made: bytes = work(pdf, paper["reason"], attachments)
        except Exception as error:  # the boundary: whatever pyHanko makes of one paper, the others are served
            faults.append(_place_of(error))
            return _line({"fault": faults[-1]})
        return _line({"size": len(made)}) + made

    return answer


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"


def _sealer(passphrase: str, pkcs12: bytes) -> Any:
    """Embed what comes along, then seal all of it: PAdES B-B, invisible.

    Certified with NO_CHANGES: any edit, form or comment breaks it, while a document time stamp may still follow
    (ISO 32000-2, 12.8.2.2.2), which is how B-T comes later. The page that says what the seal means is drawn with the
    paper: a box drawn here would be 13 kB more and say less.
    """
    from pyhanko.pdf_utils import embed, generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    key = signers.SimpleSigner.load_pkcs12_data(pkcs12, other_certs=[], passphrase=passphrase.encode())
    if key is None:
        raise ValueError("the key does not open")

    def seal(pdf: bytes, reason: str, attachments: list[tuple[dict[str, Any], bytes]]) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        for about, data in sorted(attachments, key=lambda each: str(each[0]["name"])):  # a name tree is in order
            file = embed.EmbeddedFileObject.from_file_data(
                writer, data=data, compress=not data.startswith(b"PK"), params=embed.EmbeddedFileParams()
            )
            embed.embed_file(
                writer,
                embed.FileSpec(
                    file_spec_string=about["name"],
                    file_name=about["name"],
                    embedded_data=file,
                    description=about["description"],
                    af_relationship=generic.pdf_name("/Supplement"),
                ),
            )
        how = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            reason=reason or None,
            certify=True,
            subfilter=fields.SigSeedSubFilter.PADES,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        sealed = signers.PdfSigner(how, signer=key).sign_pdf(writer)
        return bytes(sealed.getbuffer())

    return seal


def _stamper(address: str) -> Any:
    """Put a time stamp (RFC 3161) over the whole sealed file, as one more update of it."""
    import urllib.error
    import urllib.request

    from asn1crypto import tsp  # type: ignore[import-untyped]  # it has no types
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers, timestamps

    class Service(timestamps.TimeStamper):
        async def async_request_tsa_response(self, req: Any) -> Any:
            headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
            question = urllib.request.Request(address, data=req.dump(), headers=headers)  # noqa: S310  (settings)
            try:
                with urllib.request.urlopen(question, timeout=TSA_SECONDS) as reply:  # noqa: S310
                    return tsp.TimeStampResp.load(reply.read(MOST_TSA_BYTES))
            except urllib.error.HTTPError as error:
                error.close()
                raise

    service = Service()  # type: ignore[no-untyped-call]

    def stamp(pdf: bytes, _reason: str, _attachments: list[tuple[dict[str, Any], bytes]]) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        stamped = signers.PdfTimeStamper(service, field_name="Tid").timestamp_pdf(writer, "sha256")
        return bytes(stamped.getbuffer())

    return stamp


def _place_of(error: Exception) -> str:
    """Kind and place of a fault; its own text may quote the paper."""
    step = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(step.filename).name}:{step.lineno}"


def _leave_out_aiohttp() -> None:
    """pyHanko loads a web client for its own fetchers: a fourth of its start and 15 MB, for what is not used."""
    for name in ("pyhanko.sign.timestamps.aiohttp_client", "pyhanko_certvalidator.fetchers.aiohttp_fetchers"):
        empty: Any = types.ModuleType(name)
        empty.__getattr__ = lambda _name: None
        sys.modules[name] = empty


def _encode_once() -> None:
    """asn1crypto encodes what it has built anew for each level above it, twice and more: 15 ms of a seal's 19.

    Here it remembers that what has just been encoded is as it was; what is changed after that says so itself.
    """
    from asn1crypto import core

    def remember(kind: Any) -> None:
        encode = kind.__dict__["_set_contents"]

        def _set_contents(self: Any, force: bool = False) -> None:
            encode(self, force)
            self._mutated = False

        kind._set_contents = _set_contents

    for kind in (core.Sequence, core.SequenceOf, core.Set, core.SetOf):
        remember(kind)


def _stay_inside(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.system"):
        raise PermissionError(event)


def _limit() -> None:
    with contextlib.suppress(OSError):  # on Linux: where the machine runs out of memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    """For the next paper; what was taken for those before is none of its."""
    most = math.ceil(time.process_time()) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
