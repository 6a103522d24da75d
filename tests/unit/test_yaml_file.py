"""Reading of the operator's YAML: every refusal names the file, the line and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from legalbot.yaml_file import DataError, Node, load

TEXT = """\
# a comment first, so that line numbers are not trivially right
name: 法律援助
count: 12
none:
blank: "  "
words: [甲, 乙 ]
mixed: [甲, 3]
things:
  - id: one
    value: 1
  # a comment between
  - id: two

block:
  first: 1
  second: two
inline: {first: 1, second: two}
yes: true
"""


@pytest.fixture
def read(tmp_path: Path):
    """Return `read(text or bytes)`: the top of a file `data/x.yml` with that content."""

    def write(content: str | bytes) -> Node:
        path = tmp_path / "data" / "x.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(path, tmp_path)

    return write


def refused(ask, *arguments) -> str:
    with pytest.raises(DataError) as error:
        ask(*arguments)
    return str(error.value)


def test_texts_are_returned_stripped(read):
    node = read(TEXT)
    assert node.text("name") == "法律援助"
    assert node.texts("words") == ("甲", "乙")


@pytest.mark.parametrize(
    ("method", "key", "line", "told"),
    [
        ("text", "count", 3, "数字请加引号"),
        ("text", "none", 4, "现在是 None"),
        ("text", "blank", 5, "要写文字"),
        ("text", "words", 6, "要写文字"),
        ("text", "block", 14, "要写文字"),
        ("texts", "name", 2, "文字的列表"),
        ("texts", "mixed", 7, "文字的列表"),
        ("texts", "none", 4, "文字的列表"),
        ("nodes", "name", 2, "开头的列表"),
        ("nodes", "words", 6, "每一项"),
        ("node", "name", 2, "名称: 内容"),
        ("node", "things", 8, "名称: 内容"),
        ("flag", "name", 2, "true 或 false"),
        ("flag", "count", 3, "true 或 false"),
        ("text", "nowhere", 1, "缺少“nowhere”"),
        ("texts", "nowhere", 1, "缺少“nowhere”"),
        ("nodes", "nowhere", 1, "缺少“nowhere”"),
        ("node", "nowhere", 1, "缺少“nowhere”"),
    ],
)
def test_a_wrong_kind_is_refused_at_its_line(read, method, key, line, told):
    node = read(TEXT)
    message = refused(lambda: list(getattr(node, method)(key) or ()))
    assert message.startswith(f"data/x.yml:{line}：")
    assert told in message
    assert f"“{key}”" in message


def test_an_entry_of_a_list_knows_its_line(read):
    entries = list(read(TEXT).nodes("things"))
    assert [entry.line for entry in entries] == [9, 12]
    assert refused(entries[0].text, "value").startswith("data/x.yml:10：")
    assert refused(entries[1].text, "value").startswith("data/x.yml:12：缺少“value”")


def test_an_entry_that_is_no_mapping_is_refused_at_its_own_line(read):
    node = read("things:\n  - id: one\n  - two\n")
    assert refused(lambda: list(node.nodes("things"))).startswith("data/x.yml:3：“things”的每一项")


def test_a_block_below_a_key_knows_its_lines(read):
    block = read(TEXT).node("block")
    assert refused(block.text, "first").startswith("data/x.yml:15：")
    assert refused(block.text, "third").startswith("data/x.yml:15：缺少“third”")


def test_a_key_of_an_inline_mapping_knows_its_line(read):
    assert refused(read(TEXT).node("inline").text, "first").startswith("data/x.yml:17：")


def test_a_key_missing_in_an_inline_mapping_is_told_at_its_line(read):
    assert refused(read(TEXT).node("inline").text, "third").startswith("data/x.yml:17：")


def test_a_flag_is_no_unless_it_is_there(read):
    assert read(TEXT).flag("yes") is True
    assert read(TEXT).flag("nowhere") is False


def test_an_unknown_key_is_refused_with_what_may_be_written(read):
    node = read("name: 甲\nnmae: 乙\n")
    message = refused(node.only, ("name", "other"))
    assert message == "data/x.yml:2：不认识的项“nmae”，可以写的有：name、other"
    node.only(("name", "nmae"))


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ("a: 1\n\tb: 2\n", 2, "格式写错了"),
        ("a: 1\nb: 甲: 乙\n", 2, "格式写错了"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "格式写错了"),
        ('a: 1\nb: "甲\n', 3, "格式写错了"),
        ("a: 1\nb: 2\na: 3\n", 3, "格式写错了"),
        ("a: 1\n b: 2\n", 2, "格式写错了"),
        ("a: 1\n---\na: 2\n", 2, "格式写错了"),
        ("a: 1\nday: 2020-13-40\n", 2, "日期"),
        ("a: 1\nday: 2021-02-29\n", 2, "日期"),
        ("", 1, "文件开头"),
        ("# nothing but a comment\n", 1, "文件开头"),
        ("- a\n- b\n", 1, "文件开头"),
        ("only words\n", 1, "文件开头"),
    ],
)
def test_what_is_no_yaml_mapping_is_refused_at_its_line(read, content, line, told):
    message = refused(read, content)
    assert message.startswith(f"data/x.yml:{line}：")
    assert told in message
    assert "\n" not in message


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "big5"])
def test_another_encoding_than_utf8_is_refused(read, encoding):
    assert "不是 UTF-8" in refused(read, "name: 法律\n".encode(encoding))


def test_the_mark_that_notepad_writes_first_is_accepted(read):
    assert read("\ufeffname: 甲\n").text("name") == "甲"


def test_windows_line_ends_are_accepted(read):
    node = read("a: 甲\r\nb: 3\r\n")
    assert node.text("a") == "甲"
    assert refused(node.text, "b").startswith("data/x.yml:2：")


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b"])
def test_a_control_character_is_refused_at_its_line(read, character):
    assert refused(read, f"a: 1\nb: 法{character}律\n").startswith("data/x.yml:2：")


def test_a_missing_file_is_named(tmp_path):
    assert refused(load, tmp_path / "data" / "gone.yml", tmp_path) == "data/gone.yml：没有这个文件，请恢复它"


def test_a_file_outside_of_the_root_is_named_in_full(tmp_path):
    path = tmp_path / "gone.yml"
    assert refused(load, path, tmp_path / "elsewhere").startswith(f"{path}：")
