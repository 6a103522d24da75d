"""Rasa's processing of a message without the work that has no effect here."""

from __future__ import annotations

import json
import shutil
import tarfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.core.actions.action import Action, ActionListen, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.graph import ExecutionContext, GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import MAPPING_TYPE, SlotMappingType
from rasa.shared.core.trackers import DialogueStateTracker

from legalbot.model import ModelError
from legalbot.nlu.present import talking_about
from legalbot.paths import CACHE

METADATA = "metadata.json"
COMPONENTS = "components"
"""What is in Rasa's model archives."""
CONTEXT = "context"
"""Slot: what is being talked about (domain.yml)."""


class InOrderRunner(DaskGraphRunner):  # type: ignore[misc]
    """Runs the nodes of a graph one after another, in an order found once for each target."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._orders: dict[str, list[tuple[str, GraphNode, tuple[str, ...]]]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return what the `targets` give for the `inputs`, both by name."""
        wanted = targets or self._graph_schema.target_names
        results = dict(inputs or {})
        for target in wanted:
            for name, node, needs in self._order(target, frozenset(results)):
                if name not in results:
                    results[name] = node(*((need, results[need]) for need in needs))[1]
        return {target: results[target] for target in wanted}

    def _order(self, target: str, given: frozenset[str]) -> list[tuple[str, GraphNode, tuple[str, ...]]]:
        if target not in self._orders:
            found: dict[str, tuple[str, GraphNode, tuple[str, ...]]] = {}
            self._visit(target, given, found)
            self._orders[target] = list(found.values())
        return self._orders[target]

    def _visit(
        self, name: str, given: frozenset[str], found: dict[str, tuple[str, GraphNode, tuple[str, ...]]]
    ) -> None:
        if name in found or (name in given and name not in self._graph_schema.nodes):
            return
        needs = tuple(self._graph_schema.nodes[name].needs.values())
        for need in needs:
            self._visit(need, given, found)
        found[name] = (name, self._instantiated_nodes[name], needs)


def unpacked(archive: Path) -> tuple[LocalModelStorage, ModelMetadata]:
    """Return what a model archive holds, unpacked once and kept in the project's cache.

    Raises:
        ModelError: the archive is missing or broken.
    """
    try:
        told = archive.stat()
        folder = CACHE / "unpacked" / f"{archive.name}-{told.st_size}-{told.st_mtime_ns}"
        if not folder.is_dir():
            _unpack(archive, folder)
        metadata = json.loads((folder / METADATA).read_text("utf8"))
        return LocalModelStorage(folder / COMPONENTS), ModelMetadata.from_dict(metadata)
    except (OSError, EOFError, ValueError, KeyError, zlib.error, tarfile.TarError) as error:
        raise ModelError(
            f"模型文件 {archive.name} 不在或者坏了（{type(error).__name__}），请运行 make train"
        ) from error


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack into `folder`, which is there either as a whole or not at all, and drop earlier models."""
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.parent.mkdir(parents=True)
    with TemporaryDirectory(dir=folder.parent) as place:
        LocalModelStorage._extract_archive_to_directory(archive, Path(place))
        Path(place).replace(folder)
        Path(place).mkdir()


class LeanProcessor(MessageProcessor):  # type: ignore[misc]
    """Handles messages as Rasa does, reading each in the context of its conversation."""

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, InOrderRunner]:
        archive = Path(model_path)
        storage, metadata = unpacked(archive)
        context = ExecutionContext(graph_schema=metadata.predict_schema, model_id=metadata.model_id)
        return archive.name, metadata, InOrderRunner.create(metadata.predict_schema, storage, context)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._extracts_slots = any(
            mapping.get(MAPPING_TYPE) != SlotMappingType.CUSTOM.value or mapping.get("action")
            for slot in self.domain.slots
            for mapping in slot.mappings
        )

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Return what was understood of `message` where `tracker` stands."""
        with talking_about(tracker.get_slot(CONTEXT) if tracker else None):
            parsed: dict[str, Any] = await super().parse_message(message, tracker, only_output_properties)
            return parsed

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Warn of nothing: what is understood is one of the domain's intents by its making."""

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill slots from the message where the domain has any that Rasa fills by itself."""
        if not self._extracts_slots:
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run an action of this project, or the one that ends a turn, on the conversation itself.

        Rasa runs every action on a copy, for the sake of those that change it; these do not. A failure ends
        the message: the person is told by whoever sent it here.
        """
        if not isinstance(action, RemoteAction | ActionListen):
            again: bool = await super()._run_action(action, tracker, output_channel, nlg, prediction)
            return again
        tracker.update_with_events(prediction.events, self.domain)
        events = await action.run(output_channel, nlg, tracker, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await self.execute_side_effects(events, tracker, output_channel)
        return bool(self.should_predict_another_action(action.name()))


class LeanAgent(Agent):  # type: ignore[misc]
    """Rasa's agent with a `LeanProcessor`."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load a model archive."""
        self.processor = LeanProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )
        self.domain = self.tracker_store.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
