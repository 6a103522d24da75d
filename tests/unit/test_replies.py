"""The wording's gateway: what is broken is refused with file and line, what is read covers every group."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from legalbot.knowledge import knowledge
from legalbot.paths import DATA
from legalbot.replies import read_replies, replies
from legalbot.screening.wording import read_wording
from legalbot.yaml_file import DataError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(DATA / "replies", copy / "replies")
    shutil.copy(DATA / "services.yml", copy / "services.yml")
    return copy


def edit(data: Path, name: str, pattern: str, new: str) -> int:
    """Replace what `pattern` finds first in a file, `^` being a line's start; return the line, from 1."""
    path = data / name
    text = path.read_text("utf8")
    found = re.search(pattern, text, re.MULTILINE)
    assert found, f"{pattern} is not in {name}"
    path.write_text(text[: found.start()] + found.expand(new) + text[found.end() :], encoding="utf8")
    return text.count("\n", 0, found.start()) + 1


def refused(data: Path) -> str:
    with pytest.raises(DataError) as error:
        read_replies(data, knowledge())
        read_wording(data, knowledge())
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "pattern", "new", "told"),
    [
        ("replies/screening.yml", r"^    none_title:", "    nobody_title:", "不认识的项“nobody_title”"),
        ("replies/screening.yml", r"^    label: .*", "    label: 3", "要写文字"),
        ("replies/screening.yml", r"^    no: other", "    no: nothing", "没有“nothing”这个选项"),
        ("replies/screening.yml", r"\{who\}是哪一类", "{whom}是哪一类", "{whom} 不认识"),
        ("replies/screening.yml", r"^ask: \[\S+", "ask: [aid.gone,", "没有“aid.gone”这个事实"),
        ("replies/screening.yml", r"^  green_channel:", "  green:", "不认识的项“green”"),
        ("replies/screening.yml", r"^  aid_court:", "  aid_judge:", "不认识的项“aid_judge”"),
        ("replies/near.yml", r"gives: \[\S+\]", "gives: [robot.gone]", "“robot.gone”不存在"),
        ("replies/near.yml", r"lacks:", "lack:", "不认识的项“lack”"),
        ("replies/near.yml", r"gives: \[\S+\]", "gives: robot.count", "文字的列表"),
        ("replies/near.yml", r"lacks: [^,]+,", "lacks: 3,", "数字请加引号"),
        ("replies/near.yml", r"^(  centre.address:).*", r"\1 都没有", "名称: 内容"),
        ("replies/near.yml", r"^other_year:.*", "other_year:", "要写文字"),
        ("replies/chat.yml", r"^    ask: .*", "    ask: [hotline.cots]", "“hotline.cots”不存在"),
        ("replies/chat.yml", r"^    ask: .*", "    ask: hotline.cost", "文字的列表"),
        ("replies/chat.yml", r"^    says: .*", "    says: 12348", "数字请加引号"),
        ("replies/outside.yml", r"^    says: .*", "    says:", "要写文字"),
        ("replies/agency.yml", r"service: \w+", "service: sewage", "没有“sewage”"),
        ("replies/agency.yml", r"^ask: .*", "ask: [hotline.cots]", "“hotline.cots”不存在"),
        ("replies/outcomes.yml", r"^    destination: .*", "    destination: lawyer", "没有“lawyer”"),
        ("replies/outcomes.yml", r"^    destination:", "    destinaton:", "不认识的项“destinaton”"),
        ("replies/matter.yml", r"mediation: true", "mediation: 是", "true 或 false"),
        ("replies/matter.yml", r"mediation: true", "meditation: true", "不认识的项“meditation”"),
        ("replies/matter.yml", r"^ask: .*", "ask: [aid.group]", "“aid.group”不存在"),
        ("replies/matter.yml", r"^  农民工: .*", "  农民工: 打工", "文字的列表"),
        ("replies/scam.yml", r"^after: .*", "after: 110", "数字请加引号"),
        ("services.yml", r'number: "12348"', "number: 12348", "数字请加引号"),
        ("services.yml", r"^  - \{id: legal.*", "  - 12348", "每一项"),
        ("replies/move.yml", r"^move:", "\tmove:", "格式写错了"),
    ],
)
def test_a_wrong_value_is_told_at_its_line(data, name, pattern, new, told):
    line = edit(data, name, pattern, new)
    message = refused(data)
    assert message.startswith(f"data/{name}:{line}：")
    assert told in message


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("near.yml", "says"),
        ("near.yml", "says_giving"),
        ("near.yml", "other_place"),
        ("near.yml", "near"),
        ("matter.yml", "says"),
        ("matter.yml", "aid"),
        ("matter.yml", "mediation"),
        ("matter.yml", "notary"),
        ("matter.yml", "kinds"),
        ("matter.yml", "groups"),
        ("alarm.yml", "after"),
        ("scam.yml", "scam"),
        ("agency.yml", "says"),
        ("chat.yml", "chat"),
        ("move.yml", "move"),
        ("outcomes.yml", "outcomes"),
    ],
)
def test_a_missing_key_is_told_by_name(data, name, key):
    edit(data, f"replies/{name}", rf"^{key}:", "other:")
    message = refused(data)
    assert message.startswith(f"data/replies/{name}:1：")
    assert f"缺少“{key}”" in message


