"""PostgreSQL, Redis and nginx from PATH, each started for one test on a port and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from legalbot.paths import ROOT

REQUIRED = "LEGALBOT_REQUIRE_ALL"
"""Set where everything has to be tested: what is missing is then a failure, not a skip."""


def program(name: str) -> str:
    """Return the path of a program, or skip the test (fail it where all is required)."""
    found = shutil.which(name) or next(
        iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))), None
    )
    if found is None and os.environ.get(REQUIRED):
        pytest.fail(f"{name} is not on PATH")
    if found is None:
        pytest.skip(f"{name} is not on PATH")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int, seconds: float = 20) -> None:
    """Wait until somebody listens on `port`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nobody listens on port {port}")


class Redis:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            program("redis-server"),
            "--port",
            str(self.port),
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listening(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None


class Postgres:
    """A cluster of its own; PostgreSQL refuses to run as root, so root runs it as `postgres`."""

    def __init__(self, folder: Path) -> None:
        self._initdb, self._postgres = program("initdb"), program("postgres")
        self._folder = folder / "cluster"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.port = free_port()
        self.address = f"postgresql://bot@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._folder.mkdir()
        if self._as:
            shutil.chown(self._folder, "postgres")
            for parent in (self._folder.parent, *self._folder.parent.parents[:3]):
                parent.chmod(parent.stat().st_mode | 0o011)
        command = [*self._as, self._initdb, "-D", str(self._folder), "-U", "bot", "-A", "trust", "-E", "UTF8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        options = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command = [*self._as, self._postgres, "-D", str(self._folder), *options]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd="/")
        listening(self.port)
        time.sleep(1)

    def stop(self) -> None:
        """Stop at once, connections or not."""
        if self._process is not None:
            head = int((self._folder / "postmaster.pid").read_text().splitlines()[0])
            os.kill(head, signal.SIGQUIT)
            self._process.wait(20)
            self._process = None


class Nginx:
    """nginx with the project's own configuration, in front of two servers."""

    def __init__(self, folder: Path, servers: Sequence[int]) -> None:
        self._program, self._folder = program("nginx"), folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        site = (ROOT / "deploy" / "nginx.conf").read_text("utf8")
        ports = (("5101", servers[0]), ("5102", servers[-1]), ("listen 8080", f"listen {self.port}"))
        for old, new in ports:
            site = site.replace(old, str(new))
        (folder / "site.conf").write_text(site.replace("/var/log/nginx/", f"{folder}/"), "utf8")
        kinds = ("proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{}}\n"
            f"http {{ client_body_temp_path {folder}/body; {places} include {folder}/site.conf; }}\n"
        )

    def start(self) -> None:
        command = [self._program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        self._process = subprocess.Popen(command)
        listening(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def redis_server(tmp_path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_server(tmp_path) -> Iterator[Postgres]:
    server = Postgres(tmp_path)
    server.start()
    yield server
    server.stop()
