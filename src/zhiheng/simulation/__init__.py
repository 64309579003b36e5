"""A synthetic province with planted faults, written as import files: for the demo, tests and benchmarks.

Nothing in it is real, and nothing in it may be mistaken for real. This room refuses to import its files: they
go through the import door like anybody's.
"""

from zhiheng.simulation.arrays import SpotCheckArrays, spot_check_arrays
from zhiheng.simulation.province import DEMO, LARGE, SCALES, SMALL, Manifest, Scale, write_province

__all__ = [
    "DEMO",
    "LARGE",
    "SCALES",
    "SMALL",
    "Manifest",
    "Scale",
    "SpotCheckArrays",
    "spot_check_arrays",
    "write_province",
]
