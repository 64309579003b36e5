"""A chart drawn: SVG for page and PDF, a specification and its script for the interactive form.

Drawing happens in this process, without a browser and without the network; a chart that would fetch
its data from an address is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any
from xml.sax.saxutils import quoteattr

import altair as alt
import vl_convert

from zhiheng.analytics.charts.tokens import LIGHT

Spec = dict[str, Any]
DRAWINGS = 256  # kept in memory, about 15 kB each
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")


def to_spec(chart: alt.TopLevelMixin) -> Spec:
    """The Vega-Lite specification of a chart, its data inside."""
    spec: Spec = chart.to_dict()
    for address in _addresses(spec):
        raise ValueError(f"a chart carries its data; this one would fetch {address}")
    if not spec.get("description"):
        raise ValueError("a chart needs a description for those who cannot see it")
    return spec


def _addresses(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in ("url", "href") and isinstance(value, str):
                yield value
            yield from _addresses(value)
    elif isinstance(part, list):
        for value in part:
            yield from _addresses(value)


def to_svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG in the light scheme; text stays text, the description names the whole."""
    spec = to_spec(chart)
    drawn = _drawn(json.dumps(spec, sort_keys=True, ensure_ascii=False))
    return drawn.replace("<svg ", f'<svg role="img" aria-label={quoteattr(str(spec["description"]))} ', 1)


@lru_cache(maxsize=DRAWINGS)
def _drawn(spec: str) -> str:
    # Drawing takes a tenth of a second, and a published page draws the same chart for every reader.
    return vl_convert.vegalite_to_svg(spec, show_warnings=False)


def themed(svg: str) -> str:
    """An SVG for a page: each colour of ours becomes the token, so it follows the reader's scheme."""
    names: dict[str, str] = {}
    for name, value in LIGHT.properties():
        names.setdefault(value.upper(), name)

    def token(found: re.Match[str]) -> str:
        name = names.get(found[0].upper())
        return f"var({name})" if name else found[0]

    # Only colours inside tags: a text that reads like a colour stays as it is.
    return re.sub(r"<[^>]*>", lambda tag: _COLOUR.sub(token, tag[0]), svg)


def script_version() -> str:
    """The release that the bundle comes from; a new one must not be mixed with an old file."""
    return version("vl-convert-python")


def script_bundle() -> str:
    """The script that defines `vegaEmbed`, out of the installed package."""
    return vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub forgets the default
