"""质衡 Zhiheng: quality governance on one tamper-evident ledger."""

__version__ = "0.1.0"
