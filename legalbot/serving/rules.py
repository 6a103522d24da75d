"""Rasa's rules, looked up once for each intent where nothing but the intent can matter.

Rasa compares the whole conversation with every rule, twice a message: once for its text, once for its intent.
Between two turns, with no form at work, each rule of this bot asks for the intent of the last message alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, REQUESTED_SLOT, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

Found = tuple[str | None, str | None, bool]
"""The next action, the rule that says so, and whether a form is returned to."""
Find = Callable[[RulePolicy, DialogueStateTracker, Domain, bool], Found]
RULES = "rules"
NOTHING: Found = (None, "", False)


def look_up_once(find: Find) -> Find:
    """Return `find` (RulePolicy._find_action_from_rules) with a memory of what each intent leads to."""
    memories: WeakKeyDictionary[RulePolicy, dict[str, Found] | None] = WeakKeyDictionary()

    @wraps(find)
    def found(
        self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Found:
        if self not in memories:
            memories[self] = {} if _by_intent_alone(self.lookup[RULES]) else None
        memory, intent = memories[self], _only_intent(tracker, domain)
        if memory is None or intent is None:
            return find(self, tracker, domain, use_text_for_last_user_input)
        if use_text_for_last_user_input:
            return NOTHING
        if intent not in memory:
            result = find(self, tracker, domain, False)
            if result[0] is None:
                return result
            memory[intent] = result
        return memory[intent]

    return found


def _by_intent_alone(rules: dict[str, Any]) -> bool:
    """Tell whether every rule that follows a message asks for one intent, and for nothing before it."""
    for key in rules:
        states = json.loads(key)
        follows_message = states[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME) == ACTION_LISTEN_NAME
        if follows_message and (len(states) > 1 or set(states[-1].get(USER, {})) != {INTENT}):
            return False
    return True


def _only_intent(tracker: DialogueStateTracker, domain: Domain) -> str | None:
    """Return the last message's intent where nothing else of a conversation could meet a rule, else None."""
    message = tracker.latest_message
    if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.active_loop or message is None:
        return None
    if tracker.get_slot(REQUESTED_SLOT) is not None or _told(tracker):
        return None
    name = message.intent.get("name")
    return str(name) if name in domain.intents else None


def _told(tracker: DialogueStateTracker) -> bool:
    """Tell whether a slot that rules can ask for has a value."""
    return any(slot.value is not None and slot.has_features() for slot in tracker.slots.values())
