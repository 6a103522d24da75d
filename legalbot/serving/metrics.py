"""What is counted about the running bot, for Prometheus at `/metrics`: never what people say."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY

from legalbot.settings import FIGURES

MESSAGES = Counter("legalbot_messages", "Messages taken from people.", ["channel"])
OUTCOMES = Counter("legalbot_outcomes", "How turns ended (data/replies/outcomes.yml).", ["outcome"])
ERRORS = Counter("legalbot_errors", "Messages that could not be answered, by the kind of failure.", ["kind"])
SECONDS = Histogram(
    "legalbot_answer_seconds",
    "From a message to its answer.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
IN_WORK = Gauge("legalbot_in_work", "Messages being answered now.", multiprocess_mode="livesum")
READY = Gauge("legalbot_ready", "1 while a real question is answered and kept.", multiprocess_mode="min")


def count(channel: str | None, outcome: str, seconds: float) -> None:
    """Count one answered message."""
    MESSAGES.labels(channel or "unknown").inc()
    OUTCOMES.labels(outcome).inc()
    SECONDS.observe(seconds)


def failed(kind: str) -> None:
    """Count one message that could not be answered."""
    ERRORS.labels(kind).inc()


def exposition() -> bytes:
    """Return all figures in Prometheus' text format, those of all processes where there are several."""
    if not os.environ.get(FIGURES):
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
