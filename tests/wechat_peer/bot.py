"""A staged bot in a process of its own, configured for the peer's account."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from legalbot.paths import ROOT
from wechat_peer import SCRIPT
from wechat_peer.account import APP_ID, KEY, SECRET, TOKEN, Account
from wechat_peer.fake_api import FakeApi

SERVER = Path(__file__).with_name("staged_server.py")
DEPLOYMENT = "one secret of all processes in the tests"


def environment(api: FakeApi | None, **more: str) -> dict[str, str]:
    """The variables of a deployment with the peer's account; a value of "" takes one away."""
    whole = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}
    whole |= {
        "LEGALBOT_SECRET": DEPLOYMENT,
        "LEGALBOT_PER_MINUTE": "600",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_APP_SECRET": SECRET,
        "WECHAT_ENCODING_AES_KEY": KEY,
        "WECHAT_MODE": "compatible",
        "WECHAT_API_BASE": api.base if api else "http://127.0.0.1:9",
    }
    return {name: value for name, value in {**whole, **more}.items() if value}


class StagedBot:
    """Started and stopped by `with`, or by name; several may share one folder, hence one database."""

    def __init__(
        self, folder: Path, api: FakeApi | None, seconds: float = 30, database: str = "", **more: str
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.seconds = seconds
        self.address = database or f"sqlite:///{folder / 'wechat.sqlite'}"
        self.environment = environment(api, LEGALBOT_DATABASE=self.address, **more)
        self.heard_file = folder / f"heard-{uuid.uuid4().hex}"
        self.log_file = folder / f"log-{uuid.uuid4().hex}"
        self.process: subprocess.Popen[bytes] | None = None

    def account(self, mode: str = "compatible", **more: str) -> Account:
        return Account(self.port, mode, **more)

    def start(self) -> StagedBot:
        command = [sys.executable, str(SERVER), str(self.port), str(self.heard_file), str(self.seconds)]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))},
                stdout=log,
                stderr=log,
            )
        for _ in range(240):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self.process.poll() is None, self.log
            time.sleep(0.25)
        raise AssertionError("the staged bot did not start")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)

    def __enter__(self) -> StagedBot:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf8")

    def heard(self, text: str) -> list[str]:
        """The senders from whom the agent heard `text`."""
        if not self.heard_file.exists():
            return []
        lines = [json.loads(line) for line in self.heard_file.read_text("utf8").splitlines()]
        return [sender for sender, said in lines if said == text]


def script(**does: Any) -> str:
    """A message for the stage; a name of its own makes it unlike all others."""
    return SCRIPT + json.dumps({"id": uuid.uuid4().hex[:8], **does})
