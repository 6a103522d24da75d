"""What `test_knowledge` leaves out: each key missing, each wrong kind, the sources; always the exact line."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from legalbot.knowledge import MAX_SAYS, Figure, knowledge, numbers, read_knowledge
from legalbot.yaml_file import DataError

COUNT = "- id: robot.count"
"""An entry with a figure."""
FIRST = "- id: robot.first"
"""An entry without."""
SOURCE = "- id: kunming-2020"


class File:
    """A data file whose lines are changed: each is found by its beginning, behind that of its entry."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.read_text("utf8").splitlines()

    def at(self, start: str, entry: str) -> int:
        """Return the index of the line that starts with `start`, from the line `entry` on."""
        first = next(i for i, line in enumerate(self.lines) if line.strip() == entry)
        return next(i for i in range(first, len(self.lines)) if self.lines[i].strip().startswith(start))

    def change(self, start: str, entry: str, *new: str) -> int:
        """Put `new` lines, indented alike, in place of a line; return its number, from 1."""
        index = self.at(start, entry)
        old = self.lines[index]
        indent = old[: len(old) - len(old.lstrip())]
        self.lines[index : index + 1] = [indent + line for line in new]
        self.path.write_text("\n".join(self.lines) + "\n", encoding="utf8")
        return index + 1


@pytest.fixture
def robot(data) -> File:
    return File(data / "facts" / "robot.yml")


@pytest.fixture
def sources(data) -> File:
    return File(data / "sources.yml")


def refused(data: Path) -> str:
    with pytest.raises(DataError) as error:
        read_knowledge(data)
    return str(error.value)


@pytest.mark.parametrize("key", ["ask", "says", "short", "figures", "part", "period", "as_of", "next"])
def test_a_missing_key_is_told_at_its_entry(data, robot, key):
    robot.change(f"{key}:", FIRST)
    message = refused(data)
    assert message.startswith(f"data/facts/robot.yml:{robot.at(FIRST, FIRST) + 1}：")
    assert f"“{key}”" in message


def test_a_missing_id_is_told_at_its_entry(data, robot):
    line = robot.change(FIRST, FIRST, "- computed: false")
    assert refused(data) == f"data/facts/robot.yml:{line}：缺少“id”这一项，请补上"


@pytest.mark.parametrize(
    ("start", "new", "told"),
    [
        ("ask:", "ask: 12", "数字请加引号"),
        ("ask:", "ask:", "现在是 None"),
        ("ask:", 'ask: ""', "要写文字"),
        ("ask:", "ask: [有几项, 职能]", "要写文字"),
        ("says:", "says: {text: 十二项}", "要写文字"),
        ("short:", "short: 12", "数字请加引号"),
        ("short:", "short: 13项职能。", "“13”没有登记"),
        ("short:", "short: 12万项职能。", "“12万”没有登记"),
        ("ask:", "ask: 有20项职能吗？", "“20”没有登记"),
        ("says:", "says: 一共12项，比去年多3项。", "“3”没有登记"),
        ("says:", "says: 一共有十二项。", "“12项”"),
        ("says:", "says: 一共有112项。", "“12项”"),
        ("says:", "says: 一共有1.12项。", "“12项”"),
        ("says:", "says: 一共有12个。", "“12项”"),
        ("says:", "says: 12项" + "。" * MAX_SAYS, f"有 {MAX_SAYS + 3} 个字"),
        ("- {value", "- {value: 12, unit: 项}", "数字请加引号"),
        ("- {value", '- {value: "12"}', "缺少“unit”"),
        ("- {value", '- {unit: "12"}', "缺少“value”"),
        ("- {value", '- {value: "12", unit: 项, uint: 项}', "不认识的项“uint”"),
        ("- {value", '- {value: "-12", unit: 项}', "阿拉伯数字"),
        ("- {value", '- {value: "12 项", unit: 项}', "阿拉伯数字"),
        ("- {value", '- "12项"', "每一项"),
        ("part:", "part: 1", "数字请加引号"),
        ("period:", "period: 2020", "数字请加引号"),
        ("as_of:", "as_of: 2020", "真实的日期"),
        ("as_of:", 'as_of: "2020-12-31"', "真实的日期"),
        ("as_of:", "as_of: 2020-12-31 10:00:00", "真实的日期"),
        ("as_of:", "as_of: 2020-02-30", "日期"),
        ("next:", "next: []", "两到3个"),
        ("next:", "next: [robot.first]", "两到3个"),
        ("next:", "next: [robot.first, robot.linked, robot.functions, hotline.who]", "两到3个"),
        ("next:", "next: [robot.first, 3]", "文字的列表"),
        ("next:", "next: [robot.first, robot.thrid]", "“robot.thrid”不存在"),
        ("part:", "source: kunming-2021", "没有来源“kunming-2021”"),
    ],
)
def test_a_wrong_value_is_told_at_its_line(data, robot, start, new, told):
    line = robot.change(start, COUNT, new)
    message = refused(data)
    assert message.startswith(f"data/facts/robot.yml:{line}：")
    assert told in message