def test_an_option_that_the_decision_needs_is_missed_by_name(data):
    line = edit(data, "replies/screening.yml", r"^      migrant:", "      farmer:")
    assert refused(data).startswith(f"data/replies/screening.yml:{line - 1}：缺少选项“migrant”")


FILES = sorted(path.name for path in (DATA / "replies").glob("*.yml"))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(data, name):
    (data / "replies" / name).unlink()
    assert refused(data) == f"data/replies/{name}：没有这个文件，请恢复它"


def test_missing_services_are_named(data):
    (data / "services.yml").unlink()
    assert refused(data) == "data/services.yml：没有这个文件，请恢复它"


def test_what_a_near_miss_lacks_is_told_at_its_line(data):
    line = edit(data, "replies/near.yml", r"lacks: [^,]+, ", "")
    assert refused(data).startswith(f"data/replies/near.yml:{line}：缺少“lacks”")


def test_a_misspelt_placeholder_of_the_agencies_is_told_at_its_line(data):
    line = edit(data, "replies/agency.yml", r"\{name\}", "{nmae}")
    assert refused(data).startswith(f"data/replies/agency.yml:{line}：")


@pytest.mark.parametrize(
    ("name", "pattern", "new"),
    [
        ("replies/near.yml", r"\{lacks\}", "{lack}"),
        ("replies/near.yml", r"\{year\}", "{yaer}"),
        ("replies/matter.yml", r"\{heard\}", "{haerd}"),
        ("replies/matter.yml", r"\{groups\}", "{group}"),
        ("replies/move.yml", r"\{short\}", "{shrot}"),
        ("replies/move.yml", r"\{period\}", "{preiod}"),
    ],
)
def test_a_misspelt_placeholder_is_told_at_its_line(data, name, pattern, new):
    line = edit(data, name, pattern, new)
    assert refused(data).startswith(f"data/{name}:{line}：")


@pytest.mark.parametrize("name", ["chat", "outside"])
def test_a_misspelt_key_of_a_saying_is_told_at_its_line(data, name):
    line = edit(data, f"replies/{name}.yml", "^    ask:", "    aks:")
    assert refused(data).startswith(f"data/replies/{name}.yml:{line}：")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("move.yml", r"^  wrong: .*\n"),
        ("move.yml", r"^  nothing_to_repeat: .*\n"),
        ("chat.yml", r"^  ok:\n.*\n.*\n"),
        ("outcomes.yml", r"^  error:\n(    .*\n)+"),
        ("outcomes.yml", r"(?<=系统出错\n)    says: .*\n"),
    ],
)
def test_wording_that_the_dialogue_needs_is_missed(data, name, pattern):
    edit(data, f"replies/{name}", pattern, "")
    assert f"data/replies/{name}" in refused(data)


def test_a_service_written_twice_is_refused(data):
    edit(data, "services.yml", "^services:", 'services:\n  - {id: legal, number: "12349", name: 别的}')
    assert "legal" in refused(data)


def test_the_untouched_copy_reads_as_the_project_does(data):
    assert read_replies(data, knowledge()) == replies()


def test_an_agency_is_given_by_name_and_number():
    known = replies()
    said = known.sayings["agency/12345"].says
    city = next(service for service in known.services.values() if service.number == "12345")
    assert f"{city.name}{city.number}" in said


def test_alarms_and_scams_end_with_what_to_do_after(data):
    edit(data, "replies/alarm.yml", "^after: .*", "after: 完了。")
    edit(data, "replies/scam.yml", "^after: .*", "after: 完了。")
    for key, saying in read_replies(data, knowledge()).sayings.items():
        assert saying.says.endswith("完了。") == key.startswith(("alarm/", "scam/"))


def test_every_number_to_call_is_digits_only_and_given_once():
    numbers = [service.number for service in replies().services.values()]
    assert all(re.fullmatch(r"[0-9]{3,5}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))


def test_what_was_read_cannot_be_changed():
    with pytest.raises(TypeError):
        replies().sayings["chat/greet"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        replies().sayings["chat/greet"].says = ""  # type: ignore[misc]
