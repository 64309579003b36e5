"""What the plan finder asks about measured values: two points or a plan, then a sample and its limits.

This module refuses to compute a plan.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.doors.toolbox.forms import ToolForm, count_field, share_field
from zhiheng.methods.sampling.variables import LARGEST_CONSTANT, LARGEST_SAMPLE

SIGMAS: Final[dict[str, Any]] = {
    "unknown": gettext_lazy("Unknown: s of the sample (s-method)"),
    "known": gettext_lazy("Known from the process (σ-method)"),
}
CONTROLS: Final[dict[str, Any]] = {
    "combined": gettext_lazy("Combined: both tails share one quality"),
    "separate": gettext_lazy("Separate: each limit by itself"),
}
# The sample stands in the address, and an address of more than some 4 000 signs is cut by many.
VALUES_MOST: Final = 1_500
_BETWEEN: Final = re.compile(r"[\s,;，；、]+")
_SHOWN: Final = 20


class ValuesField(forms.CharField):
    """Measured values, as they are pasted; a list of floats, empty where nothing was."""

    def __init__(self, **given: Any) -> None:
        widget = forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off", "rows": "4"})
        super().__init__(required=False, widget=widget, **given)

    def clean(self, value: Any) -> Any:
        """Every value that is no number is refused, with its place."""
        text = super().clean(value)
        if len(text) > VALUES_MOST:
            raise forms.ValidationError(
                _(
                    "The pasted sample has %(length)d characters; a link takes at most %(most)d. Give its"
                    " mean and its standard deviation instead."
                )
                % {"length": len(text), "most": VALUES_MOST}
            )
        found = []
        for place, part in enumerate((part for part in _BETWEEN.split(text) if part), 1):
            try:
                found.append(float("_" if "_" in part else part))
            except ValueError:
                raise forms.ValidationError(
                    _("Value %(place)d is “%(found)s”: not a number. Write a decimal point, and no unit.")
                    % {"place": place, "found": part[:_SHOWN]}
                ) from None
        return found


def _number(label: Any, **given: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(label=label, required=False, widget=widget, **given)


class ByVariables(ToolForm):
    """A plan by variables from two points or as it is given, and a sample to be judged by it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of plan"),
        choices=[
            ("points", gettext_lazy("Smallest plan that keeps both points")),
            ("own", gettext_lazy("A plan that is given: n and k")),
        ],
        initial="points",
    )
    prq = share_field(
        gettext_lazy("Should pass: nonconforming in %"),
        initial="1",
        help_text=gettext_lazy("A lot of this quality is good enough (AQL, producer's risk quality)."),
    )
    alpha = share_field(gettext_lazy("… and is rejected at most, in %"), initial="5")
    crq = share_field(
        gettext_lazy("Should fail: nonconforming in %"),
        initial="5",
        help_text=gettext_lazy("A lot of this quality must not pass (LTPD, consumer's risk quality)."),
    )
    beta = share_field(gettext_lazy("… and is accepted at most, in %"), initial="10")
    sigma = forms.ChoiceField(
        label=gettext_lazy("Standard deviation"), choices=list(SIGMAS.items()), initial="unknown"
    )
    n = count_field(
        gettext_lazy("Sample size n of the given plan"), least=1, most=LARGEST_SAMPLE, required=False
    )
    k = _number(
        gettext_lazy("Acceptability constant k of the given plan"),
        min_value=-LARGEST_CONSTANT,
        max_value=LARGEST_CONSTANT,
        help_text=gettext_lazy("n and k as the standard or the contract prints them; else leave them empty."),
    )
    lower = _number(gettext_lazy("Lower specification limit L"))
    upper = _number(
        gettext_lazy("Upper specification limit U"),
        help_text=gettext_lazy("To judge a sample: one limit or both, in the unit of the values."),
    )
    control = forms.ChoiceField(
        label=gettext_lazy("Two limits are controlled"), choices=list(CONTROLS.items()), initial="combined"
    )
    values = ValuesField(
        label=gettext_lazy("Measured values"),
        help_text=gettext_lazy("n numbers, with blanks, commas or line breaks between them."),
    )
    mean = _number(gettext_lazy("… or their mean"))
    deviation = _number(
        gettext_lazy("Standard deviation s of the sample, or known σ"),
        help_text=gettext_lazy("s (divisor n − 1) beside a mean; σ of the process where it is known."),
    )

    @property
    def judges(self) -> bool:
        """Whether a sample is given, so that a verdict is asked for."""
        given = self.cleaned_data
        return bool(given.get("values")) or given.get("mean") is not None

    def clean(self) -> dict[str, Any]:
        """A given plan has n and k; a sample is given once, and whole."""
        given = super().clean() or {}
        if given.get("kind") == "own":
            for name in ("n", "k"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("A plan is given: it has a sample size n and a constant k."))
        mean, values = given.get("mean"), given.get("values")
        if values and mean is not None:
            self.add_error("mean", _("Give the values or their mean, not both."))
        if mean is not None and given.get("deviation") is None and "deviation" not in self.errors:
            self.add_error("deviation", _("A mean alone is not judged: give the standard deviation too."))
        return given
