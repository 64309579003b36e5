"""What the operations of the draw answer, by example. All values are invented."""

from __future__ import annotations

from typing import Any, Final

_DIGEST: Final = "748edab3c0a394b12f0ea521aada0c7a5881ae754c1e035644a5764e65444618"
_COMMITMENT: Final = "a852ff5b43cb344918c12468f69a24515548e8af73f1e3bfce87173373d8f61e"
DRAWS: Final[dict[tuple[str, str], Any]] = {
    ("post", "/api/v1/draws/verify"): {
        "valid": False,
        "drawn": None,
        "digest": _DIGEST,
        "commitment": _COMMITMENT,
        "said": "1项检查未通过。这不是诚实的证明，或者不是公布的那个文件。",
        "checks": [
            {"name": "form", "title": "格式合规", "state": "passed", "found": []},
            {
                "name": "paths",
                "title": "在抽样框中的位置",
                "state": "failed",
                "found": ["“91330100MA00000026”以权重7不在抽样框的第1位。"],
            },
            {
                "name": "frame",
                "title": "抽样框",
                "state": "absent",
                "found": ["未检查：请同时选择抽样框文件。"],
            },
        ],
        "notes": [],
    },
    ("post", "/api/v1/draws"): {
        "proof": '{"digest":"748e…","drawn":[…],"format":"zhiheng-draw/1","head":{…},"next":[…]}\n',
        "digest": _DIGEST,
        "commitment": _COMMITMENT,
        "drawn": ["91330100MA00000026", "91330100MA00000050", "91330200MA00000038"],
    },
}
