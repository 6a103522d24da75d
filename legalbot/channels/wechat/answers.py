"""An answer as it is kept until it is told: what goes out, and what it means to the person's next message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Answer:
    """What to tell: `parts` as they go out one by one; the same as `text` without its `choices`.

    `asks_why`: the choices are reasons why an answer was of no use, not questions; None leaves that as it was
    before. `rated` is the message whose answer this is, where it can be rated. `keeps`: what was offered
    before stays offered.
    """

    parts: Sequence[str]
    text: str
    choices: Sequence[str] = ()
    asks_why: bool | None = None
    rated: str | None = None
    keeps: bool = False


def as_text(answer: Answer) -> str:
    """Return an answer as it is kept."""
    return json.dumps(asdict(answer), ensure_ascii=False)


def from_text(text: str | None) -> Answer | None:
    """Return a kept answer, None where there is none."""
    return Answer(**json.loads(text)) if text else None
