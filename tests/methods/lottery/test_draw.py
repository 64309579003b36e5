"""The draw: exact keys, designed rates, and the independence of every object's fate."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.methods.lottery.draws import AUTHORITY, WITNESS, announcement, committed, drawn, small_frame
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery import keys
from zhiheng.methods.lottery.commitment import (
    Design,
    Kind,
    Party,
    commit,
    nonce_hash,
    read_commitment,
)
from zhiheng.methods.lottery.draw import Nonces, draw, object_hash, select
from zhiheng.methods.lottery.exclusions import parse_exclusions
from zhiheng.methods.lottery.frame import frame_of
from zhiheng.methods.lottery.probabilities import successive_inclusion

X = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1])


@given(X)
def test_the_whole_number_logarithm_is_the_logarithm(x: int) -> None:
    """Against mpmath's precision by hand: -ln of the rational, in doubles where they suffice."""
    units = keys.neglog(x)
    distance = 2**65 - (2 * x + 1)
    true = -math.log1p(-distance / 2**65) if distance < 2**63 else -math.log((2 * x + 1) / 2**65)
    assert units == pytest.approx(true / math.log(2) * 2**64, rel=1e-14, abs=1.0)
    assert 1 <= units < 2**71


@given(X, X)
def test_a_larger_hash_never_has_a_larger_key(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert keys.neglog(low) >= keys.neglog(high)


@given(
    st.lists(st.tuples(X, st.integers(1, 10**15 - 1)), min_size=1, max_size=60, unique_by=lambda t: t[0]),
    st.data(),
)
def test_the_fast_search_holds_the_smallest_keys(objects: list[tuple[int, int]], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(objects)))
    x, weights = (np.array(column, dtype=kind) for column, kind in
                  zip(zip(*objects, strict=True), (np.uint64, np.int64), strict=True))  # fmt: skip
    exact = sorted(range(len(objects)), key=lambda i: keys.key(*objects[i]))
    assert set(exact[:count]) <= set(keys.smallest(x, weights, count).tolist())


@given(st.lists(st.tuples(X, st.integers(1, 10**15 - 1)), min_size=1, max_size=60), st.integers(0, 10**15))
def test_the_fast_poisson_draw_is_the_exact_one(objects: list[tuple[int, int]], rate: int) -> None:
    x = np.array([o[0] for o in objects], dtype=np.uint64)
    weights = np.array([o[1] for o in objects])
    exact = [i for i, (bits, w) in enumerate(objects) if bits < keys.threshold(rate, w)]
    assert keys.below(x, weights, rate).tolist() == exact
    rate = min(rate, 10**12)
    exact = [i for i, (bits, _) in enumerate(objects) if bits < keys.threshold(rate, None)]
    assert keys.below(x, None, rate).tolist() == exact


def test_close_calls_of_a_poisson_draw_are_settled_exactly() -> None:
    edge = keys.threshold(333_333_333_333, 2_500_000)
    x = np.array([edge - 1, edge, edge + 1], dtype=np.uint64)
    assert keys.below(x, np.full(3, 2_500_000), 333_333_333_333).tolist() == [0]


def seeds(number: int) -> list[bytes]:
    rng = np.random.default_rng(20260302)
    return [rng.bytes(32) for _ in range(number)]


def rates(kind: Kind, weights: list[float], amount: int, number: int) -> np.ndarray:
    """How often each object of one stratum was drawn."""
    frame = frame_of(("s", f"object {i}", w) for i, w in enumerate(weights))
    counts = np.zeros(len(weights))
    for seed in seeds(number):
        for selected in select(frame, kind, [amount], seed, "sha256")[0].drawn:
            counts[selected.member.index] += 1
    return counts


def test_inclusion_rates_of_bernoulli_and_poisson_draws_are_the_designed_ones() -> None:
    """1e5 draws, vectorised: the hashes of 8 objects under 1e5 seeds against rate times weight."""
    weights = np.array([1, 2, 3, 4, 5, 6, 7, 20]) * 10**6
    hashes = (object_hash(seed, f"o{i}", "sha256") for seed in seeds(12_500) for i in range(8))
    x = np.array([keys.uniform_bits(value) for value in hashes], dtype=np.uint64)
    taken = np.zeros(x.size)
    taken[keys.below(x, np.tile(weights, 12_500), 10**11)] = 1
    observed, expected = taken.reshape(-1, 8).sum(axis=0), np.minimum(1, 0.1 * weights / 1e6) * 12_500
    assert observed[-1] == 12_500
    spread = 12_500 * (expected[:-1] / 12_500) * (1 - expected[:-1] / 12_500)
    statistic = ((observed[:-1] - expected[:-1]) ** 2 / spread).sum()
    assert stats.chi2.sf(statistic, 7) > 1e-3


