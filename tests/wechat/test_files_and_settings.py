"""What an operator edits or sets: every slip is named, at the file's line or by the variable's name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from wechat_peer.bot import environment

from legalbot.channels.wechat import settings as names
from legalbot.channels.wechat.channel import OFF
from legalbot.channels.wechat.menu import menu, read_menu
from legalbot.channels.wechat.parts import LARGEST
from legalbot.channels.wechat.settings import wechat_settings
from legalbot.channels.wechat.wording import read_wechat_wording, wechat_wording
from legalbot.knowledge import knowledge
from legalbot.paths import DATA, ROOT
from legalbot.settings import SettingError
from legalbot.yaml_file import DataError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "wechat", tmp_path / "data" / "wechat")
    return tmp_path / "data"


def refused(data: Path) -> str:
    with pytest.raises(DataError) as error:
        read_wechat_wording(data, knowledge())
        read_menu(data, knowledge())
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "pattern", "new", "told"),
    [
        ("replies.yml", r"^voice:.*", "voice: 3", "要写文字"),
        ("replies.yml", r"^blank:", "blnak:", "不认识的项“blnak”"),
        ("replies.yml", r"^voice:.*", f"voice: {'长' * 400}", "太长"),
        ("replies.yml", r"^  ask: \[hotline.hours", "  ask: [hotline.gone", "没有“hotline.gone”这个事实"),
        ("replies.yml", r"^  after: \[answered", "  after: [answred", "没有“answred”这个结果"),
        ("replies.yml", r"^    words: \[有用", "    words: [１", "请换一个说法"),
        ("replies.yml", r"^    words: \[没用", "    words: [继续", "请换一个说法"),
        ("replies.yml", r"^    words: \[没用", "    words: [有用", "既算有用又算没用"),
        ("replies.yml", r"^more: .*", "more: （没完）", "用引号写出"),
        ("replies.yml", r"^more_words: .*", "more_words: 继续", "文字的列表"),
        ("menu.yml", r"key: hotline-hours", "key: hotline-cost", "不能和别的按钮重复"),
        ("menu.yml", r"key: hotline-hours", "key: 几点", "要用字母"),
        ("menu.yml", r"ask: hotline.hours", "ask: hotline.hour", "没有“hotline.hour”这个事实"),
        ("menu.yml", r"ask: hotline.hours", "url: http://example.com", "https://"),
        ("menu.yml", r"ask: hotline.hours", "kind: click", "不认识的项“kind”"),
        ("menu.yml", r", ask: hotline.hours", "", "只写一样"),
        ("menu.yml", r"- name: 12348热线", "- name: 12348法律服务热线", "太长"),
        ("menu.yml", r"name: 几点有人接", f"name: {'几' * 21}", "太长"),
    ],
)
def test_a_slip_in_a_file_is_told_at_its_line(data, name, pattern, new, told):
    path = data / "wechat" / name
    text = path.read_text("utf8")
    found = re.search(pattern, text, re.MULTILINE)
    assert found
    path.write_text(text[: found.start()] + new + text[found.end() :], encoding="utf8")
    line = text.count("\n", 0, found.start()) + 1
    message = refused(data)
    assert told in message
    if "不认识的项" not in told or name == "menu.yml":
        assert message.startswith(f"data/wechat/{name}:{line}：")


@pytest.mark.parametrize("name", ["replies.yml", "menu.yml"])
def test_a_missing_file_is_named(data, name):
    (data / "wechat" / name).unlink()
    assert refused(data) == f"data/wechat/{name}：没有这个文件，请恢复它"


def test_too_many_buttons_are_refused(data):
    path = data / "wechat" / "menu.yml"
    path.write_text(path.read_text("utf8") + "  - {name: 第四个, key: fourth, says: 你好}\n", encoding="utf8")
    assert "1 到 3 个" in refused(data)


def test_the_menu_fits_what_wechat_takes():
    top = menu().payload["button"]
    assert 1 <= len(top) <= 3
    for button in top:
        assert len(button["name"].encode()) <= 16
        for below in button["sub_button"]:
            assert len(below["name"].encode()) <= 60
            assert len(below["key"].encode()) <= 128
            assert menu().says[below["key"]]


def test_every_word_of_the_channel_leaves_room_for_an_answer():
    words = wechat_wording()
    greetings = [greeting.says for greeting in words.greetings.values()]
    assert all(len(text.encode()) <= LARGEST // 2 for text in (*words.sentences.values(), *greetings))
    assert "12348" in words.greetings["welcome"].says


def test_every_variable_is_on_the_operators_page():
    page = (ROOT / "docs" / "wechat.md").read_text("utf8")
    assert [name for name in names.VARIABLES if f"`{name}`" not in page] == []


def test_every_line_that_tells_of_a_fault_is_explained_on_the_operators_page():
    page = (ROOT / "docs" / "wechat.md").read_text("utf8")
    sources = "".join(path.read_text("utf8") for path in Path(names.__file__).parent.glob("*.py"))
    told = re.findall(r'logger\.(?:warning|error|exception)\(\s*"([^"%：（，]+)', sources)
    assert len(told) > 8
    assert [line for line in told if line.strip(" :") not in page] == []


GOOD = environment(None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"WECHAT_TOKEN": ""}, "WECHAT_TOKEN"),
        ({"WECHAT_TOKEN": "有空格 的"}, "WECHAT_TOKEN"),
        ({"WECHAT_TOKEN_PREVIOUS": "x"}, "WECHAT_TOKEN_PREVIOUS"),
        ({"WECHAT_APP_ID": ""}, "WECHAT_APP_ID"),
        ({"WECHAT_APP_SECRET": ""}, "WECHAT_APP_SECRET"),
        ({"WECHAT_ENCODING_AES_KEY": ""}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_ENCODING_AES_KEY": "x" * 42}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_ENCODING_AES_KEY": "x" * 44}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_ENCODING_AES_KEY": "x" * 42 + "="}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_ENCODING_AES_KEY_PREVIOUS": "short"}, "WECHAT_ENCODING_AES_KEY_PREVIOUS"),
        ({"WECHAT_MODE": "secure"}, "WECHAT_MODE"),
        ({"WECHAT_MAX_SKEW_SECONDS": "soon"}, "WECHAT_MAX_SKEW_SECONDS"),
        ({"WECHAT_MAX_SKEW_SECONDS": "-1"}, "WECHAT_MAX_SKEW_SECONDS"),
        ({"WECHAT_API_BASE": "http://example.com"}, "WECHAT_API_BASE"),
        ({"WECHAT_API_BASE": "api"}, "WECHAT_API_BASE"),
        ({"WECHAT_API_BASE": "http://[::1"}, "WECHAT_API_BASE"),
        ({"WECHAT_CUSTOMER_SERVICE": "maybe"}, "WECHAT_CUSTOMER_SERVICE"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_kept_secret(monkeypatch, change, named):
    for name in names.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**GOOD, **change}.items():
        if name.startswith("WECHAT_"):
            monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as error:
        wechat_settings()
    assert named in str(error.value)
    for name in ("WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY"):
        secret = {**GOOD, **change}[name]
        assert not secret or secret not in str(error.value)


def test_defaults(monkeypatch):
    for name in names.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert wechat_settings() is None
    for name in ("WECHAT_TOKEN", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_ENCODING_AES_KEY"):
        monkeypatch.setenv(name, GOOD[name])
    found = wechat_settings()
    assert (found.mode, found.max_skew, found.api_base) == ("safe", 600, "https://api.weixin.qq.com")
    assert found.customer_service
    assert GOOD["WECHAT_APP_SECRET"] not in repr(found)


def test_a_plain_account_without_the_right_to_send_needs_neither_key_nor_secret(monkeypatch):
    for name in names.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WECHAT_TOKEN", "abc")
    monkeypatch.setenv("WECHAT_APP_ID", "wx1")
    monkeypatch.setenv("WECHAT_MODE", "plain")
    monkeypatch.setenv("WECHAT_CUSTOMER_SERVICE", "off")
    assert wechat_settings().aes_keys == ()


def started(**change: str) -> subprocess.CompletedProcess[str]:
    script = "from legalbot.__main__ import main; import sys; sys.exit(main(['run']))"
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(None, **change),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_wrong_key_ends_the_start_in_one_line(unused_port):
    ended = started(WECHAT_ENCODING_AES_KEY="tooshort", PORT=str(unused_port))
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [ended.stderr.strip()]
    assert "WECHAT_ENCODING_AES_KEY" in ended.stderr
    assert "tooshort" not in ended.stderr


CHANNELS = """
from rasa.core.run import create_http_input_channels
from sanic import Sanic
from rasa.core.channels.channel import register
channels = create_http_input_channels(None, "credentials.yml")
app = Sanic("off")
register(channels, app, "/webhooks/")
print(sorted(route.path for route in app.router.routes))
"""


def test_without_settings_the_channel_is_off_and_says_so_once():
    off = dict.fromkeys(names.VARIABLES, "")
    ended = subprocess.run(
        [sys.executable, "-c", CHANNELS],
        cwd=ROOT,
        env=environment(None, **off),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count(OFF) == 1
    assert "webhooks/rest/webhook" in ended.stdout
    assert "webhooks/wechat" not in ended.stdout


@pytest.fixture
def unused_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
