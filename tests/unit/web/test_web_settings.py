"""What an operator sets for the widget: used as meant, or refused at the start by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from legalbot import settings as common
from legalbot.channels.web import settings as own
from legalbot.channels.web.settings import contrast, read_settings
from legalbot.paths import ROOT
from legalbot.settings import SettingError, proxies, rest_is_on


def test_without_any_variable_nobody_else_is_trusted(monkeypatch):
    for name in ("SITES", "TITLE", "COLOUR", "COLOUR_SOFT", "PROXIES", "TOKEN_HOURS", "ADDRESS_PER_MINUTE"):
        monkeypatch.delenv(f"LEGALBOT_{name}", raising=False)
    settings = read_settings()
    assert (settings.sites, settings.title, settings.proxies) == ((), None, 0)
    assert (settings.token_seconds, settings.address_per_minute) == (86_400, 600)
    assert contrast(settings.colour, "#ffffff") >= 4.5


def test_sites_are_origins_as_browsers_name_them(monkeypatch):
    monkeypatch.setenv("LEGALBOT_SITES", "https://SF.example.gov.cn/, http://a.cn:8080 https://b.cn:443")
    assert read_settings().sites == ("https://sf.example.gov.cn", "http://a.cn:8080", "https://b.cn")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEGALBOT_SITES", "*"),
        ("LEGALBOT_SITES", "sf.example.gov.cn"),
        ("LEGALBOT_SITES", "https://sf.example.gov.cn/news"),
        ("LEGALBOT_SITES", "https://a.cn;script-src"),
        ("LEGALBOT_SITES", "https://me@a.cn"),
        ("LEGALBOT_TITLE", "长" * 21),
        ("LEGALBOT_COLOUR", "blue"),
        ("LEGALBOT_COLOUR", "#ffee00"),
        ("LEGALBOT_COLOUR", "#000000;}"),
        ("LEGALBOT_COLOUR_SOFT", "#333333"),
        ("LEGALBOT_PROXIES", "-1"),
        ("LEGALBOT_PROXIES", "yes"),
        ("LEGALBOT_TOKEN_HOURS", "0"),
        ("LEGALBOT_ADDRESS_PER_MINUTE", "many"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingError, match=variable):
        read_settings()


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_rest_is_off_where_others_can_reach_the_server_or_where_it_was_switched_off(monkeypatch):
    monkeypatch.delenv("LEGALBOT_REST", raising=False)
    assert rest_is_on()
    monkeypatch.setenv("LEGALBOT_HOST", "0.0.0.0")  # noqa: S104
    assert not rest_is_on()
    monkeypatch.setenv("LEGALBOT_HOST", "127.0.0.1")
    monkeypatch.setenv("LEGALBOT_REST", "off")
    assert not rest_is_on()
    monkeypatch.setenv("LEGALBOT_REST", "no")
    with pytest.raises(SettingError, match="LEGALBOT_REST"):
        rest_is_on()


def test_no_proxy_may_be_said_outright(monkeypatch):
    monkeypatch.setenv("LEGALBOT_PROXIES", "0")
    assert proxies() == 0


def test_a_wrong_value_ends_the_start_with_one_line():
    code = "from legalbot.channels.web.channel import WebInput; WebInput.from_credentials(None)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"LEGALBOT_COLOUR": "red", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        run.stderr.strip()
        .splitlines()[-1]
        .endswith("LEGALBOT_COLOUR 要写成 #1a5a9e 这样的颜色，现在是 'red'")
    )


def test_every_variable_of_the_web_is_on_the_operators_page_and_in_the_readme():
    variables = [own.SITES, own.TITLE, own.COLOUR, own.COLOUR_SOFT]
    variables += [common.REST, common.PROXIES, common.ADDRESS_PER_MINUTE, common.TOKEN_HOURS]
    for page in ("docs/widget.md", "README.md"):
        text = (ROOT / page).read_text("utf8")
        assert [name for name in variables if f"`{name}`" not in text] == []
