"""Where the bot listens. No Rasa in here: a taken port is told before anything slow begins."""

from __future__ import annotations

import os
import socket

from legalbot.settings import HOST, host

DEFAULT_PORT = 5005


class PortError(RuntimeError):
    """The port is not usable; the text says why, for the person at the terminal."""


def port_from_environment() -> int:
    """Return the port to serve on.

    Raises:
        PortError: `PORT` is no port number, or another program holds it, or there is no such address.
    """
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise PortError(f"PORT={given} 不是端口号，请用 1 到 65535 之间的数字")
    try:
        found = socket.getaddrinfo(host(), int(given), type=socket.SOCK_STREAM)[0]
    except OSError:
        raise PortError(f"{HOST}={host()} 不是这台机器能监听的地址") from None
    with socket.socket(found[0], found[1]) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found[4])
        except OSError:
            raise PortError(
                f"端口 {given} 被别的程序占用了，请先停掉它，或换一个：PORT=5006 make run"
            ) from None
    return int(given)
