"""`python -m legalbot run|shell|train|check|wechat-menu`: what the Makefile calls."""

from __future__ import annotations

import gc
import sys

from legalbot.channels.web.wording import widget_wording
from legalbot.channels.wechat.menu import MenuError, menu
from legalbot.channels.wechat.wording import wechat_wording
from legalbot.knowledge import knowledge
from legalbot.model import ModelError, TrainingError, is_fresh, train
from legalbot.paths import MODEL
from legalbot.replies import replies
from legalbot.screening.wording import wording
from legalbot.serving.port import PortError, port_from_environment
from legalbot.settings import SettingError, workers
from legalbot.yaml_file import DataError

FAILED = 1
MISUSED = 2


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status. Expected failures are one line on standard error."""
    commands = {"run": run, "shell": shell, "train": learn, "check": check, "wechat-menu": wechat_menu}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"用法：python -m legalbot {'|'.join(commands)}", file=sys.stderr)
        return MISUSED
    try:
        commands[arguments[0]]()
    except (DataError, MenuError, ModelError, PortError, SettingError, TrainingError) as error:
        print(f"出错：{error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print()
    return 0


def check() -> None:
    """Refuse a broken fact base or broken wording."""
    facts = knowledge().facts
    replies()
    wording()
    widget_wording()
    wechat_wording()
    menu()
    print(f"数据没有问题：{len(facts)} 条事实。")


def learn() -> None:
    """Check the data and train if the model is missing or stale."""
    check()
    if is_fresh():
        print("模型是最新的，不用训练。")
        return
    print("数据或代码有变化，开始训练（要几分钟）…", flush=True)
    train()
    print("训练好了。", flush=True)


def run() -> None:
    """Serve until Ctrl-C."""
    port = port_from_environment()
    gc.disable()  # what is loaded now stays: `load_agent` turns it on again
    learn()
    print("正在启动…", flush=True)
    if workers() > 1:
        from legalbot.serving.workers import share_figures  # noqa: PLC0415 - as below

        share_figures()
    from legalbot.serving.server import serve  # noqa: PLC0415 - Rasa takes seconds to import

    serve(MODEL, port)


def shell() -> None:
    """Talk in the terminal."""
    learn()
    from legalbot.serving.shell import talk  # noqa: PLC0415 - Rasa takes seconds to import

    talk(MODEL)


def wechat_menu() -> None:
    """Create the menu of the WeChat account from `data/wechat/menu.yml`."""
    from legalbot.channels.wechat.menu_maker import create_menu  # noqa: PLC0415 - needs the server's libraries

    create_menu()
    print("菜单送到微信了。手机上要过几分钟才换；取消关注再关注，马上能看到。")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
