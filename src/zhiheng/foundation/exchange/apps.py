"""The Django app of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """The state of files that came in: runs, refused rows, mappings."""

    name = "zhiheng.foundation.exchange"
    label = "exchange"
    verbose_name = _("Exchange")
