"""The exact normalisation of names: two spellings of one name get one key, two names never do.

What is levelled out: full and half width, compatibility forms (NFKC), so （）becomes (); blanks and
invisible characters; capital and small letters. Nothing else: no 有限公司 dropped, no place guessed,
no look-alike replaced. This module refuses to say that two different names mean one enterprise;
that is a person's decision (`services.party_resolve`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

KEY_LIMIT: Final = 400
"""Longest key that is stored; names are at most 200 characters, but NFKC may lengthen them."""

# Blanks of every width, controls, and what nobody sees: soft hyphen, joiners, marks of direction.
_UNSEEN: Final = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ud800-\udfff]+"
)


@lru_cache(maxsize=16_384)  # a chunk asks for each name several times
def name_key(name: str) -> str:
    """The key under which a name is compared; applied twice it changes nothing more."""
    key = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    if key.isascii():
        return key.lower()
    # Casefolding can undo a composition, and a composition can follow from it: until it stands.
    while (folded := _UNSEEN.sub("", unicodedata.normalize("NFKC", key.casefold()))) != key:
        key = folded
    return key


def terms(query: str) -> tuple[str, ...]:
    """The keys of the words of a query: a blank separates words, all of which must be in the name."""
    return tuple(dict.fromkeys(filter(None, map(name_key, query.split()))))
