"""Setting up on a fresh machine, with nothing installed, downloaded or left behind."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
from pathlib import Path

import pytest

from legalbot.__main__ import main as legalbot
from legalbot.paths import ROOT

SCRIPT = ROOT / "scripts" / "bootstrap.py"
LOCK = """\
# made by uv
numpy==1.23.5 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via scikit-learn
pip==24.0 \\
    --hash=sha256:cc
pip-tools==7.4 \\
    --hash=sha256:dd
setuptools==70.0 ; python_version >= "3.10" \\
    --hash=sha256:ee
"""
REAL_PATH = os.environ["PATH"]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """The script as a fresh module that works below a folder of ours and must not reach out."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


@pytest.fixture
def command(tmp_path):
    """Return `command(name, script)`: an executable of that name in a folder for PATH."""

    def write(name: str, script: str) -> Path:
        path = tmp_path / "path" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf8")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def bare(tmp_path, monkeypatch, command):
    """A machine whose only Pythons are of another version, without pyenv and uv."""
    old = command("python3", "echo False")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(old))
    return old


def never(*_arguments, **_options):
    pytest.fail("this must not be called")


# --- the lock file


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["pip"], "pip==24.0 \\\n    --hash=sha256:cc\n"),
        (
            ["numpy"],
            "numpy==1.23.5 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via scikit-learn\n",
        ),
        (["setuptools"], 'setuptools==70.0 ; python_version >= "3.10" \\\n    --hash=sha256:ee\n'),
        (["nothing"], "\n"),
        ([], "\n"),
    ],
)
def test_only_the_named_entries_are_kept_with_their_hashes(bootstrap, names, kept):
    assert bootstrap.only(LOCK, names) == kept


def test_the_order_is_the_order_of_the_lock(bootstrap):
    kept = bootstrap.only(LOCK, ["setuptools", "pip"])
    assert [line.split("==")[0] for line in kept.splitlines() if "==" in line] == ["pip", "setuptools"]


def test_the_build_tools_of_the_project_are_pinned_with_hashes(bootstrap):
    kept = bootstrap.only((ROOT / "requirements.txt").read_text("utf8"), bootstrap.BUILD_TOOLS)
    entries = [line for line in kept.splitlines() if line and not line.startswith(" ")]
    assert {entry.split("==")[0] for entry in entries} <= set(bootstrap.BUILD_TOOLS)
    assert len(entries) >= 2
    assert kept.count("--hash=sha256:") >= len(entries)


# --- which Python


def test_this_python_is_the_wanted_one(bootstrap):
    assert bootstrap.is_wanted(sys.executable)


@pytest.mark.parametrize("script", ["echo False", "echo Python 3.10.1", "exit 1", "echo True >&2", ""])
def test_another_python_is_not_wanted(bootstrap, command, script):
    assert not bootstrap.is_wanted(str(command("python3.10", script)))


def test_what_does_not_start_is_not_wanted(bootstrap, tmp_path):
    assert not bootstrap.is_wanted(str(tmp_path / "gone"))
    (tmp_path / "text").write_text("no program", encoding="utf8")
    assert not bootstrap.is_wanted(str(tmp_path / "text"))
    assert not bootstrap.is_wanted(str(tmp_path))


