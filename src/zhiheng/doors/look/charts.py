"""Charts on a page: the drawing in the colours of the reader's scheme, its numbers, its script.

The drawing comes from `analytics.charts`, the same for page and PDF, and needs no JavaScript. The
interactive form does; its script is the bundle that vl-convert carries, written once into the data
folder and served like any static file. It refuses to fetch a library from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from django.utils.safestring import SafeString, mark_safe

from zhiheng.analytics.charts.render import script_bundle, script_version, themed, to_spec, to_svg
from zhiheng.settings import settings

BUNDLE = "look/vega.js"


@dataclass(frozen=True, slots=True)
class PageChart:
    """A chart for the page. The title says the finding; `rows` under `heads` are the same numbers."""

    title: str
    chart: alt.TopLevelMixin
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    subtitle: str = ""
    source: str = ""
    narrow: alt.TopLevelMixin | None = None  # the same drawing for a telephone, without a script

    def drawing(self) -> SafeString:
        """The SVG with its colours as tokens, so that it follows the scheme."""
        return mark_safe(themed(to_svg(self.chart)))  # noqa: S308  our own renderer, which escapes text

    def drawing_narrow(self) -> SafeString | None:
        """The drawing for a telephone, where there is one."""
        if self.narrow is None:
            return None
        return mark_safe(themed(to_svg(self.narrow)))  # noqa: S308  as above

    def labelled(self) -> list[list[tuple[str, str]]]:
        """The rows with the heading of each cell, for a table that stacks."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    def spec(self) -> Mapping[str, Any]:
        """The specification that the page's script brings to life."""
        return to_spec(self.chart)


def bundle_folder() -> Path:
    """Where the script of this release of vl-convert stands; written when it is missing."""
    folder = settings().folder("cache") / f"scripts-{script_version()}"
    target = folder / BUNDLE
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".part")
        draft.write_text(script_bundle(), encoding="utf-8")
        draft.replace(target)  # a process that starts at the same time sees the whole file or none
    return folder


class BundleFinder(BaseFinder):
    """Lets `collectstatic` and `{% static %}` find the script. Name it in STATICFILES_FINDERS."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file of the bundle, when it is what is looked for."""
        if path != BUNDLE:
            return []
        found = str(bundle_folder() / BUNDLE)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """The one file, for `collectstatic`."""
        yield BUNDLE, FileSystemStorage(location=bundle_folder())
