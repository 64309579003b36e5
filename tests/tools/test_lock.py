"""The lock file names the public registry, and the check sees when it does not."""

from __future__ import annotations

import copy
import tomllib

from tools.lock import LOCK, strangers


def test_the_lock_file_names_no_stranger() -> None:
    assert list(strangers(tomllib.loads(LOCK.read_text(encoding="utf-8")))) == []


def test_a_stranger_is_named() -> None:
    right = {
        "name": "numpy",
        "source": {"registry": "https://pypi.org/simple"},
        "wheels": [{"url": "https://files.pythonhosted.org/packages/numpy.whl"}],
    }
    assert list(strangers({"package": [right]})) == []
    mirrored = copy.deepcopy(right)
    mirrored["source"] = {"registry": "https://mirror.example/simple"}
    assert len(list(strangers({"package": [mirrored]}))) == 1
    local = copy.deepcopy(right)
    local["wheels"] = [{"path": "/opt/wheels/numpy.whl"}]
    assert len(list(strangers({"package": [local]}))) == 1
