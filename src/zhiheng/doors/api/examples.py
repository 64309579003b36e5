"""What each operation answers, by example, and how each refuses: what is read first of a description.

All values are invented; the divisions 90 and the codes in them belong to nobody.
"""

from __future__ import annotations

from typing import Any, Final

from zhiheng.doors.api.draw_examples import DRAWS
from zhiheng.doors.api.problems import TYPE, ProblemOut
from zhiheng.doors.api.tool_examples import TOOLS

_DIGEST: Final = "9e107d9d372bb6826bd81d3542a419d6a1b2c3d4e5f60718293a4b5c6d7e8f90"
_ENTERPRISE: Final = {
    "uscc": "91900121MA01EXMPL6",
    "name": "霁岭石泰电器有限公司",
    "division": "900201",
    "industry": "C3856",
    "address": "霁岭区一号路8号",
    "type": "有限责任公司",
    "established": "2011-04-06",
    "status": "active",
}
_RESULT: Final = {
    "key": "4f1c9a7e5b20d3868a11c0ffee123456",
    "record": "SL2025-0000815",
    "source": "示例省2025年监督抽查（模拟）",
    "authority": "霁宁市市场监督管理局",
    "sampled_on": "2025-10-14",
    "published_on": "2025-12-20",
    "selection": "random",
    "coverage": "all_results",
    "place": "900201",
    "product_kind": "电热毯",
    "product_name": "单人电热毯",
    "brand": "石泰",
    "model": "SL00-X7",
    "batch": "2025-09-01/0042",
    "producer": {"name": "霁岭石泰电器有限公司", "uscc": "91900121MA01EXMPL6", "place": "示例省霁宁市霁岭区"},
    "seller": {"name": "霁川百货店", "uscc": "", "place": ""},
    "laboratory": "霁宁标准检测技术有限公司",
    "verdict": "nonconforming",
    "retest": "confirmed",
    "conclusion": "nonconforming",
    "failed_items": ["工作温度"],
    "counterfeit": False,
    "entry": "MSA-900200-4711",
}
_REPORT: Final = {
    "code": "2025-900000-01",
    "title": "示例省2025年产品质量状况分析报告（模拟数据）",
    "agency": "MSA-900000",
    "agency_name": "示例省市场监督管理局",
    "division": "900000",
    "period_from": "2025-01-01",
    "period_to": "2025-12-31",
    "state": "published",
    "published_at": "2026-03-02T08:00:00Z",
    "withdrawn_at": None,
    "reason": "",
    "snapshot": "1-2cc90414aa4d334f",
    "content_digest": _DIGEST,
    "checkpoint": 2,
}
_CHECKPOINT: Final = {
    "number": 2,
    "at": 1772438400000000,
    "taken_at": "2026-03-02T08:00:00+00:00",
    "entries": 18193,
    "algorithm": "sm3",
    "previous": _DIGEST,
    "heads": [["MSA-900000", 18190, _DIGEST], ["zhiheng", 3, _DIGEST]],
    "root": _DIGEST,
}
_IMPORT: Final = {
    "run": "20260302-1a2b3c4d",
    "sheet": "spot-checks",
    "mapping": "public-bulletins",
    "file": "bulletins-2026-02.xlsx",
    "state": "finished",
    "rows_total": 1120,
    "rows": 1120,
    "accepted": 1001,
    "unresolved": 104,
    "refused": 12,
    "skipped": 3,
    "mended": 0,
    "opened_at": "2026-03-02T08:00:00Z",
    "finished_at": "2026-03-02T08:00:01Z",
    "notes": [],
}


def _page(*items: Any, cursor: str = "") -> dict[str, Any]:
    return {"items": list(items), "next": cursor, "cut": bool(cursor)}


