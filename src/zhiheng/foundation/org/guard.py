"""Reads that fail closed: a guarded table answers nobody who did not say who is asking.

`Table.objects.visible_to(actor)` is the way in. `unguarded(reason)` is for services that look up
what they are about to change; the reason stands in the code for the next reader. This module
refuses to decide who sees what: each table says so in its own `visible_to`.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from zhiheng.foundation.org.actors import Actor

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class Unguarded(RuntimeError):  # noqa: N818  names the state, not a kind of input error
    """A guarded table was read without saying for whom."""


class GuardedQuerySet(models.QuerySet[M_co]):
    """A query set that can be built freely but evaluated only after `visible_to` or `unguarded`."""

    _opened: str = ""

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # Django's own hook, absent from the stubs
        clone._opened = self._opened
        return clone

    def visible_to(self, actor: Actor) -> Self:
        """What this actor may see; a table that forgets to say so shows nothing."""
        opened = self._visible_to(actor)
        opened._opened = f"visible_to {actor.key}"
        return opened

    def _visible_to(self, actor: Actor) -> Self:
        del actor
        return self.none()

    def unguarded(self, reason: str) -> Self:
        """Everything, for a service that has already decided; `reason` is for the reader of the code."""
        if not reason:
            raise Unguarded("say why this read is not made for an actor")
        opened = self._clone()
        opened._opened = reason
        return opened

    def _check(self) -> None:
        if not self._opened and not self.query.is_empty():
            raise Unguarded(
                f"{self.model.__name__}: this query does not say for whom it reads; "
                "begin with .visible_to(actor), or .unguarded(reason) in a service"
            )

    def _fetch_all(self) -> None:
        self._check()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's, guarded."""
        self._check()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        """As Django's, guarded."""
        self._check()
        return super().count()

    def exists(self) -> bool:
        """As Django's, guarded."""
        self._check()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, guarded."""
        self._check()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's, guarded."""
        self._check()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, guarded."""
        self._check()
        return super().delete()


def within(column: str, prefix: str) -> models.Q:
    """Rows whose division code begins with the prefix, written as a range so that an index serves."""
    if not prefix:
        # Not Q(): `Q() | x` is x, and the nation would see less than a province.
        return ~models.Q(pk__in=[])
    return models.Q(**{f"{column}__gte": prefix, f"{column}__lt": prefix[:-1] + chr(ord(prefix[-1]) + 1)})
