"""A firm's short name in an address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import slugs


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("tumbredd", "tumbredd"),
        ("  Tumbredd Snickeri ", "tumbredd-snickeri"),
        ("Håkans Bygg", "hakans-bygg"),
        ("berg--söner", "berg-soner"),
        ("a1b", "a1b"),
        ("x" * 40, "x" * 40),
    ],
)
def test_what_is_stored(typed, slug):
    assert slugs.parse(typed) == slug
    assert slugs.is_one(slug)


@pytest.mark.parametrize("brought", ["", "bankid", "Tumbredd", "../konto"])
def test_not_every_one_that_is_brought_is_one(brought):
    assert not slugs.is_one(brought)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "length"),
        ("ab", "length"),
        ("x" * 41, "length"),
        ("berg&soner", "signs"),
        ("../admin", "signs"),
        ("a_b", "signs"),
        ("бетон", "signs"),
        ("559999-0042", "signs"),
        ("Skatteverket", "reserved"),
        ("logga in", "reserved"),
    ],
)
def test_what_is_none(typed, reason):
    with pytest.raises(slugs.BadSlug) as error:
        slugs.parse(typed)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Tumbredd Snickeri AB", "tumbredd-snickeri-ab"), ("Berg & Söner", "berg-soner"), ("AB", ""), ("Handslag", "")],
)
def test_suggested(name, slug):
    assert slugs.suggested(name) == slug


@given(st.text(max_size=60))
def test_a_slug_is_safe_in_an_address_and_stays_what_it_is(text):
    slug = slugs.suggested(text)
    assert re.fullmatch(r"[a-z0-9-]*", slug)
    assert not slug or slugs.parse(slug) == slug
