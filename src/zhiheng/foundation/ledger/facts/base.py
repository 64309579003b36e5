"""What every fact has, and the register that finds a fact's class by kind and version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from zhiheng.kernel.chain import Json, canonical, quoted
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

    def written(self) -> str:
        """The payload in its canonical form: `canonical(fact.payload())`, without the values in between."""
        return _record_text(self)


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


# ---- the same, straight into the canonical text: an import writes facts by the hundred thousand -----


@cache
def _sorted_reader(kind: Any) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """The beginnings of a record's members in the order of their names, and what reads their values."""
    known = sorted(names(kind))
    read = (
        attrgetter(*known) if len(known) > 1 else lambda value: tuple(getattr(value, name) for name in known)
    )
    return tuple(f'"{name}":' for name in known), read


def _record_text(value: object) -> str:
    kind: Any = type(value)
    begins, read = _sorted_reader(kind)
    members = [
        begin + (quoted(part) if type(part) is str else text_of(part))
        for begin, part in zip(begins, read(value), strict=True)
        if part or type(part) in _NEVER_EMPTY
    ]
    return f"{{{','.join(members)}}}"


def text_of(value: object) -> str:
    """A field's value in canonical JSON: `canonical(to_json(value))`."""
    kind: type = type(value)
    if kind is str:
        return quoted(cast(str, value))
    if kind is tuple:
        return f"[{','.join(map(text_of, cast('tuple[object, ...]', value)))}]"
    if _is_record(kind):
        return _record_text(value)
    if kind is date:
        return f'"{cast(date, value).isoformat()}"'
    return canonical(to_json(value))


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