EXAMPLES: Final[dict[tuple[str, str], Any]] = {
    **DRAWS,
    **TOOLS,
    ("get", "/api/v1/divisions"): _page(
        {
            "code": "900200",
            "name": "霁宁市",
            "name_en": "Jining City (fictional)",
            "level": 2,
            "parent": "900000",
            "valid_from": "2020-01-01",
            "valid_to": None,
        }
    ),
    ("get", "/api/v1/enterprises"): _page(_ENTERPRISE, cursor="WyI5MTkwMDEyMU1BMDFFWE1QTDYiXQ"),
    ("get", "/api/v1/enterprises/{uscc}"): {
        **_ENTERPRISE,
        "capital": "500",
        "scope": "家用电器制造",
        "names": [{"name": "霁岭石泰电器有限公司", "current": True, "since": "2026-01-05", "until": None}],
    },
    ("get", "/api/v1/enterprises/{uscc}/archive"): _page(
        {
            "entry": "MSA-900200-4711",
            "kind": "spot_check.result",
            "occurred_at": "2025-10-13T16:00:00Z",
            "recorded_at": "2026-01-05T01:30:00Z",
            "agency": "MSA-900200",
            "division": "900201",
            "basis": "",
            "hash": _DIGEST,
            "fact": {"record": "SL2025-0000815", "verdict": "nonconforming", "failed_items": ["工作温度"]},
            "corrects": None,
            "corrected_by": None,
        }
    ),
    ("get", "/api/v1/results"): _page(_RESULT, cursor="WyIyMDI1LTEwLTE0Iiw4MTVd"),
    ("get", "/api/v1/results/{key}"): {
        **_RESULT,
        "standards": ["GB 4706.8-2008", "Q/SLS 001-2022"],
        "items": [
            {
                "name": "工作温度",
                "value": "58.4",
                "unit": "℃",
                "limit": "≤37",
                "verdict": "不合格",
                "method": "",
            }
        ],
        "note": "模拟数据，非真实抽查；限值为虚构",
        "source_url": "https://example.org/bulletins/2025",
    },
    ("get", "/api/v1/pass-rates"): {
        "by": ["product_kind"],
        "rates": [
            {
                "keys": ["电热毯"],
                "selection": "random",
                "n": 412,
                "conforming": 381,
                "estimate": 0.924757,
                "lower": 0.895014,
                "upper": 0.946571,
                "exact_lower": 0.894955,
                "exact_upper": 0.948344,
                "shrunk": 0.924501,
                "shrunk_lower": 0.903126,
                "shrunk_upper": 0.943351,
                "small": False,
            }
        ],
        "total": 1,
        "cut": False,
        "excluded": {"failures_only": 230, "undated": 0},
        "provenance": {
            "snapshot": "1-2cc90414aa4d334f",
            "manifest": _DIGEST,
            "checkpoint": 1,
            "entries": 18188,
            "root": _DIGEST,
            "pipeline": "pass_rates",
            "version": 1,
            "parameters": '{"by":["product_kind"],"level":0.95}',
            "engine": "duckdb 1.4.2",
        },
    },
    ("get", "/api/v1/reports"): _page(_REPORT),
    ("get", "/api/v1/reports/{code}"): {
        **_REPORT,
        "superseded_by": "",
        "content": {"format": "zhiheng-report/1", "code": "2025-900000-01", "tables": {}, "sentences": []},
    },
    ("get", "/api/v1/reports/{code}/package"): "(a zip file)",
    ("get", "/api/v1/ledger/checkpoints"): _page(_CHECKPOINT),
    ("get", "/api/v1/ledger/checkpoints/{number}"): _CHECKPOINT,
    ("get", "/api/v1/ledger/entries/{entry}"): {
        "entry": "MSA-900000-18190",
        "kind": "report.published",
        "recorded_at": 1772438400000000,
        "text": "zhiheng/1\nsm3\nMSA-900000\n18190\nreport.published\n…",
        "algorithm": "sm3",
        "hash": _DIGEST,
        "previous": _DIGEST,
        "intact": True,
        "proof": {
            "checkpoint": 2,
            "algorithm": "sm3",
            "leaf": f"MSA-900000\n18190\n{_DIGEST}",
            "index": 1,
            "size": 3,
            "path": [_DIGEST, _DIGEST],
            "root": _DIGEST,
        },
        "between": 0,
    },
    ("post", "/api/v1/imports"): {
        **_IMPORT,
        "state": "queued",
        "rows": 0,
        "accepted": 0,
        "unresolved": 0,
        "refused": 0,
        "skipped": 0,
        "finished_at": None,
    },
    ("get", "/api/v1/imports"): _page(_IMPORT),
    ("get", "/api/v1/imports/{run}"): _IMPORT,
    ("get", "/api/v1/imports/{run}/refused"): _page(
        {
            "number": 92,
            "cells": {"record": "SL2025-0000092", "sampled_on": "2024-13-05"},
            "problems": [
                {
                    "code": "cell.date",
                    "message": "“2024-13-05”不是有效日期。",
                    "remedy": "请写年、月、日，例如2026-03-02。",
                    "params": {"found": "2024-13-05"},
                    "column": "sampled_on",
                    "found": "2024-13-05",
                }
            ],
            "state": "open",
        }
    ),
}
REFUSAL: Final = {
    "type": "urn:zhiheng:problem:result.not_found",
    "title": "没有这条结果，或者您无权查看。",
    "status": 404,
    "code": "result.not_found",
    "message": "没有这条结果，或者您无权查看。",
    "remedy": "请在结果列表中查找。",
    "problems": [
        {
            "code": "result.not_found",
            "message": "没有这条结果，或者您无权查看。",
            "remedy": "请在结果列表中查找。",
            "params": {},
        }
    ],
}


def add_examples(schema: dict[str, Any]) -> None:
    """Put the example and the one form of refusal to every operation."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    described = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(described.pop("$defs", {}))
    schemas["ProblemOut"] = described
    refusal = {
        "description": "Refused: what is wrong, and what would be right.",
        "content": {TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}, "example": REFUSAL}},
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _illustrate(operation, EXAMPLES[method, path])
            operation["responses"]["default"] = refusal
            if operation.get("security") == [{"Key": []}]:
                operation["security"].append({})  # without a key, the public asks


def _illustrate(operation: dict[str, Any], example: Any) -> None:
    for response in operation["responses"].values():
        if isinstance(example, str):
            binary = {"schema": {"type": "string", "format": "binary"}}
            response["content"] = {"application/zip": binary}
            continue
        for content in response.get("content", {}).values():
            content["example"] = example
