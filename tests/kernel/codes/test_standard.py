"""Standard numbers: five grammars, one kept form, and refusals that say what is missing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.codes import standard
from zhiheng.kernel.codes.standard import Kind
from zhiheng.kernel.errors import Refused


@pytest.mark.parametrize(
    ("written", "kept", "kind"),
    [
        ("GB 29581-2013", "GB 29581-2013", Kind.NATIONAL),
        ("gb29581—2013", "GB 29581-2013", Kind.NATIONAL),
        ("ＧＢ／Ｔ　２８２８．１－２０１２", "GB/T 2828.1-2012", Kind.NATIONAL),
        ("GB / T 2828.1 – 2012", "GB/T 2828.1-2012", Kind.NATIONAL),
        ("GB∕T 2828.1——2012", "GB/T 2828.1-2012", Kind.NATIONAL),
        ("GB/Z 12345-2020", "GB/Z 12345-2020", Kind.NATIONAL),
        ("HG/T2520-2023", "HG/T 2520-2023", Kind.INDUSTRY),
        ("JJG 646-2006", "JJG 646-2006", Kind.INDUSTRY),
        ("DB11/T 1234-2020", "DB11/T 1234-2020", Kind.LOCAL),
        ("DB3301/T0001-2020", "DB3301/T 0001-2020", Kind.LOCAL),
        ("DB11 1234-2020", "DB11 1234-2020", Kind.LOCAL),
        ("DB31/ 1234—2020", "DB31 1234-2020", Kind.LOCAL),
        ("T/CAS 123-2020", "T/CAS 123-2020", Kind.GROUP),
        ("T/CAS123.2-2020", "T/CAS 123.2-2020", Kind.GROUP),
        ("T/31 12-2020", "T/31 12-2020", Kind.GROUP),
        ("Q/ABC 001-2020", "Q/ABC 001-2020", Kind.ENTERPRISE),
        ("Q/ABC001-2020", "Q/ABC 001-2020", Kind.ENTERPRISE),
        ("Q/12XX 0001S-2019", "Q/12XX 0001S-2019", Kind.ENTERPRISE),
        ("Q/12XX0001S-2019", "Q/12XX 0001S-2019", Kind.ENTERPRISE),
        ("Q/SY 企标1-2020", "Q/SY 企标1-2020", Kind.ENTERPRISE),
    ],
)
def test_reading(written: str, kept: str, kind: Kind) -> None:
    read = standard.parse(written)
    assert (str(read), read.kind) == (kept, kind)
    assert standard.parse(str(read)) == read


@pytest.mark.parametrize(
    ("written", "recommended"),
    [
        ("GB 29581-2013", False),
        ("GB/T 2828.1-2012", True),
        ("GB/Z 1-2012", True),
        ("DB11 12-2020", False),
        ("DB11/T 12-2020", True),
        ("T/CAS 1-2020", True),
        ("Q/ABC 1-2020", True),
    ],
)
def test_which_are_voluntary(written: str, recommended: bool) -> None:
    assert standard.parse(written).is_recommended is recommended


def test_revisions_share_the_undated_number() -> None:
    old, new = standard.parse("GB/T 2828.1-2003"), standard.parse("GB/T 2828.1-2012")
    assert old != new
    assert old.undated == new.undated == "GB/T 2828.1"


@pytest.mark.parametrize(
    ("written", "code", "named"),
    [
        ("GB 29581", "standard.year", "no year"),
        ("DB11/T 12", "standard.year", "no year"),
        ("Q/ABC 12", "standard.year", "no year"),
        ("GB/T 2828-87", "standard.short_year", "GB/T 2828-1987"),
        ("GB/T 2828-05", "standard.short_year", "GB/T 2828-2005"),
        ("GB 29581:2013", "standard.dash", "GB 29581-2013"),
        ("GB/T 1 2013", "standard.dash", "GB/T 1-2013"),
        ("GB 1234-2013《车用汽油清净剂》", "standard.other_text", "GB 1234-2013"),
        ("GB/T 19001-2016/ISO 9001:2015", "standard.other_text", "GB/T 19001-2016"),
        ("GB 1-2013；GB 2-2013", "standard.other_text", "GB 1-2013"),
        ("ISO 9001-2015", "standard.foreign", "adopts"),
        ("EN 228-2012", "standard.foreign", "adopts"),
        ("DB111234-2020", "standard.blank", "blank"),
        ("T/3112-2020", "standard.blank", "blank"),
        ("Q/0001-2019", "standard.blank", "blank"),
        ("GB 1-3013", "standard.year_range", "3013"),
        ("GB 1-1948", "standard.year_range", "1948"),
        ("GB 1-20133", "standard.form", "GB/T 2828.1-2012"),
        ("GB/T 2828.-2012", "standard.form", "GB/T 2828.1-2012"),
        ("企业标准", "standard.form", "企业标准"),
        ("", "standard.form", "GB/T 2828.1-2012"),
    ],
)
def test_refusals(written: str, code: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        standard.parse(written)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert named in str(problem)


# The grammars of rules.md section 10, with a blank after the code: what they admit must be read and kept.
GRAMMARS = {
    Kind.NATIONAL: r"GB(/[TZ])? [1-9]\d{0,4}(\.[1-9]\d?)?[-—](19[5-9]\d|20\d\d)",
    Kind.LOCAL: r"DB\d{2}(\d{2})?(/T)? [1-9]\d{0,3}(\.\d)?[-—]20\d\d",
    Kind.GROUP: r"T/[A-Z0-9]{2,10} [1-9]\d{0,3}[-—]20\d\d",
    Kind.ENTERPRISE: r"Q/[A-Z0-9]{1,8} [A-Z0-9.]{1,6}[-—]20\d\d",
    Kind.INDUSTRY: r"(HG|JB|QB|SH|YY)(/[TZ])? [1-9]\d{0,4}(\.\d)?[-—](19[5-9]\d|20\d\d)",
}


@pytest.mark.parametrize("kind", list(GRAMMARS))
def test_each_grammar_is_read(kind: Kind) -> None:
    @given(st.from_regex(re.compile(GRAMMARS[kind], re.ASCII), fullmatch=True))
    def reads(written: str) -> None:
        read = standard.parse(written)
        assert read.kind is kind
        assert str(read) == written.replace("—", "-")
        assert standard.parse(written.lower()) == read

    reads()
