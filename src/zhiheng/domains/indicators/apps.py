"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """What is measured of quality development: the quality report."""

    name = "zhiheng.domains.indicators"
    label = "indicators"
    verbose_name = _("Indicators")
