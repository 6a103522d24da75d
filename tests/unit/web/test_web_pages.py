"""The widget's files as sent: this deployment's title and colours, safe in HTML, cached by content."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sanic.compat import Header

from legalbot.channels.web import pages as module
from legalbot.channels.web.pages import Pages
from legalbot.channels.web.settings import read_settings
from legalbot.channels.web.wording import widget_wording
from legalbot.yaml_file import DataError


def made(**changed) -> Pages:
    return Pages(replace(read_settings(), **changed), widget_wording())


def asking(version: str = "", **headers: str) -> SimpleNamespace:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(args={"v": version} if version else {}, headers=Header(named))


def test_title_and_colours_of_the_deployment_are_in_every_file():
    pages = made(title="云溪<12348>", colour="#7a1f1f", colour_soft="#ffeeee")
    assert "<title>云溪&lt;12348&gt;</title>" in pages.frame.body.decode()
    assert b"--main:#7a1f1f;--soft:#ffeeee" in pages.style.body
    assert json.dumps("云溪<12348>") in pages.loader.body.decode("ascii")


def test_wording_cannot_end_its_element():
    text = made(title="</script><script>x()</script>").frame.body.decode()
    told = re.search(r'id="settings">(.*?)</script>', text, re.DOTALL).group(1)
    assert json.loads(told)["hans"]["interface"]["title"] == "</script><script>x()</script>"
    assert text.count("<script") == 2


def test_only_listed_sites_may_frame_the_conversation():
    assert made().frame.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    listed = made(sites=("https://a.cn", "https://b.cn")).frame.headers["content-security-policy"]
    assert listed.endswith("frame-ancestors 'self' https://a.cn https://b.cn")


def test_a_file_is_zipped_kept_and_sent_anew_only_when_it_changed():
    pages = made()
    plain = pages.send(pages.script, asking())
    zipped = pages.send(pages.script, asking(accept_encoding="gzip, br"))
    assert gzip.decompress(zipped.body) == plain.body == pages.script.body
    assert plain.headers["cache-control"] == "no-cache"
    assert "immutable" in pages.send(pages.script, asking(pages.script.tag)).headers["cache-control"]
    assert pages.send(pages.script, asking("old")).headers["cache-control"] == "no-cache"
    unchanged = pages.send(pages.script, asking(if_none_match=f'"{pages.script.tag}"'))
    assert (unchanged.status, unchanged.body) == (304, b"")


def test_a_missing_build_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "WEB", tmp_path)
    with pytest.raises(DataError, match="make web"):
        made()
