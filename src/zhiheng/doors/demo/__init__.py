"""The demo: a synthetic province, loaded through the same doors and services as anything real."""

from typing import Final

SEED: Final = 20_260_101
