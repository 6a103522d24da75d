"""Which year or place a question names, as far as the report does not hold for it."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from legalbot.knowledge import Fact, Figure, knowledge
from legalbot.qualifiers import asks_breakdown, other_place, other_year


def fact(**changes) -> Fact:
    """A fact with a figure for the whole city in 2020, whatever the fact base says today."""
    example = next(iter(knowledge().facts.values()))
    plain = {
        "ask": "有多少个平台？",
        "says": "全市一共有1843个平台。",
        "short": "1843个。",
        "figures": (Figure("1843", "个"),),
        "period": "截至2020年底",
        "as_of": datetime.date(2020, 12, 31),
        "any_place": False,
        "any_year": False,
    }
    return dataclasses.replace(example, **{**plain, **changes})


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019年有多少", "2019年"),
        ("2021年的呢", "2021年"),
        ("1999年呢", "1999年"),
        ("2019", "2019年"),
        ("2019有多少", "2019年"),
        ("2021-03的数字", "2021年"),
        ("２０１９年有多少", "2019年"),
        ("二〇一九年有多少", "2019年"),
        ("二零一九年有多少", "2019年"),
        ("2018年到2019年", "2018年"),
        ("2019年打12348的人", "2019年"),
        ("19年有多少", "2019年"),
        ("21年给有变", "2021年"),
        ("去年有多少", "去年"),
        ("今年打了几个", "今年"),
        ("我今年65岁，有多少", None),
        ("20年有多少", None),
        ("20年来有多少", None),
        ("十三五那15年内", None),
        ("去年也就是2020年有多少", None),
        ("2020年有多少", None),
        ("二〇二〇年有多少", None),
        ("2020年比2019年多多少", None),
        ("有多少", None),
        ("", None),
        ("12348", None),
        ("2019元", None),
        ("2019块钱", None),
        ("2019个平台", None),
        ("2019人", None),
        ("2019件", None),
        ("20190101", None),
        ("120199", None),
        ("0.2019", None),
        ("1843年", None),
        ("2119年", None),
    ],
)
def test_a_year_that_the_fact_does_not_hold_for(text, year):
    assert other_year(text, fact()) == year


@pytest.mark.parametrize(
    "changes",
    [
        {"figures": ()},
        {"any_year": True},
        {"period": "2019年"},
        {"says": "2019年得了1843个。"},
        {"as_of": datetime.date(2019, 12, 31)},
    ],
)
def test_a_fact_without_figures_or_of_that_year_is_not_doubted(changes):
    assert other_year("2019年有多少", fact(**changes)) is None


@pytest.mark.parametrize("text", ["2019.1到2019.6有多少", "截至2019.12.31有多少"])
def test_a_year_in_a_dotted_date_is_seen(text):
    assert other_year(text, fact()) == "2019年"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("北京有多少个平台", "北京"),
        ("大理的有多少", "大理"),
        ("全国有多少", "全国"),
        ("全國有多少", "全国"),
        ("西双版纳有多少", "西双版纳"),
        ("云南省有多少", "云南省"),
        ("呈贡有多少个平台", "呈贡"),
        ("盘龙区有多少个平台", "盘龙区"),
        ("有多少个平台", None),
        ("昆明有多少个平台", None),
        ("", None),
        ("我是大理人，有多少个平台", None),
        ("我从贵州来打工，有多少个平台", None),
        ("四川农民工，有多少个平台", None),
        ("我户口在这里，四川老家，有多少", None),
        ("我是四川人，北京有多少", "北京"),
    ],
)
def test_a_place_that_the_fact_does_not_speak_of(text, place):
    assert other_place(text, fact()) == place


@pytest.mark.parametrize(
    ("text", "changes", "place"),
    [
        ("北京有吗", {"any_place": True}, None),
        ("全国首个是吗", {"says": "是全国首个。"}, None),
        ("呈贡有吗", {"figures": ()}, None),
        ("北京有吗", {"figures": ()}, "北京"),
    ],
)
def test_a_district_is_another_place_only_for_figures(text, changes, place):
    assert other_place(text, fact(**changes)) == place


@pytest.mark.parametrize("text", ["昆明市呈贡区有多少个平台", "昆明官渡区有多少个平台"])
def test_a_district_is_seen_behind_the_city(text):
    assert other_place(text, fact()) in ("呈贡", "官渡")


@pytest.mark.parametrize("text", ["网上海量信息里有多少", "社会安宁了多少"])
def test_a_place_is_a_word_of_its_own(text):
    assert other_place(text, fact()) is None


@pytest.mark.parametrize(
    ("text", "changes", "wanted"),
    [
        ("各区有多少个平台", {}, True),
        ("各區有多少個平台", {}, True),
        ("逐年的数字给我", {}, True),
        ("人均多少", {}, True),
        ("有多少个平台", {}, False),
        ("", {}, False),
        ("各区有多少个平台", {"figures": ()}, False),
        ("各区都有吗", {"any_place": True}, False),
    ],
)
def test_a_total_divided_up_is_asked_for(text, changes, wanted):
    assert asks_breakdown(text, fact(**changes)) is wanted


@pytest.mark.parametrize(
    "text", ["昆明的呈贡区有多少个平台", "昆明主城五华区有多少个平台", "官渡区有多少平台，我在昆明"]
)
def test_a_district_is_seen_wherever_the_city_is_named(text):
    assert other_place(text, fact()) in ("呈贡", "五华", "官渡")


@pytest.mark.parametrize("text", ["1999.9元", "花了2019.5万元"])
def test_an_amount_with_a_fraction_is_no_year(text):
    assert other_year(text, fact()) is None
