"""What every fact has, and the register that finds a fact's class by kind and version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse

SUBJECTS = ("agency", "batch", "division", "enterprise", "laboratory", "product", "report", "result", "run")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an entry is about: a kind of thing and its key. Keys hold no space."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Fact:
    """Base of all facts. `subjects()` says what the fact is about."""

    __slots__ = ()
    KIND: ClassVar[str]
    VERSION: ClassVar[int]
    PUBLIC: ClassVar[bool] = False

    def subjects(self) -> tuple[Subject, ...]:
        """The things this fact is about; the archive of each shows it."""
        return ()

    def payload(self) -> dict[str, Json]:
        """The fact as JSON values; empty parts are left out, so that they cost nothing."""
        return _parts(self)


_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_NEVER_EMPTY: Final = frozenset({int, float, bool})


@cache
def names(kind: Any) -> tuple[str, ...]:
    """The field names of a dataclass, once per class: payloads are made by the ten thousand."""
    return tuple(field.name for field in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[object], tuple[Any, ...]]:
    known = names(kind)
    if len(known) < 2:  # attrgetter of a single name answers the bare value
        return lambda value: tuple(getattr(value, name) for name in known)
    return attrgetter(*known)


@cache
def _is_of_texts(kind: Any) -> bool:
    return set(get_type_hints(kind).values()) <= {str}


def _parts(value: object) -> dict[str, Json]:
    kind: Any = type(value)
    read = zip(names(kind), _reader(kind)(value), strict=True)
    if _is_of_texts(kind):
        return {name: part for name, part in read if part}
    return {
        name: part if type(part) in _PLAIN else to_json(part)
        for name, part in read
        if part or type(part) in _NEVER_EMPTY
    }


_is_record: Final = cache(is_dataclass)


def to_json(value: object) -> Json:
    """A field's value in JSON."""
    kind: type = type(value)
    if kind is tuple:
        return [to_json(part) for part in cast("tuple[object, ...]", value)]
    if _is_record(kind):
        return _parts(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float) or value is None:
        return value
    return str(value)


F = TypeVar("F", bound=type[Fact])
_REGISTER: dict[tuple[str, int], type[Fact]] = {}


def fact(kind: F) -> F:
    """Enter a fact's class into the register."""
    key = (kind.KIND, kind.VERSION)
    if key in _REGISTER:
        raise ValueError(f"two facts are called {key}")
    _REGISTER[key] = kind
    return kind


def all_facts() -> Iterator[type[Fact]]:
    """Every known fact, in the order of kind and version."""
    for key in sorted(_REGISTER):
        yield _REGISTER[key]


def fact_class(kind: str, version: int) -> type[Fact]:
    """The class of a kind of fact."""
    try:
        return _REGISTER[kind, version]
    except KeyError:
        raise refuse(
            "ledger.unknown_fact",
            N_("This program does not know the fact %(kind)s in version %(version)d."),
            N_("Use the version of Zhiheng that wrote it, or a later one."),
            kind=kind,
            version=version,
        ) from None


def decode(kind: str, version: int, payload: dict[str, Any]) -> Fact:
    """The typed fact of a stored payload."""
    decoded: Fact = _build(fact_class(kind, version), payload)
    return decoded


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, payload: dict[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in payload.items() if name in hints})


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], part) for part in value)
    for option in get_args(hint) or (hint,):
        if option is date:
            return date.fromisoformat(value)
        if isinstance(option, type) and is_dataclass(option) and isinstance(value, dict):
            return _build(option, value)
    return value
