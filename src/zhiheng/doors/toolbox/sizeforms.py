"""What the planner of sample sizes asks: for a rate, for a difference, to detect, and an allocation.

This module refuses to compute a size.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.doors.toolbox.forms import TableField, ToolForm, count_field, level_field, share_field

POPULATION_MOST: Final = 10**12
TOTAL_MOST: Final = 10**9
ALLOCATIONS: Final = (
    ("proportional", _("In proportion to the objects")),
    ("neyman", _("Least variance (Neyman): more where rates vary more")),
    ("optimum", _("Least variance for a budget, by the cost of a sample")),
)


def _population(**given: Any) -> forms.IntegerField:
    return count_field(
        _("Units in the population"),
        least=1,
        most=POPULATION_MOST,
        required=False,
        help_text=_("Leave it empty when it is large: the size then hardly depends on it."),
        **given,
    )


def _effect() -> forms.FloatField:
    return forms.FloatField(
        label=_("Design effect"),
        min_value=0.01,
        max_value=1000,
        initial="1",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=_("1 for simple random sampling; 1.5 to 3 where samples of one place are alike."),
    )


class ForRate(ToolForm):
    """A size for a rate that is known well enough."""

    half = share_field(
        _("Half-width of the interval, ± percentage points"),
        least=0.0001,
        most=49.9,
        initial="3",
        help_text=_("3: the rate shall be known to within 3 percentage points up and down."),
    )
    rate = share_field(
        _("Expected nonconforming rate, in %"),
        initial="50",
        help_text=_("Last year's rate; 50 is the worst case and always enough."),
    )
    level = level_field()
    population = _population()
    effect = _effect()
    formula = forms.ChoiceField(
        label=_("Formula"),
        choices=[
            ("wilson", _("Wilson: safe also for rates near 0 or 100%")),
            ("wald", _("Cochran (Wald): the textbook's")),
        ],
        initial="wilson",
    )


class ForDifference(ToolForm):
    """Sizes that tell two rates apart."""

    first = share_field(_("Nonconforming rate of the first group, in %"), initial="10")
    second = share_field(_("… of the second group, in %"), initial="5")
    power = share_field(
        _("Power, in %"),
        initial="80",
        least=1,
        most=99.99,
        help_text=_("How often the difference is seen if it is there."),
    )
    level = level_field()
    ratio = forms.FloatField(
        label=_("Samples of the second group for each of the first"),
        min_value=0.01,
        max_value=100,
        initial="1",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    sides = forms.ChoiceField(
        label=_("Test"),
        choices=[("two", _("Two-sided: different")), ("one", _("One-sided: the named direction only"))],
        initial="two",
    )
    corrected = forms.ChoiceField(
        label=_("Continuity correction"), choices=[("no", _("No")), ("yes", _("Yes"))], initial="no"
    )


class ToDetect(ToolForm):
    """A size that finds a bad rate."""

    rate = share_field(
        _("Nonconforming rate that must not escape, in %"),
        least=0.000001,
        initial="5",
        help_text=_("If at least so many do not conform, the sample shall show it."),
    )
    power = share_field(_("Probability of finding it, in %"), initial="95", least=1, most=99.9999)
    tolerated = count_field(
        _("Failures that do not count as found"),
        most=10_000,
        initial="0",
        help_text=_("0: a single failure in the sample is enough."),
    )
    population = _population()


class Allocate(ToolForm):
    """From where the samples are taken."""

    method = forms.ChoiceField(
        label=_("How they are shared out"), choices=ALLOCATIONS, initial="proportional"
    )
    total = forms.FloatField(
        label=_("Samples in all, or the budget"),
        min_value=1,
        max_value=TOTAL_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=_("A number of samples; with costs the money that is there, in the unit of the costs."),
    )
    minimum = count_field(
        _("At least, in each stratum"),
        most=10_000,
        initial="2",
        help_text=_(
            "2 are needed to estimate how much a stratum varies; a column of the table goes before it."
        ),
    )
    level = level_field()
    table = TableField(
        label=_("Strata"),
        help_text=_(
            "Columns in this order: stratum, objects, expected nonconforming rate in %, cost of a sample,"
            " minimum, maximum; all but the first two may be left out. With headings the order is free."
        ),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("xlsx, CSV or Parquet with the headings of the template, at most 2 MB."),
    )
