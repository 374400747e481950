"""The checker that lies in every package: it runs alone, and reckons as the program that keeps the chain does."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import canonical, checkpoints, evidence
from exchange import verifiera

SOURCE = Path(verifiera.__file__)
# No network, and nothing but what stands beside it: what the checker may never do ends it.
ALONE = """
import runpy, sys
def hook(event, _given):
    if event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "os.exec")):
        raise SystemExit("it asked for " + event)
sys.addaudithook(hook)
sys.argv = ["verifiera.py", *sys.argv[1:]]
runpy.run_path("verifiera.py", run_name="__main__")
"""
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz_", max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(_values)
def test_canonical_json_is_reckoned_alike(value):
    assert verifiera.canonical(value) == canonical.dumps(value)


@given(st.lists(st.dictionaries(st.sampled_from(["version", "way", "to"]), _texts | st.integers()), max_size=8))
def test_links_are_reckoned_alike(data):
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    ours, theirs = evidence.ZERO_LINK, b"\0" * 32
    for seq, one in enumerate(data, 1):
        entry = evidence.entry(firm="f", seq=seq, at=at, act="quote.sent", obj="quote:q", actor="system", data=one)
        stored = evidence.entry_bytes(entry)
        assert verifiera.canonical(json.loads(stored)) == stored
        ours = evidence.link_hash(ours, evidence.content_hash(entry))
        theirs = verifiera.link_hash(theirs, verifiera.content_hash(stored))
        assert theirs.hex() == ours


@given(st.binary(min_size=32, max_size=32), _texts)
def test_commitments_are_reckoned_alike(random, value):
    assert verifiera.commitment(random, value.encode()) == evidence.commitment(random, value)


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 10**6), min_size=1, max_size=40), st.data())
def test_the_way_to_a_checkpoint_is_walked_alike(firms, data):
    heads = [(firm, canonical.sha256_hex(firm.encode()), seq) for firm, seq in sorted(firms.items())]
    tree = checkpoints.Tree(follow=data.draw(st.sampled_from(sorted(firms))))
    for head in heads:
        tree.add(*head)
    root = tree.root()
    assert tree.followed
    firm, link, seq = tree.followed
    path = [list(step) for step in tree.path]
    assert verifiera.root_from({"firm": firm, "link": link, "seq": seq}, path) == root
    assert verifiera.root_from({"firm": firm, "link": link, "seq": seq + 1}, path) != root


def test_it_is_written_for_old_pythons_and_needs_nothing_of_ours():
    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 8))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    known = sys.stdlib_module_names | {"cryptography"}
    assert {name.partition(".")[0] for name in named} <= known
    # as tried on 3.8.18; what is new here must have been there then (datetime.UTC was not)
    taken = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert {name for name in taken if name[0].islower()} <= {
        *("annotations", "dataclass", "datetime", "timedelta", "timezone", "ec"),
        *("load_pem_public_key", "load_pem_x509_certificate"),
    }
    assert {name for name in taken if name[0].isupper()} <= {
        *("Any", "Callable", "Encoding", "InvalidSignature", "Iterable", "Mapping", "NamedTuple", "Path"),
        *("PublicFormat", "SHA256"),
    }


@pytest.fixture(scope="module")
def kept_package() -> bytes:
    """A package as it was handed out once: what is out there must hold for ever."""
    return (Path(__file__).resolve().parents[1] / "data" / "bevispaket.zip").read_bytes()


@pytest.fixture(scope="module")
def lonely(tmp_path_factory) -> Path:
    """The python of an environment with `cryptography` and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, symlinks=True)
    here, there = Path(sysconfig.get_path("purelib")), next(folder.glob("lib/python*/site-packages"))
    for found in here.iterdir():
        if found.name.startswith(("cryptography", "cffi", "_cffi", "pycparser")):
            (there / found.name).symlink_to(found)
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-I", "-c", ALONE, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, env={})


def test_it_runs_alone_in_an_empty_folder(lonely, tmp_path, kept_package):
    (tmp_path / "verifiera.py").write_bytes(SOURCE.read_bytes())
    (tmp_path / "paket.zip").write_bytes(kept_package)
    done = run(lonely, tmp_path, "paket.zip")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.count("ja  ") == 13
    assert "Allt stämmer." in done.stdout
    assert "inget steg vilar på BankID" in done.stdout
    with zipfile.ZipFile(BytesIO(kept_package)) as archive:
        archive.extractall(tmp_path / "mapp")
    assert run(lonely, tmp_path / "mapp").returncode == 0  # by the checker that lies in it, as it was then
    (tmp_path / "mapp" / ".DS_Store").write_bytes(b"left by the system")
    assert run(lonely, tmp_path, "mapp").returncode == 0
    (tmp_path / "mapp" / "avtal.pdf").write_bytes(b"%PDF-1.7 annat")
    done = run(lonely, tmp_path, "mapp")
    assert done.returncode == 1
    assert "ändrad: avtal.pdf" in done.stdout


ODD_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    + base64.b64encode(bytes.fromhex("300c300606042a03040503020000")).decode()
    + "\n-----END PUBLIC KEY-----\n"
)


