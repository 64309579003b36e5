"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The public's door: what is published, and how to verify it."""

    name = "zhiheng.doors.portal"
    label = "portal"
    verbose_name = _("Portal")
