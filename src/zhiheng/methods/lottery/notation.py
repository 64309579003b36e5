"""How a draw is written down: tagged hashes, canonical JSON, texts, decimals and times.

The rules are those of docs/topics/draw-proof.md, section "Notation": one value has one form, byte by
byte. This module refuses every other form instead of mending it, because a mended frame would have
another root than the one that was published.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Final, NoReturn, cast

from zhiheng.kernel.chain import DIGEST_SIZE, KNOWN, Json, canonical, hasher
from zhiheng.methods.errors import N_, InvalidInput, Param

FORMAT: Final = "zhiheng-draw/1"
TICKET_FORMAT: Final = "zhiheng-draw-ticket/1"
LARGEST_INTEGER: Final = 2**53 - 1  # beyond it JavaScript no longer holds every whole number
NONCE_SIZE: Final = 32
FIELD_BYTES: Final = 255
TEXT_LENGTH: Final = 1000
WEIGHT_PLACES: Final = 6
RATE_PLACES: Final = 12
INCLUSION_PLACES: Final = 12

WEIGHT: Final = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{0,5}[1-9])?")
RATE: Final = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{0,11}[1-9])?")
SUM: Final = re.compile(r"(0|[1-9][0-9]{0,29})(\.[0-9]{0,5}[1-9])?")
WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,59}")
INCLUSION: Final = re.compile(r"0\.[0-9]{12}|1\.000000000000")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
PATH: Final = re.compile(r"([0-9a-f]{64}){0,64}")
TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)

# Characters that are not seen, or seen as a space: with them one name could stand twice in a frame.
INVISIBLE: Final = tuple(
    (first, last)
    for first, last in (
        (0x00, 0x1F), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
        (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F),
        (0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xD800, 0xDFFF),
        (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
        (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
        *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
    )
)  # fmt: skip
FORBIDDEN: Final = re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in INVISIBLE[1:]) + "\x00-\x1f]")

Digest = Callable[[bytes], bytes]
Document = dict[str, Json]


@cache
def hash_of(algorithm: str) -> Digest:
    """The hash function of a draw.

    Raises
    ------
    InvalidInput
        `draw.algorithm` for a name that the format does not know.
    """
    if algorithm not in KNOWN:
        fault(
            "draw.algorithm",
            N_('The format knows no hash algorithm "%(value)s".'),
            N_("Choose one of: %(known)s."),
            value=algorithm,
            known=", ".join(KNOWN),
        )
    return hasher(algorithm)


def tagged(digest: Digest, label: str, *parts: bytes) -> bytes:
    """H(lp("zhiheng-draw/1 label") ‖ lp(part) …): what was hashed for one end never serves another."""
    pieces = (f"{FORMAT} {label}".encode(), *parts)
    return digest(b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces))


def written(value: Json) -> bytes:
    """The canonical bytes of a JSON value."""
    return canonical(value).encode()


def read(data: bytes | str) -> Document:
    """The object that a canonical JSON file holds.

    Raises
    ------
    InvalidInput
        `json.malformed`, `json.not_canonical`: nothing but the one form of a value is read.
    """
    try:
        # A text is encoded once too: half a surrogate pair has no bytes and so no digest.
        text = (data if isinstance(data, bytes) else data.encode()).decode("utf-8")
        value = json.loads(text)
        same = isinstance(value, dict) and canonical(value) + "\n" == text
    except (ValueError, RecursionError) as problem:
        reason = str(problem)[:120]
        raise InvalidInput(
            "json.malformed",
            N_("The file is not JSON: %(reason)s."),
            N_("Fetch the file again, unchanged."),
            reason=reason,
        ) from None
    if not same:
        fault(
            "json.not_canonical",
            N_("The file is not written in canonical form, so it is not the file that was published."),
            N_("Fetch the file again, unchanged; do not open and save it in an editor."),
        )
    return cast("Document", value)


def fault(code: str, message: str, remedy: str = "", /, **params: Param) -> NoReturn:
    """Raise the InvalidInput."""
    raise InvalidInput(code, message, remedy, **params)


def members(value: Json, where: str, *names: str) -> Document:
    """The value as an object with exactly these keys."""
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        found = ", ".join(sorted(value)) if isinstance(value, dict) else type(value).__name__
        fault(
            "form.members",
            N_('"%(where)s" holds %(found)s.'),
            N_("It must be an object with exactly: %(names)s."),
            where=where,
            found=found[:200],
            names=", ".join(sorted(names)),
        )
    return value


def items(value: Json, where: str) -> list[Json]:
    """The value as a list."""
    if not isinstance(value, list):
        fault("form.list", N_('"%(where)s" is not a list.'), where=where)
    return value


def integer(value: Json, where: str, least: int = 0) -> int:
    """The value as a whole number of the format."""
    if type(value) is not int or not least <= value <= LARGEST_INTEGER:
        fault(
            "form.integer",
            N_('"%(where)s" is %(value)s.'),
            N_("It must be a whole number from %(least)d to 2^53 - 1."),
            where=where,
            value=shown(value),
            least=least,
        )
    return value


def text(value: Json, where: str) -> str:
    """The value as a text that a person wrote.

    Raises
    ------
    InvalidInput
        `text.empty`, `text.long`, `text.invisible`, `text.edge`, `text.normal_form`.
    """
    if not isinstance(value, str) or not value:
        fault("text.empty", N_('"%(where)s" must be a text that is not empty.'), where=where)
    flaw = text_flaw(value)
    if flaw is not None:
        code, message = flaw
        fault(code, message, N_("Correct the text at its source."), where=where, value=shown(value))
    return value


def text_flaw(value: str) -> tuple[str, str] | None:
    """What keeps a text out of the format: code and msgid, or None."""
    if len(value) > TEXT_LENGTH:
        return "text.long", N_('"%(where)s" is longer than 1000 characters: %(value)s.')
    if FORBIDDEN.search(value):
        return "text.invisible", N_(
            '"%(where)s" holds a control character or an invisible character: %(value)s.'
        )
    if value[0] == " " or value[-1] == " ":
        return "text.edge", N_('"%(where)s" begins or ends with a space: %(value)s.')
    if not unicodedata.is_normalized("NFC", value):
        return "text.normal_form", N_('"%(where)s" is not in Unicode normal form C: %(value)s.')
    return None


def field(value: Json, where: str) -> str:
    """A stratum or an identity: a text of at most 255 bytes."""
    checked = text(value, where)
    if len(checked.encode()) > FIELD_BYTES:
        fault(
            "text.long_field",
            N_('"%(where)s" is longer than 255 bytes: %(value)s.'),
            N_("Use a short, unique number such as the credit code."),
            where=where,
            value=shown(value),
        )
    return checked


def matched(value: Json, pattern: re.Pattern[str], where: str) -> str:
    """The value as a text of a fixed form."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        fault(
            "form.pattern",
            N_('"%(where)s" is %(value)s, which is not in the form that the format prescribes.'),
            N_("The form is: %(pattern)s."),
            where=where,
            value=shown(value),
            pattern=pattern.pattern,
        )
    return value


