"""Find links in Markdown pages that lead nowhere: a missing file, or a heading that is not there.

Links to other hosts are left alone: a check must not need the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def pages(root: Path) -> list[Path]:
    """The documentation: the pages at the top and all below docs/."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def anchors(text: str) -> set[str]:
    """The anchors that a viewer makes of the headings."""
    found: dict[str, int] = {}
    result = set()
    for heading in HEADING.findall(re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|`", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        result.add(f"{slug}-{count}" if count else slug)
    return result


def broken(root: Path = ROOT) -> Iterator[str]:
    """Every link that leads nowhere, with the page it stands on."""
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        for target in LINK.findall(CODE.sub("", text)):
            if ELSEWHERE.match(target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / unquote(name)).resolve() if name else page
            where = f"{page.relative_to(root)}: {target}"
            if not path.exists():
                yield f"{where}: no such file"
            elif anchor and not _has(path, unquote(anchor)):
                yield f"{where}: no such heading"


def _has(page: Path, anchor: str) -> bool:
    return page.suffix != ".md" or anchor in anchors(page.read_text(encoding="utf-8"))