def test_inclusion_rates_of_weighted_samples_are_the_computed_ones() -> None:
    """1e5 draws of 2 of 5: each pair's frequency against successive sampling, exactly enumerated."""
    number = 100_000
    weights = np.array([1, 2.5, 0.75, 1, 4])
    rng = np.random.default_rng(7)
    hashes = rng.integers(0, 2**64, (number, 5), dtype=np.uint64)
    units = (weights * 1e6).astype(np.int64)
    pairs = np.zeros((5, 5))
    for row in hashes:
        found = keys.smallest(row, units, 2)
        first, second = sorted(found, key=lambda i: keys.key(int(row[i]), int(units[i])))[:2]
        pairs[first, second] += 1
    total = weights.sum()
    expected = np.outer(weights / total, weights) / (total - weights)[:, None]
    off = ~np.eye(5, dtype=bool)
    statistic = ((pairs - number * expected)[off] ** 2 / (number * expected[off])).sum()
    assert stats.chi2.sf(statistic, 19) > 1e-3
    included = pairs.sum(axis=0) + pairs.sum(axis=1)
    likely = successive_inclusion(weights, 2).values
    assert np.abs(included / number - likely).max() < 5 * math.sqrt(0.25 / number)


@pytest.mark.parametrize(
    ("kind", "amount"), [("fixed", 2), ("poisson", 2 * 10**11), ("bernoulli", 3 * 10**11)]
)
def test_whole_draws_from_seeds_have_the_designed_rates(kind: Kind, amount: int) -> None:
    """The way through frame, hashes and selection, with fewer draws than above."""
    weights, number = [1, 2.5, 0.75, 1, 4], 4_000
    counts = rates(kind, weights, amount, number)
    if kind == "fixed":
        likely = successive_inclusion(weights, 2).values
    else:
        likely = np.minimum(1, amount / 1e12 * (np.array(weights) if kind == "poisson" else np.ones(5)))
    deviation = np.abs(counts - number * likely) / np.sqrt(number * likely * (1 - likely))
    assert deviation.max() < 4.5


@given(
    st.binary(min_size=32, max_size=32), st.sampled_from(["fixed", "bernoulli", "poisson"]), st.integers(1, 9)
)
@settings(max_examples=50)
def test_no_fate_changes_when_an_object_joins_another_stratum(seed: bytes, kind: Kind, added: int) -> None:
    rows = [(f"s{s}", f"{s}-{i}", 1 + i) for s in range(3) for i in range(6)]
    amount = 3 if kind == "fixed" else 4 * 10**11
    before = select(frame_of(rows), kind, [amount] * 3, seed)
    joined = [*rows, *(("s1", f"new {i}", 5) for i in range(added))]
    after = select(frame_of(joined), kind, [amount] * 3, seed)
    for stratum in (0, 2):
        assert [(s.member.identity, s.rank) for s in before[stratum].drawn] == [
            (s.member.identity, s.rank) for s in after[stratum].drawn
        ]


def test_a_whole_stratum_and_nothing_of_a_stratum_can_be_drawn() -> None:
    frame = small_frame(2, 4)
    everything, nothing = select(frame, "fixed", [4, 0], b"seed")
    assert len(everything.drawn) == 4
    assert everything.next is None
    assert nothing.drawn == ()
    assert nothing.next is not None
    assert [len(o.drawn) for o in select(frame, "bernoulli", [10**12, 0], b"seed")] == [4, 0]
    assert [len(o.drawn) for o in select(frame, "poisson", [10**20, 0], b"seed")] == [4, 0]


def test_the_threshold_probability_is_the_rate() -> None:
    assert Fraction(keys.threshold(5 * 10**11, None), 2**64) == Fraction(1, 2)
    assert Fraction(keys.threshold(25 * 10**10, 2 * 10**6), 2**64) == Fraction(1, 2)
    assert keys.threshold(10**12, None) == keys.threshold(10**13, 10**6) == 2**64
    assert keys.threshold(0, None) == 0