def hostile() -> dict[str, bytes]:
    """Files that lead each step as far as a forger can, with what falls outside of what JSON and keys usually hold."""
    facts = {
        "quote": "q",
        "number": "n",
        "version": "\x1b]0;ja\x07\u202e",
        "firm": {"id": "f", "name": "", "orgnr": ""},
    }
    offert = verifiera.canonical({**facts, "kind": "quote"})
    hashes = {"pdf_sha256": verifiera._sha256(b""), "json_sha256": verifiera._sha256(offert)}
    proof = {
        **facts,
        "schema": verifiera.FORMAT,
        "kind": "quote",
        "agreement": "a",
        "files": [],
        "signers": [{}, {"name": 1}],
    }
    return {
        "avtal.pdf": b"",
        "offert.json": offert,
        "avtal.json": verifiera.canonical({**facts, **hashes}),
        "bevis.json": verifiera.canonical(proof),
        "bevis.sig": b'{"key":"k","signature":""}',
        "kedja.jsonl": b'{"seq":Infinity,"link":"' + b"00" * 32 + b'"}\n',
        "nycklar.json": json.dumps({"keys": [{"id": "k", "kind": "ed25519", "pem": ODD_KEY}]}).encode(),
    }


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def named(oid: str) -> bytes:
    return der(0x06, bytes.fromhex(oid))


def without_certificates() -> bytes:
    """A PDF with a signature that fits its bytes and brings no certificate."""
    head, end = b"%%PDF-1.7 /ByteRange [0 %04d %04d 0001] ", b"%"
    size, start = 0, len(head % (0, 0))
    for _ in range(2):  # its size first, then its digest
        covered = hashlib.sha256(head % (start, start + 2 + 2 * size) + end).digest()
        digest = der(0xA0, der(0x30, named(verifiera._DIGEST), der(0x31, der(0x04, covered))))
        algorithms = der(0x30, named(verifiera._SHA256)), digest, der(0x30, named(verifiera._ECDSA_SHA256))
        signer = der(0x30, der(0x02, b"\1"), der(0x30), *algorithms, der(0x04, b"?"))
        signed = der(0x30, der(0x02, b"\1"), der(0x31), der(0x30), der(0x31, signer))
        container = der(0x30, named(verifiera._SIGNED_DATA), der(0xA0, signed))
        size = len(container)
    return head % (start, start + 2 + 2 * size) + b"<" + container.hex().encode() + b">" + end


def test_whatever_lies_in_it_is_told_and_fit_to_print():
    """A key of an unknown kind and a signature without certificates are faults of the file, not of the checker."""
    steps = verifiera.check(hostile(), pdf=without_certificates())
    assert verifiera.verdict(steps) == 1
    told = {step.name: (step.holds, step.words) for step in steps}
    assert told["Det avtalade gäller just det här dokumentet"] == (True, "offert n, version ?]0;ja??")
    assert told["bevis.json är undertecknad av utfärdaren"] == (False, "kan inte läsas (UnsupportedAlgorithm)")
    assert told["PDF-filens sigill är utfärdarens och täcker hela filen"] == (False, "kan inte läsas (StopIteration)")
    assert all(text.isprintable() for step in told.items() for text in (step[0], step[1][1]))


def in_a_pdf(*files: bytes, deflated: bool = True) -> bytes:
    """A paper with files embedded, as our own are written."""
    parts = [b"%PDF-1.7\n"]
    for number, data in enumerate(files, 9):
        packed = zlib.compress(data) if deflated else data
        how = b"/Filter /FlateDecode " if deflated else b""
        head = b"%d 0 obj\n<< /Type /EmbeddedFile %s/Length %d >>\nstream\n" % (number, how, len(packed))
        parts.append(head + packed + b"\nendstream\nendobj\n")
    return b"".join([*parts, b"%%EOF\n"])


@pytest.mark.parametrize("deflated", [True, False])
def test_the_package_is_found_in_a_paper(kept_package, deflated):
    assert verifiera.inside(in_a_pdf(b"annat", kept_package, deflated=deflated)) == kept_package


def test_no_package_or_two_are_refused(kept_package):
    for pdf in (in_a_pdf(b"annat"), in_a_pdf(kept_package, kept_package), b"%PDF-1.7"):
        with pytest.raises(verifiera.Broken):
            verifiera.inside(pdf)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_package_within_another_file_is_none_of_the_papers(kept_package, is_first):
    """Else who uploads a document could see to it that nobody can check the paper."""
    document = in_a_pdf(b"PK\x03\x04 bevis.json", deflated=False)
    files = [document, kept_package] if is_first else [kept_package, document]
    assert verifiera.inside(in_a_pdf(*files, deflated=False)) == kept_package


def test_what_was_signed_must_begin_the_paper(kept_package):
    files = verifiera.unpack(kept_package)
    begins, seal = verifiera.check(files, pdf=files["avtal.pdf"] + b"mer")[-2:]
    assert begins.holds
    assert (seal.holds, seal.words) == (False, "PDF-filen har inget sigill")
    assert verifiera.check(files, pdf=b"%PDF-1.7 annat")[-2].holds is False


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"inget", b"%PDF-", b"\x00" * 100])
def test_files_that_are_none_are_said_to_be_broken(tmp_path, data, capsys):
    (tmp_path / "fil").write_bytes(data)
    assert verifiera.main([str(tmp_path / "fil")]) == 1
    assert capsys.readouterr().out.startswith("nej ")
    assert verifiera.main([str(tmp_path / "ingen")]) == 1


@given(st.dictionaries(st.sampled_from([*verifiera.NEEDED, "checkpoint.json"]), _values.map(json.dumps)))
def test_it_never_falls_over_what_the_files_hold(texts):
    files = dict.fromkeys(verifiera.NEEDED, b"{}") | {name: text.encode() for name, text in texts.items()}
    assert verifiera.verdict(verifiera.check(files, pdf=b"%PDF-")) == 1
