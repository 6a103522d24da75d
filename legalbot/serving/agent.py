"""Load the trained bot into this process."""

from __future__ import annotations

import gc
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.agent import Agent  # isort: skip
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage  # isort: skip
from rasa.core.policies.rule_policy import RulePolicy  # isort: skip
from rasa.utils.log_utils import configure_structlog  # isort: skip

from legalbot.dialogue import sorry  # isort: skip
from legalbot.knowledge import knowledge  # isort: skip
from legalbot.lexicon import segmenter  # isort: skip
from legalbot.serving.locks import ConversationLocks  # isort: skip
from legalbot.settings import redis  # isort: skip
from legalbot.serving.store import ConversationStore  # isort: skip
from legalbot.serving.in_process import InProcessActions, call_actions_lightly  # isort: skip
from legalbot.serving.processor import LeanAgent  # isort: skip
from legalbot.serving.rules import look_up_once  # isort: skip


COLLECTED_AFTER = (20_000, 20, 50)
"""Python's thresholds for looking for garbage: conversations at hand live long, and looking at all of them
takes longer than a message."""


class NotAnsweringError(RuntimeError):
    """The loaded bot does not answer a plain question."""


@dataclass(frozen=True)
class Said:
    """One message of the bot: its text and the texts of its buttons."""

    text: str
    buttons: tuple[str, ...]


def load_agent(model: Path, store: ConversationStore | None = None) -> Agent:
    """Return the agent of `model`, with jieba warm and the actions in this process.

    What is loaded stays to the end, so the garbage collector does not look at it again.
    Conversations are kept in `store`, without one in memory only. Rasa would wrap the store in one that
    hides its failures; here they reach the person as an honest sentence.

    Raises:
        FileNotFoundError: there is no such model.
    """
    if not model.is_file():
        raise FileNotFoundError(model)
    quiet_logs()
    call_actions_lightly()
    if not hasattr(RulePolicy._find_action_from_rules, "__wrapped__"):
        RulePolicy._find_action_from_rules = look_up_once(RulePolicy._find_action_from_rules)
    segmenter().initialize()
    agent = LeanAgent(action_endpoint=InProcessActions(), lock_store=_locks())
    agent.load_model(model)
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(*COLLECTED_AFTER)
    if store is not None:
        keep_in(store, agent)
    return agent


def _locks() -> ConversationLocks:
    address = redis()
    if address is None:
        return ConversationLocks()
    from legalbot.serving.redis_locks import SharedLocks  # noqa: PLC0415 - needed by few

    return SharedLocks(address)


def keep_in(store: ConversationStore, agent: Agent) -> None:
    """Make `agent` keep its conversations in `store`."""
    store.domain = agent.domain
    agent.tracker_store = agent.processor.tracker_store = store


def quiet_logs() -> None:
    """Log warnings and errors only: Rasa's finer lines hold what people typed."""
    configure_structlog(logging.WARNING)
    logging.getLogger().setLevel(logging.WARNING)
    for name in ("rasa", "rasa_sdk", "jieba", "sanic.root", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)


async def say(agent: Agent, text: str, sender: str) -> list[Said]:
    """Send `text` as `sender` and return what the bot says; never empty, never silent on a failure."""
    output = CollectingOutputChannel()
    try:
        await agent.handle_message(UserMessage(text, output, sender))
    except Exception:
        logging.getLogger(__name__).exception("a message could not be answered")
    said = [_said(message) for message in output.messages]
    return said or [Said(sorry().text, ())]


async def check_answering(agent: Agent, sender: str) -> None:
    """Ask the bot, as `sender`, the first question of the fact base and compare its answer.

    Raises:
        NotAnsweringError: it gives another answer or none.
    """
    fact = next(iter(knowledge().facts.values()))
    said = await say(agent, fact.ask, sender)
    if fact.says not in "".join(message.text for message in said):
        raise NotAnsweringError(fact.id)


def _said(message: dict[str, Any]) -> Said:
    titles = tuple(button["title"] for button in message.get("buttons") or [])
    return Said(message.get("text") or "", titles)
