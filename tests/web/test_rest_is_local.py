"""Rasa's REST format is for programs on this machine: what a proxy hands on is not answered."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request

import pytest
from conftest import Served

BODY = json.dumps({"sender": "me", "message": "12348收费吗"}).encode()


def status(port: int, path: str = "webhook", **headers: str) -> int:
    sent = {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks/rest/{path}", BODY, sent)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_program_here_is_answered_and_what_a_proxy_hands_on_is_not(bot):
    assert status(bot.port) == 200
    assert status(bot.port, x_forwarded_for="203.0.113.9") == 404
    assert status(bot.port, x_real_ip="203.0.113.9") == 404


@pytest.mark.parametrize("environment", [{"LEGALBOT_HOST": "0.0.0.0"}, {"LEGALBOT_REST": "off"}])  # noqa: S104
def test_it_is_off_where_others_reach_the_server_and_where_it_was_switched_off(tmp_path, environment):
    served = Served(tmp_path, **environment)
    served.start()
    try:
        assert status(served.port) == 404
        with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/", timeout=20) as page:
            assert page.status == 200
    finally:
        served.stop(signal.SIGTERM)
