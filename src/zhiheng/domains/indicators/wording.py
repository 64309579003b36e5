"""The sentences of a report, word for word, by their codes: msgids with named placeholders.

Every number is a placeholder; a test finds a digit that stands in the words. What a sentence claims
and when it may be said is decided in `sentences`. This module refuses to decide anything.
"""

from __future__ import annotations

from typing import Final

from zhiheng.kernel.errors import N_

TEXT: Final[dict[str, str]] = {
    "overview.nothing": N_("From %(since)s to %(until)s no spot-check result was recorded for %(division)s."),
    "overview.results": N_(
        "From %(since)s to %(until)s, %(results)s spot-check results of %(authorities)s authorities"
        " were recorded for %(division)s."
    ),
    "overview.kind": N_("The report is about one product kind only: %(product_kind)s."),
    "overview.random": N_(
        "Random samples: %(conforming)s of %(n)s samples conformed, a pass rate of %(estimate)s"
        " (%(level)s interval %(lower)s to %(upper)s). The rate speaks of the products that the"
        " samples were drawn from."
    ),
    "overview.risk_targeted": N_(
        "Risk-targeted samples: %(conforming)s of %(n)s samples conformed, a pass rate of"
        " %(estimate)s (%(level)s interval %(lower)s to %(upper)s). The rate speaks only of targets"
        " picked for their risk, not of the market."
    ),
    "overview.undeclared": N_(
        "Samples of which the source does not say how they were chosen: %(conforming)s of %(n)s"
        " samples conformed, a pass rate of %(estimate)s (%(level)s interval %(lower)s to %(upper)s)."
        " The rate speaks only of these samples."
    ),
    "overview.small": N_("With fewer than %(small_below)s samples this rate is a rough indication only."),
    "overview.apart": N_(
        "Samples that were chosen in different ways have no common rate; their rates stand side by side."
    ),
    "overview.failures_only": N_(
        "%(failures_only)s results come from sources that make only failures known. They have no pass"
        " rate and enter none; they are counted among the sources."
    ),
    "overview.coverage_unknown": N_(
        "%(coverage_unknown)s results come from sources that do not say whether they make all results"
        " known. They enter no rate and are counted among the sources."
    ),
    "overview.undated": N_(
        "%(undated)s results carry no date. Whether they fall into the period is not known; they"
        " enter no rate."
    ),
    "kinds.size": N_(
        "Random samples were taken of %(groups)s product kinds; %(small)s of these have fewer than"
        " %(small_below)s samples and are marked and not compared."
    ),
    "kinds.lower": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), lower than that of"
        " all other kinds together (%(rest_estimate)s)."
    ),
    "kinds.higher": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), higher than that of"
        " all other kinds together (%(rest_estimate)s)."
    ),
    "kinds.more": N_(
        "More product kinds differ than are named here: %(lower)s are lower and %(higher)s higher"
        " than the others in all; the tables hold them."
    ),
    "kinds.none": N_(
        "Of %(compared)s product kinds compared, the samples show no difference from the others. This"
        " does not mean that they are equal."
    ),
    "kinds.few": N_("None of the product kinds has enough samples to be compared with the others."),
    "divisions.size": N_(
        "Random samples were taken in %(groups)s divisions; %(small)s of these have fewer than"
        " %(small_below)s samples and are marked and not compared."
    ),
    "divisions.lower": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), lower than that of"
        " all other divisions together (%(rest_estimate)s)."
    ),
    "divisions.higher": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), higher than that of"
        " all other divisions together (%(rest_estimate)s)."
    ),
    "divisions.more": N_(
        "More divisions differ than are named here: %(lower)s are lower and %(higher)s higher than"
        " the others in all; the tables hold them."
    ),
    "divisions.none": N_(
        "Of %(compared)s divisions compared, the samples show no difference from the others. This"
        " does not mean that they are equal."
    ),
    "divisions.few": N_("None of the divisions has enough samples to be compared with the others."),
    "quarters.size": N_(
        "Random samples were taken in %(groups)s quarters; %(small)s of these have fewer than"
        " %(small_below)s samples and are marked and not compared."
    ),
    "quarters.lower": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), lower than that of"
        " all other quarters together (%(rest_estimate)s)."
    ),
    "quarters.higher": N_(
        "%(key)s: pass rate %(estimate)s (%(lower)s to %(upper)s, %(n)s samples), higher than that of"
        " all other quarters together (%(rest_estimate)s)."
    ),
    "quarters.more": N_(
        "More quarters differ than are named here: %(lower)s are lower and %(higher)s higher than the"
        " others in all; the tables hold them."
    ),
    "quarters.none": N_(
        "Of %(compared)s quarters compared, the samples show no difference from the others. This does"
        " not mean that they are equal."
    ),
    "quarters.few": N_("None of the quarters has enough samples to be compared with the others."),
    "items.unnamed_all": N_("None of the %(failed)s failed samples names the items that failed."),
    "items.failed": N_("%(failed)s samples failed; %(items_unnamed)s of these name no failed item."),
    "items.item": N_("%(product_kind)s, %(item)s: failed in %(failures)s samples."),
    "items.item_elsewhere": N_(
        "%(product_kind)s, %(item)s: failed in %(failures)s samples of sources that make all results"
        " known, and in %(elsewhere)s of other sources."
    ),
    "producers.nobody": N_(
        "By %(published_by)s no failure had been published that may be ascribed to a producer by name."
    ),
    "producers.named": N_(
        "By %(published_by)s the authorities had published failures of the producers named here"
        " (%(producers)s). How often a producer fails follows how often it was sampled; the table is"
        " no ranking."
    ),
    "sources.table": N_(
        "The table lists every authority with what it makes known, how it chose its samples and how"
        " many results it has; each result is counted once."
    ),
    "method.rate": N_(
        "The pass rate is the share of samples that conformed; a failure that a retest overturned"
        " counts as conforming. Intervals are Wilson's at the level of %(level)s; the content of the"
        " report also holds Clopper-Pearson's, and rates steadied towards the mean of their population"
        " (beta-binomial)."
    ),
    "method.differs": N_(
        "A group of random samples is called lower or higher only where its interval and that of all"
        " other samples together do not overlap, both widened so that all comparisons of a table"
        " together hold at the level of %(level)s. Groups of less than %(small_below)s samples are not"
        " compared."
    ),
    "method.verify": N_(
        "Every number in this report is a cell of one of its tables, and every table can be computed"
        " again from the snapshot that is named in it."
    ),
    "limits.sampled": N_(
        "Spot checks choose product kinds and places by plan. Rates of different kinds, places or"
        " quarters also differ because different things were sampled."
    ),
    "limits.dates": N_(
        "A result counts on the day of sampling, or of publication where the day of sampling is not"
        " known. Results that were recorded after the snapshot are not in this report."
    ),
    "limits.coverage": N_(
        "Authorities that make only failures known, or do not say what they make known, are missing"
        " from the rates; the rates do not speak of what they sampled."
    ),
}
