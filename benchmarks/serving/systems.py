"""The systems that are compared: how each is trained, started and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.understanding import STOCK, utterances
from legalbot.paths import MODEL, ROOT

STOCK_CREDENTIALS = "rest:\n"
STOCK_ENDPOINTS = """
action_endpoint:
  url: "http://127.0.0.1:{actions}/webhook"
tracker_store:
  type: SQL
  dialect: sqlite
  db: "{folder}/tracker.db"
"""
TED = """
  - name: MemoizationPolicy
    max_history: 3
  - name: TEDPolicy
    max_history: 3
    epochs: {epochs}
    constrain_similarities: true
"""
ECHO = {
    "config.yml": (
        "recipe: default.v1\nlanguage: zh\nassistant_id: echo\npipeline: []\npolicies:\n- name: RulePolicy\n"
    ),
    "domain.yml": 'version: "3.1"\nintents: [echo]\nresponses:\n  utter_echo:\n  - text: 您好\n',
    "data/rules.yml": (
        'version: "3.1"\nrules:\n- rule: echo\n  steps:\n  - intent: echo\n  - action: utter_echo\n'
    ),
    "credentials.yml": STOCK_CREDENTIALS,
}


@dataclass
class System:
    """A system to be measured: the `commands` of its processes in `folder`, with `PORT` the first listens on.

    `says` turns a question into what this system is sent; `training` is how long it was trained, in seconds.
    """

    name: str
    folder: Path
    port: int
    commands: list[list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    typed: str | None = None
    training: float | None = None

    @property
    def address(self) -> str:
        """Where Rasa's REST channel takes messages."""
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    def says(self, question: str) -> str:
        """Return what is sent for `question`."""
        return self.typed or question

    @contextmanager
    def running(self) -> Iterator[list[psutil.Process]]:
        """Start the processes, yield them, and stop them."""
        environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment |= {"SANIC_ACCESS_LOG": "false", **self.environment}
        with (self.folder / "log").open("w") as log:
            started = [
                subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
                for command in self.commands
            ]
            try:
                yield [psutil.Process(process.pid) for process in started]
            finally:
                for process in started:
                    process.send_signal(signal.SIGINT)
                for process in started:
                    process.wait(30)


def ours(folder: Path, processes: int = 1) -> System:
    """Return the bot as `make run` starts it, with its model trained anew."""
    port = free_port()
    environment = {
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "WORKERS": str(processes),
        "LEGALBOT_DATABASE": f"sqlite:///{folder / 'ours.sqlite'}",
        "LEGALBOT_PER_MINUTE": "100000",
    }
    return System("ours", folder, port, [[sys.executable, "-m", "legalbot", "run"]], environment)


def stock_same_model(folder: Path) -> System:
    """Return `rasa run` and `rasa run actions` with our model and an SQLite tracker store."""
    port, actions = free_port(), free_port()
    (folder / "endpoints.yml").write_text(STOCK_ENDPOINTS.format(actions=actions, folder=folder), "utf8")
    (folder / "credentials.yml").write_text(STOCK_CREDENTIALS, "utf8")
    shutil.copy(MODEL, folder / "model.tar.gz")
    shutil.copytree(ROOT / "actions", folder / "actions")
    commands = [
        _rasa("run", "--model", "model.tar.gz", "--port", str(port), "--endpoints", "endpoints.yml"),
        _rasa("run", "actions", "--port", str(actions)),
    ]
    return System("stock, same model", folder, port, commands, {"PYTHONPATH": str(ROOT)})


def stock_usual(folder: Path, epochs: int) -> System:
    """Return `rasa run` with the usual Chinese pipeline (jieba, counts, DIET, TED) and our utterances."""
    _write(folder, _usual_project(epochs))
    port = free_port()
    training = _trained(folder)
    (folder / "endpoints.yml").write_text(
        STOCK_ENDPOINTS.format(actions=0, folder=folder)
        .partition("tracker_store")[2]
        .join(("tracker_store", "")),
        "utf8",
    )
    command = _rasa(
        "run", "--model", "models/model.tar.gz", "--port", str(port), "--endpoints", "endpoints.yml"
    )
    return System(f"stock, DIET and TED ({epochs} epochs)", folder, port, [command], training=training)


def floor(folder: Path) -> System:
    """Return an echo rule and nothing else: no understanding, no action, conversations in memory only."""
    _write(folder, ECHO)
    port = free_port()
    training = _trained(folder)
    command = [
        sys.executable,
        "-m",
        "benchmarks.serving.echo",
        str(folder / "models/model.tar.gz"),
        str(port),
    ]
    return System(
        "floor, an echo rule", folder, port, [command], {"PYTHONPATH": str(ROOT)}, "/echo", training
    )


def memory(processes: Sequence[psutil.Process]) -> float:
    """Return the megabytes (PSS) of `processes` and of all that they started."""
    alive = [one for process in processes for one in (process, *process.children(recursive=True))]
    return float(sum(one.memory_full_info().pss for one in alive)) / 1e6


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def train_ours() -> float:
    """Train our model from nothing, beside the one in use; return the seconds it took."""
    start = time.perf_counter()
    command = _rasa("train", "--force", "--fixed-model-name", "measured", "--out", "models/bench")
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(ROOT / "models" / "bench")
    return time.perf_counter() - start


def _usual_project(epochs: int) -> dict[str, str]:
    """Return the files of a plain Rasa project with our utterances: an intent, a response, a story each."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for intent, text in utterances():
        by_intent[intent.replace("/", "__").replace(".", "_")].append(text)
    nlu, domain, stories = (
        ['version: "3.1"', "nlu:"],
        ['version: "3.1"', "intents:"],
        ['version: "3.1"', "stories:"],
    )
    domain += [f"- {name}" for name in (*by_intent, "nlu_fallback")] + ["responses:"]
    for name, texts in by_intent.items():
        nlu += [f"- intent: {name}", "  examples: |", *(f"    - {text}" for text in texts)]
        domain += [f"  utter_{name}:", f"  - text: {name}"]
        stories += [f"- story: {name}", "  steps:", f"  - intent: {name}", f"  - action: utter_{name}"]
    domain += ["  utter_fallback:", "  - text: fallback"]
    rules = (
        'version: "3.1"\nrules:\n- rule: f\n  steps:\n  - intent: nlu_fallback\n  - action: utter_fallback\n'
    )
    return {
        "config.yml": STOCK.format(epochs=epochs) + TED.format(epochs=epochs),
        "domain.yml": "\n".join(domain) + "\n",
        "data/nlu.yml": "\n".join(nlu) + "\n",
        "data/stories.yml": "\n".join(stories) + "\n",
        "data/rules.yml": rules,
        "credentials.yml": STOCK_CREDENTIALS,
    }


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf8")


def _trained(folder: Path) -> float:
    start = time.perf_counter()
    with (folder / "training.log").open("w") as log:
        command = _rasa("train", "--fixed-model-name", "model")
        subprocess.run(command, cwd=folder, check=True, stdout=log, stderr=log)
    return time.perf_counter() - start


def _rasa(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rasa", *arguments]
