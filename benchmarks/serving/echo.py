"""The floor: the least that Rasa does for a message. `python -m benchmarks.serving.echo MODEL PORT`."""

from __future__ import annotations

import sys

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.agent import Agent  # isort: skip
from rasa.core.channels.rest import RestInput  # isort: skip
from rasa.core.run import configure_app  # isort: skip

from legalbot.serving.agent import quiet_logs  # isort: skip


def main(model: str, port: int) -> None:
    """Serve `model` on `port` with Rasa's REST channel, conversations in memory."""
    quiet_logs()
    app = configure_app([RestInput()], enable_api=False, port=port)
    app.ctx.agent = Agent.load(model)
    app.run(host="127.0.0.1", port=port, access_log=False, motd=False, debug=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
