"""Addresses shortened for a paper that several get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import masking


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("karin@kund.example", "k…@kund.example"),
        ("å@kund.example", "å…@kund.example"),
        ("+46701740605", "…05"),
        ("070-174 06 05", "…05"),
        ("192.0.2.7", "…"),
        ("2001:db8::7", "…"),
        ("::ffff:192.0.2.7", "…"),
        ("Karin Almgren", "Karin Almgren"),
        ("250 2.1.5 <karin@kund.example>: ok [192.0.2.7]", "250 2.1.5 <k…@kund.example>: ok […]"),
        ("550 5.1.1 No such user", "550 5.1.1 No such user"),
        ("2026-11-20 kl. 09.14", "2026-11-20 kl. 09.14"),
        ("", ""),
    ],
)
def test_shortened(words, short):
    assert masking.text(words) == short


@given(st.emails(), st.ip_addresses())
def test_nothing_of_an_address_is_left_whole(email, address):
    said = masking.text(f"250 to <{email}> from {address}")
    assert email not in said
    assert str(address) not in said