@pytest.mark.parametrize(
    ("code", "nonces"),
    [
        ("nonce.mismatch", Nonces(bytes(32), (WITNESS,), "v")),
        ("nonce.mismatch", Nonces(AUTHORITY, (AUTHORITY,), "v")),
        ("nonce.size", Nonces(b"short", (WITNESS,), "v")),
        ("nonce.count", Nonces(AUTHORITY, (), "v")),
        ("nonce.count", Nonces(AUTHORITY, (WITNESS, WITNESS), "v")),
        ("nonce.beacon", Nonces(AUTHORITY, (WITNESS,))),
        ("text.invisible", Nonces(AUTHORITY, (WITNESS,), "v\n")),
    ],
)
def test_nonces_that_were_not_committed_to_are_refused(code: str, nonces: Nonces) -> None:
    frame = small_frame()
    with pytest.raises(InvalidInput) as caught:
        draw(frame, committed(frame), nonces)
    assert caught.value.code == code


def test_a_nonce_hash_belongs_to_a_name() -> None:
    """A party that copies another's hash cannot reveal it."""
    assert nonce_hash("A", WITNESS) != nonce_hash("B", WITNESS)
    assert nonce_hash("A", WITNESS) != nonce_hash("A", WITNESS, "sha256")


def test_another_frame_than_the_committed_one_is_refused() -> None:
    commitment = committed(small_frame())
    with pytest.raises(InvalidInput, match="This frame has 28 objects"):
        draw(small_frame(4), commitment, Nonces(AUTHORITY, (WITNESS,), "v"))


def amounts(**changes: int | str) -> dict[str, int | str]:
    return {**{f"层{s}": 2 for s in range(3)}, **changes}


@pytest.mark.parametrize(
    ("code", "kind", "given"),
    [
        ("design.strata", "fixed", {"层0": 1}),
        ("design.strata", "fixed", amounts(层9=1)),
        ("design.sample", "fixed", amounts(层1=8)),
        ("form.integer", "fixed", amounts(层1=-1)),
        ("form.integer", "fixed", amounts(层1=True)),
        ("form.integer", "fixed", amounts(层1="2")),
        ("form.pattern", "bernoulli", amounts(层1=1)),
        ("form.pattern", "bernoulli", dict.fromkeys(amounts(), "0.50")),
        ("form.pattern", "poisson", dict.fromkeys(amounts(), "nan")),
        ("design.rate", "bernoulli", dict.fromkeys(amounts(), "1.5")),
        ("design.kind", "systematic", amounts()),
    ],
)
def test_an_impossible_design_is_refused(code: str, kind: Kind, given: dict[str, int | str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        committed(small_frame(), kind, given)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("commitment.alone", {"witnesses": (), "beacon": None}),
        ("commitment.names", {"witnesses": (Party("W"), Party("W"))}),
        ("commitment.names", {"witnesses": (Party("Authority"),)}),
        ("text.edge", {"title": " x"}),
        ("text.empty", {"title": ""}),
        ("text.long", {"title": "x" * 1001}),
        ("text.normal_form", {"title": "e\u0301"}),
        ("form.pattern", {"time": "2026-03-02 09:30:00+08:00"}),
        ("form.pattern", {"time": "2026-03-02T09:30:00"}),
        ("form.time", {"time": "2026-02-30T09:30:00Z"}),
        ("form.pattern", {"authority": Party("Authority", "00")}),
        ("form.pattern", {"authority": Party("Authority")}),
    ],
)
def test_an_announcement_that_binds_nobody_is_refused(code: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        committed(small_frame(), **changes)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_commitment_is_read_as_it_was_written() -> None:
    frame = small_frame()
    commitment = committed(frame, "poisson")
    assert read_commitment(commitment.text) == read_commitment(commitment.text.encode() + b"\n") == commitment
    with pytest.raises(InvalidInput, match="canonical form"):
        read_commitment(commitment.text.replace(":", ": ", 1))


def test_a_commitment_binds_its_exclusions() -> None:
    frame = small_frame()
    design = Design("fixed", dict.fromkeys((s.name for s in frame.strata), 1))
    excluded = parse_exclusions("x\t层0\t已注销".encode())
    bound = commit(frame, design, announcement(), exclusions=excluded)
    assert bound.excluded == (1, excluded.digest())
    assert bound.digest != commit(frame, design, announcement()).digest
    with pytest.raises(InvalidInput) as caught:
        commit(
            frame, design, announcement(), exclusions=parse_exclusions("910000000000000000\t层0\tx".encode())
        )
    assert caught.value.code == "exclusions.in_frame"


def test_every_contribution_changes_the_seed() -> None:
    frame = small_frame()
    plain = drawn(frame)
    assert drawn(frame, beacon="other").seed != plain.seed
    assert drawn(frame, algorithm="sha256").seed != plain.seed
    assert drawn(small_frame(3, 8)).seed != plain.seed
