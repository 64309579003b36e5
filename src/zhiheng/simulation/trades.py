"""What enterprises of the synthetic province do, and the words that their names are made of.

Makers of the 30 product kinds come first, so a trade's position below `len(KINDS)` is its kind.
Codes are those of GB/T 4754-2017. This module refuses to hold a real trade name: the words are
combined from syllables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.noise import Numbers, deck


@dataclass(frozen=True, slots=True)
class Trade:
    """An industry: its code, the word in a name, the scope of business."""

    industry: str
    word: str
    scope: str


@dataclass(frozen=True, slots=True)
class Form:
    """A legal form: how the name ends, what the register calls it, the category in the code."""

    ending: str
    type: str
    category: str


MAKERS: Final = tuple(Trade(kind.industry, kind.trade, f"{kind.name}的生产、销售") for kind in KINDS)
SELLERS: Final = (
    Trade("F5211", "百货", "日用百货、家用电器、服装鞋帽的零售"),
    Trade("F5212", "超市", "预包装食品、日用百货、五金电料的零售"),
    Trade("F5213", "便利", "预包装食品、日用品的零售"),
    Trade("F5281", "五金", "五金、电料、建筑材料的零售"),
    Trade("F5272", "家电", "日用家电的零售"),
    Trade("F5166", "农资", "化肥、农用薄膜、农具的批发和零售"),
    Trade("F5289", "建材", "涂料、板材、装饰材料的零售"),
    Trade("F5263", "汽配", "汽车零配件、轮胎、护具的零售"),
    Trade("F5239", "商贸", "日用品、文具、玩具的批发和零售"),
    Trade("F5292", "网络", "互联网销售日用品、电子产品"),
)
OTHERS: Final = (
    Trade("C3484", "机械", "机械零部件的加工"),
    Trade("C3360", "表面处理", "金属表面处理及热处理加工"),
    Trade("C2319", "包装印刷", "包装装潢印刷品的印刷"),
    Trade("C1399", "农产品加工", "农副产品的加工、销售"),
)
TRADES: Final = (*MAKERS, *SELLERS, *OTHERS)
FIRST_SELLER: Final = len(MAKERS)
FIRST_OTHER: Final = len(MAKERS) + len(SELLERS)
COOPERATIVE_TRADE: Final = len(TRADES) - 1

FORMS: Final = (
    Form("有限公司", "有限责任公司", "1"),
    Form("股份有限公司", "股份有限公司", "1"),
    Form("厂", "个人独资企业", "1"),
    Form("经营部", "个体工商户", "2"),
    Form("专业合作社", "农民专业合作社", "3"),
)
HOUSEHOLD: Final = 3
COOPERATIVE: Final = 4
MAKER_FORMS: Final[Numbers] = deck((28, 4, 8))
SELLER_FORMS: Final[Numbers] = deck((12, 0, 0, 20))

_SYLLABLES: Final = (
    "瑞恒泰盛宏达鑫诚嘉悦凯丰华荣卓越腾飞佳美康乐广源聚合信德优品睿智远景天合金石新晨明辉正阳同创众力顺风益民"
)
# Each syllable once: two different pairs must not read the same.
SYLLABLES: Final = np.array(list(dict.fromkeys(_SYLLABLES)), dtype=object)
ROADS: Final = np.array(
    [f"{first}{second}路" for first in "澄明春晖景行望湖文昌云帆" for second in "一二三"], dtype=object
)
CAPITAL: Final = ("10", "30", "50", "100", "200", "300", "500", "800", "1000", "2000", "5000", "12000")
STATUSES: Final = ("存续", "注销", "吊销", "迁出")
ACTIVE: Final = 0