def test_where_nothing_fits_and_uv_cannot_be_had_the_person_is_told(bootstrap, bare, monkeypatch):
    monkeypatch.setattr(bootstrap, "fetch_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "ask_uv", never)
    with pytest.raises(bootstrap.SetupError, match=r"需要 Python 3\.10"):
        bootstrap.find_python()


def test_where_uv_finds_none_either_the_person_is_told(bootstrap, bare, monkeypatch, command, tmp_path):
    uv = command("fetched", f'echo "$@" > {tmp_path}/called')
    monkeypatch.setattr(bootstrap, "fetch_uv", lambda: str(uv))
    monkeypatch.setattr(bootstrap, "ask_uv", lambda uv: None)
    with pytest.raises(bootstrap.SetupError, match=r"需要 Python 3\.10"):
        bootstrap.find_python()
    assert (tmp_path / "called").read_text("utf8").split() == ["python", "install", "3.10"]


def test_the_running_python_is_taken_first(bootstrap, bare, monkeypatch, command):
    command("python3.10", "echo True")
    running = command("running", "echo True")
    monkeypatch.setattr(sys, "executable", str(running))
    assert bootstrap.find_python() == str(running)


def test_then_the_one_of_path(bootstrap, bare, monkeypatch, command):
    monkeypatch.setattr(bootstrap, "fetch_uv", never)
    found = command("python3.10", "echo True")
    assert bootstrap.find_python() == str(found)


def test_then_the_newest_of_pyenv_that_starts(bootstrap, bare, monkeypatch, command, tmp_path):
    monkeypatch.setattr(bootstrap, "fetch_uv", never)
    for version, script in (
        ("3.10.1", "echo True"),
        ("3.10.4", "echo True"),
        ("3.10.9", "exit 1"),
        ("3.11.2", "echo True"),
    ):
        program = command("python", script)
        target = tmp_path / "pyenv" / "versions" / version / "bin" / "python"
        target.parent.mkdir(parents=True)
        program.rename(target)
    assert bootstrap.find_python() == str(tmp_path / "pyenv" / "versions" / "3.10.4" / "bin" / "python")


def test_then_the_one_that_uv_knows(bootstrap, bare, monkeypatch, command, tmp_path):
    monkeypatch.setattr(bootstrap, "fetch_uv", never)
    python = command("of-uv", "echo True")
    command("uv", f'echo {python}; echo "$@" >> {tmp_path}/called')
    assert bootstrap.find_python() == str(python)
    assert (tmp_path / "called").read_text("utf8") == "python find 3.10\n"


def test_and_last_the_one_that_uv_downloads(bootstrap, bare, monkeypatch, command, tmp_path):
    monkeypatch.setattr(bootstrap, "fetch_uv", never)
    python = command("of-uv", "echo True")
    script = (
        f"case $2 in install) : > {tmp_path}/there;; find) [ -e {tmp_path}/there ] && echo {python};; esac"
    )
    command("uv", script)
    assert bootstrap.find_python() == str(python)


@pytest.mark.parametrize("script", ["exit 2", "echo /nowhere/python", "echo"])
def test_uv_knows_none(bootstrap, command, script):
    assert bootstrap.ask_uv(str(command("uv", script))) is None


def test_uv_cannot_be_fetched_without_venv(bootstrap, monkeypatch):
    def broken(*_arguments, **_options):
        raise OSError("no ensurepip")

    monkeypatch.setattr(bootstrap.venv, "create", broken)
    monkeypatch.setattr(bootstrap.subprocess, "call", never)
    assert bootstrap.fetch_uv() is None


def test_uv_cannot_be_fetched_without_a_network(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.venv, "create", lambda *_, **__: None)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *_, **__: 1)
    assert bootstrap.fetch_uv() is None


# --- installing


@pytest.fixture
def lock(tmp_path) -> Path:
    (tmp_path / ".venv").mkdir()
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK, encoding="utf8")
    return path


def stamp(lock: Path) -> Path:
    return lock.parent / ".venv" / "requirements.txt.sha256"


def test_what_is_installed_is_not_installed_again(bootstrap, lock, monkeypatch, capsys):
    stamp(lock).write_text(hashlib.sha256(lock.read_bytes()).hexdigest(), encoding="utf8")
    monkeypatch.setattr(bootstrap, "pip", never)
    bootstrap.install(lock)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("old", [None, "", "0" * 64])
def test_build_tools_come_first_and_the_stamp_last(bootstrap, lock, monkeypatch, old):
    if old is not None:
        stamp(lock).write_text(old, encoding="utf8")
    calls = []

    def pip(file, total, *options):
        calls.append((file.read_text("utf8"), total, options))
        assert not stamp(lock).exists() or stamp(lock).read_text("utf8") == old

    monkeypatch.setattr(bootstrap, "pip", pip)
    bootstrap.install(lock)
    tools = bootstrap.only(LOCK, ["pip", "setuptools"])
    assert calls == [(tools, 2, ()), (LOCK, 4, ("--no-build-isolation",))]
    monkeypatch.setattr(bootstrap, "pip", never)
    bootstrap.install(lock)


def test_a_failed_installation_leaves_no_stamp(bootstrap, lock, monkeypatch):
    def pip(*_arguments):
        raise bootstrap.SetupError("no network")

    monkeypatch.setattr(bootstrap, "pip", pip)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.install(lock)
    assert not stamp(lock).exists()


def test_pip_is_called_with_hashes_and_its_output_kept(bootstrap, lock, command, monkeypatch, capsys):
    script = 'echo "called $@"; i=0; while [ $i -lt 20 ]; do echo "Collecting one==$i"; i=$((i+1)); done'
    monkeypatch.setattr(
        bootstrap, "PYTHON", command("python", f'{script}; echo "Installing collected packages"')
    )
    bootstrap.pip(lock, 40, "--no-build-isolation")
    kept = (lock.parent / ".venv" / "install.log").read_text("utf8")
    assert "--require-hashes" in kept
    assert "--no-deps" in kept
    assert f"-r {lock} --no-build-isolation" in kept
    shown = capsys.readouterr().out.splitlines()
    assert shown == ["  20/40 one", "  下载完了，正在安装 …"]