@pytest.mark.parametrize("slip", ["computed: nein", "any_place: 1", "any_year: 否"])
def test_a_yes_or_no_that_is_neither_is_told_at_its_line(data, robot, slip):
    line = robot.change("part:", COUNT, "part: services", slip) + 1
    message = refused(data)
    assert message.startswith(f"data/facts/robot.yml:{line}：")
    assert "true 或 false" in message


@pytest.mark.parametrize(
    "fact_id", ["robot", "robot.", "robot.2", "robot.a.b", "Robot.count", "robot.第一", "robots.one"]
)
def test_an_id_that_is_none_is_told_at_its_line(data, robot, fact_id):
    line = robot.change(FIRST, FIRST, f"- id: {fact_id}")
    assert refused(data).startswith(f"data/facts/robot.yml:{line}：编号“{fact_id}”要写成“robot.名称”")


def test_a_duplicate_id_is_told_at_the_second_and_names_the_first(data, robot):
    line = robot.change(FIRST, FIRST, COUNT)
    first = robot.at(COUNT, COUNT) + 1
    assert first < line
    expected = f"data/facts/robot.yml:{line}：编号“robot.count”重复，data/facts/robot.yml:{first} 已经用过"
    assert refused(data).startswith(expected)


def test_a_topic_written_twice_is_told_at_the_second(data, robot):
    copy = data / "facts" / "robots.yml"
    shutil.copy(robot.path, copy)
    assert refused(data).startswith("data/facts/robots.yml:1：主题“robot”已经在别的文件里写过了")


@pytest.mark.parametrize(
    ("start", "new", "told"),
    [
        ("topic:", "tpoic: robot", "不认识的项“tpoic”"),
        ("topic:", "topic: 7", "“topic”要写文字"),
        ("name:", "name:", "“name”要写文字"),
        ("facts:", "fatcs:", "不认识的项“fatcs”"),
    ],
)
def test_the_head_of_a_file_is_checked(data, robot, start, new, told):
    line = robot.change(start, "topic: robot", new)
    message = refused(data)
    assert message.startswith(f"data/facts/robot.yml:{line}：")
    assert told in message


def test_a_link_to_a_removed_fact_is_told_where_it_stands(data):
    (data / "facts" / "centre.yml").unlink()
    linking = File(data / "facts" / "platform.yml")
    line = linking.at("next: [platform.count, platform.levels, centre.city]", "- id: platform.cover") + 1
    assert refused(data).startswith(f"data/facts/platform.yml:{line}：“next”里的“centre.city”不存在")


@pytest.mark.parametrize(
    ("start", "new", "told"),
    [
        ("covers:", "covers: 二〇二〇", "年份"),
        ("covers:", 'covers: "2020"', "年份"),
        ("cite:", "cite: 来源：报道，{period}", "{part}"),
        ("cite:", "cite: 来源：报道（{part}）", "{period}"),
        ("title:", "titel: 报道", "不认识的项“titel”"),
        ("place:", "place: 3", "要写文字"),
        ("parts:", "parts: 3", "名称: 内容"),
        ("safety:", "safety:", "要写文字"),
    ],
)
def test_a_wrong_source_is_told_at_its_line(data, sources, start, new, told):
    line = sources.change(start, SOURCE, new)
    if start == "parts:":
        del sources.lines[line:]
        sources.path.write_text("\n".join(sources.lines), encoding="utf8")
    message = refused(data)
    assert message.startswith(f"data/sources.yml:{line}：")
    assert told in message


