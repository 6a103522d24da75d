"""Conversations, one file a phenomenon: each turn names the facts told, in order, and the outcome."""

from __future__ import annotations

import uuid

import pytest
from conftest import cases

from legalbot.knowledge import knowledge
from legalbot.serving.agent import say
from legalbot.text import clean

DIALOGUES = [
    pytest.param(dialogue, id=f"{name}:{dialogue['id']}")
    for name, content in cases("dialogues")
    for dialogue in content
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
async def test_dialogue(dialogue, agent):
    sender = f"dialogue-{uuid.uuid4().hex}"
    for turn in dialogue["turns"]:
        said = await say(agent, clean(turn["says"]), sender)
        assert len(said) == 1
        tracker = await agent.tracker_store.retrieve(sender)
        told = [fact.id for fact in knowledge().facts.values() if fact.says in said[0].text]
        order = sorted(told, key=lambda fact: said[0].text.index(knowledge().facts[fact].says))
        assert order == turn.get("facts", []), turn["says"]
        assert tracker.get_slot("outcome") == turn["outcome"], turn["says"]
        for text in turn.get("contains", []):
            assert text in said[0].text