def digest_text(value: Json, where: str) -> bytes:
    """32 bytes out of 64 hexadecimal digits."""
    return bytes.fromhex(matched(value, DIGEST, where))


def time_text(value: Json, where: str) -> str:
    """A time of RFC 3339 with its zone, to the second."""
    stated = matched(value, TIME, where)
    try:
        datetime.fromisoformat(stated)
    except ValueError:
        fault("form.time", N_('"%(where)s" is %(value)s: there is no such time.'), where=where, value=stated)
    return stated


def scaled(decimal: str, places: int) -> int:
    """A canonical decimal as an integer of units of 10^-places."""
    whole, _, fraction = decimal.partition(".")
    return int(whole + fraction.ljust(places, "0"))


def decimal(units: int, places: int) -> str:
    """The canonical decimal of units of 10^-places: no needless zeros."""
    whole, fraction = divmod(units, 10**places)
    return f"{whole}.{fraction:0{places}d}".rstrip("0").rstrip(".") if fraction else str(whole)


def shown(value: object) -> str:
    """A value as it may stand in a message: short, with what is invisible made visible."""
    return ascii(value)[:80] if isinstance(value, str) and FORBIDDEN.search(value) else repr(value)[:80]


def joined(path: tuple[bytes, ...]) -> str:
    """A Merkle path in hexadecimal."""
    return b"".join(path).hex()


def split_path(value: Json, where: str) -> tuple[bytes, ...]:
    """The hashes of a Merkle path."""
    data = matched(value, PATH, where)
    raw = bytes.fromhex(data)
    return tuple(raw[i : i + DIGEST_SIZE] for i in range(0, len(raw), DIGEST_SIZE))
