"""What a stranger computes from the texts that are handed out comes to the published root."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from tests.doors.portal.conftest import Publish, Published, now
from zhiheng.doors.portal.proofs import bound_by, entry_sealed, leaves, stands
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.models import Checkpoint, Entry
from zhiheng.kernel.chain import Inclusion, MerkleTree, includes

pytestmark = pytest.mark.django_db


def sm3(data: bytes) -> str:
    return hashlib.new("sm3", data).hexdigest()


def test_the_text_gives_the_hash(reader: Client, published: Published) -> None:
    text = reader.get(f"/verify/entries/{published.entry}.txt").content
    entry = Entry.objects.get(pk=published.good.entry)
    assert sm3(text) == bytes(entry.hash).hex()
    page = reader.get(f"/verify/entries/{published.entry}/").content.decode()
    assert sm3(text) in page
    assert "验证通过" in page


def test_the_proof_leads_to_the_published_root(reader: Client, published: Published) -> None:
    given = reader.get(f"/verify/entries/{published.entry}.json").json()
    proof = given["proof"]
    path = Inclusion(proof["index"], proof["size"], tuple(bytes.fromhex(node) for node in proof["path"]))
    assert includes(bytes.fromhex(published.snapshot.root), proof["leaf"].encode(), path)
    assert given["entries_between"] == 2


def test_the_leaves_give_the_root(reader: Client, published: Published) -> None:
    text = reader.get("/verify/checkpoints/1.txt").content
    tree = MerkleTree(text.rstrip(b"\n").split(b"\n\n"))
    assert tree.root.hex() == published.snapshot.root


def test_an_entry_after_the_last_checkpoint_is_not_bound_yet(
    reader: Client, published: Published, publish: Publish
) -> None:
    late = publish()
    number = Entry.objects.get(pk=late.entry).number
    assert "还没有生成检查点" in reader.get(f"/verify/entries/P33-{number}/").content.decode()
    assert reader.get(f"/verify/entries/P33-{number}.json").json()["proof"] is None
    checkpoint_take(at=now())
    assert "中间没有其他条目" in reader.get(f"/verify/entries/P33-{number}/").content.decode()


def test_an_altered_entry_does_not_verify(published: Published) -> None:
    number = Entry.objects.get(pk=published.good.entry).number
    sealed = entry_sealed("P33", number, now().date())
    assert sealed is not None
    assert sealed.fits
    sealed.entry.hash = bytes(32)
    assert not sealed.fits


def test_an_altered_checkpoint_does_not_stand(published: Published) -> None:
    checkpoint = Checkpoint.objects.get(number=1)
    assert stands(checkpoint)
    checkpoint.heads = checkpoint.heads.replace('"P33",', '"P33", ').replace(",8,", ",7,")
    checkpoint.at += 1
    assert not stands(checkpoint)
    assert len(leaves(checkpoint)) > 1


def test_a_false_root_is_seen(published: Published) -> None:
    number = Entry.objects.get(pk=published.good.entry).number
    sealed = entry_sealed("P33", number, now().date())
    assert sealed is not None
    bound = bound_by(sealed)
    assert bound is not None
    assert bound.fits
    bound.checkpoint.root = bytes(32)
    assert not bound.fits