@pytest.mark.parametrize("key", ["title", "about", "covers", "place", "cite"])
def test_a_key_missing_in_the_source_is_told_at_its_entry(data, sources, key):
    sources.change(f"{key}:", SOURCE)
    message = refused(data)
    assert message.startswith(f"data/sources.yml:{sources.at(SOURCE, SOURCE) + 1}：")
    assert f"“{key}”" in message


def test_no_source_at_all_is_refused(data):
    (data / "sources.yml").write_text("sources: []\n", encoding="utf8")
    assert "sources.yml" in refused(data)


def test_yes_is_no_year(data, sources):
    line = sources.change("covers:", SOURCE, "covers: true")
    assert refused(data).startswith(f"data/sources.yml:{line}：")


@pytest.mark.parametrize("cite", ["来源：{part}，{period}，{title}", '"来源：{part}，{period}，{"'])
def test_a_source_line_that_cannot_be_filled_in_is_refused(data, sources, cite):
    line = sources.change("cite:", SOURCE, f"cite: {cite}")
    assert refused(data).startswith(f"data/sources.yml:{line}：")


def test_a_source_written_twice_is_refused(data, sources):
    entry = sources.lines[sources.at(SOURCE, SOURCE) :]
    sources.path.write_text("\n".join([*sources.lines, *entry]) + "\n", encoding="utf8")
    assert "kunming-2020" in refused(data)


def test_the_same_question_twice_in_next_is_refused(data, robot):
    line = robot.change("next:", COUNT, "next: [robot.first, robot.first]")
    assert refused(data).startswith(f"data/facts/robot.yml:{line}：")


def test_a_figure_with_another_unit_in_the_short_answer_is_refused(data, robot):
    line = robot.change("short:", COUNT, "short: 12件。")
    assert refused(data).startswith(f"data/facts/robot.yml:{line}：")


@pytest.mark.parametrize("says", ["一共12项，办了2020件。", "一共12项，办了12348件。"])
def test_a_number_that_only_looks_like_the_year_is_refused(data, robot, says):
    line = robot.change("says:", COUNT, f"says: {says}")
    assert refused(data).startswith(f"data/facts/robot.yml:{line}：")


def test_what_was_read_cannot_be_changed():
    known = knowledge()
    with pytest.raises(TypeError):
        known.facts["robot.count"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        next(iter(known.facts.values())).says = ""  # type: ignore[misc]


def test_the_order_of_the_files_is_kept(data, robot):
    read = read_knowledge(data)
    ids = [line.split("id: ")[1] for line in robot.lines if "- id: " in line]
    assert list(read.topics["robot"].facts) == ids
    assert [fact for fact in read.facts if fact.startswith("robot.")] == ids


def test_facts_know_their_day_their_source_line_and_their_neighbours(data):
    read = read_knowledge(data)
    fact = read.facts["robot.count"]
    assert fact.as_of == datetime.date(2020, 12, 31)
    assert fact.cite == fact.source.cite.replace("{part}", fact.source.parts[fact.part]).replace(
        "{period}", fact.period
    )
    assert tuple(other.id for other in read.related(fact.id)) == fact.next


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("止付1.8万个，3.08亿元", ["1.8万", "3.08亿"]),
        ("94.95%", ["94.95"]),
        ("7天×24小时", ["7", "24"]),
        ("四级", []),
        ("第1.，2。", ["1", "2"]),
        ("", []),
    ],
)
def test_numbers_are_found_with_their_multiple(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("value", "unit", "text", "stands"),
    [
        ("12", "项", "12项", True),
        ("12", "项", "12 项", True),
        ("12", "项", "12余项", True),
        ("12", "项", "12多 项", True),
        ("12", "项", "112项", False),
        ("12", "项", "3.12项", False),
        ("12", "项", "12.5项", False),
        ("12", "项", "120项", False),
        ("12", "项", "12万项", False),
        ("9.5万", "个", "9x5万个", False),
        ("100", "%", "达到100%。", True),
        ("100", "%", "达到1000%。", False),
    ],
)
def test_a_figure_stands_only_by_itself(value, unit, text, stands):
    assert Figure(value, unit).stands_in(text) is stands
