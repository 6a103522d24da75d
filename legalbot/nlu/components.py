"""The Rasa components of the pipeline: thin wrappers around `legalbot.text` and `legalbot.nlu`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from legalbot.importer import FULL_INTENT
from legalbot.knowledge import knowledge
from legalbot.lexicon import LEXICON, cut
from legalbot.nlu.linear import LinearModel
from legalbot.nlu.present import present_topics
from legalbot.nlu.understanding import Candidate, Understander, Understanding, bare, read, strip_opening
from legalbot.paths import ROOT
from legalbot.text import normalise

FALLBACK = "nlu_fallback"
ELLIPSIS = "follow/"
"""Intents of half sentences, which only the topic talked about makes questions."""


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a hash of the files' contents, so that a change of code or tables means training anew."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sources() -> list[Path]:
    """Return the files that decide how a text is read: the code of the NLU and the word tables."""
    code = [*(ROOT / "legalbot" / "nlu").glob("*.py"), ROOT / "legalbot" / "text.py"]
    return [*code, *(path for path in LEXICON.rglob("*") if path.is_file())]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class KunmingTokenizer(JiebaTokenizer):  # type: ignore[misc]
    """jieba over the normalised text, with the field's dictionary."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Train anew when the dictionary or the normaliser changes: Rasa itself would not notice."""
        return fingerprint(sources())

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of the normalised text; offsets refer to that text."""
        tokens, start = [], 0
        for word in cut(normalise(message.get(attribute) or "")):
            if word.strip():
                tokens.append(Token(word, start))
            start += len(word)
        return self._apply_token_pattern(tokens)  # type: ignore[no-any-return]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AskClassifier(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Chooses the full intent of a message and hands it on as Rasa intent, ranking and response selection."""

    def __init__(self, storage: ModelStorage, resource: Resource, reader: Understander | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AskClassifier:
        """Create an untrained component (called by Rasa)."""
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Train anew when the code or the word tables change."""
        return fingerprint(sources())

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the intent examples and store it."""
        from legalbot.nlu.training import train  # noqa: PLC0415 - scikit-learn is needed only here

        examples = [(full_intent(message), message.get(TEXT)) for message in training_data.intent_examples]
        halves = [(f"ask/{key(intent)}", text) for intent, text in examples if intent.startswith(ELLIPSIS)]
        wholes = [(intent, text) for intent, text in examples if not intent.startswith(ELLIPSIS)]
        wholes += completed(halves)
        model, ellipsis = (
            train([read(text) for _, text in part], [intent for intent, _ in part])
            for part in (wholes, halves)
        )
        exact = {bare(normalise(text)): intent for intent, text in wholes}
        with self._storage.write_to(self._resource) as folder:
            model.save(folder / "whole")
            ellipsis.save(folder / "half")
            (folder / "exact.json").write_text(json.dumps(exact, ensure_ascii=False), encoding="utf8")
        self._reader = reader(model, ellipsis, exact)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AskClassifier:
        """Load the trained component (called by Rasa)."""
        with model_storage.read_from(resource) as folder:
            exact = json.loads((folder / "exact.json").read_text(encoding="utf8"))
            model, ellipsis = (LinearModel.load(folder / name) for name in ("whole", "half"))
            return cls(model_storage, resource, reader(model, ellipsis, exact))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and `asks` of each message."""
        assert self._reader is not None, "the classifier is neither trained nor loaded"  # noqa: S101
        for message in messages:
            _put(message, self._reader.understand(message.get(TEXT) or "", present_topics()))
        return messages


def full_intent(message: Message) -> str:
    """Return `group/key` of a training example, or the bare intent where it has no key."""
    return str(message.get(FULL_INTENT) or message.get(INTENT_RESPONSE_KEY) or message.get(INTENT))


def completed(halves: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return half sentences with their topic's short names in front: the tersest way to ask in full."""
    topics = knowledge().topics
    return [
        (intent, called + strip_opening(text).lstrip("那，, "))
        for intent, text in halves
        for called in topics[key(intent).partition(".")[0]].called
    ]


def key(intent: str) -> str:
    """Return what stands behind the slash of a full intent."""
    return intent.partition("/")[2]


def reader(model: LinearModel, ellipsis: LinearModel, exact: dict[str, str]) -> Understander:
    """Return the reader of messages; every button of the fact base is an exact text, whatever its wording."""
    facts = knowledge()
    buttons = {bare(normalise(fact.ask)): f"ask/{fact.id}" for fact in facts.facts.values()}
    names = {topic.id: topic.name for topic in facts.topics.values()}
    return Understander(model, ellipsis, {**exact, **buttons}, names)


def _put(message: Message, found: Understanding) -> None:
    best = found.best
    group = best.group if found.asks else FALLBACK
    message.set(INTENT, {"name": group, "confidence": best.confidence}, add_to_output=True)
    message.set("intent_ranking", _listed(found.ranking), add_to_output=True)
    message.set("asks", _listed(found.asks), add_to_output=True)
    follows = {topic: _listed([candidate])[0] for topic, candidate in found.follows.items()}
    message.set("follows", follows, add_to_output=True)
    message.set("unread", found.unread, add_to_output=True)
    message.set("named", found.named, add_to_output=True)
    message.set("danger", found.danger, add_to_output=True)
    chosen = {"intent_response_key": best.intent, "confidence": best.confidence}
    selection = {group: {"response": chosen, "ranking": [chosen]}, "all_retrieval_intents": [group]}
    message.set("response_selector", selection, add_to_output=True)


def _listed(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    return [{"name": c.intent, "confidence": c.confidence, "piece": c.piece} for c in candidates]
