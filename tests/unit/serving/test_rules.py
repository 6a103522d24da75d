"""Rules looked up once lead where Rasa's own search leads, at every point of a conversation."""

from __future__ import annotations

import json

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from legalbot.serving.rules import _by_intent_alone

LISTENING = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
ANSWERED = [UserUttered("一", {"name": "ask"}), ActionExecuted("action_reply")]


@pytest.fixture
def policy(agent) -> RulePolicy:
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


@pytest.mark.parametrize(
    "before",
    [
        LISTENING,
        [*LISTENING, *ANSWERED, ActionExecuted("action_listen")],
        [*LISTENING, *ANSWERED],
        [*LISTENING, ActiveLoop("legal_aid_form"), SlotSet("requested_slot", "aid_for")],
        [*LISTENING, SlotSet("requested_slot", "aid_for"), SlotSet("aid_groups", ["disabled"])],
        [*LISTENING, SlotSet("context", {"fact": "hotline.cost"}), ActionExecuted("action_listen")],
        [*LISTENING, ActionExecuted("legal_aid_form"), ActiveLoop(None), SlotSet("requested_slot", None)],
    ],
)
def test_every_intent_leads_where_rasas_search_leads(before, policy, agent):
    searched = RulePolicy._find_action_from_rules.__wrapped__
    for intent in [*agent.domain.intents, "unheard_of", None]:
        for message in ([UserUttered("二", {"name": intent})], []):
            tracker = DialogueStateTracker.from_events("one", [*before, *message], agent.domain.slots)
            for by_text in (True, False):
                own = policy._find_action_from_rules(tracker, agent.domain, by_text)
                rasas = searched(policy, tracker, agent.domain, by_text)
                assert own[::2] == rasas[::2], (intent, by_text)


@pytest.mark.parametrize(
    "states",
    [
        [
            {"user": {"intent": "a"}},
            {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "b"}},
        ],
        [{"prev_action": {"action_name": "action_listen"}, "user": {"text": "b"}}],
        [{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "b", "entities": ["place"]}}],
    ],
)
def test_rules_that_look_further_are_always_searched(states, policy):
    assert _by_intent_alone(policy.lookup["rules"])
    assert not _by_intent_alone({**policy.lookup["rules"], json.dumps(states): "action_reply"})
