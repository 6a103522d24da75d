"""Hands the training data to Rasa: groups as intents, the chosen question as a mark on each example."""

from __future__ import annotations

from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT_RESPONSE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FULL_INTENT = "full_intent"
"""Where a training message keeps `group/key` for the classifier."""


class GroupedIntentImporter(RasaFileImporter):  # type: ignore[misc]
    """Reads the project as Rasa does, but keeps the key behind the slash for `AskClassifier`.

    Rasa would take `ask/hotline.cost` for a retrieval intent, want a response phrase for each and a
    ResponseSelector in the pipeline. The answers stand in the fact base, so no second copy is kept.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the examples with the group as intent and `group/key` under `FULL_INTENT`."""
        read = super().get_nlu_data(language)
        return TrainingData([_marked(message) for message in read.training_examples])


def _marked(message: Message) -> Message:
    data: dict[str, Any] = dict(message.data)
    full = data.pop(INTENT_RESPONSE_KEY, None)
    if full:
        data[FULL_INTENT] = full
    return Message(data=data, features=message.features)
