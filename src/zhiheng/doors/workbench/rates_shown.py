"""Pass rates made ready for the page: one section a population, with names, charts and a map.

Groups too small to be ranked stand behind the others and are marked; nothing is left out of the
table that is exported. This module refuses to compute a rate and to add populations up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from zhiheng.analytics.charts.specs import SERIES, RateRow, TrendRow, Words, rate_bars, rate_trend
from zhiheng.analytics.pipelines.pass_rates import PassRateQuestion, PassRates, Rate
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.exports.tables import TITLES
from zhiheng.doors.look.charts import PageChart
from zhiheng.doors.look.figures import amount, percent, span
from zhiheng.doors.look.reader import language
from zhiheng.doors.look.tiles import Tile, legend_of, level_of
from zhiheng.doors.workbench.asking import PLACES, TIMES
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.selectors import division_names
from zhiheng.foundation.registry.selectors import enterprises

ROWS: Final = 100
BARS: Final = 30
TILES: Final = 400
CUTS: Final = (0.80, 0.85, 0.90, 0.95, 0.98)
BELOW: Final = {"province": "city", "city": "county", "county": "product_kind"}


@dataclass(frozen=True, slots=True)
class Group:
    """One rate with the names of its group."""

    labels: tuple[str, ...]
    rate: Rate

    @property
    def label(self) -> str:
        """The names in one line."""
        return " · ".join(self.labels)


@dataclass(frozen=True, slots=True)
class Section:
    """One population: its overall rate, its groups, and how they are drawn."""

    selection: str
    title: str
    overall: Rate | None
    groups: tuple[Group, ...]
    total: int
    chart: PageChart | None
    tiles: tuple[Tile, ...]
    about: Mapping[str, Any]

    @property
    def cut(self) -> str:
        """What is said when the table shows a part of the groups only."""
        if self.total <= ROWS:
            return ""
        return _("%(shown)s of %(total)s groups are shown; the export holds all.") % {
            "shown": ROWS,
            "total": amount(self.total),
        }


Names = Mapping[tuple[int, str], str]


def names_of(actor: Actor, question: PassRateQuestion, rates: Iterable[Rate]) -> Names:
    """What the values of each dimension are called: two queries at most."""
    found: dict[tuple[int, str], str] = {}
    for number, dimension in enumerate(question.by):
        values = {rate.keys[number] for rate in rates}
        known: Mapping[str, str] = {}
        if dimension in PLACES:
            known = division_names(values, language())
        elif dimension == "producer":
            known = dict(enterprises(actor).filter(uscc__in=list(values)[:2000]).values_list("uscc", "name"))
        found |= {(number, value): known.get(value) or value or _("not stated") for value in values}
    return found


def sections(
    actor: Actor, found: PassRates, overall: PassRates, snapshot: Snapshot, links: Mapping[str, str]
) -> list[Section]:
    """One section for each population that has samples."""
    whole = {rate.selection: rate for rate in overall.rates}
    names = names_of(actor, found.question, _shown_first(found))
    shown = []
    for selection, title in Result.Selection.choices:
        rates = [rate for rate in found.rates if rate.selection == selection]
        if not rates:
            continue
        groups = [_group(rate, names) for rate in ordered(rates, found.question)[:ROWS]]
        about = _about(found.question, snapshot, str(title))
        drawn = [_group(rate, names) for rate in _largest(rates, found.question)]
        ends = [_group(rate, names) for rate in _ends(rates, found.question)]
        shown.append(
            Section(
                selection=selection,
                title=str(title),
                overall=whole.get(selection),
                groups=tuple(groups) if found.question.by else (),
                total=len(rates),
                chart=_chart(found.question, drawn, ends, {**about, "overall": whole.get(selection)}),
                tiles=_tiles(found.question, rates, names, links),
                about=about,
            )
        )
    return shown


def _shown_first(found: PassRates) -> list[Rate]:
    """The rates of which a name may be shown: those of tables, charts and maps."""
    if len(found.rates) <= ROWS * 10 or set(found.question.by) <= {*PLACES, *TIMES}:
        return list(found.rates)
    kept: list[Rate] = []
    for selection in {rate.selection for rate in found.rates}:
        rates = [rate for rate in found.rates if rate.selection == selection]
        kept += ordered(rates, found.question)[:ROWS] + _largest(rates, found.question)
        kept += _ends(rates, found.question)
    return kept


def ordered(rates: Sequence[Rate], question: PassRateQuestion) -> list[Rate]:
    """Time in its order; else the lowest rate first, groups with few samples behind all others."""
    if question.by and question.by[0] in TIMES:
        return sorted(rates, key=lambda rate: rate.keys)
    return sorted(rates, key=lambda rate: (rate.small, rate.estimate, rate.keys))


def _largest(rates: Sequence[Rate], question: PassRateQuestion) -> list[Rate]:
    if question.by and set(question.by) & set(TIMES):
        return sorted(rates, key=lambda rate: rate.keys)
    return sorted(rates, key=lambda rate: (-rate.n, rate.keys))[:BARS]


def _ends(rates: Sequence[Rate], question: PassRateQuestion) -> list[Rate]:
    """The two rates that the title names: first and last in time, else lowest and highest of all groups.

    Groups with few samples are not ranked, unless there are no others.
    """
    ranked = [rate for rate in rates if not rate.small] or list(rates)
    if set(question.by) & set(TIMES):
        ranked.sort(key=lambda rate: rate.keys)
    else:
        ranked.sort(key=lambda rate: (rate.estimate, rate.keys))
    return [ranked[0], ranked[-1]]


def _group(rate: Rate, names: Names) -> Group:
    return Group(tuple(names.get((number, key), key) for number, key in enumerate(rate.keys)), rate)


def period_of(question: PassRateQuestion) -> str:
    """The period of a question, in words."""
    if not question.since and not question.until:
        return _("all that is on record")
    return f"{question.since or '…'} – {question.until or '…'}"


def _about(question: PassRateQuestion, snapshot: Snapshot, population: str) -> dict[str, Any]:
    return {
        "population": population,
        "period": period_of(question),
        "source": _("results in the ledger, failures-only sources left out"),
        "snapshot": snapshot.entries,
        "method": _("Wilson, %(level)s; steadied: beta-binomial") % {"level": percent(question.level)},
    }


def _chart(
    question: PassRateQuestion, groups: Sequence[Group], ends: Sequence[Group], about: Mapping[str, Any]
) -> PageChart | None:
    if not question.by or len(groups) < 2:
        return None
    time = next((number for number, name in enumerate(question.by) if name in TIMES), None)
    drawn = _trend(groups, time) if time is not None else _bars(groups)
    title = _finding(ends, in_time=time is not None)
    words = Words(axis=_("Pass rate, %"), description=title, few=_("few"))
    overall = about["overall"].estimate if about["overall"] else None
    chart = rate_trend(drawn, words) if time is not None else rate_bars(drawn, words, overall=overall)  # type: ignore[arg-type]
    heads = [*(str(TITLES[name]) for name in question.by), _("Pass rate"), _("Interval"), _("Samples")]
    return PageChart(
        title=title,
        chart=chart,
        heads=[" · ".join(heads[: len(question.by)]), *heads[len(question.by) :]],
        rows=[_numbers(group) for group in groups],
        subtitle=f"{about['population']} · {about['period']}" + _only_largest(question, groups, time),
    )


def _only_largest(question: PassRateQuestion, groups: Sequence[Group], time: int | None) -> str:
    if time is not None or len(groups) < BARS:
        return ""
    return " · " + _("the %(count)s groups with most samples") % {"count": BARS}


def _numbers(group: Group) -> list[str]:
    rate = group.rate
    return [group.label, percent(rate.estimate), span(rate.lower, rate.upper), amount(rate.n)]


def _bars(groups: Sequence[Group]) -> list[RateRow]:
    return [
        RateRow(
            group.label,
            group.rate.estimate,
            group.rate.lower,
            group.rate.upper,
            group.rate.n,
            group.rate.small,
        )
        for group in groups
    ]


def _trend(groups: Sequence[Group], time: int) -> list[TrendRow]:
    """Rates over time; where there are several series, those with most samples."""
    samples: dict[str, int] = {}
    for group in groups:
        series = _series(group, time)
        samples[series] = samples.get(series, 0) + group.rate.n
    kept = sorted(samples, key=lambda name: -samples[name])[:SERIES]
    return [
        TrendRow(
            group.labels[time], group.rate.estimate, group.rate.lower, group.rate.upper, group.rate.n,
            group.rate.small, _series(group, time),
        )
        for group in groups
        if _series(group, time) in kept
    ]  # fmt: skip


def _series(group: Group, time: int) -> str:
    return " · ".join(label for number, label in enumerate(group.labels) if number != time)


def _finding(ends: Sequence[Group], *, in_time: bool) -> str:
    """The finding as a title: the ends of the period, or of the scale."""
    first, last = ends
    low, high = percent(first.rate.estimate), percent(last.rate.estimate)
    if in_time:
        said = _("%(first)s: %(before)s; %(last)s: %(after)s")
        return said % {"first": first.label, "last": last.label, "before": low, "after": high}
    said = _("From %(low)s (%(worst)s) to %(high)s (%(best)s)")
    return said % {"low": low, "worst": first.label, "high": high, "best": last.label}


def _tiles(
    question: PassRateQuestion, rates: Sequence[Rate], names: Names, links: Mapping[str, str]
) -> tuple[Tile, ...]:
    if len(question.by) != 1 or question.by[0] not in PLACES or len(rates) > TILES:
        return ()
    return tuple(
        Tile(
            code=rate.keys[0],
            name=names.get((0, rate.keys[0]), rate.keys[0]),
            value=percent(rate.estimate),
            level=level_of(rate.estimate, CUTS),
            href=links["place"].replace("CODE", rate.keys[0]),
        )
        for rate in rates
        if rate.keys[0].isdigit()
    )


def legend() -> list[str]:
    """The scale of the map."""
    return legend_of(CUTS)
