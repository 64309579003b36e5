"""What a method refuses, as the page and the API say it: methods and kernel do not know each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zhiheng.kernel.errors import Problem, Refused
from zhiheng.methods.errors import InvalidInput


def problem_of(error: InvalidInput) -> Problem:
    """An input that a method refuses, as the problem that every door can show."""
    return Problem(error.code, error.message, error.params, error.remedy)


@contextmanager
def refusals_of_methods() -> Iterator[None]:
    """Within it, what a method refuses is refused by the door."""
    try:
        yield
    except InvalidInput as error:
        raise Refused(problem_of(error)) from error
