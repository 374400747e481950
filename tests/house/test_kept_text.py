"""What the browser keeps of forms: text, never a number that is a person or a word that lets one in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "templates"
FIRM = sorted(
    file for file in FOLDER.rglob("*.html") if file.relative_to(FOLDER).parts[0] not in ("mail", "deal", "_macros")
)
NEVER = re.compile(r'kind="(?:new_)?password"|kind="personnummer"|kind="orgnr"|kind="code"|personnummer|orgnr')
NOT_KEPT = {
    "konto/confirm.html",  # why one leaves: optional, and nothing to come back for
    "inquiries/form.html",  # the browser of a stranger, maybe a borrowed one
    "ops/incident.html",  # the operator's: no login of a firm whose end would clear it
    "ops/suspend.html",  # the same
    "ops/terminate.html",  # the same
    "articles/choose_file.html",  # pasted from a file that is still there
}


def name(file: Path) -> str:
    return file.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("file", FIRM, ids=name)
def test_nothing_secret_is_kept(file):
    kept = re.findall(r"\{\{[^{}]*data_keep[^{}]*\}\}", file.read_text(encoding="utf-8"))
    assert [field for field in kept if NEVER.search(field)] == []


@pytest.mark.parametrize("file", FIRM, ids=name)
def test_longer_texts_are_kept(file):
    text = file.read_text(encoding="utf-8")
    areas = re.findall(r"\{\{ textarea\([^{}]*\}\}", text)
    if name(file) not in NOT_KEPT:
        assert [area for area in areas if "data_keep" not in area] == []


@pytest.mark.parametrize("file", FIRM, ids=name)
def test_kept_forms_say_where_they_are(file):
    for form in re.findall(r"<form\b(?:[^>\"]|\"[^\"]*\")*>", file.read_text(encoding="utf-8")):
        assert ("data-keep-as" in form) == ("data-keep-at" in form), form


def test_customers_pages_keep_nothing():
    for file in [*(FOLDER / "deal").glob("*.html"), *(FOLDER / "customer").glob("*.html")]:
        text = file.read_text(encoding="utf-8")
        assert "data-keep" not in text
        assert "data_keep" not in text
        assert "utkast.js" not in text


def test_the_script_is_loaded_in_one_place():
    users = [name(file) for file in sorted(FOLDER.rglob("*.html")) if "utkast.js')" in file.read_text(encoding="utf-8")]
    assert users == ["base.html", "home/offline.html"]
