"""Clauses of contracts: what stands in them, what must, and what is filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import languages
from documents import clauses as words
from domain import clauses
from domain.clauses import Audience, Clause, Placeholder, Written


@pytest.mark.parametrize(
    ("kind", "is_smahus", "audience"),
    [
        (None, False, "consumer"),
        ("private", False, "consumer"),
        ("private", True, "smahus"),
        ("company", False, "business"),
        ("company", True, "business"),
        ("association", False, "business"),  # no consumer
    ],
)
def test_whom_a_contract_is_with(kind, is_smahus, audience):
    assert clauses.audience_of(kind, is_smahus=is_smahus) == audience


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("code", ["sv", "en"])
def test_there_are_words_for_every_clause_and_no_unknown_field_in_them(audience, code):
    with languages.speaking(code):
        for clause in clauses.offered(audience):
            title, text = words.our_words(clause, audience)
            assert title
            assert clauses.unknown_placeholders(title + text) == []


def test_what_the_law_asks_for_can_not_be_taken_away():
    ours = clauses.ours("consumer")
    for code in ("complaint", "withdrawal", "dispute", "price", "changes"):
        assert clauses.without(ours, code, "consumer") == ours
    assert clauses.is_required("inspection", "smahus")
    assert not clauses.is_required("inspection", "consumer")
    assert Clause.WITHDRAWAL not in clauses.offered("business")
    with languages.speaking("sv"):
        assert "www.arn.se" in words.our_words("dispute", "consumer")[1]
        assert "arn.se" not in words.our_words("dispute", "business")[1]
        assert "tio procent" in words.our_words("payment", "smahus")[1]


def test_a_clause_is_taken_away_and_comes_back_to_its_place():
    ours = clauses.ours("consumer")
    less = clauses.without(ours, "insurance", "consumer")
    assert [one.code for one in clauses.missing(less, "consumer") and less].count("insurance") == 0
    assert clauses.with_ours(less, "insurance", "consumer") == ours
    assert clauses.with_ours(ours, "insurance", "consumer") == ours
    assert clauses.with_ours(ours, "rm -rf", "consumer") == ours


@given(st.lists(st.sampled_from(["up", "down"]), max_size=20), st.sampled_from(list(Clause)))
def test_moving_loses_nothing(moves, code):
    rows = ours = clauses.ours("consumer")
    for move in moves:
        rows = clauses.moved(rows, code, -1 if move == "up" else 1)
    assert sorted(one.code for one in rows) == sorted(one.code for one in ours)


@pytest.mark.parametrize("text", ["{{config}}", "{{ 7*7 }}", "{{pris.__class__}}", "{{Pris}}", "{{}}"])
def test_an_unknown_field_is_told_and_never_filled(text):
    assert clauses.unknown_placeholders(f"x {text} y") == [text]
    assert clauses.fill(text, {"pris": "1 kr"}) == text


@pytest.mark.parametrize("text", ["{% for x in y %}", "${7*7}", "<script>", "{pris}", "%(pris)s", "{{pris"])
def test_other_signs_are_words(text):
    assert clauses.unknown_placeholders(text) == []
    assert clauses.fill(text, {"pris": "1 kr"}) == text


def test_what_is_filled_in_is_never_read_again():
    assert clauses.fill("{{kund}}: {{ pris }}", {"kund": "{{pris}}", "pris": "1 kr"}) == "{{pris}}: 1 kr"


def test_each_field_of_the_list_is_filled():
    values = dict.fromkeys(Placeholder, "x")
    assert clauses.fill(" ".join(f"{{{{{name}}}}}" for name in Placeholder), values) == " ".join("x" * len(values))


def test_a_version_has_a_name_of_its_own():
    ours = clauses.ours("consumer")
    named = clauses.fingerprint(ours, audience="consumer", texts="1")
    assert named != clauses.fingerprint(ours, audience="consumer", texts="2")
    assert named != clauses.fingerprint(clauses.moved(ours, "price", 1), audience="consumer", texts="1")
    assert clauses.from_data(clauses.to_data(ours)) == ours
    assert clauses.next_own([*ours, Written("own-4", "A", "B")]) == "own-5"
