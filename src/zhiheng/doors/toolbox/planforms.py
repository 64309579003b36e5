"""What the plan finder asks: for a lot by the standard, for two points, for a declared quality level.

This module refuses to compute a plan.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhiheng.doors.toolbox.forms import ToolForm, count_field, share_field
from zhiheng.methods.sampling.attributes import AQLS
from zhiheng.methods.sampling.letters import LEVELS

LOT_MOST: Final = 10**9
FINITE_MOST: Final = 10**6
LIMIT_MOST: Final = 1000
SEVERITY_NAMES: Final[dict[str, Any]] = {
    "normal": pgettext_lazy("inspection", "Normal"),
    "tightened": pgettext_lazy("inspection", "Tightened"),
    "reduced": pgettext_lazy("inspection", "Reduced"),
}
_LEVEL_NAMES: Final[dict[str, Any]] = {
    "II": gettext_lazy("II (general, the usual one)"),
    "I": gettext_lazy("I (general, smaller samples)"),
    "III": gettext_lazy("III (general, larger samples)"),
}


def _levels() -> list[tuple[str, Any]]:
    order = (*_LEVEL_NAMES, *(name for name in LEVELS if name not in _LEVEL_NAMES))
    return [(name, _LEVEL_NAMES.get(name, name)) for name in order]


class ForLot(ToolForm):
    """A plan of GB/T 2828.1 for one lot."""

    lot = count_field(gettext_lazy("Lot size"), least=2, most=LOT_MOST)
    level = forms.ChoiceField(
        label=gettext_lazy("Inspection level"),
        choices=_levels,
        initial="II",
        help_text=gettext_lazy("II unless otherwise agreed; S-1 to S-4 for destructive or dear tests."),
    )
    aql = forms.ChoiceField(
        label=gettext_lazy("AQL"),
        choices=[(value, value) for value in AQLS],
        initial="1.0",
        help_text=gettext_lazy(
            "Percent nonconforming, or nonconformities per 100 items; above 10 the latter only."
        ),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        choices=list(SEVERITY_NAMES.items()),
        initial="normal",
        help_text=gettext_lazy("Begin with normal; then the switching rules decide, not the inspector."),
    )
    counted = forms.ChoiceField(
        label=gettext_lazy("What is counted"),
        choices=[
            ("items", gettext_lazy("Nonconforming items")),
            ("nonconformities", gettext_lazy("Nonconformities")),
        ],
        initial="items",
    )


class TwoPoints(ToolForm):
    """The smallest plan through two points of its curve, or a zero-acceptance plan through one."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of plan"),
        choices=[
            ("two", gettext_lazy("Smallest plan that keeps both points")),
            ("zero", gettext_lazy("Zero acceptance: keeps the second point only")),
        ],
        initial="two",
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
    model = forms.ChoiceField(
        label=gettext_lazy("What is judged"),
        choices=[
            ("binomial", gettext_lazy("A process or a large lot (binomial)")),
            ("hypergeometric", gettext_lazy("One lot of the size below (hypergeometric)")),
            ("poisson", gettext_lazy("Nonconformities per item (Poisson)")),
        ],
        initial="binomial",
    )
    lot = count_field(
        gettext_lazy("Lot size"),
        least=1,
        most=FINITE_MOST,
        required=False,
        help_text=gettext_lazy("Needed for one lot."),
    )

    def clean(self) -> dict[str, Any]:
        """One lot has a size."""
        given = super().clean() or {}
        if given.get("model") == "hypergeometric" and given.get("lot") is None and "lot" not in self.errors:
            self.add_error("lot", _("One lot is to be judged: give its size."))
        return given


class Declared(ToolForm):
    """A check of a declared quality level: GB/T 2828.4, or GB/T 2828.11 for a small population."""

    dql = share_field(
        gettext_lazy("Declared quality level: nonconforming at most, in %"),
        initial="1",
        help_text=gettext_lazy("What the producer declares, or the authority takes as declared (DQL)."),
    )
    limit = count_field(
        gettext_lazy("Nonconforming items that are allowed in the sample"),
        most=LIMIT_MOST,
        initial="1",
        help_text=gettext_lazy(
            "L: the more, the larger the sample, and the better it tells a false declaration from a true one."
        ),
    )
    lqr = forms.FloatField(
        label=gettext_lazy("… or find L from a limiting quality ratio"),
        required=False,
        min_value=1,
        max_value=1e6,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=gettext_lazy(
            "4: a population four times as bad as declared may escape in at most 10 of 100 cases."
        ),
    )
    lot = count_field(
        gettext_lazy("Units in the population"),
        least=2,
        most=FINITE_MOST,
        required=False,
        help_text=gettext_lazy("Give it for a small population (GB/T 2828.11); empty: large (GB/T 2828.4)."),
    )
