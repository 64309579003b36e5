"""Pages of a list that may have a million rows: counted up to a bound, never beyond it.

A count of everything costs as much as reading everything; "more than 10 000" answers the reader as
well. Beyond the bound there are no pages: who needs more narrows the list or exports it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhiheng.doors.look.figures import amount
from zhiheng.doors.look.lists import PAGE

MOST: Final = 10_000
SIZE: Final = 50


class BoundedPaginator(Paginator):
    """A paginator that stops counting at the bound; `more` tells that it did."""

    def __init__(self, rows: Any, size: int, most: int) -> None:
        super().__init__(rows, size)
        self.most = most

    @cached_property
    def counted(self) -> int:
        """How many rows there are, one more than the bound at most."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most + 1].count())

    @cached_property
    def count(self) -> int:
        """The rows that can be paged through."""
        return min(self.counted, self.most)

    @property
    def more(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self.counted > self.most


def page_of(request: HttpRequest, rows: Any) -> Page:
    """The page that the address asks for; a page that does not exist is the nearest that does."""
    return BoundedPaginator(rows, SIZE, MOST).get_page(request.GET.get(PAGE))


def cut_said(page: Page) -> str:
    """What the list says when it is cut."""
    if not getattr(page.paginator, "more", False):
        return ""
    return _("These are the first %(most)s; there are more. Narrow the list, or export it whole.") % {
        "most": amount(MOST)
    }
