"""An operator follows the README's "Add a fact in four steps" to the letter; the bot then answers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from legalbot.paths import ROOT

PARTS = ("data", "legalbot", "actions", "config.yml", "domain.yml", "credentials.yml", "endpoints.yml")
ASK = """
import asyncio, sys
from legalbot.serving.agent import load_agent, say
from legalbot.paths import MODEL
said = asyncio.run(say(load_agent(MODEL), sys.argv[1], "operator"))
print(said[0].text)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project in which the steps of the README were carried out."""
    copy = tmp_path_factory.mktemp("operator") / "project"
    copy.mkdir()
    for name in (*PARTS, "tests/answers", "requirements.txt"):
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    for file, block in steps():
        with (copy / file).open("a", encoding="utf8") as opened:
            opened.write(block)
    return copy


def steps() -> list[tuple[str, str]]:
    """Return the file and the block to add of each step that adds one."""
    text = (ROOT / "README.md").read_text(encoding="utf8")
    part = text.split("<!-- steps:")[1].split("<!-- end of steps -->")[0]
    found = re.findall(r"In `([^`]+)`.*?```yaml\n(.*?)```", part, re.DOTALL)
    return [(file, dedented(block)) for file, block in found]


def dedented(block: str) -> str:
    """Take off the three blanks by which a block stands in under its step."""
    return "".join(line.removeprefix("   ") for line in block.splitlines(keepends=True)).rstrip() + "\n"


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(project)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_three_steps_add_something():
    assert [file for file, _ in steps()] == [
        "data/facts/hotline.yml",
        "data/nlu/hotline.yml",
        "tests/answers/hotline.yml",
    ]


def test_the_check_accepts_it(project):
    checked = run(project, "-m", "legalbot", "check")
    assert checked.returncode == 0, checked.stderr


def test_the_bot_trains_and_answers(project):
    trained = run(project, "-m", "legalbot", "train")
    assert trained.returncode == 0, trained.stderr
    case = YAML(typ="safe").load(textwrap.dedent(steps()[2][1]))[0]
    asked = run(project, "-c", ASK, case["says"])
    assert asked.stdout.strip() == case["answer"].strip(), asked.stderr


def test_a_slip_is_named_with_file_and_line(project, tmp_path):
    copy = tmp_path / "slip"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("models", ".rasa"))
    facts = copy / "data" / "facts" / "hotline.yml"
    facts.write_text(facts.read_text("utf8").replace("评出了15名", "评出了16名", 1), encoding="utf8")
    checked = run(copy, "-m", "legalbot", "check")
    line = facts.read_text("utf8").splitlines().index("    says: 12348热线评出了16名服务之星。") + 1
    assert checked.returncode == 1
    assert f"hotline.yml:{line}：" in checked.stderr
    assert "Traceback" not in checked.stderr
