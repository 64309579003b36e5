"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ToolboxConfig(AppConfig):
    """Public tools: they compute from what the reader gives, and keep nothing of it."""

    name = "zhiheng.doors.toolbox"
    label = "toolbox"
    verbose_name = _("Toolbox")
