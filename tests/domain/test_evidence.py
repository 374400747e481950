"""The published vector of the chain, canonical bytes, and what a changed chain looks like."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import acts, canonical, evidence

TO = "c:d7aea093dd9afcb868d850906b9daa4102562682d664dadec311e54a9e96de9f"
IP = "c:0dbadb197076b696fc63ec8e5749c109588891a28deeec01516cad4c7da88622"
LINK_1 = "d0835744589b672a634b5fb8f715523963c80c3748d8576c79d48e41fc966592"
LINK_2 = "b3d5abefdc6e0a8175d7338a4b478c72fbc3c45e577529742e12a1339b056365"


@pytest.fixture
def entries():
    sent = evidence.entry(
        firm="f1",
        seq=1,
        at=datetime(2026, 11, 20, 8, 15, 30, 123999, tzinfo=UTC),
        act="quote.sent",
        obj="quote:q1:v3",
        actor="user:u1",
        data={"doc_sha256": "ab" * 32, "to": TO},
    )
    opened = evidence.entry(
        firm="f1",
        seq=2,
        at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        act="link.opened",
        obj="quote:q1:v3",
        actor="link:l1",
        data={"ip": IP},
    )
    return [sent, opened]


@pytest.fixture
def chain(entries):
    return [(evidence.entry_bytes(entries[0]), LINK_1), (evidence.entry_bytes(entries[1]), LINK_2)]


def test_commitments_of_the_vector():
    assert evidence.commitment(bytes(range(32)), "anna@example.se") == TO
    assert evidence.commitment(bytes(range(32, 64)), "192.0.2.7") == IP


def test_entries_of_the_vector(entries):
    assert evidence.entry_bytes(entries[1]).decode() == (
        f'{{"act":"link.opened","actor":"link:l1","data":{{"ip":"{IP}"}},"firm":"f1","obj":"quote:q1:v3",'
        '"seq":2,"t":"2026-11-20T09:00:00.000Z","v":1}'
    )
    first, second = (evidence.content_hash(entry) for entry in entries)
    assert first == "e10b530c20ce5369784138f66e1c373e91799c5f5a30d2b6a698c7c7d862e9e4"
    assert second == "49c581cd8a54849566177accdf8288897d2a29c7327b3ed299e3b4acc43b1525"
    assert evidence.link_hash(evidence.ZERO_LINK, first) == LINK_1
    assert evidence.link_hash(LINK_1, second) == LINK_2


def test_a_whole_chain_holds(chain):
    assert evidence.first_bad("f1", chain) is None
    assert evidence.first_bad("f1", chain, head=(2, LINK_2)) is None
    assert evidence.first_bad("f1", []) is None


def test_a_changed_entry_is_named(chain):
    changed = [(chain[0][0].replace(b"quote:q1:v3", b"quote:q1:v4"), LINK_1), chain[1]]
    assert evidence.first_bad("f1", changed) == 1


def test_a_changed_link_is_named(chain):
    assert evidence.first_bad("f1", [chain[0], (chain[1][0], LINK_1)]) == 2


def test_a_missing_entry_is_named(chain):
    assert evidence.first_bad("f1", chain[1:]) == 1
    assert evidence.first_bad("f1", chain[:1], head=(2, LINK_2)) == 2
    assert evidence.first_bad("f1", [], head=(2, LINK_2)) == 1


def test_a_chain_longer_than_its_head_is_named(chain):
    assert evidence.first_bad("f1", chain, head=(1, LINK_1)) == 2


@pytest.mark.parametrize(
    "stored", [b"not json", b"[]", b'{"firm":"f1"}', b'{"firm": "f1", "seq": 1}', b'{"firm":"f2","seq":1}']
)
def test_what_is_no_entry_of_the_firm_is_named_even_with_a_right_link(stored):
    link = evidence.link_hash(evidence.ZERO_LINK, evidence.content_hash_of(stored))
    assert evidence.first_bad("f1", [(stored, link)]) == 1


def test_a_commitment_needs_32_random_bytes():
    with pytest.raises(ValueError, match="32"):
        evidence.commitment(b"short", "x")


def test_canonical_bytes_are_sorted_tight_and_nfc():
    assert canonical.dumps({"b": [1, None, True], "a": "A\u030a"}) == '{"a":"\u00c5","b":[1,null,true]}'.encode()


@pytest.mark.parametrize("wrong", [1.5, {"a": [0.0]}, object(), {1, 2}, b"x"])
def test_canonical_refuses_floats_and_unknown_types(wrong):
    with pytest.raises(TypeError):
        canonical.dumps(wrong)


@pytest.mark.parametrize("wrong", [{1: "a"}, {"å": 1}, {"a": "\ud800"}])
def test_canonical_refuses_odd_keys_and_half_characters(wrong):
    with pytest.raises(ValueError):
        canonical.dumps(wrong)


@given(
    st.dictionaries(
        st.text("abcxyz_", max_size=5), st.one_of(st.integers(), st.text(), st.none(), st.lists(st.integers()))
    )
)
def test_order_of_keys_never_matters(content):
    turned = dict(reversed(list(content.items())))
    assert canonical.sha256_hex(canonical.dumps(content)) == canonical.sha256_hex(canonical.dumps(turned))


def test_the_dictionary_has_each_act_once():
    names = [name for row in acts._DICTIONARY.strip().splitlines() for name in row.split(" | ")[0].split()]
    assert len(names) == len(set(names)) == len(acts.ACTS)


def test_an_act_outside_the_dictionary_is_refused():
    with pytest.raises(acts.UnknownAct):
        acts.check("quote.eaten", {})


def test_a_field_outside_the_dictionary_is_refused():
    with pytest.raises(acts.UnknownAct):
        acts.check("quote.sent", {"colour": "red"})


@pytest.mark.parametrize("field", ["to", "ip", "ua"])
def test_a_personal_value_in_clear_is_refused(field):
    acts.check("quote.sent", {field: TO})
    for clear in ("anna@example.se", "c:short", 1, None):
        with pytest.raises(acts.UnknownAct):
            acts.check("quote.sent", {field: clear})


def test_what_the_papers_call_personal_is_personal():
    personal = {(act, field) for act, entry in acts.ACTS.items() for field in entry.personal}
    assert {
        ("quote.accepted", "name"),
        ("withdrawal.received", "reply_to"),
        ("doc.commented", "text"),
        ("mail.accepted", "reply"),
        ("contract.signed", "person"),
    } <= personal
    assert acts.is_personal("doc.frozen", "ip")
    assert not acts.is_personal("doc.frozen", "version")
