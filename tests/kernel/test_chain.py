"""The hash chain's parts against published values and against their own definitions."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.chain import Inclusion, MerkleTree, canonical, hasher, includes
from zhiheng.kernel.errors import Refused


def test_sm3_gives_the_values_of_the_standard() -> None:
    """GB/T 32905-2016, appendix A: the digests of "abc" and of "abcd" sixteen times."""
    digest = hasher("sm3")
    assert digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_an_unknown_algorithm_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="sm3, sha256"):
        hasher("md5")


def test_canonical_form_has_one_text() -> None:
    assert canonical({"b": 1, "a": ["质", None, True]}) == '{"a":["质",null,true],"b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


def _rfc6962(leaves: list[bytes]) -> bytes:
    """The tree as RFC 6962 section 2.1 writes it down, recursively and slowly."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _rfc6962(leaves[:split]) + _rfc6962(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert MerkleTree(leaves, "sha256").root == _rfc6962(leaves)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_each_leaf_is_proven_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    tree = MerkleTree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = tree.inclusion(index)
    assert includes(tree.root, leaves[index], proof)
    assert not includes(tree.root, leaves[index] + b"x", proof)
    assert not includes(bytes(32), leaves[index], proof)
    if proof.path:
        wrong = (bytes([proof.path[0][0] ^ 1]) + proof.path[0][1:], *proof.path[1:])
        assert not includes(tree.root, leaves[index], Inclusion(index, len(leaves), wrong))
        assert not includes(tree.root, leaves[index], Inclusion(index, len(leaves), proof.path[:-1]))
    assert not includes(tree.root, leaves[index], Inclusion(index, len(leaves), (*proof.path, bytes(32))))


def test_a_leaf_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(Refused, match="no leaf 3"):
        MerkleTree([b"a", b"b", b"c"]).inclusion(3)
    assert not includes(MerkleTree([b"a"]).root, b"a", Inclusion(1, 1, ()))
