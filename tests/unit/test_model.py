"""Whether the model still fits what it was made from, and how a training ends; in a project of our own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from legalbot import model

INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements.txt",
    "data/nlu/hotline.yml",
    "data/rules/reply.yml",
    "data/lexicon/dialect.yml",
    "data/lexicon/jieba/legal.txt",
    "legalbot/nlu/features.py",
    "legalbot/text.py",
    "legalbot/lexicon.py",
    "legalbot/importer.py",
)
OTHERS = (
    "data/facts/hotline.yml",
    "data/replies/chat.yml",
    "legalbot/dialogue.py",
    "data/nlu/notes.md",
    "README.md",
)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    for name in (*INPUTS, *OTHERS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n", encoding="utf8")
    models = tmp_path / "models"
    monkeypatch.setattr(model, "ROOT", tmp_path)
    monkeypatch.setattr(model, "MODELS", models)
    monkeypatch.setattr(model, "MODEL", models / "12348.tar.gz")
    monkeypatch.setattr(model, "STAMP", models / "12348.fingerprint")
    monkeypatch.setattr(model, "LOG", models / "training.log")
    return tmp_path


@pytest.fixture
def rasa(project, monkeypatch):
    """Let a shell script stand in for `python -m rasa train`."""

    def stand_in(script: str) -> None:
        path = project / "python"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf8")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return stand_in


TRAINS = 'echo "$@" > called; echo made > models/12348.tar.gz'


@pytest.mark.parametrize("name", INPUTS)
def test_a_change_of_what_it_is_made_from_is_noticed(project, name):
    before = model.fingerprint()
    (project / name).write_text("changed", encoding="utf8")
    assert model.fingerprint() != before


@pytest.mark.parametrize("name", OTHERS)
def test_a_change_of_anything_else_needs_no_training(project, name):
    before = model.fingerprint()
    (project / name).write_text("changed", encoding="utf8")
    assert model.fingerprint() == before


def test_new_removed_and_renamed_files_are_noticed(project):
    seen = {model.fingerprint()}
    added = project / "data" / "nlu" / "new.yml"
    added.write_text("new", encoding="utf8")
    seen.add(model.fingerprint())
    added.rename(added.with_name("newer.yml"))
    seen.add(model.fingerprint())
    (project / "data" / "nlu" / "hotline.yml").unlink()
    seen.add(model.fingerprint())
    assert len(seen) == 4


def test_touching_a_file_changes_nothing(project):
    before = model.fingerprint()
    os.utime(project / "config.yml", (1, 1))
    assert model.fingerprint() == before


def test_stories_count_as_soon_as_there_are_any(project):
    before = model.fingerprint()
    (project / "data" / "stories").mkdir()
    (project / "data" / "stories" / "one.yml").write_text("one", encoding="utf8")
    assert model.fingerprint() != before


def test_fresh_means_a_model_with_the_stamp_of_the_present_data(project):
    assert not model.is_fresh()
    model.MODELS.mkdir()
    model.MODEL.write_bytes(b"model")
    assert not model.is_fresh()
    model.STAMP.write_text(model.fingerprint(), encoding="utf8")
    assert model.is_fresh()
    (project / "domain.yml").write_text("changed", encoding="utf8")
    assert not model.is_fresh()


def test_a_stamp_without_its_model_is_not_fresh(project):
    model.MODELS.mkdir()
    model.STAMP.write_text(model.fingerprint(), encoding="utf8")
    assert not model.is_fresh()


def test_training_leaves_a_fresh_model_its_log_and_shows_the_steps(project, rasa, capsys):
    rasa(f"echo \"Starting to train component 'AskClassifier'.\"; echo noise; echo error >&2; {TRAINS}")
    model.train()
    assert model.is_fresh()
    assert (project / "called").read_text("utf8").split() == [
        "-m",
        "rasa",
        "train",
        "--fixed-model-name",
        "12348",
    ]
    assert capsys.readouterr().out == "  正在训练 AskClassifier …\n"
    assert "noise\nerror\n" in model.LOG.read_text("utf8")


def test_nothing_is_reported_to_rasa(rasa):
    rasa(f"{TRAINS}; echo telemetry $RASA_TELEMETRY_ENABLED")
    model.train()
    assert "telemetry false" in model.LOG.read_text("utf8")


@pytest.mark.parametrize("script", ["echo broken; exit 1", "exit 0", f"{TRAINS}; exit 3"])
def test_a_failed_training_names_its_log_and_is_not_fresh(rasa, script):
    rasa(script)
    with pytest.raises(model.TrainingError, match=r"models/training\.log"):
        model.train()
    assert not model.is_fresh()
    assert model.LOG.is_file()


def test_a_failed_training_takes_the_old_stamp_away(project, rasa):
    rasa(TRAINS)
    model.train()
    rasa("exit 1")
    with pytest.raises(model.TrainingError):
        model.train()
    assert model.MODEL.is_file()
    assert not model.STAMP.exists()


def test_data_changed_during_the_training_means_training_anew(rasa):
    rasa(f"{TRAINS}; echo more >> data/nlu/hotline.yml")
    model.train()
    assert model.MODEL.is_file()
    assert not model.is_fresh()


def test_the_project_itself_lists_only_what_exists():
    missing = [name for name in (*model._FILES, *model._LEARNT_FROM) if not (model.ROOT / name).exists()]
    assert set(missing) <= {"data/stories"}
