"""The sheet `enterprises` (企业名录): its headings, and how its cells become values.

Whether a division exists is asked by the service, not here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from zhiheng.foundation.registry.models import Enterprise
from zhiheng.foundation.registry.names import KEY_LIMIT, name_key
from zhiheng.kernel.codes import division, industry, uscc
from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, refuse
from zhiheng.kernel.sheets import Column, Parse, Sheet, choice, coded, day, text, texts

NAME_LIMIT: Final = 200


def _check_name(cell: str) -> str:
    key = name_key(cell)
    if not key:
        raise refuse(
            "registry.name_blank",
            N_("The name holds no character that can be seen."),
            N_("Write the name as on the licence."),
        )
    if len(key) > KEY_LIMIT:
        raise refuse(
            "registry.name_key",
            N_("The name is too long once its special characters are written out."),
            N_("At most %(limit)d characters are taken."),
            limit=KEY_LIMIT,
        )
    return cell


def party_name(limit: int = NAME_LIMIT) -> Parse:
    """The name of an enterprise, as every sheet takes it."""
    plain = text(limit)

    def parse(cell: str) -> str:
        return _check_name(str(plain(cell)).strip())

    return parse


def _former_names(cell: str) -> tuple[str, ...] | None:
    found = texts(2000)(cell)
    if not isinstance(found, tuple):
        return None
    one = party_name()
    return tuple(str(one(name)) for name in found)


_AMOUNT: Final = re.compile(r"(-?\d+(?:\.\d+)?)((?:万[\u4e00-\u9fff]{0,10})?)")
_BETWEEN: Final = re.compile(r"[\s,()]+")
_CNY: Final = frozenset({"", "万", "万元", "万人民币", "万元人民币", "万人民币元"})
_NOT_STATED: Final = frozenset({"", "n/a", "-", "--", "/", "无", "null"})


def capital(cell: str) -> str | None:
    """An amount in 10 000 CNY; another currency keeps its unit: 30,000(万美元) → 30000 万美元."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", cell))
    if plain.casefold() in _NOT_STATED:
        return None
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise refuse(
            "registry.capital",
            N_("%(found)s is not an amount of registered capital."),
            N_(
                "Write the number in units of 10 000 CNY, for example 500; name any other currency: 30万美元."
            ),
            found=cell[:40],
        )
    if match[1].startswith("-"):
        raise refuse(
            "cell.below",
            N_("%(found)s is too small."),
            N_("The least that is possible is %(minimum)s."),
            found=cell[:40],
            minimum="0",
        )
    amount = f"{Decimal(match[1]).normalize():f}"
    unit = match[2]
    return amount if unit in _CNY else f"{amount} {re.sub('^万元', '万', unit)}"


_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")


def division_code(cell: str) -> str:
    """Six digits. The table of divisions says what exists; it may hold places made up for exercises."""
    code = compact(cell)
    if _SIX_DIGITS.fullmatch(code):
        return code
    return str(division.parse(cell))  # says what is wrong with it


STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    Enterprise.Status.ACTIVE.value: (
        "存续",
        "在业",
        "开业",
        "在营",
        "正常",
        "存续（在营、开业、在册）",
        "active",
    ),
    Enterprise.Status.DEREGISTERED.value: ("注销", "已注销", "deregistered"),
    Enterprise.Status.REVOKED.value: ("吊销", "吊销，未注销", "吊销未注销", "revoked"),
    Enterprise.Status.MOVED_OUT.value: ("迁出", "moved out"),
}

ENTERPRISES: Final = Sheet(
    name="enterprises",
    zh="企业名录",
    en="Enterprises",
    columns=(
        Column(
            "uscc",
            "统一社会信用代码",
            "USCC",
            coded(uscc.parse),
            required=True,
            example="91330106MA27XL0A5C",
            aliases=("社会信用代码", "信用代码"),
        ),
        Column(
            "name",
            "企业名称",
            "Name",
            party_name(),
            required=True,
            example="杭州质衡仪器有限公司",
            aliases=("名称", "单位名称"),
        ),
        Column("former_names", "曾用名", "Former names", _former_names, example="杭州质衡仪器厂；杭州衡器厂"),
        Column(
            "division",
            "行政区划代码",
            "Division code",
            division_code,
            required=True,
            example="330106",
            aliases=("区划代码",),
        ),
        Column(
            "address", "住所", "Address", text(300), example="浙江省杭州市西湖区文三路1号", aliases=("地址",)
        ),
        Column(
            "industry",
            "行业代码",
            "Industry code",
            coded(industry.parse),
            example="C4016",
            aliases=("Industry code (GB/T 4754)", "国民经济行业代码"),
        ),
        Column("type", "企业类型", "Type", text(80), example="有限责任公司"),
        Column("established", "成立日期", "Established", day, example="2016-03-02"),
        Column(
            "capital",
            "注册资本（万元）",
            "Registered capital (10k CNY)",
            capital,
            example="500",
            aliases=("注册资本",),
        ),
        Column("status", "经营状态", "Status", choice(STATUSES), example="存续", choices=STATUSES),
        Column("scope", "经营范围", "Scope", text(8000), example="仪器仪表制造"),
    ),
)
