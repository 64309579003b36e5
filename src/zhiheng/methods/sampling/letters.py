"""Code letters of GB/T 2828.1 (ISO 2859-1): from lot size and inspection level to a letter.

This module refuses to choose an inspection level: that is agreed before the first lot.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal, get_args

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.sampling.quantities import LARGEST, whole

Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
LEVELS: tuple[Level, ...] = get_args(Level)

# I and O are left out, lest they be read as 1 and 0.
LETTERS = "ABCDEFGHJKLMNPQR"

# The largest lot of each row of table 1; the last row has no upper end.
LOT_BOUNDS = (8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000)
SMALLEST_LOT = 2

# Table 1, one letter for each of the fifteen rows of lot sizes.
LETTERS_OF_LEVEL: dict[Level, str] = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}


def code_letter(*, lot_size: int, level: Level = "II") -> str:
    """Code letter of a lot by table 1 of GB/T 2828.1.

    Parameters
    ----------
    lot_size : int
        Items in the lot, 2 or more: the table begins there.
    level : {"S-1", "S-2", "S-3", "S-4", "I", "II", "III"}
        Inspection level; II unless something else was agreed.

    Returns
    -------
    str
        A to R without I and O.

    Raises
    ------
    InvalidInput
        `lot_size.whole`, `lot_size.single` (a lot of one item), `level.unknown`.

    References
    ----------
    GB/T 2828.1-2012 table 1 (ISO 2859-1:1999 table 1).
    """
    if level not in LETTERS_OF_LEVEL:
        raise InvalidInput(
            "level.unknown",
            N_('There is no inspection level "%(level)s".'),
            N_("Choose one of: %(known)s."),
            level=str(level),
            known=", ".join(LEVELS),
        )
    if whole(lot_size, "lot_size", least=1, most=LARGEST) < SMALLEST_LOT:
        raise InvalidInput(
            "lot_size.single",
            N_("The lot has one item; the table of code letters begins at %(least)d."),
            N_("Inspect the item itself: from one item nothing can be sampled."),
            least=SMALLEST_LOT,
        )
    return LETTERS_OF_LEVEL[level][bisect_left(LOT_BOUNDS, lot_size)]
