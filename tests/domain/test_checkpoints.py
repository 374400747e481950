"""The published vector of the tree, ways from a leaf to the root, and what a changed checkpoint looks like."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import canonical, checkpoints
from domain.evidence import ZERO_LINK
from exchange.verifiera import root_from

LINK_2 = "b3d5abefdc6e0a8175d7338a4b478c72fbc3c45e577529742e12a1339b056365"
ROOT = "1fe3b399031d88a1d692ce09cf321366f0b90e526a85aedd5864f41549e007e8"
AT = datetime(2026, 11, 21, 1, 37, tzinfo=UTC)


def heads(count: int) -> list[checkpoints.Head]:
    return [(f"f{n:04}", f"{n:064x}", n) for n in range(count)]


def root_of(heads: Iterable[checkpoints.Head]) -> str:
    tree = checkpoints.Tree()
    for head in sorted(heads):
        tree.add(*head)
    return tree.root()


def grown(count: int, follow: str) -> tuple[str, checkpoints.Tree]:
    tree = checkpoints.Tree(follow=follow)
    for head in heads(count):
        tree.add(*head)
    return tree.root(), tree


def test_root_of_the_vector():
    both = [("f1", LINK_2, 2), ("f2", ZERO_LINK, 0)]
    assert root_of(both) == root_of(reversed(both)) == ROOT


def test_an_odd_node_moves_up():
    leaves = [checkpoints.leaf_hash(*head) for head in heads(5)]
    pairs = [checkpoints.node_hash(*leaves[0:2]), checkpoints.node_hash(*leaves[2:4])]
    assert root_of(heads(5)) == checkpoints.node_hash(checkpoints.node_hash(*pairs), leaves[4])
    assert root_of(heads(1)) == leaves[0]


@given(count=st.integers(1, 70), which=st.integers(0, 69))
def test_every_leaf_leads_to_the_root_and_no_other_does(count, which):
    firm, link, seq = heads(count)[which % count]
    root, tree = grown(count, firm)
    leaf = {"firm": firm, "link": link, "seq": seq}
    assert tree.followed == (firm, link, seq)
    assert root == root_of(heads(count))
    path = [list(step) for step in tree.path]
    assert root_from(leaf, path) == root
    assert root_from(leaf | {"seq": seq + 1}, path) != root
    assert root_from(leaf, [*path, ["left", "00" * 32]]) != root


@pytest.mark.parametrize("path", [[("over", "00" * 32)], [("left", "zz")], [("left",)], [7]])
def test_what_is_no_path_leads_nowhere(path):
    with pytest.raises((ValueError, TypeError)):
        root_from({"firm": "f1", "link": LINK_2, "seq": 2}, path)


def test_the_tree_keeps_one_node_per_height():
    tree = checkpoints.Tree()
    for head in heads(1000):
        tree.add(*head)
        assert len(tree._peaks) <= 10


def test_firms_come_in_order_and_once():
    tree = checkpoints.Tree()
    tree.add("f2", ZERO_LINK, 0)
    for firm in ("f2", "f1"):
        with pytest.raises(ValueError, match="ordered"):
            tree.add(firm, ZERO_LINK, 0)


def test_a_checkpoint_needs_a_firm():
    with pytest.raises(ValueError, match="firm"):
        root_of([])


def test_a_checkpoint_names_the_one_before():
    first = checkpoints.body(n=1, at=AT, root=ROOT, prev=checkpoints.FIRST_PREV, key="ab" * 8)
    signed = canonical.dumps(first)
    assert signed.decode() == (
        f'{{"key":"{"ab" * 8}","n":1,"prev":"{"00" * 32}","root":"{ROOT}","t":"2026-11-21T01:37:00.000Z","v":1}}'
    )
    assert checkpoints.follows(signed, 1, checkpoints.FIRST_PREV)
    assert not checkpoints.follows(signed, 2, checkpoints.FIRST_PREV)
    assert not checkpoints.follows(signed, 1, checkpoints.id_of(signed))
    assert not checkpoints.follows(signed + b" ", 1, checkpoints.FIRST_PREV)
    assert not checkpoints.follows(b"7", 1, checkpoints.FIRST_PREV)
    assert checkpoints.id_of(signed) != checkpoints.id_of(canonical.dumps(first | {"n": 2}))
