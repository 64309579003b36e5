"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    """The officials' door."""

    name = "zhiheng.doors.workbench"
    label = "workbench"
    verbose_name = _("Workbench")
