"""The Django app of the ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Books, entries, subjects, checkpoints."""

    name = "zhiheng.foundation.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
