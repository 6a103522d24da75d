"""The linear model and its training on a toy set: what it says, what it saves, what it refuses."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalbot.nlu.linear import KIND_WEIGHTS, Calibration, LinearModel, Vocabulary
from legalbot.nlu.training import train

Toy = dict[str, tuple[str, ...]]
TOY: Toy = {
    "ask/cost": ("要钱吗", "收费吗", "要不要钱", "收多少钱", "费用要多少钱", "打电话收费吗"),
    "ask/hours": ("晚上有人吗", "周末有人吗", "晚上有人接吗", "周末上班吗", "几点上班", "晚上几点下班"),
    "matter/wages": (
        "老板不发工资",
        "拖欠工资",
        "工资不发怎么办",
        "老板拖欠工资",
        "老板欠工资",
        "工资被拖欠",
    ),
}
FOREIGN = "xyzzy"


def read(text: str) -> dict[str, float]:
    """Return the characters of a text and its pairs of them, each with its count."""
    grams = [*text, *(left + right for left, right in itertools.pairwise(text))]
    return {f"c{gram}": float(grams.count(gram)) for gram in grams}


def fit(toy: Toy) -> LinearModel:
    examples = [(text, label) for label, texts in toy.items() for text in texts]
    return train([read(text) for text, _ in examples], [label for _, label in examples])


def best(model: LinearModel, text: str) -> str:
    return model.labels[int(np.argmax(model.margins(read(text))))]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return fit(TOY)


@pytest.fixture
def saved(model, tmp_path) -> Path:
    model.save(tmp_path / "not" / "there yet")
    return tmp_path / "not" / "there yet"


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in TOY.items() for text in texts])
def test_the_examples_are_learnt(model, label, text):
    assert best(model, text) == label


@pytest.mark.parametrize(
    ("text", "label"), [("要收钱吗", "ask/cost"), ("晚上上班吗", "ask/hours"), ("欠我工资", "matter/wages")]
)
def test_unseen_texts_of_the_same_words_are_told_apart(model, text, label):
    assert best(model, text) == label


def test_what_is_foreign_to_every_label_scores_below_zero_and_lower_in_confidence(model):
    foreign, own = model.margins(read(FOREIGN)), model.margins(read("拖欠工资"))
    assert foreign.tolist() == model.bias.tolist()
    assert foreign.max() < 0
    assert model.calibration.confidence(foreign) < model.calibration.confidence(own)


def test_training_again_gives_the_same(model):
    again = fit(TOY)
    assert again.labels == model.labels
    assert again.vocabulary.columns == model.vocabulary.columns
    assert np.array_equal(again.weights, model.weights)
    assert again.calibration == model.calibration


def test_the_order_of_the_examples_does_not_rename_the_labels(model):
    turned = fit({label: TOY[label][::-1] for label in reversed(TOY)})
    assert turned.labels == model.labels
    assert np.allclose(turned.weights, model.weights, atol=0.05)


def test_two_labels_of_one_group_or_of_two_are_enough():
    for labels in (("ask/cost", "ask/hours"), ("ask/cost", "matter/wages")):
        two = fit({label: TOY[label] for label in labels})
        assert two.weights.shape[1] == two.bias.shape[0] == 2
        for label in labels:
            assert [best(two, text) for text in TOY[label]] == [label] * len(TOY[label])


def test_a_label_with_two_examples_is_enough():
    assert best(fit({**TOY, "chat/greet": ("你好", "你好呀")}), "你好") == "chat/greet"


def test_a_feature_of_a_single_text_is_not_learnt(model):
    assert "c钱" in model.vocabulary.columns
    assert "c被" not in model.vocabulary.columns


def test_a_feature_is_worth_less_the_more_texts_have_it(model):
    idf = {name: float(model.vocabulary.idf[column]) for name, column in model.vocabulary.columns.items()}
    assert min(idf.values()) >= 1
    assert idf["c吗"] < idf["c费"]


@pytest.mark.parametrize(
    ("toy", "told"),
    [
        ({}, "at least 2"),
        ({"ask/cost": TOY["ask/cost"]}, "at least 2"),
        ({**TOY, "chat/greet": ("你好",)}, "chat/greet"),
    ],
)
def test_too_few_labels_or_examples_are_refused(toy, told):
    with pytest.raises(ValueError, match=told):
        fit(toy)


def test_a_loaded_model_is_the_saved_one(model, saved):
    loaded = LinearModel.load(saved)
    assert loaded.labels == model.labels
    assert loaded.calibration == model.calibration
    assert loaded.vocabulary.columns == model.vocabulary.columns
    assert np.array_equal(loaded.vocabulary.idf, model.vocabulary.idf)
    for text in (*TOY["ask/cost"], *TOY["matter/wages"], FOREIGN, ""):
        assert np.allclose(loaded.margins(read(text)), model.margins(read(text)), atol=2e-2)
        assert best(loaded, text) == best(model, text)


def test_a_weight_is_kept_to_a_254th_of_the_largest_of_its_feature(model):
    small = model.small()
    error = np.abs(small.weights * small.scales[:, np.newaxis] - model.weights)
    assert (error <= np.abs(model.weights).max(axis=1, keepdims=True) / 254 + 1e-6).all()
    assert small.small() is small
    nothing = dataclasses.replace(model, weights=np.zeros_like(model.weights)).small()
    assert nothing.margins(read("收多少钱")).tolist() == model.bias.tolist()


def test_a_second_round_trip_changes_nothing_at_all(saved, tmp_path):
    once = LinearModel.load(saved)
    once.save(tmp_path / "second")
    twice = LinearModel.load(tmp_path / "second")
    for text in (*TOY["ask/hours"], FOREIGN):
        assert np.array_equal(twice.margins(read(text)), once.margins(read(text)))
    assert twice.calibration == once.calibration


def test_saving_over_an_older_model_replaces_it(model, saved):
    fit({label: TOY[label] for label in ("ask/cost", "ask/hours")}).save(saved)
    assert LinearModel.load(saved).labels == ("ask/cost", "ask/hours")


def test_nothing_that_is_saved_needs_pickle(saved):
    assert {path.name for path in saved.iterdir()} == {"linear.json", "linear.npz", "weights.npy"}
    assert set(json.loads((saved / "linear.json").read_text("utf8"))) == {"labels", "features", "calibration"}
    with np.load(saved / "linear.npz", allow_pickle=False) as arrays:
        assert set(arrays.files) == {"idf", "bias", "scales"}
        assert {arrays[name].dtype.kind for name in arrays.files} == {"f"}
    assert np.load(saved / "weights.npy", allow_pickle=False).dtype == np.int8


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_pickled_array_is_refused_and_its_code_never_runs(saved, tmp_path):
    mark = tmp_path / "executed"
    with np.load(saved / "linear.npz") as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    trap = np.array([Trap(mark)], dtype=object)
    np.savez(saved / "linear.npz", **{**kept, "bias": trap})
    with pytest.raises(ValueError, match="allow_pickle"):
        LinearModel.load(saved)
    np.savez(saved / "linear.npz", **kept)
    np.save(saved / "weights.npy", trap)
    with pytest.raises(ValueError, match="Python objects"):
        LinearModel.load(saved)
    assert not mark.exists()


def test_a_model_in_use_outlives_a_new_one_in_its_place(model, saved):
    loaded = LinearModel.load(saved)
    before = loaded.margins(read("收多少钱"))
    fit({label: TOY[label] for label in ("ask/cost", "ask/hours")}).save(saved)
    assert np.array_equal(loaded.margins(read("收多少钱")), before)


def test_each_kind_of_feature_weighs_what_it_should():
    names = ["ca", "cb", "pa", "wa", "sa"]
    vocabulary = Vocabulary({name: column for column, name in enumerate(names)}, np.ones(5, dtype=np.float32))
    columns, weights = vocabulary.vector({"ca": 1, "cb": 3, "pa": 2, "wa": 1, "unknown": 5})
    assert sorted(columns.tolist()) == [0, 1, 2, 3]
    weight = dict(zip(columns.tolist(), weights.tolist(), strict=True))
    assert math.hypot(weight[0], weight[1]) == pytest.approx(KIND_WEIGHTS["c"])
    assert weight[1] / weight[0] == pytest.approx(1 + math.log(3))
    assert weight[2] == pytest.approx(KIND_WEIGHTS["p"])
    assert weight[3] == pytest.approx(KIND_WEIGHTS["w"])


def test_no_known_feature_is_an_empty_vector():
    columns, weights = Vocabulary({"ca": 0}, np.ones(1, dtype=np.float32)).vector({"cb": 1})
    assert len(columns) == len(weights) == 0


def test_margins_of_a_foreign_text_are_a_copy_of_the_bias(model):
    margins = model.margins(read(FOREIGN))
    margins += 1
    assert not np.array_equal(margins, model.bias)


def test_evidence_is_the_best_margin_and_its_lead():
    assert Calibration.evidence(np.array([-1.0, 0.5, 0.25], dtype=np.float32)) == (0.5, 0.25)
    assert Calibration.evidence(np.array([0.5, 0.5], dtype=np.float32)) == (0.5, 0.0)


SCORES = st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=12)


@settings(deadline=None, database=None, derandomize=True, max_examples=200)
@given(SCORES, st.tuples(st.floats(0, 10), st.floats(0, 10)), st.floats(-10, 10))
def test_confidence_is_between_nought_and_one(scores, slopes, intercept):
    confidence = Calibration(slopes, intercept).confidence(np.array(scores, dtype=np.float32))
    assert 0 <= confidence <= 1


@pytest.mark.parametrize("text", ["要钱吗", "老板", "周末工资要钱吗", FOREIGN, "", "钱" * 500])
def test_confidence_of_the_trained_model_is_between_nought_and_one(model, text):
    assert 0 < model.calibration.confidence(model.margins(read(text))) < 1


def test_confidence_grows_with_the_margin_and_with_the_lead():
    sure = Calibration((2.0, 1.0), -0.5)
    low, lead, high = (
        sure.confidence(np.array(scores, dtype=np.float32)) for scores in ([0.1, 0], [0.1, -1], [2, -1])
    )
    assert low < lead < high


def test_confidence_is_fitted_where_unseen_texts_go_wrong():
    """Two labels with the same texts cannot be told apart: the fitted confidence must say so."""
    same = TOY["ask/cost"]
    torn = fit({"ask/cost": same, "ask/price": same, "matter/wages": TOY["matter/wages"]})
    assert torn.calibration != dataclasses.replace(torn.calibration, slopes=(1.0, 0.0), intercept=0.0)
    doubtful = torn.calibration.confidence(torn.margins(read("要钱吗")))
    sure = torn.calibration.confidence(torn.margins(read("老板拖欠工资")))
    assert doubtful < sure
