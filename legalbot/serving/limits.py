"""How often one sender may write, in bounded memory whoever floods."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from cachetools import LRUCache


class RateLimit:
    """`burst` messages at once, then one every `seconds` (the generic cell rate algorithm).

    The senders heard last are remembered, at most `remembered` of them.
    """

    def __init__(
        self,
        seconds: float,
        burst: int,
        remembered: int = 50_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._tolerance = seconds * (burst - 1)
        self._clock = clock
        self._due: LRUCache[Hashable, float] = LRUCache(remembered)

    def allows(self, sender: Hashable) -> bool:
        """Tell whether `sender` may write now; what is refused does not count."""
        now = self._clock()
        due = max(self._due.get(sender, now), now)
        if due - now > self._tolerance:
            return False
        self._due[sender] = due + self._seconds
        return True
