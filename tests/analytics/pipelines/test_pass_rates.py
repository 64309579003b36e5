"""Pass rates against a direct count, and what must never be pooled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from zhiheng.analytics.pipelines.pass_rates import PassRateQuestion, PassRates, pass_rates, question
from zhiheng.foundation.ledger.acts import ACTS, act
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.entries import Draft, append
from zhiheng.foundation.ledger.facts.spot_check import Party, SpotCheckResult
from zhiheng.foundation.ledger.snapshots import Snapshot, snapshot_take
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.errors import Refused
from zhiheng.methods.survey.proportions import wilson

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)
Write = Callable[[Sequence[Draft]], Snapshot]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put results on record and cut a snapshot."""
    moments = iter(NOW + timedelta(minutes=minute) for minute in range(100))

    @act
    def go(drafts: Sequence[Draft]) -> None:
        append(actor=system("A1"), recorded_at=NOW, drafts=drafts)

    ACTS.pop(f"{go.__module__}.{go.__qualname__}")

    def cut(drafts: Sequence[Draft]) -> Snapshot:
        go(drafts)
        return snapshot_take(tmp_path / "snapshots", checkpoint_take(at=next(moments)))

    return cut


def result(number: int, **changes: object) -> SpotCheckResult:
    plain = SpotCheckResult(
        record=f"R{number}",
        source="测试",
        authority="示例省局",
        product_kind="玩具",
        product_name="积木",
        verdict="conforming",
        selection="random",
        coverage="all_results",
        sampled_on=date(2025, 6, 1),
        producer=Party("某厂", "91330100799655058B"),
        key=f"k{number}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def draft(fact: SpotCheckResult, division: str = "900101", corrects: int | None = None) -> Draft:
    return Draft(fact, fact.sampled_on or NOW, division, corrects=corrects)


def some(count: int, seed: int = 1) -> list[Draft]:
    draw = random.Random(seed)
    return [
        draft(
            result(
                number,
                product_kind=draw.choice(["玩具", "头盔", "电线"]),
                verdict="conforming" if draw.random() < 0.8 else "nonconforming",
                selection=draw.choice(["random", "random", "risk_targeted", "undeclared"]),
                coverage="all_results" if draw.random() < 0.9 else "failures_only",
                sampled_on=date(2025, draw.randint(1, 12), 5),
                retest="overturned" if draw.random() < 0.02 else "none",
            ),
            division=draw.choice(["900101", "900102", "900201"]),
        )
        for number in range(count)
    ]


def counted(found: PassRates) -> Counter[tuple[tuple[str, ...], str, int, int]]:
    return Counter((rate.keys, rate.selection, rate.n, rate.conforming) for rate in found.rates)


def test_rates_agree_with_a_direct_count(write: Write) -> None:
    drafts = some(600)
    found = pass_rates(write(drafts), PassRateQuestion(by=("product_kind", "city", "quarter")))
    direct: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for one in drafts:
        fact = one.fact
        assert isinstance(fact, SpotCheckResult)
        assert fact.sampled_on
        if fact.coverage == "failures_only":
            continue
        quarter = f"{fact.sampled_on.year}Q{(fact.sampled_on.month + 2) // 3}"
        keys = (fact.product_kind, one.division[:4] + "00", quarter)
        tally = direct.setdefault((keys, fact.selection), [0, 0])
        tally[0] += 1
        tally[1] += fact.verdict == "conforming" or fact.retest == "overturned"
    assert counted(found) == Counter((keys, how, n, good) for (keys, how), (n, good) in direct.items())
    assert found.excluded.failures_only == 600 - sum(rate.n for rate in found.rates)
    for rate in found.rates:
        expected = wilson(rate.conforming, rate.n)
        assert rate.estimate == pytest.approx(rate.conforming / rate.n)
        assert (rate.lower, rate.upper) == pytest.approx((float(expected.lower), float(expected.upper)))
        assert rate.exact_lower <= rate.lower + 0.05
        assert rate.small == (rate.n < 30)
        assert 0 <= rate.shrunk_lower <= rate.shrunk <= rate.shrunk_upper <= 1


def test_populations_are_never_pooled(write: Write) -> None:
    """Asked for one rate for all, three populations give three rates."""
    found = pass_rates(write(some(300)), PassRateQuestion())
    assert found.populations == ("random", "risk_targeted", "undeclared")
    assert [rate.keys for rate in found.rates] == [(), (), ()]
    assert sum(rate.n for rate in found.rates) + found.excluded.failures_only == 300


def test_a_source_of_failures_enters_no_rate_even_alone(write: Write) -> None:
    failing = [draft(result(n, verdict="nonconforming", coverage="failures_only")) for n in range(9)]
    found = pass_rates(write(failing), PassRateQuestion(by=("authority",)))
    assert found.rates == ()
    assert found.excluded.failures_only == 9


def test_a_source_that_does_not_say_what_it_reports_enters_no_rate(write: Write) -> None:
    found = pass_rates(write([draft(result(n, coverage="undeclared")) for n in range(4)]), PassRateQuestion())
    assert found.rates == ()
    assert found.excluded.undeclared_coverage == 4


def test_a_correction_takes_the_place_of_what_it_corrects(write: Write) -> None:
    from zhiheng.foundation.ledger.models import Entry

    before = write([draft(result(1, verdict="nonconforming")), draft(result(2))])
    first = Entry.objects.get(number=1)
    after = write([draft(result(1), corrects=first.pk)])
    assert [(rate.n, rate.conforming) for rate in pass_rates(before, PassRateQuestion()).rates] == [(2, 1)]
    assert [(rate.n, rate.conforming) for rate in pass_rates(after, PassRateQuestion()).rates] == [(2, 2)]


def test_a_correction_of_a_correction_stands_alone(write: Write) -> None:
    from zhiheng.foundation.ledger.models import Entry

    write([draft(result(1, verdict="nonconforming"))])
    write([draft(result(1), corrects=Entry.objects.get(number=1).pk)])
    snapshot = write([draft(result(1, verdict="nonconforming"), corrects=Entry.objects.get(number=2).pk)])
    assert [(rate.n, rate.conforming) for rate in pass_rates(snapshot, PassRateQuestion()).rates] == [(1, 0)]


def test_filters_are_bound_and_do_what_they_say(write: Write) -> None:
    snapshot = write(some(400))

    def total(asked: PassRateQuestion) -> int:
        return sum(rate.n for rate in pass_rates(snapshot, asked).rates)

    everything = total(PassRateQuestion())
    assert total(PassRateQuestion(division="900000")) == everything
    assert total(PassRateQuestion(division="100000")) == everything
    parts = [total(PassRateQuestion(division=code)) for code in ("900100", "900200")]
    assert sum(parts) == everything
    assert all(parts)
    assert (
        total(PassRateQuestion(until=date(2025, 6, 30))) + total(PassRateQuestion(since=date(2025, 7, 1)))
        == everything
    )
    assert {rate.selection for rate in pass_rates(snapshot, PassRateQuestion(selection="random")).rates} == {
        "random"
    }
    assert total(PassRateQuestion(product_kind="'; DROP TABLE x; --")) == 0


def test_an_empty_ledger_gives_no_rate_and_no_error(tmp_path: Path) -> None:
    snapshot = snapshot_take(tmp_path, checkpoint_take(at=NOW))
    found = pass_rates(snapshot, PassRateQuestion(by=("product_kind",)))
    assert found.rates == ()
    assert found.excluded.failures_only == 0


def test_the_same_question_gives_the_same_digest_and_says_where_it_comes_from(write: Write) -> None:
    snapshot = write(some(200))
    asked = PassRateQuestion(by=("product_kind",), since=date(2025, 1, 1))
    first, second = pass_rates(snapshot, asked), pass_rates(snapshot, asked)
    assert first == second
    assert first.provenance.snapshot == snapshot.name
    assert first.provenance.manifest == snapshot.digest
    import json

    assert question(json.loads(first.provenance.parameters)) == asked


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"by": ("colour",)}, "grouped by colour"),
        ({"by": ("year", "year")}, "each once"),
        ({"level": 0.5}, "0.90, 0.95 or 0.99"),
        ({"since": date(2025, 2, 1), "until": date(2025, 1, 1)}, "before it begins"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        PassRateQuestion(**changes)  # type: ignore[arg-type]


def test_strangers_get_rates_of_what_was_published(write: Write) -> None:
    day = date(2026, 3, 1)
    snapshot = write(
        [
            Draft(result(1, published_on=day), NOW, "330000"),
            Draft(result(2, published_on=day, verdict="nonconforming"), NOW, "330000"),
            Draft(result(3, published_on=day + timedelta(days=1)), NOW, "330000"),
            Draft(result(4), NOW, "330000"),
        ]
    )
    asked = PassRateQuestion(published_by=day)
    (rate,) = pass_rates(snapshot, asked).rates
    assert (rate.n, rate.conforming) == (2, 1)
    assert question(asked.parameters()) == asked
    assert "published_by" not in PassRateQuestion().parameters()
