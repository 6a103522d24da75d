"""From where a request comes: only what one's own proxies say is believed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sanic.compat import Header

from legalbot.channels.rest import _is_of_this_machine
from legalbot.channels.web.access import UNKNOWN, address_of, check_origin
from legalbot.channels.web.refusal import Refusal


def request(ip: str = "192.0.2.1", **headers: str) -> SimpleNamespace:
    return SimpleNamespace(ip=ip, headers=Header({k.replace("_", "-"): v for k, v in headers.items()}))


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "nonsense", UNKNOWN),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_is_what_the_nearest_trusted_proxy_heard(proxies, told, address):
    assert address_of(request(x_forwarded_for=told), proxies) == address


@pytest.mark.parametrize("origin", ["http://bot.cn", "https://bot.cn", "https://sf.cn"])
def test_the_bots_own_site_and_the_listed_ones_may_ask(origin):
    check_origin(request(host="bot.cn", origin=origin), ("https://sf.cn",))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.cn", "host": "bot.cn"},
        {"origin": "https://bot.cn.evil.cn", "host": "bot.cn"},
        {"origin": "http://sf.cn", "host": "bot.cn"},
        {"origin": "null", "host": "bot.cn"},
        {"origin": "", "host": ""},
        {"sec_fetch_site": "cross-site", "host": "bot.cn"},
    ],
)
def test_no_other_site_may(headers):
    with pytest.raises(Refusal, match="wrong_origin"):
        check_origin(request(**headers), ("https://sf.cn",))


def test_programs_without_a_browser_may_ask():
    check_origin(request(host="bot.cn"), ())


@pytest.mark.parametrize(
    ("ip", "headers", "is_own"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("192.0.2.1", {}, False),
        ("", {}, False),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.1"}, False),
        ("127.0.0.1", {"x_real_ip": "192.0.2.1"}, False),
        ("127.0.0.1", {"forwarded": "for=192.0.2.1"}, False),
    ],
)
def test_rest_is_for_this_machine_itself(ip, headers, is_own):
    assert _is_of_this_machine(request(ip, **headers)) is is_own
