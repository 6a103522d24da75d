"""tests/questions: unseen questions, written to measure with. The shares may rise, never fall below these."""

from __future__ import annotations

from collections import defaultdict

import pytest
from conftest import cases

FLOORS = {
    "ask": 0.94,
    "alarm": 0.97,
    "scam": 0.90,
    "near": 0.86,
    "matter": 0.93,
    "agency": 0.78,
    "outside": 0.80,
}
"""The least share of each group that is understood: the very fact for `ask`, the group for the others."""
FALSE_ALARMS = 0.01


@pytest.fixture(scope="module")
async def understood(agent) -> dict[str, list[tuple[str, str]]]:
    """Per group, pairs of the full intent meant and the one understood."""
    found = defaultdict(list)
    for _, content in cases("questions"):
        for intent, asked in content.items():
            for question in asked:
                parsed = await agent.parse_message(str(question))
                asks = [ask["name"] for ask in parsed["asks"]]
                best = intent if intent in asks else (asks or [""])[0]
                found[intent.partition("/")[0]].append((intent, best))
    return found


@pytest.mark.parametrize("group", FLOORS)
def test_share_understood(group, understood):
    pairs = understood[group]
    right = [best == meant if group == "ask" else best.partition("/")[0] == group for meant, best in pairs]
    assert sum(right) / len(pairs) >= FLOORS[group]


def test_few_alarms_without_danger(understood):
    calm = [best for group, pairs in understood.items() if group != "alarm" for _, best in pairs]
    assert sum(best.startswith("alarm/") for best in calm) / len(calm) <= FALSE_ALARMS
