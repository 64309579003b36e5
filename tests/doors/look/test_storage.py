"""Our own modules load each other under the names that change with their content."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.files.base import ContentFile
from django.test import override_settings

from tests.conftest import ROOT
from zhiheng.doors.look.storage import ModularStaticFilesStorage

SCRIPTS = ROOT / "src/zhiheng/doors/toolbox/static/toolbox/draw"
IMPORTED = re.compile(r'from "\./([\w.]+)";')


@override_settings(DEBUG=False)
def test_a_module_names_the_changed_names_of_others(tmp_path: Path) -> None:
    storage = ModularStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    paths = {}
    for script in SCRIPTS.glob("*.js"):
        name = f"toolbox/draw/{script.name}"
        storage.save(name, ContentFile(script.read_bytes()))
        paths[name] = (storage, name)
    storage.save("other.js", ContentFile(b"x = \"import y from './z.js';\""))
    paths["other.js"] = (storage, "other.js")
    assert not [failed for _, _, failed in storage.post_process(paths) if isinstance(failed, Exception)]
    imported = 0
    for made in (tmp_path / "toolbox/draw").glob("*.????????????.js"):
        for other in IMPORTED.findall(made.read_text(encoding="utf-8")):
            assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", other), (made.name, other)
            assert (made.parent / other).is_file()
            imported += 1
    assert imported > 20
