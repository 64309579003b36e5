"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    """Supervision of product quality: the results of spot checks."""

    name = "zhiheng.domains.supervision"
    label = "supervision"
    verbose_name = _("Supervision")
