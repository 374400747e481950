"""The house keeps its rooms: who may import whom, where rows are found, where a transaction ends."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import Base, FirmOwned

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    "domain": set(),
    "tables": {"domain", "tables"},
    "documents": {"domain", "documents", "languages"},
    "exchange": {"domain", "exchange"},
    "mail": {"domain", "languages", "mail"},
    "services": {
        *("config", "documents", "domain", "exchange", "extensions"),
        *("languages", "mail", "models", "services", "tables"),
    },
    "jobs": {"services", "domain", "jobs", "config"},
    "commands": {"services", "domain", "jobs", "commands"},
    "blueprints": {"services", "domain", "extensions", "languages", "models", "blueprints", "config"},
}
OURS = {
    "app",
    "blueprints",
    "cli",
    "commands",
    "config",
    "documents",
    "domain",
    "exchange",
    "extensions",
    "jobs",
    "languages",
}
OURS |= {"mail", "models", "services", "tables", "tests", "bench", "scripts"}
# what looks past the firm, and why
ACROSS_FIRMS = {
    "services/scope.py": "it is the place",
    "services/logins.py": "finds whose cookie this is",
    "services/user_tokens.py": "a mailed link names its row and nothing else",
    "services/deal/links.py": "a mailed link names its row and nothing else",
    "services/deal/found_deal.py": "a mailed link names its row and nothing else",
    "services/deal/lost_links.py": "a mailed link names its row and nothing else",
    "services/deal/agreements.py": "draws the papers that are due, whoever's they are",
    "services/deal/completing.py": "makes the sealed papers that are due, whoever's they are",
    "services/deal/stamping.py": "stamps the papers that are due, whoever's they are",
    "services/quotes/holding.py": "sends what is due, whoever's it is",
    "services/deal/expiring.py": "ends the offers that are due, whoever's they are",
    "services/deal/applicants.py": "a co-applicant's link names its row and nothing else",
    "services/closing.py": "finds the terminations that nobody has answered, whoever's they are",
    "services/deal/farewell.py": "finds the firms whose customers are to be told",
    "services/deal/inviting.py": "reminds those who have data to give, whoever's they are",
    "services/deal/reminding.py": "sends the reminders that are due, whoever's they are",
    "services/leases.py": "takes the next file that waits, whoever's it is",
    "services/inquiries/reading.py": "a mailed link names its row and nothing else",
    "services/outbox.py": "takes the next letter that is due, whoever's it is",
    "services/events.py": "walks the chains of all firms",
    "services/checkpoints.py": "signs the ends of the chains of all firms",
    "services/incidents.py": "tells the operator what does not hold, whoever's it is",
    "services/verification.py": "reads the papers and chains of all firms",
    "services/feedback_figure.py": "counts the answers of all firms and names none",
    "services/importing/homes.py": "finds who brought a key along, whoever it is",
    "services/checking/known.py": "tells of a paper by its SHA-256 alone, whoever's it is",
    "services/importing/laying.py": "one address of mail, one user of all firms",
    "services/exporting/making.py": "takes the next export that waits, whoever's it is",
    "services/exporting/operating.py": "finds the firm that the operator names",
    "services/privacy/erasure.py": "finds the firms whose time is out",
    "services/watching.py": "finds the accounts that nobody uses, whoever's they are",
    "services/firm_list.py": "lists all firms for the operator",
    "services/privacy/numbers.py": "forgets what is past its time, of all firms",
    "services/privacy/sweeping.py": "removes what is past its time, of all firms",
}


def sources(room: str) -> Iterator[tuple[str, ast.Module]]:
    for file in sorted((ROOT / room).rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_it_may(room):
    wrong = [
        f"{name} imports {module}"
        for name, tree in sources(room)
        for module in imports(tree)
        if (top := module.split(".")[0]) in OURS and top != room and top not in ROOMS[room]
    ]
    assert not wrong


def test_domain_is_pure():
    outside = {"flask", "sqlalchemy", "babel", "wtforms"}
    wrong = [
        f"{name} imports {module}"
        for name, tree in sources("domain")
        for module in imports(tree)
        if module.split(".")[0] in outside
    ]
    assert not wrong


def test_blueprints_import_no_other_blueprint_than_shared():
    wrong = []
    for name, tree in sources("blueprints"):
        own = name.split("/")[1]
        for module in imports(tree):
            parts = module.split(".")
            if parts[0] == "blueprints" and len(parts) > 1 and parts[1] not in (own, "shared"):
                wrong.append(f"{name} imports {module}")
    assert not wrong


def test_services_know_nothing_of_http():
    ours = {"request", "session", "current_user", "abort", "g", "redirect", "flash"}
    wrong = [
        f"{name} imports {alias.name}"
        for name, tree in sources("services")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask")
        for alias in node.names
        if alias.name in ours
    ]
    assert not wrong


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def test_only_services_and_jobs_commit():
    names = ("db.session.commit", "transaction.commit")
    wrong = [f"{name}:{call.lineno}" for name, tree in sources("blueprints") for call in calls(tree, *names)]
    wrong += [
        f"{name}:{call.lineno}"
        for name, tree in sources("services")
        if name != "services/transaction.py"
        for call in calls(tree, "db.session.commit")
    ]
    assert not wrong


def test_rows_of_a_firm_are_found_through_scope():
    owned = {mapper.class_.__name__ for mapper in Base.registry.mappers if issubclass(mapper.class_, FirmOwned)}
    wrong = []
    for room in ("services", "jobs", "blueprints"):
        for name, tree in sources(room):
            if name in ACROSS_FIRMS:
                continue
            for call in calls(tree, "select", "update", "delete", "db.session.query", "db.session.get"):
                named = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
                if named & owned:
                    wrong.append(f"{name}:{call.lineno} {ast.unparse(call)[:60]}")
    assert not wrong, "\n".join(wrong)


def test_no_utils():
    names = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert not [file for file in ROOT.rglob("*.py") if file.name in names and ".venv" not in file.parts]
