"""What is talked about while a message is read: only its topic can be asked about in half a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_TOPICS: ContextVar[tuple[str, ...] | None] = ContextVar("topics", default=None)


def present_topics() -> tuple[str, ...] | None:
    """Return the topics that half a sentence may be about, or None where that is not known."""
    return _TOPICS.get()


@contextmanager
def talking_about(context: object) -> Iterator[None]:
    """Read messages in the `context` of a conversation: a mapping with the `fact` in mind, or none."""
    fact = context.get("fact") if isinstance(context, Mapping) else None
    token = _TOPICS.set((str(fact).partition(".")[0],) if fact else ())
    try:
        yield
    finally:
        _TOPICS.reset(token)
