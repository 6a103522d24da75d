"""Which port is served, and what the person at the terminal is told where it cannot be."""

from __future__ import annotations

import socket

import pytest

from legalbot.serving import port as module
from legalbot.serving.port import PortError, port_from_environment
from legalbot.settings import LOOPBACK


def listening(host: str = LOOPBACK[0]) -> socket.socket:
    """Listen as other servers do, on a port that the system chooses."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((host, 0))
    holder.listen()
    return holder


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK[0], 0))
        return int(probe.getsockname()[1])


def test_the_port_given_is_served(monkeypatch, free):
    monkeypatch.setenv("PORT", str(free))
    assert port_from_environment() == free


def test_the_port_is_free_again_after_asking(monkeypatch, free):
    monkeypatch.setenv("PORT", str(free))
    port_from_environment()
    with socket.socket() as probe:
        probe.bind((LOOPBACK[0], free))


@pytest.mark.parametrize("given", [None, ""])
def test_without_one_the_default_is_served(monkeypatch, free, given):
    monkeypatch.setattr(module, "DEFAULT_PORT", free)
    monkeypatch.delenv("PORT", raising=False)
    if given is not None:
        monkeypatch.setenv("PORT", given)
    assert port_from_environment() == free


@pytest.mark.parametrize(
    "given",
    ["0", "65536", "99999999999", "-1", "+80", "80.0", "0x50", " ", "8o8o", "http", "5005 ", "²", "五"],
)
def test_what_is_no_port_is_refused_and_named(monkeypatch, given):
    monkeypatch.setenv("PORT", given)
    with pytest.raises(PortError) as error:
        port_from_environment()
    assert str(error.value) == f"PORT={given} 不是端口号，请用 1 到 65535 之间的数字"


@pytest.mark.parametrize("host", [LOOPBACK[0], "0.0.0.0"])  # noqa: S104 - that others do so is the point
def test_a_port_that_is_taken_is_refused_with_a_way_out(monkeypatch, host):
    with listening(host) as holder:
        port = str(holder.getsockname()[1])
        monkeypatch.setenv("PORT", port)
        with pytest.raises(PortError) as error:
            port_from_environment()
    assert f"端口 {port} 被别的程序占用了" in str(error.value)
    assert "PORT=5006 make run" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_port_whose_server_just_stopped_is_served(monkeypatch):
    """What lingers of a closed connection (TIME_WAIT) must not keep the bot from starting again."""
    with listening() as holder:
        port = holder.getsockname()[1]
        with socket.create_connection((LOOPBACK[0], port)) as client:
            accepted, _ = holder.accept()
            accepted.close()
            assert client.recv(1) == b""
    monkeypatch.setenv("PORT", str(port))
    assert port_from_environment() == port
