"""The Django app of the organisation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgConfig(AppConfig):
    """Divisions, agencies, officers, roles."""

    name = "zhiheng.foundation.org"
    label = "org"
    verbose_name = _("Organisation")
