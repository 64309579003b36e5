"""What the specimen shows: content as it comes in daily work, invented, in the words of the field."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from zhiheng.analytics.charts.specs import RateRow, TrendRow, Words, rate_bars, rate_trend
from zhiheng.doors.look.charts import PageChart
from zhiheng.doors.look.lists import Chip
from zhiheng.doors.look.states import STATES
from zhiheng.doors.look.tiles import NATION, Tile, legend_of, level_of
from zhiheng.kernel.errors import Problem

CUTS = (0.85, 0.9, 0.93, 0.96, 0.98)
TODAY = dt.date(2025, 7, 14)
KNOWN = {
    "population": "青岛市 2025 年上半年随机抽样的监督抽查样品",
    "period": "2025-01-01 至 2025-06-30",
    "source": "青岛市市场监督管理局监督抽查公告（全部结果）",
    "snapshot": 128406,
    "method": "Wilson 95% 区间，zhiheng 0.1.0",
}


class EnterpriseForm(forms.Form):
    """One field of each kind, two of them wrong."""

    name = forms.CharField(label="企业名称", help_text="与营业执照一致。")
    uscc = forms.CharField(label="统一社会信用代码", help_text="18 位，最后一位是校验码。")
    selection = forms.ChoiceField(
        label="抽样方式",
        choices=[("random", "随机抽取"), ("risk_targeted", "风险定向")],
        widget=forms.RadioSelect,
    )
    coverage = forms.ChoiceField(label="公布范围", choices=[("all", "全部结果"), ("failures", "仅不合格")])
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)
    file = forms.FileField(label="附件", required=False, help_text="xlsx 或 csv，不超过 200 MB。")
    confirmed = forms.BooleanField(label="已核对原件", required=False)

    def clean_uscc(self) -> str:
        raise forms.ValidationError("校验码应为 X，填写的是 7。请对照营业执照核对。")


def rates() -> list[dict[str, object]]:
    rows = [
        ("食品相关产品", 0.971, 0.942, 0.985, 240, False),
        ("儿童玩具", 0.86, 0.777, 0.915, 96, False),
        ("电线电缆", 0.818, 0.523, 0.949, 11, True),
        ("危险化学品及其包装物", 0.9952, 0.982, 0.999, 820, False),
        ("家用电器", 0.934, 0.901, 0.957, 318, False),
    ]
    names = ("label", "estimate", "lower", "upper", "n", "small")
    return [dict(zip(names, row, strict=True)) for row in rows]


def bars() -> PageChart:
    names = ("label", "estimate", "lower", "upper", "n", "small")
    rows = [RateRow(**{name: row[name] for name in names}) for row in rates()]
    words = Words(
        axis="合格率（%）", description="五类产品合格率，危险化学品最高，电线电缆最低。", few="样本少"
    )
    return PageChart(
        title="电线电缆合格率最低，但样本仅 11 批次",
        chart=rate_bars(rows, words, overall=0.944),
        heads=("产品种类", "合格率", "区间", "样本量"),
        rows=[(r.label, f"{r.estimate:.1%}", f"{r.lower:.1%}–{r.upper:.1%}", str(r.n)) for r in rows],
        subtitle="2025 年上半年，随机抽样；虚线为全市合格率，空心菱形为样本较少",
        source="来源：青岛市市场监督管理局监督抽查公告；数据快照截至第 128406 条",
    )


def trend() -> PageChart:
    shares = {"全市": (0.951, 0.948, 0.939, 0.944), "即墨区": (0.94, 0.921, 0.894, 0.871)}
    widths = {"全市": 0.012, "即墨区": 0.04}
    rows = [
        TrendRow(quarter, share, share - widths[place], share + widths[place], 300, False, place)
        for place, series in shares.items()
        for quarter, share in zip(
            ("2024 三季度", "2024 四季度", "2025 一季度", "2025 二季度"), series, strict=True
        )
    ]
    words = Words(axis="合格率（%）", description="全市合格率平稳，即墨区连续三个季度下降。")
    return PageChart(
        title="即墨区连续三个季度下降，全市基本平稳",
        chart=rate_trend(rows, words),
        heads=("季度", "地区", "合格率"),
        rows=[(r.label, r.series, f"{r.estimate:.1%}") for r in rows],
    )


def provinces() -> list[Tile]:
    tiles = []
    for number, code in enumerate(sorted(NATION)):
        share = 0.82 + 0.005 * ((number * 17) % 36)
        if code in ("71", "81", "82"):
            continue
        name = "新疆维吾尔自治区" if code == "65" else f"{NATION[code][2]}"
        tiles.append(Tile(f"{code}0000", name, f"{share:.1%}", level_of(share, CUTS), f"#p{code}"))
    return tiles


def counties() -> list[Tile]:
    names = (
        "市南区",
        "市北区",
        "黄岛区",
        "崂山区",
        "李沧区",
        "城阳区",
        "即墨区",
        "胶州市",
        "平度市",
        "莱西市",
    )
    codes = (370202, 370203, 370211, 370212, 370213, 370214, 370215, 370281, 370283, 370285)
    shares = (0.971, 0.955, 0.962, 0.989, 0.948, 0.931, 0.871, 0.917, 0.902, None)
    return [
        Tile(str(code), name, f"{share:.1%}", level_of(share, CUTS), f"#c{code}")
        if share
        else Tile(str(code), name, reason="本期没有抽样")
        for code, name, share in zip(codes, names, shares, strict=True)
    ]


def rows() -> list[dict[str, object]]:
    return [
        {
            "number": f"QD2025-{1000 + number}",
            "product": product,
            "producer": producer,
            "day": dt.date(2025, 3, 2 + number),
            "lead": lead,
            "verdict": verdict,
            "unresolved": number == 1,
        }
        for number, (product, producer, lead, verdict) in enumerate(
            [
                ("塑料玩具", "青岛海韵玩具有限公司", 12.4, "conforming"),
                ("儿童手推车", "汕头市澄海区新乐玩具厂", 128.0, "nonconforming"),
                ("聚氯乙烯绝缘电缆", "山东鲁能线缆股份有限公司", None, "conforming"),
                ("家用燃气灶具", "中山市佳焰电器有限公司", None, "waiting"),
            ]
        )
    ]


def entries() -> list[dict[str, object]]:
    zone = ZoneInfo("Asia/Shanghai")
    return [
        {
            "number": 128406,
            "occurred_at": dt.datetime(2025, 6, 20, 9, 30, tzinfo=zone),
            "title": "复检结论：合格",
            "actor": "山东省产品质量检验研究院",
            "text": "备用样品铅含量 11.8 mg/kg，符合 GB 6675.4-2014 的要求。",
            "state": "conforming",
            "corrects": 127881,
            "basis": "产品质量法第十五条",
            "hash": "9f2c4b71d0e8a35566f0",
            "act": True,
        },
        {
            "number": 127881,
            "occurred_at": dt.datetime(2025, 5, 28, 14, 5, tzinfo=zone),
            "title": "监督抽查结果：不合格",
            "actor": "青岛市市场监督管理局",
            "text": "儿童手推车，批次 20250211，铅含量 128 mg/kg，限值 90 mg/kg。",
            "state": "nonconforming",
            "corrected_by": 128406,
            "hash": "03ab77e1c2d94f08be61",
        },
        {
            "number": 90412,
            "occurred_at": dt.date(2019, 4, 1),
            "title": "企业登记",
            "text": "统一社会信用代码 91370200MA3C1XYZ0X。",
            "hash": "5d10aa42c7b3e9f1d024",
        },
    ]


def context(request: HttpRequest) -> dict[str, object]:
    form = EnterpriseForm({"uscc": "913702001630484527", "selection": "random", "coverage": "all"})
    overall = {"estimate": 0.9438, "lower": 0.9287, "upper": 0.9558, "n": 1120, "small": False, **KNOWN}
    return {
        "states": list(STATES),
        "overall": overall,
        "few": {
            **rates()[2],
            "shrunk": 0.902,
            "shrunk_lower": 0.801,
            "shrunk_upper": 0.957,
            "exact_lower": 0.482,
            "exact_upper": 0.977,
        },
        "about": KNOWN,
        "absent": None,
        "nothing": None,
        "day": dt.date(2025, 3, 2),
        "instant": dt.datetime(2025, 6, 20, 1, 30, tzinfo=dt.UTC),
        "today": TODAY,
        "soon": dt.date(2025, 7, 16),
        "late": dt.date(2025, 7, 9),
        "form": form,
        "problems": [
            Problem(
                "uscc.check",
                "校验码应为 %(right)s，填写的是 %(found)s。",
                {"right": "X", "found": "7"},
                "请对照营业执照核对。",
            )
        ],
        "filters": [
            Chip("产品种类", "电线电缆、儿童玩具", "#"),
            Chip("抽样日期", "2025-01-01 – 2025-06-30", "#"),
        ],
        "rows": rows(),
        "rates": rates(),
        "page": Paginator(range(1120), 50).get_page(3),
        "bars": bars(),
        "trend": trend(),
        "provinces": provinces(),
        "counties": counties(),
        "legend": legend_of(CUTS),
        "columns": [
            ("生产单位", "青岛海韵玩具有限公司；汕头市澄海区新乐玩具厂", "标称生产企业"),
            ("判定", "合格；不合格；合格", "抽查结果"),
            ("序号", "1；2；3", "不导入"),
        ],
        "entries": entries(),
        "enterprise": [
            ("企业名称", "青岛海韵玩具有限公司"),
            ("信用代码", "91370200MA3C1XYZ0X"),
            ("住所", "山东省青岛市城阳区正阳路 112 号"),
            ("行业", "2451 电玩具制造（GB/T 4754-2017）"),
            ("成立日期", "2016-05-11"),
        ],
    }


def render(frame: str, scheme: str = "") -> str:
    path = "/workbench/results/" if frame == "look/workbench.html" else "/results/"
    request = RequestFactory().get(path, {"sort": "-sampled", "page": "3", "kind": "电线电缆"})
    if scheme:
        request.COOKIES["zhiheng_scheme"] = scheme
    return render_to_string(
        "look/specimen.html", {**context(request), "frame": frame, "scheme": scheme}, request
    )
