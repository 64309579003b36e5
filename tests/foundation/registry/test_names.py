"""The exact normalisation of names: what it levels out, and that it levels out nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhiheng.foundation.registry.names import name_key, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("拜耳（中国）有限公司", "拜耳(中国)有限公司"),
        ("ＡＢＣ科技有限公司", "abc科技有限公司"),
        ("杭州 质衡\u3000仪器有限公司", "杭州质衡仪器有限公司"),
        ("杭州\u200b质衡\ufeff仪器厂\u00ad", "杭州质衡仪器厂"),
        ("⼀品面业", "一品面业"),  # a radical sign that looks like the character
        ("㈱日立", "(株)日立"),
        ("Straße", "STRASSE"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州质衡仪器有限公司", "杭州质衡仪器有限责任公司"),
        ("杭州质衡仪器有限公司", "杭州市质衡仪器有限公司"),
        ("上海天祥·健台制药机械有限公司", "上海天祥健台制药机械有限公司"),
        ("萬裕集团", "万裕集团"),
        ("昆明天怡工贸有限公司.", "昆明天怡工贸有限公司"),
    ],
)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text())
@example("\u0345\u1fb3")
@example("ﷺ")
def test_a_key_is_its_own_key(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    key.encode()
    assert not any(character.isspace() for character in key)


@given(st.text(alphabet="中国有限公司（）() Ａa"), st.text(alphabet="中国有限公司（）() Ａa"))
def test_joining_keys_joins_names(one: str, other: str) -> None:
    assert name_key(one + other) == name_key(one) + name_key(other)


def test_a_query_is_cut_at_its_blanks() -> None:
    assert terms(" 上海\u3000 钢铁 上海 ") == ("上海", "钢铁")
    assert terms(" \u200b ") == ()
