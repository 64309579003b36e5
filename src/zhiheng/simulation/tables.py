"""Headings of the import sheets, and CSV files written chunk by chunk with their digest.

The headings are those of the contract between simulation, imports and exports. This module refuses
cells that would need quoting: the simulation has none, and not looking for them is what makes it quick.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhiheng.simulation.enterprises import Texts

ENTERPRISES: Final = (
    "统一社会信用代码", "企业名称", "曾用名", "行政区划代码", "住所", "行业代码", "企业类型", "成立日期",
    "注册资本（万元）", "经营状态", "经营范围",
)  # fmt: skip
SPOT_CHECKS: Final = (
    "抽查编号", "数据来源", "抽查机关", "抽样日期", "公布日期", "抽样方式", "公布范围", "产品种类",
    "产品名称", "商标", "规格型号", "生产日期/批号", "被抽样单位", "被抽样单位统一社会信用代码",
    "抽样地行政区划代码", "标称生产企业", "标称生产企业统一社会信用代码", "所在地", "执行标准", "检验项目",
    "抽查结果", "主要不合格项目", "复检结论", "涉嫌假冒", "承检机构", "备注", "来源网址",
)  # fmt: skip
DIVISIONS: Final = ("code", "name", "level", "parent", "name_en", "valid_from", "valid_to")
AGENCIES: Final = ("code", "name", "name_en", "kind", "level", "division")
BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: name, rows without the heading, bytes, SHA-256."""

    name: str
    rows: int
    size: int
    sha256: str


def write_csv(
    path: Path, headings: tuple[str, ...], chunks: Iterable[list[Texts]], *, mark: str = BOM
) -> Written:
    """Write chunks of columns under headings; `mark` is the byte order mark that Excel wants."""
    digest, size, rows = hashlib.sha256(), 0, 0
    with path.open("wb") as file:

        def put(text: str) -> None:
            nonlocal size
            data = text.encode()
            file.write(data)
            digest.update(data)
            size += len(data)

        put(mark + ",".join(headings) + "\r\n")
        for columns in chunks:
            lines = list(map(",".join, zip(*(column.tolist() for column in columns), strict=True)))
            rows += len(lines)
            if lines:
                put("\r\n".join(lines) + "\r\n")
    return Written(path.name, rows, size, digest.hexdigest())


def write_text(path: Path, text: str) -> Written:
    """Write a text as it is."""
    data = text.encode()
    path.write_bytes(data)
    return Written(path.name, 0, len(data), hashlib.sha256(data).hexdigest())
