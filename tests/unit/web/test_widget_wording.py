"""The widget's wording: broken files are refused with their line, nothing is missing, nothing is dead."""

from __future__ import annotations

import re
import shutil

import pytest

from legalbot.channels.web.pages import WEB
from legalbot.channels.web.refusal import CODES
from legalbot.channels.web.wording import (
    INTERFACE,
    TEMPLATES,
    AsTyped,
    is_traditional,
    read_widget,
    traditional,
    widget_wording,
)
from legalbot.knowledge import knowledge
from legalbot.paths import DATA, ROOT
from legalbot.yaml_file import DataError

SOURCES = {path.name: path.read_text("utf8") for path in sorted((WEB / "src").glob("*.ts*"))}


@pytest.mark.parametrize(
    ("pattern", "new", "told"),
    [
        (r"^  send:.*\n", "", "缺少“send”"),
        (r"^  send:", "  sent:", "不认识的项“sent”"),
        (r"^  send:.*", "  send: 3", "要写文字"),
        (r"\{count\}", "{number}", "{number} 不认识"),
        (r"^hot: \[\S+", "hot: [hotline.gone,", "没有“hotline.gone”这个事实"),
        (r"^reasons: .*", "reasons: 看不懂", "文字的列表"),
        (r"^  too_fast:.*\n", "", "缺少“too_fast”"),
        (r"^  too_fast:", "  too_slow:", "不认识的项“too_slow”"),
        (r"^screen:.*\n", "", "缺少“screen”"),
        (r"^screen:", "scream:", "不认识的项“scream”"),
    ],
)
def test_what_is_broken_is_refused_by_file_and_line(tmp_path, pattern, new, told):
    shutil.copytree(DATA / "widget", tmp_path / "data" / "widget")
    path = tmp_path / "data" / "widget" / "zh-CN.yml"
    text = path.read_text("utf8")
    broken, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
    assert count == 1
    path.write_text(broken, encoding="utf8")
    with pytest.raises(DataError) as error:
        read_widget(tmp_path / "data", knowledge())
    assert re.match(r"data/widget/zh-CN\.yml:\d+：", str(error.value))
    assert told in str(error.value)


def test_every_sentence_is_said_somewhere():
    everywhere = "".join(SOURCES.values()) + (ROOT / "legalbot/channels/web/pages.py").read_text("utf8")
    assert [name for name in INTERFACE if f'"{name}"' not in everywhere] == []


def test_every_sentence_that_is_asked_for_is_there():
    asked = {name for text in SOURCES.values() for name in re.findall(r'\bsay\(\s*"(\w+)"', text)}
    asked |= {name for text in SOURCES.values() for name in re.findall(r'words: "(\w+)"', text)}
    assert asked
    assert asked <= set(INTERFACE)


def test_no_wording_is_typed_into_the_sources():
    """What people read is data; only the words that telephone numbers are recognised by stand in a source."""
    assert {name for name, text in SOURCES.items() if re.search(r"[\u4e00-\u9fff]", text)} == {"text.tsx"}


def test_what_citizens_are_refused_with_names_the_hotline_where_it_can_matter():
    errors = widget_wording().errors
    assert set(errors) == set(CODES)
    for code in ("too_fast", "too_many", "wrong_origin", "failed", "bad_token", "bad_button", "too_long"):
        assert "12348" in errors[code], code


def test_templates_are_filled_in_traditional_characters_too():
    for name in TEMPLATES:
        fields = re.findall(r"\{\w+\}", widget_wording().interface[name])
        assert re.findall(r"\{\w+\}", traditional(widget_wording().interface[name])) == fields


def test_traditional_characters_leave_keys_figures_and_what_was_typed():
    said = {"says": ["法律援助", AsTyped("法律援助")], "at": 3, "useful": None}
    assert traditional(said) == {"says": ["法律援助", "法律援助"], "at": 3, "useful": None}
    assert traditional("机器人") == "機器人"


@pytest.mark.parametrize(
    ("languages", "wanted"),
    [("zh-Hant", True), ("zh-TW,zh;q=0.9", True), ("zh-HK", True), ("zh-CN,zh-TW;q=0.5", False), ("", False)],
)
def test_the_first_language_of_a_browser_decides(languages, wanted):
    assert is_traditional(languages) is wanted
