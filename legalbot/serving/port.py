"""Where the bot listens. No Rasa in here: a taken port is told before anything slow begins."""

from __future__ import annotations

import os
import socket

HOST = "127.0.0.1"
DEFAULT_PORT = 5005


class PortError(RuntimeError):
    """The port is not usable; the text says why, for the person at the terminal."""


def port_from_environment() -> int:
    """Return the port to serve on.

    Raises:
        PortError: `PORT` is no port number, or another program holds it.
    """
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise PortError(f"PORT={given} 不是端口号，请用 1 到 65535 之间的数字")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(given)))
        except OSError:
            raise PortError(
                f"端口 {given} 被别的程序占用了，请先停掉它，或换一个：PORT=5006 make run"
            ) from None
    return int(given)
