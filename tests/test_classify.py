"""The classifier: it learns, it is calibrated, its files are guarded."""

import json
import shutil

import numpy as np
import pytest

from bantin.annotator import models_folder
from bantin.classify import Example, Question, fit, load, save
from bantin.errors import ModelError
from bantin.reading import Candidate


def examples(group=False):
    out = []
    for article in range(20):
        for k in range(4):
            right = k == article % 4
            out.append(Example(["right" if right else "wrong", f"noise{(article * 7 + k) % 5}"], right, article, "g" if group else None))
    return out


@pytest.mark.parametrize("group", [False, True])
def test_it_learns_what_separates(group):
    question, probabilities = fit(examples(group))
    assert all((p > question.threshold) == e.answer for p, e in zip(probabilities, examples(group), strict=True))


def test_a_group_shares_one_mention_out():
    question, _ = fit(examples(True))
    members = [Candidate("DATE", 0, i + 1, "r", {"group": 1}, ["right" if i == 2 else "wrong"]) for i in range(4)]
    question.share(members)
    assert sum(m.probability for m in members) <= 1.0 and members[2].probability > 0.5


def test_one_answer_only_teaches_its_rate():
    question, probabilities = fit([Example(["a"], True, i) for i in range(5)])
    assert question.probability(["a"]) == pytest.approx(0.98) and set(probabilities) == {0.98}


def test_training_twice_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        save(tmp_path / name, {"q": fit(examples(True))[0]}, {"articles": 20})
    for file in ("vocabulary.json", "weights.npy", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_saved_and_loaded_are_one(tmp_path):
    question = fit(examples(True))[0]
    save(tmp_path, {"q": question}, {})
    again = load(tmp_path).questions["q"]
    assert again.extent is not None
    assert again.score(["right"]) == pytest.approx(question.score(["right"]), abs=1e-3)


@pytest.mark.parametrize("damage", ["missing", "weights", "vocabulary", "format", "pickle"])
def test_a_damaged_model_is_an_error(tmp_path, damage):
    save(tmp_path, {"q": Question({"a": 1.0}, 0.0)}, {})
    if damage == "missing":
        (tmp_path / "weights.npy").unlink()
    elif damage == "weights":
        (tmp_path / "weights.npy").write_bytes(b"x" + (tmp_path / "weights.npy").read_bytes())
    elif damage == "vocabulary":
        (tmp_path / "vocabulary.json").write_text("{}")
    elif damage == "format":
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": "0"}))
    else:
        np.save(tmp_path / "weights.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError):
        load(tmp_path)


def test_an_unknown_question_is_an_error(tmp_path):
    save(tmp_path, {"q": Question({}, 0.0)}, {})
    with pytest.raises(ModelError, match="bantin train"):
        load(tmp_path).score("date", [])


def test_the_shipped_model_loads_and_a_copy_without_weights_does_not(tmp_path):
    assert load(models_folder()).questions
    shutil.copy(models_folder() / "manifest.json", tmp_path)
    with pytest.raises(ModelError):
        load(tmp_path)
