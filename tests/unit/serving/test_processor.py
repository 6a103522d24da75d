"""What stands in for Rasa's own parts gives what they give."""

from __future__ import annotations

import os
import shutil

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.graph import ExecutionContext
from rasa.engine.runner.dask import DaskGraphRunner

from legalbot.serving import processor
from legalbot.serving.processor import unpacked

from legalbot.model import MODEL  # isort: skip


@pytest.mark.parametrize("text", ["12348收费吗", "救命啊有人要杀我", "", "月球上有什么"])
def test_the_graph_gives_what_rasas_runner_gives(text, agent):
    storage, metadata = unpacked(MODEL)
    context = ExecutionContext(graph_schema=metadata.predict_schema, model_id=metadata.model_id)
    rasas = DaskGraphRunner.create(metadata.predict_schema, storage, context)
    target = metadata.nlu_target
    inputs = {"__message__": [UserMessage(text)]}
    found, expected = (runner.run(dict(inputs), [target]) for runner in (agent.processor.graph_runner, rasas))
    assert [message.data for message in found[target]] == [message.data for message in expected[target]]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CACHE", tmp_path)
    return tmp_path / "unpacked"


def test_a_model_is_unpacked_once_and_an_earlier_one_goes(cache, tmp_path):
    model = shutil.copy2(MODEL, tmp_path / "model.tar.gz")
    unpacked(model)
    first = {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}
    unpacked(model)
    assert first
    assert first == {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}
    os.utime(model)
    unpacked(model)
    assert len(list(cache.iterdir())) == 1
    assert not first.keys() & set(cache.rglob("*"))