def test_a_failing_pip_is_told_in_one_line_with_its_log(bootstrap, lock, command, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON", command("python", "echo no network >&2; exit 1"))
    with pytest.raises(bootstrap.SetupError, match=r"\.venv/install\.log") as error:
        bootstrap.pip(lock, 1)
    assert "\n" not in str(error.value)
    assert "no network" in (lock.parent / ".venv" / "install.log").read_text("utf8")


def test_a_good_venv_is_kept(bootstrap, lock, monkeypatch):
    monkeypatch.setattr(bootstrap, "is_wanted", lambda python: python == str(bootstrap.PYTHON))
    monkeypatch.setattr(bootstrap, "find_python", never)
    installed = []
    monkeypatch.setattr(bootstrap, "install", installed.append)
    bootstrap.prepare(["requirements.txt", "requirements-dev.txt"])
    assert installed == [lock, lock.with_name("requirements-dev.txt")]


def test_a_broken_venv_is_made_anew_with_the_python_found(bootstrap, lock, command, monkeypatch, tmp_path):
    (tmp_path / ".venv" / "old").write_text("old", encoding="utf8")
    python = command("python3.10", f'echo "$@" > {tmp_path}/called')
    monkeypatch.setattr(bootstrap, "find_python", lambda: str(python))
    monkeypatch.setattr(bootstrap, "install", lambda lock: None)
    monkeypatch.setenv("PATH", REAL_PATH)
    bootstrap.prepare(["requirements.txt"])
    assert (tmp_path / "called").read_text("utf8").split() == ["-m", "venv", str(tmp_path / ".venv")]
    assert not (tmp_path / ".venv" / "old").exists()


def test_a_python_without_venv_is_told(bootstrap, command, monkeypatch):
    monkeypatch.setattr(bootstrap, "find_python", lambda: str(command("python3.10", "exit 1")))
    monkeypatch.setattr(bootstrap, "install", never)
    with pytest.raises(bootstrap.SetupError, match="venv"):
        bootstrap.prepare(["requirements.txt"])


# --- the command line


@pytest.mark.parametrize("arguments", [[], ["--dev"]])
def test_no_command_shows_the_usage(bootstrap, monkeypatch, capsys, arguments):
    monkeypatch.setattr(bootstrap, "prepare", never)
    assert bootstrap.main(arguments) == 2
    assert "bootstrap.py run|shell|train|check" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "fast"], ["--help"]])
def test_an_unknown_command_of_the_bot_shows_the_usage(capsys, arguments):
    assert legalbot(arguments) == 2
    assert capsys.readouterr().err.startswith("用法：python -m legalbot run|")


def test_a_failure_is_one_line(bootstrap, monkeypatch, capsys):
    def broken(_locks):
        raise bootstrap.SetupError("没有网络")

    monkeypatch.setattr(bootstrap, "prepare", broken)
    assert bootstrap.main(["run"]) == 1
    assert capsys.readouterr().err == "出错：没有网络\n"


def test_ctrl_c_is_no_traceback(bootstrap, monkeypatch):
    def interrupted(_locks):
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "prepare", interrupted)
    assert bootstrap.main(["run"]) == 130


@pytest.mark.parametrize(
    ("arguments", "locks", "handed"),
    [
        (["run"], ["requirements.txt"], ["PYTHON", "-m", "legalbot", "run"]),
        (["--dev", "pytest", "-x"], ["requirements.txt", "requirements-dev.txt"], ["pytest", "-x"]),
    ],
)
def test_the_command_takes_over(bootstrap, monkeypatch, arguments, locks, handed):
    done = {}
    monkeypatch.setattr(bootstrap, "prepare", lambda names: done.update(locks=names))
    monkeypatch.setattr(bootstrap.os, "chdir", lambda path: done.update(folder=path))
    monkeypatch.setattr(
        bootstrap.os, "execvpe", lambda file, argv, env: done.update(file=file, argv=argv, env=env)
    )
    bootstrap.main(arguments)
    expected = [str(bootstrap.PYTHON) if word == "PYTHON" else word for word in handed]
    assert done["argv"] == expected
    assert done["file"] == expected[0]
    assert done["locks"] == locks
    assert done["folder"] == str(bootstrap.ROOT)
    assert done["env"]["PATH"].split(os.pathsep)[0] == str(bootstrap.VENV / "bin")
    assert done["env"]["RASA_TELEMETRY_ENABLED"] == "false"


def test_any_python_from_3_7_on_can_read_it():
    ast.parse(SCRIPT.read_text("utf8"), feature_version=(3, 7))


def test_it_needs_the_standard_library_only():
    tree = ast.parse(SCRIPT.read_text("utf8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
