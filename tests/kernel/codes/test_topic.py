"""The topic on codes names every module there is."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules

from zhiheng.kernel import codes


def test_the_topic_names_every_code() -> None:
    topic = (Path(__file__).resolve().parents[3] / "docs/topics/codes.md").read_text(encoding="utf-8")
    names = {module.name for module in iter_modules(codes.__path__)} - {"writing"}
    assert {name for name in names if f"| `{name}` |" not in topic} == set()
