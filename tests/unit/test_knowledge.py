"""The gateway refuses a broken entry with file, line and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from legalbot.knowledge import Figure, knowledge, read_knowledge
from legalbot.yaml_file import DataError

HOTLINE = "data/facts/hotline.yml"
HOURS = "  - id: hotline.hours"


def edit(data: Path, old: str, new: str, after: str = HOURS) -> int:
    """Replace `old` by `new` behind the line `after` in the hotline's file; return the line of the change."""
    path = data / "facts" / "hotline.yml"
    head, mark, tail = path.read_text("utf8").partition(after)
    assert old in tail
    path.write_text(head + mark + tail.replace(old, new, 1), encoding="utf8")
    return (head + mark + tail.partition(old)[0]).count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("as_of: 2020-12-31", "as_of: 2020-13-40", "as_of"),
        ("as_of: 2020-12-31", "as_of: 去年底", "as_of"),
        ("says: 有人接。12348是7天", "says: 有人接。12348是6天", "7天"),
        ("short: 7天×24小时都有人接。", "short: 7天×25小时都有人接。", "25"),
        ("next: [hotline.cost, ", "next: [hotline.price, ", "hotline.price"),
        ("next: [hotline.cost, ", "next: [hotline.hours, ", "自己"),
        ("part: services", "part: sevices", "services"),
        ("short: 7天", "shrot: 7天", "shrot"),
        ("period: 截至2020年底", "period: 2020", "加引号"),
        ("next: [hotline.cost, hotline.who, online.wechat]", "next: hotline.cost", "列表"),
        ('{value: "7", unit: 天}', "{value: 七, unit: 天}", "阿拉伯数字"),
        ("says: 有人接。", "says: " + "有人接。" * 40, "个字"),
    ],
)
def test_a_wrong_value_is_refused_at_its_line(data, old, new, told):
    line = edit(data, old, new)
    with pytest.raises(DataError) as refused:
        read_knowledge(data)
    assert f"{HOTLINE}:{line}：" in str(refused.value).replace("\\", "/")
    assert told in str(refused.value)


def test_a_missing_key_is_refused_at_its_entry(data):
    line = edit(data, "    part: services\n", "")
    with pytest.raises(DataError, match=r"hotline\.yml:\d+：缺少“part”") as refused:
        read_knowledge(data)
    assert int(str(refused.value).split(":")[1].split("：")[0]) < line


def test_a_duplicate_id_names_both_places(data):
    edit(data, ".hours", ".number", after="  - id: hotline")
    edit(data, "- id: hotline.hours", "- id: hotline.number", after="facts:")
    with pytest.raises(DataError, match=r"重复，data/facts/hotline\.yml:\d+ 已经用过"):
        read_knowledge(data)


@pytest.mark.parametrize("fact_id", ["robot.hours", "hotline.Hours", "hours"])
def test_an_id_belongs_to_its_topic(data, fact_id):
    line = edit(data, "- id: hotline.hours", f"- id: {fact_id}", after="facts:")
    with pytest.raises(DataError, match=f"hotline.yml:{line}："):
        read_knowledge(data)


def test_broken_yaml_is_refused(data):
    edit(data, "    short:", "\tshort:")
    with pytest.raises(DataError, match=r"hotline\.yml:\d+：格式写错了"):
        read_knowledge(data)


def test_another_encoding_is_refused(data):
    path = data / "facts" / "hotline.yml"
    path.write_bytes(path.read_text("utf8").encode("gb18030"))
    with pytest.raises(DataError, match=r"hotline\.yml：文件不是 UTF-8"):
        read_knowledge(data)


def test_a_missing_file_is_refused(data):
    (data / "sources.yml").unlink()
    with pytest.raises(DataError, match=r"sources\.yml：没有这个文件"):
        read_knowledge(data)


def test_no_facts_at_all_is_refused(data):
    shutil.rmtree(data / "facts")
    with pytest.raises(DataError, match="一条事实也没有"):
        read_knowledge(data)


def test_the_untouched_copy_is_accepted(data):
    assert read_knowledge(data).facts.keys() == knowledge().facts.keys()


@pytest.mark.parametrize(
    ("text", "stands"),
    [("劝阻9.5万余个", True), ("劝阻9.5万多个", True), ("劝阻19.5万个", False), ("劝阻9.5亿个", False)],
)
def test_a_figure_is_found_whole(text, stands):
    assert Figure("9.5万", "个").stands_in(text) is stands
