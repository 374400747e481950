"""What few ever ask for is not loaded when the web starts, which counts in time and memory for everybody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app import BLUEPRINTS

ROOT = Path(__file__).resolve().parents[2]
SELDOM = {  # loaded by who needs them: the worker, a command, one page
    *("exchange.archive_zip", "exchange.zip_stream", "exchange.verifiera"),
    *("services.bookkeeping.archive", "services.exporting.archive", "services.exporting.making"),
    *("services.importing.checking", "services.importing.laying", "services.privacy.erasure"),
    *("services.privacy.register", "services.proof.package", "services.sealing.making"),
    *("documents.erasure_receipt", "mail.local_mailbox", "cli", "tarfile", "zipfile", "jsonschema", "pyhanko"),
}


@cache
def names(module: str) -> frozenset[str]:
    """What a module of ours names at its top; what else it names is for later, or for types alone."""
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return frozenset(_imported(ast.parse(file.read_text()))) if file.exists() else frozenset()


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_web_starts_without_what_is_seldom_asked_for():
    waiting = ["app", *(f"blueprints.{name}" for name in BLUEPRINTS)]
    by = dict.fromkeys(waiting, "")
    while waiting:
        module = waiting.pop()
        for named in names(module):
            if named not in by:
                by[named] = module
                waiting.append(named)
    assert len(by) > 500, "it goes through all of it"
    assert {name: by[name] for name in SELDOM & by.keys()} == {}
