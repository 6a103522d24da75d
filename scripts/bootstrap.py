#!/usr/bin/env python3
"""Prepare the project on a fresh machine and hand over: find Python 3.10, make .venv, install, start.

    python3 scripts/bootstrap.py run|shell|train|check        what the bot needs
    python3 scripts/bootstrap.py --dev COMMAND [ARGUMENT…]     with the tools of the tests, then COMMAND

Standard library only, and any Python from 3.7 on, since it runs before anything is installed.
A second call installs nothing. Messages are for the person at the terminal, hence in Chinese.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ".venv/install.log"
BUILD_TOOLS = ("pip", "setuptools", "wheel")
WANTED = (3, 10)


class SetupError(Exception):
    """Set-up cannot go on; the text says why in one line."""


def main(arguments):
    """Set up what is missing, then become the command asked for."""
    dev = bool(arguments) and arguments[0] == "--dev"
    command = arguments[1:] if dev else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        prepare(["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"])
    except SetupError as error:
        print(f"出错：{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    environment = dict(os.environ, RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3")
    environment["PATH"] = "{}{}{}".format(VENV / "bin", os.pathsep, environment.get("PATH", ""))
    environment.setdefault("PYTHONWARNINGS", "ignore")
    os.chdir(str(ROOT))
    if not dev:
        command = [str(PYTHON), "-m", "legalbot", *command]
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)
    return 0


def prepare(locks):
    """Make .venv and install each of the hashed `locks` unless its stamp says that it is installed."""
    if not is_wanted(str(PYTHON)):
        python = find_python()
        print(f"正在用 {python} 建立 .venv …", flush=True)
        shutil.rmtree(str(VENV), ignore_errors=True)
        if subprocess.call([python, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL) != 0:
            raise SetupError(f"建不了虚拟环境：{python} 缺少 venv 模块，请安装 python3.10-venv")
    for lock in locks:
        install(ROOT / lock)


def install(lock):
    """Install one lock file into .venv and leave a stamp; pip's full output goes to the log."""
    stamp = VENV / (lock.name + ".sha256")
    content = lock.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    names = [line.split("==")[0] for line in content.decode().splitlines() if "==" in line]
    first = [name for name in names if name in BUILD_TOOLS]
    print(f"正在安装 {lock.name}（{len(names)} 个软件包，第一次要几分钟）…", flush=True)
    if first:
        tools = VENV / "build-tools.txt"
        tools.write_text(only(content.decode(), first))
        pip(tools, len(first))
    pip(lock, len(names), "--no-build-isolation")
    stamp.write_text(digest)


def only(lock, names):
    """Return the entries of a lock file that pin `names`."""
    kept, keep = [], False
    for line in lock.splitlines():
        if not line.startswith(" "):
            keep = line.split("==")[0] in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def pip(lock, total, *options):
    """Run pip on a lock file, showing how far it is."""
    command = [str(PYTHON), "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(lock), *list(options)]
    done = 0
    with (ROOT / LOG).open("a", encoding="utf8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf8")
        for line in process.stdout:
            log.write(line)
            if line.startswith(("Collecting ", "Requirement already")):
                done += 1
                if done % 20 == 0 or "tensorflow-cpu" in line:
                    print(f"  {done}/{total} " + line.split()[1].split("==")[0], flush=True)
            elif line.startswith("Installing collected"):
                print("  下载完了，正在安装 …", flush=True)
        if process.wait() != 0:
            raise SetupError(f"安装没有成功：多半是没有网络，或连不上 PyPI。详情见 {LOG} 的末尾")


def find_python():
    """Return a Python 3.10: from PATH, pyenv or uv; let uv fetch one where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    candidates = [sys.executable, shutil.which("python3.10"), shutil.which("python3")]
    candidates += [str(path) for path in sorted(pyenv.glob("versions/3.10*/bin/python"), reverse=True)]
    for candidate in candidates:
        if candidate and is_wanted(candidate):
            return candidate
    uv = shutil.which("uv")
    if uv is None:
        uv = fetch_uv()
    if uv:
        found = ask_uv(uv)
        if found is None:
            print("没有找到 Python 3.10，正在用 uv 下载 …", flush=True)
            subprocess.call(
                [uv, "python", "install", "3.10"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            found = ask_uv(uv)
        if found:
            return found
    raise SetupError("需要 Python 3.10，这台机器上没有，也下载不到。请先安装它（apt、pyenv 或 uv 都行）再试")


def fetch_uv():
    """Return a uv from PyPI in a folder of its own, or None where it cannot be had."""
    home = ROOT / ".rasa" / "uv"
    try:
        venv.create(str(home), with_pip=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    subprocess.call(
        [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "uv"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    uv = home / "bin" / "uv"
    return str(uv) if uv.is_file() else None


def ask_uv(uv):
    """Return the Python 3.10 that uv knows of, or None."""
    asked = subprocess.run(
        check=False,
        args=[uv, "python", "find", "3.10"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf8",
    )
    found = asked.stdout.strip()
    return found if asked.returncode == 0 and is_wanted(found) else None


def is_wanted(python):
    """Tell whether `python` is an interpreter of the wanted version that starts."""
    script = f"import sys; print(sys.version_info[:2] == {WANTED!r})"
    try:
        asked = subprocess.run(
            [python, "-c", script],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf8",
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.stdout.strip() == "True"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
