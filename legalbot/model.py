"""The trained model: whether it is there, whether it still fits the data, and how it is made."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from legalbot.paths import MODEL, MODELS, ROOT

STAMP = MODELS / "12348.fingerprint"
LOG = MODELS / "training.log"
_LEARNT_FROM = (
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/lexicon",
    "legalbot/nlu",
    "legalbot/text.py",
    "legalbot/lexicon.py",
    "legalbot/importer.py",
)
_FILES = ("config.yml", "domain.yml", "requirements.txt")


class TrainingError(RuntimeError):
    """Training failed; the text names the log, for the person at the terminal."""


class ModelError(RuntimeError):
    """The model cannot be loaded; the text says which and what to do, for the person at the terminal."""


def fingerprint() -> str:
    """Return a hash of everything that the model is made from."""
    digest = hashlib.sha256()
    for path in sorted(_inputs()):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh() -> bool:
    """Tell whether the model is there and was made from the present data, config and code."""
    return MODEL.is_file() and STAMP.is_file() and STAMP.read_text(encoding="utf8") == fingerprint()


def train() -> None:
    """Train with `rasa train` in a process of its own, showing the steps.

    Raises:
        TrainingError: Rasa refused the data or broke off.
    """
    MODELS.mkdir(exist_ok=True)
    made_from = fingerprint()
    STAMP.unlink(missing_ok=True)
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", MODEL.name.partition(".")[0]]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with LOG.open("w", encoding="utf8") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            log.write(line)
            _show_step(line)
    if process.wait() != 0 or not MODEL.is_file():
        raise TrainingError(f"训练没有成功，原因见 {LOG.relative_to(ROOT)} 的末尾")
    STAMP.write_text(made_from, encoding="utf8")


def _show_step(line: str) -> None:
    _, starts, component = line.partition("Starting to train component '")
    if starts:
        print(f"  正在训练 {component.partition(chr(39))[0]} …", flush=True)  # noqa: T201


def _inputs() -> Iterator[Path]:
    for name in _FILES:
        yield ROOT / name
    for name in _LEARNT_FROM:
        path = ROOT / name
        yield from (
            found
            for found in ([path] if path.is_file() else path.rglob("*"))
            if found.is_file() and found.suffix in {".yml", ".txt", ".py"}
        )
