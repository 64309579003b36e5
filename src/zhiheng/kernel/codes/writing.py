"""How codes are written by hand, and the one way in which they are kept.

Full-width letters, lower case, blanks inside, invisible characters copied from a page and the many dashes of
a keyboard say nothing about a code. This module removes them. It refuses to correct anything that could
change which code is meant: a letter O stays a letter O.
"""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_SLASHES = dict.fromkeys(map(ord, "\u2044\u2215\u29f8"), "/")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\ufe58\ufe63\uff0d"), "-")
_MARKS = _INVISIBLE | _SLASHES | _DASHES


def spaced(text: str) -> str:
    """Return `text` in half-width capitals, plain hyphens and single blanks, with none at the ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return " ".join(text.upper().split())


def compact(text: str) -> str:
    """Return `text` in half-width capitals and plain hyphens, without any blank."""
    return spaced(text).replace(" ", "")
