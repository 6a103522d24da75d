"""Rate limits: a burst, then a steady pace, in bounded memory."""

from __future__ import annotations

from legalbot.serving.limits import RateLimit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_one_every_interval():
    clock = Clock()
    limit = RateLimit(seconds=2, burst=3, clock=clock)
    assert [limit.allows("one") for _ in range(5)] == [True, True, True, False, False]
    clock.now += 2
    assert [limit.allows("one") for _ in range(2)] == [True, False]


def test_one_sender_does_not_use_up_what_another_may_write():
    limit = RateLimit(seconds=60, burst=1, clock=Clock())
    assert limit.allows("one")
    assert not limit.allows("one")
    assert limit.allows("two")


def test_after_a_rest_the_whole_burst_is_there_again_but_no_more():
    clock = Clock()
    limit = RateLimit(seconds=1, burst=2, clock=clock)
    assert all(limit.allows("one") for _ in range(2))
    clock.now += 1000
    assert [limit.allows("one") for _ in range(3)] == [True, True, False]


def test_a_flood_of_senders_is_remembered_up_to_a_bound():
    limit = RateLimit(seconds=1, burst=1, remembered=100, clock=Clock())
    assert all(limit.allows(number) for number in range(10_000))
    assert len(limit._due) == 100
    assert not limit.allows(9_999)
