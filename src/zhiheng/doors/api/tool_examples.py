"""What the tools answer, by example: real answers to invented questions, long lists cut to two entries."""

from __future__ import annotations

from typing import Any, Final

_CURVE: Final = [
    {"p": 0.0, "accepted": 1.0, "aoq": 0.0, "ati": 80.0, "asn": 78.0},
    {"p": 0.003313, "accepted": 0.99753, "aoq": 0.003085, "ati": 82.76637, "asn": 78.20713},
]
_POINTS: Final = [
    {"p": 0.010298, "accepted": 0.95, "aoq": 0.009131, "ati": 136.0, "asn": 77.657911},
    {"p": 0.065163, "accepted": 0.1, "aoq": 0.006082, "ati": 1088.0, "asn": 43.876},
]
_INTERVAL: Final = {
    "label": "电热毯",
    "n": 120,
    "nonconforming": 3,
    "estimate": 0.975,
    "lower": 0.92907,
    "upper": 0.991462,
    "level": 0.95,
    "method": "wilson",
    "small": False,
}
_PLAN: Final = {
    "sample_size": 80,
    "acceptance_number": 2,
    "rejection_number": 3,
    "full_inspection": False,
    "distribution": "binomial",
    "lot_size": 1200,
    "standard": "GB/T 2828.1-2012 (ISO 2859-1:1999)",
    "basis": "from the rule of the standard",
    "code_letter": "J",
    "aoql": 0.01597,
    "points": _POINTS,
    "curve": _CURVE,
}


def _size(size: int, reached: float, formula: str, other: int = 0) -> dict[str, Any]:
    return {"size": size, "other": other, "reached": reached, "whole": False, "formula": formula}


def _part(label: str, objects: int, size: int, half_width: float) -> dict[str, Any]:
    return {"label": label, "objects": objects, "size": size, "half_width": half_width, "whole": False}


def _lot(label: str, score: int, accepted: bool) -> dict[str, Any]:
    return {
        "label": label,
        "accepted": accepted,
        "severity": "normal",
        "severity_after": "normal",
        "score": score,
        "reason": "unchanged",
        "why": "The severity stays.",
    }


TOOLS: Final[dict[tuple[str, str], Any]] = {
    ("get", "/api/v1/tools/plan"): _PLAN,
    ("get", "/api/v1/tools/plan/two-points"): {
        **_PLAN,
        "sample_size": 132,
        "acceptance_number": 3,
        "rejection_number": 4,
        "lot_size": None,
        "standard": "",
        "basis": "computed exactly from the distribution",
        "code_letter": "",
        "aoql": 0.014719,
        "points": [{"p": 0.010416, "accepted": 0.95, "aoq": 0.009895, "ati": None, "asn": 128.744327}],
        "curve": [{"p": 0.0, "accepted": 1.0, "aoq": 0.0, "ati": None, "asn": 129.0}],
    },
    ("get", "/api/v1/tools/plan/declared"): {
        "sample_size": 32,
        "limit": 1,
        "risk": 0.040683,
        "limiting_quality": 0.116195,
        "lqr": 11.619508,
        "standard": "GB/T 2828.4-2008",
        "basis": "by design property, not the printed table",
    },
    ("get", "/api/v1/tools/plan/variables"): {
        "sample_size": 55,
        "constant": 1.952193,
        "sigma": "unknown",
        "largest": 0.023904,
        "standard": "GB/T 6378 (ISO 3951)",
        "basis": "by two points, not the printed table",
        "points": [{"p": 0.01, "accepted": 0.95}, {"p": 0.04962, "accepted": 0.1}],
        "curve": [{"p": 0.002356, "accepted": 0.9999}, {"p": 0.003759, "accepted": 0.999}],
    },
    ("post", "/api/v1/tools/plan/variables/verdict"): {
        "accepted": True,
        "mean": 181.72,
        "deviation": 1.098636,
        "quality_lower": 1.565578,
        "quality_upper": None,
        "constant": 1.4,
        "estimated": 0.025966,
        "largest": 0.058807,
    },
    ("post", "/api/v1/tools/plan/switching"): {
        "severity": "tightened",
        "score": 0,
        "standard": "GB/T 2828.1-2012 (ISO 2859-1:1999), 9.3–9.4",
        "outlook": [
            "Normal inspection comes back when the next 5 lots are accepted without a break.",
            "0 of 5 lots not accepted: after 5 more inspection is discontinued.",
        ],
        "steps": [
            _lot("20260301", 3, True),
            _lot("20260302", 0, False),
            {
                **_lot("20260303", 0, False),
                "severity_after": "tightened",
                "reason": "two_of_five_rejected",
                "why": "Two of five or fewer consecutive lots were not accepted: tightened inspection.",
            },
        ],
    },
    ("get", "/api/v1/tools/sample-size/rate"): _size(388, 0.029962, "wilson"),
    ("get", "/api/v1/tools/sample-size/difference"): _size(435, 0.800514, "pooled_normal", 435),
    ("get", "/api/v1/tools/sample-size/detection"): _size(59, 0.951505, "binomial"),
    ("post", "/api/v1/tools/allocation"): {
        "method": "neyman",
        "rounding": "integer_optimal",
        "size": 100,
        "cost": 100.0,
        "half_width": 0.045689,
        "least_half_width": 0.045689,
        "strata": [_part("霁宁市", 1280, 48, 0.061906), _part("霁川市", 900, 52, 0.080882)],
    },
    ("get", "/api/v1/tools/pass-rate"): _INTERVAL,
    ("post", "/api/v1/tools/pass-rates"): [_INTERVAL],
}
