"""The one classifier: for each question a logistic regression over binary features.

A question is "is this candidate a DATE?", "is this award given?", "does this person hold this
title?". scikit-learn trains (`bantin train`); applying the weights needs numpy alone. The weights
ship as ``weights.npy`` (float32, no pickle) with ``vocabulary.json``; ``manifest.json`` holds their
SHA-256, so that a damaged model is an error and never an empty result.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bantin.errors import ModelError
from bantin.reading import Candidate

FORMAT = "1"
FILES = ("vocabulary.json", "weights.npy")


@dataclass
class Question:
    """Weights of one question. ``slope`` and ``shift`` calibrate the score (Platt); a candidate is
    accepted above ``threshold``."""

    weights: dict[str, float]
    bias: float
    slope: float = 1.0
    shift: float = 0.0
    threshold: float = 0.5

    def probability(self, features: Iterable[str]) -> float:
        get = self.weights.get
        score = self.bias
        for feature in features:
            score += get(feature, 0.0)
        score = score * self.slope + self.shift
        if score < -35:
            return 0.0
        return 1.0 / (1.0 + math.exp(-score))


class Classifier:
    """The questions by name."""

    def __init__(self, questions: dict[str, Question], manifest: dict) -> None:
        self.questions = questions
        self.manifest = manifest

    def score(self, name: str, candidates: Sequence[Candidate]) -> float:
        """Set the probability of each candidate; the question's threshold is returned."""
        try:
            question = self.questions[name]
        except KeyError:
            raise ModelError(f"the model knows no question '{name}'; rebuild it with: bantin train") from None
        for candidate in candidates:
            candidate.probability = question.probability(candidate.features)
        return question.threshold


def load(folder: Path) -> Classifier:
    """The classifier in ``folder``. Raises ModelError if a file is missing, damaged or of another format."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ModelError(f"{folder}: model format {manifest['format']}, this bantin reads {FORMAT}")
        content = {name: (folder / name).read_bytes() for name in FILES}
        for name, data in content.items():
            if hashlib.sha256(data).hexdigest() != manifest["sha256"][name]:
                raise ModelError(f"{folder / name}: damaged (its SHA-256 is not the manifest's); rebuild it with: bantin train")
        vocabulary = json.loads(content["vocabulary.json"])
        weights = np.load(folder / "weights.npy", allow_pickle=False).tolist()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder}: the model cannot be read: {error}") from None
    questions: dict[str, Question] = {}
    first = 0
    for name, entry in vocabulary.items():
        last = first + len(entry["features"])
        questions[name] = Question(
            dict(zip(entry["features"], weights[first:last], strict=True)),
            entry["bias"],
            entry["slope"],
            entry["shift"],
            entry["threshold"],
        )
        first = last
    return Classifier(questions, manifest)


def save(folder: Path, questions: dict[str, Question], about: dict) -> None:
    """Write the three files; the same questions give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {}
    weights: list[float] = []
    for name, question in questions.items():
        features = sorted(question.weights)
        vocabulary[name] = {
            "bias": round(question.bias, 4),
            "slope": round(question.slope, 4),
            "shift": round(question.shift, 4),
            "threshold": round(question.threshold, 4),
            "features": features,
        }
        weights += [question.weights[feature] for feature in features]
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    np.save(folder / "weights.npy", np.array(weights, dtype="<f4"), allow_pickle=False)
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    manifest = {"format": FORMAT, **about, "sha256": digests}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@dataclass
class Example:
    """A labelled candidate: its features, the answer, and the article it stands in."""

    features: list[str]
    answer: bool
    article: int


def fit(examples: Sequence[Example], strength: float = 1.0, folds: int = 5, least: int = 2) -> tuple[Question, list[float]]:
    """Train one question; also each example's probability by a model that never saw its article.

    Features seen in fewer than ``least`` examples are left out. The out-of-fold scores calibrate
    the question (Platt 1999) and set the threshold at the best F1. Deterministic.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    answers = np.array([example.answer for example in examples], dtype=int)
    if len(examples) == 0 or answers.min() == answers.max():
        # Nothing to learn: every candidate seen had one answer.
        always = float(answers.max()) if len(examples) else 0.0
        rate = 0.98 if always else 0.02
        return Question({}, math.log(rate / (1 - rate))), [rate] * len(examples)
    counts: dict[str, int] = {}
    for example in examples:
        for feature in set(example.features):
            counts[feature] = counts.get(feature, 0) + 1
    names = sorted(feature for feature, count in counts.items() if count >= least)
    if not names:
        raise ValueError("the examples have no feature that occurs twice: the room does not describe its candidates")
    index = {name: i for i, name in enumerate(names)}
    rows, columns = [], []
    for row, example in enumerate(examples):
        for feature in set(example.features):
            if feature in index:
                rows.append(row)
                columns.append(index[feature])
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(examples), len(names)))
    articles = np.array([example.article for example in examples])

    def regression(rows_: np.ndarray):
        # liblinear is deterministic and exact on small sparse data.
        return LogisticRegression(C=strength, solver="liblinear", max_iter=1000, tol=1e-6, random_state=0).fit(matrix[rows_], answers[rows_])

    scores = np.zeros(len(examples))
    every = np.arange(len(examples))
    for fold in range(folds):
        held = articles % folds == fold
        train = every[~held]
        if not held.any():
            continue
        if len(train) == 0 or answers[train].min() == answers[train].max():
            scores[held] = 4.0 if len(train) and answers[train].max() else -4.0
        else:
            scores[held] = regression(train).decision_function(matrix[held])
    platt = LogisticRegression(C=1e3, solver="lbfgs").fit(scores[:, None], answers)
    slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    if slope <= 0:  # scores that say nothing out of fold: keep the order, not the scale
        slope, shift = 1.0, 0.0
    out_of_fold = 1 / (1 + np.exp(-(slope * scores + shift)))
    final = regression(every)
    weights = {name: round(float(w), 4) for name, w in zip(names, final.coef_[0], strict=True) if abs(w) >= 0.005}
    question = Question(weights, float(final.intercept_[0]), slope, shift, _best_threshold(out_of_fold, answers))
    return question, out_of_fold.tolist()


def _best_threshold(probabilities: np.ndarray, answers: np.ndarray) -> float:
    """The threshold of the best F1, drawn half way to 0.5 (a small sample's optimum is noisy)."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(answers[order])
    f1 = 2 * hits / (np.arange(1, len(answers) + 1) + answers.sum())
    best = int(np.argmax(f1))
    following = probabilities[order[min(best + 1, len(answers) - 1)]]
    threshold = float((probabilities[order[best]] + following) / 2)
    return min(max((threshold + 0.5) / 2, 0.3), 0.7)
