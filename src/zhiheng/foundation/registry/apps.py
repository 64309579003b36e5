"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Enterprises, products, models and batches: the things that facts are about."""

    name = "zhiheng.foundation.registry"
    label = "registry"
    verbose_name = _("Registry")
