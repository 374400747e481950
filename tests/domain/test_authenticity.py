"""What is concluded of a checked file, where a stranger's seal or package says something odd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain import authenticity
from domain.authenticity import Here, OwnSeal, Result, Where
from domain.findings import Facts

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LAST, FIRST = "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"
SEAL = {
    **{"is_stamp": False, "is_intact": True, "covers": "entire_file", "later": "none", "is_clean": True},
    **{"name": "En annan", "fingerprint": "ab" * 32, "from": "2026-01-01T00:00:00+00:00", "until": LAST},
}


@pytest.mark.parametrize(
    ("at", "result"),
    [
        ("2026-11-20T00:00:00+00:00", Result.OTHER),
        (LAST, Result.ALTERED),
        (FIRST, Result.ALTERED),
        ("", Result.ALTERED),
    ],
)
@pytest.mark.parametrize("until", [LAST, "2030-01-01T00:00:00+00:00"])
def test_a_certificate_without_an_end_and_a_seal_of_any_year(at, result, until):
    """RFC 5280, 4.1.2.5: one that never ends names the last second of the year 9999."""
    found = {"kind": "pdf", "sha256": "cd" * 32, "refused": "", "seals": [{**SEAL, "at": at, "until": until}]}
    facts = Facts.read(found)
    for own in ([], [OwnSeal("ef" * 32, "Handslag localhost", None)]):
        verdict = authenticity.judge(facts, Here({}, own, NOW))
        assert (verdict.result, verdict.where) == (result, Where.TIME if result is Result.ALTERED else None)
        assert verdict.seal is not None
        assert verdict.seal.until.year <= 9000


@pytest.mark.parametrize(("all_said", "why"), [(True, ""), (None, authenticity.UNFINISHED)])
def test_a_package_of_before_all_had_signed_says_so(all_said, why):
    steps = [
        {"name": name, "holds": holds, "rests_on": "key", "words": ""}
        for name, holds in (
            ("bevis.json är undertecknad av utfärdaren", True),
            ("Alla som skulle har sagt ja", all_said),
        )
    ]
    package = {"refused": "", "begins": "", "named": "", "steps": steps, "steps_by_us": steps}
    facts = Facts.read({"kind": "zip", "sha256": "cd" * 32, "refused": "", "packages": [package]})
    verdict = authenticity.judge(facts, Here({}, [], NOW))
    assert (verdict.result, verdict.why) == (Result.AUTHENTIC, why)
