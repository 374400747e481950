"""The catalogue says every text in English that is marked in the sources, and no other."""

from __future__ import annotations

import ast
import re

import pytest

from languages import ENGLISH, LANGUAGES
from scripts import catalogues

MARKS = {"_", "_l", "gettext", "ngettext", "lazy_gettext"}
PLACE = re.compile(r"%\([a-z_]+\)[sd]")
LONE_PERCENT = re.compile(r"%(?!\()")
SWEDISH = re.compile(r"[åäöÅÄÖ]")
# Swedish words that stay: what is typed into a price list, names of files, the link to the Swedish page
KEPT = {"på svenska", "Övrigt", "Städning", "Benämning", "Priset är", "LÄS-MIG.txt", "Inköpspris", "å, ä or ö", "öre"}

# what one withdraws from is a contract by the law's own words: directive 2011/83/EU art. 9 and 11a, the Contracts Act
OF_THE_LAW = re.compile(r"ångra|frånträd|ånger|avtalslagen|Skicka den inom|Meddelandet gäller hela", re.I)


@pytest.fixture(scope="module")
def marked():
    return {_key(message): message for message in catalogues.extracted() if message.id}


@pytest.fixture(scope="module")
def said():
    (file,) = catalogues.CATALOGUES
    return {_key(message): message for message in catalogues.read(file) if message.id}


def _key(message):
    return message.id if isinstance(message.id, str) else message.id[0]


def _pairs(said):
    """Each Swedish text with its English one; of texts with a number both forms."""
    for message in said.values():
        if isinstance(message.id, str):
            yield message.id, message.string
        else:
            yield from zip(message.id, message.string, strict=True)


def test_no_text_is_missing(marked, said):
    """If it fails: .venv/bin/python scripts/catalogues.py extract, and translate what is empty."""
    assert sorted(marked.keys() - said.keys()) == []


@pytest.mark.parametrize("room", ["blueprints", "documents", "mail", "services"])
def test_no_text_of_python_is_hidden_from_the_extraction(room, said):
    """Babel does not look into f-strings."""
    calls = (
        node
        for file in sorted((catalogues.ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS
    )
    texts = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert sorted(texts - said.keys()) == []


def test_no_text_is_unused(marked, said):
    assert sorted(said.keys() - marked.keys()) == []


def test_every_text_is_translated(said):
    assert [swedish for swedish, english in _pairs(said) if not english] == []
    assert [key for key, message in said.items() if message.fuzzy] == []


def test_numbers_have_both_forms(marked, said):
    assert [key for key in marked if isinstance(marked[key].id, str) != isinstance(said[key].id, str)] == []


def test_the_same_values_are_filled_in(said):
    # a sentence for the number one may leave the number out
    pairs = [pair for pair in _pairs(said) if "%(num)s" not in "".join(pair)]
    assert [pair for pair in pairs if sorted(PLACE.findall(pair[0])) != sorted(PLACE.findall(pair[1]))] == []


def test_a_percent_sign_beside_a_value_is_doubled(said):
    lone = [pair for pair in _pairs(said) if LONE_PERCENT.search(pair[1].replace("%%", ""))]
    assert [pair for pair in lone if PLACE.search(pair[1])] == []


def test_spaces_at_the_ends_are_kept(said):
    """Some texts are joined to others."""

    def ends(text):
        return text[:1].isspace(), text[-1:].isspace()

    assert [pair for pair in _pairs(said) if ends(pair[0]) != ends(pair[1])] == []


def test_no_swedish_is_left(said):
    left = []
    for _swedish, english in _pairs(said):
        without = english
        for word in KEPT:
            without = without.replace(word, "").replace(word.capitalize(), "")
        if SWEDISH.search(without):
            left.append(english)
    assert left == []


def test_what_is_said_is_what_the_catalogue_says(said):
    """The compiled file, which set-up makes, is no older than the one it is made from."""
    texts, several = LANGUAGES[ENGLISH].texts, LANGUAGES[ENGLISH].several
    assert texts == {
        key: message.string if isinstance(message.id, str) else message.string[0] for key, message in said.items()
    }
    assert several == {key: message.string[1] for key, message in said.items() if not isinstance(message.id, str)}


def test_avtal_is_an_agreement_and_kontrakt_a_contract(said):
    """What two have agreed, whatever they said yes to, and a kind of document that both sign."""
    wrong = []
    for text, english in _pairs(said):
        words = {word for word in ("avtal", "kontrakt") if word in text.lower()}
        is_wrong = {"avtal": "contract", "kontrakt": "agreement"}[words.pop()] if len(words) == 1 else None
        if is_wrong and is_wrong in english.lower() and not OF_THE_LAW.search(text):
            wrong.append(text)
    assert wrong == []
