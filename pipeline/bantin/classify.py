"""The one classifier: for each question a logistic regression over binary features.

A question is "is this candidate a DATE?", "is this award given?", "does this person hold this
title?". Where rules propose several extents of one mention (candidates with the same
``data["group"]``), the question is asked in two steps: is there a mention at all, and if so, which
extent is it: a second regression, trained on true mentions alone, shares the mention's probability
out among its extents. scikit-learn trains (`bantin train`); applying the weights needs numpy alone. The weights
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
EXTENT = ".extent"  # the second step of a question, beside it in the vocabulary


@dataclass
class Question:
    """Weights of one question. ``slope`` and ``shift`` calibrate the score (Platt); a candidate is
    accepted above ``threshold``."""

    weights: dict[str, float]
    bias: float
    slope: float = 1.0
    shift: float = 0.0
    threshold: float = 0.5
    extent: Question | None = None

    def score(self, features: Iterable[str]) -> float:
        """The log-odds before calibration."""
        get = self.weights.get
        total = self.bias
        for feature in features:
            total += get(feature, 0.0)
        return total

    def probability(self, features: Iterable[str]) -> float:
        return sigmoid(self.score(features) * self.slope + self.shift)

    def share(self, candidates: Sequence[Candidate]) -> None:
        """Set the probabilities of candidates that stand in groups (``extent`` is there)."""
        assert self.extent is not None
        groups: dict = {}
        for candidate in candidates:
            groups.setdefault(candidate.data["group"], []).append(candidate)
        for members in groups.values():
            total = sum(sigmoid(self.score(member.features)) for member in members)
            mention = sigmoid(log_odds(total) * self.slope + self.shift)
            scores = [self.extent.score(member.features) * self.extent.slope for member in members]
            for member, part in zip(members, softmax(scores), strict=True):
                member.probability = mention * part


def sigmoid(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score)) if score > -35 else 0.0


def log_odds(probability: float) -> float:
    """Log-odds of a probability, or of a sum of probabilities of exclusive cases, within ±6.9."""
    probability = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(probability / (1 - probability))


def softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    parts = [math.exp(score - top) for score in scores]
    total = sum(parts)
    return [part / total for part in parts]


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
        if question.extent is not None:
            if any("group" not in candidate.data for candidate in candidates):
                raise ModelError(f"the model asks '{name}' of groups, this bantin does not; rebuild it with: bantin train")
            question.share(candidates)
        else:
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
        question = Question(
            dict(zip(entry["features"], weights[first:last], strict=True)),
            entry["bias"],
            entry["slope"],
            entry["shift"],
            entry["threshold"],
        )
        if name.endswith(EXTENT):
            questions[name.removesuffix(EXTENT)].extent = question
        else:
            questions[name] = question
        first = last
    return Classifier(questions, manifest)


def save(folder: Path, questions: dict[str, Question], about: dict) -> None:
    """Write the three files; the same questions give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {}
    weights: list[float] = []
    flat = [pair for name, question in questions.items() for pair in ((name, question), (name + EXTENT, question.extent))]
    for name, question in flat:
        if question is None:
            continue
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
    """A labelled candidate: its features, the answer, the article it stands in, and its group there
    (None where the stage has no groups)."""

    features: list[str]
    answer: bool
    article: int
    group: object = None


def fit(examples: Sequence[Example], strength: float = 1.0, folds: int = 5, least: int = 2) -> tuple[Question, list[float]]:
    """Train one question; also each example's probability by models that never saw its article.

    Features seen in fewer than ``least`` examples are left out. The out-of-fold scores calibrate
    the question (Platt 1999) and set the threshold. Deterministic.
    """
    answers = np.array([example.answer for example in examples], dtype=int)
    if len(examples) == 0 or answers.min() == answers.max():
        # Nothing to learn: every candidate seen had one answer.
        always = float(answers.max()) if len(examples) else 0.0
        rate = 0.98 if always else 0.02
        return Question({}, math.log(rate / (1 - rate))), [rate] * len(examples)
    matrix, names = _matrix(examples, least)
    articles = np.array([example.article for example in examples])
    everything = np.ones(len(examples), dtype=bool)
    scores, final = _cross_fit(matrix, answers, articles, everything, strength, folds)
    groups: dict[tuple, list[int]] = {}
    for row, example in enumerate(examples):
        groups.setdefault((example.article, example.group), []).append(row)
    rows = list(groups.values())
    true = np.zeros(len(examples), dtype=bool)
    for members in rows:
        true[members] = answers[members].any()
    # With very few articles no group has a wrong rival: there is nothing to choose between.
    if examples[0].group is None or answers[true].min() == answers[true].max():
        slope, shift = _platt(scores, answers)
        probabilities = 1 / (1 + np.exp(-(slope * scores + shift)))
        return _question(names, final, slope, shift, _best_threshold(probabilities, answers)), probabilities.tolist()

    extents, final_extent = _cross_fit(matrix, answers, articles, true, strength, folds)
    extent_slope = max(_platt(extents[true], answers[true])[0], 0.1)
    totals = np.array([log_odds(float(sum(sigmoid(s) for s in scores[members]))) for members in rows])
    slope, shift = _platt(totals, np.array([int(answers[members].any()) for members in rows]))
    shared = np.zeros(len(examples))
    for members, total in zip(rows, totals, strict=True):
        shared[members] = np.array(softmax([extents[row] * extent_slope for row in members])) * sigmoid(slope * total + shift)
    question = _question(names, final, slope, shift, _best_threshold(shared, answers))
    question.extent = _question(names, final_extent, extent_slope, 0.0, 0.5)
    return question, shared.tolist()


def _matrix(examples: Sequence[Example], least: int):
    """Sparse examples by features, and the features' names in order."""
    from scipy.sparse import csr_matrix

    counts: dict[str, int] = {}
    for example in examples:
        for feature in set(example.features):
            counts[feature] = counts.get(feature, 0) + 1
    names = sorted(feature for feature, count in counts.items() if count >= least)
    if not names:
        raise ValueError("the examples have no feature that occurs twice: the room does not describe its candidates")
    index = {name: i for i, name in enumerate(names)}
    pairs = [(row, index[feature]) for row, example in enumerate(examples) for feature in set(example.features) if feature in index]
    rows, columns = zip(*pairs, strict=True)
    return csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(examples), len(names))), names


def _cross_fit(matrix, answers: np.ndarray, articles: np.ndarray, teaching: np.ndarray, strength: float, folds: int):
    """Every row's score by a model trained on the teaching rows of other articles; and the model of all."""
    from sklearn.linear_model import LogisticRegression

    def regression(chosen: np.ndarray):
        # liblinear is deterministic and exact on small sparse data.
        return LogisticRegression(C=strength, solver="liblinear", max_iter=1000, tol=1e-6, random_state=0).fit(matrix[chosen], answers[chosen])

    scores = np.zeros(len(answers))
    for fold in range(folds):
        held = articles % folds == fold
        train = teaching & ~held
        if not held.any():
            continue
        if not train.any() or answers[train].min() == answers[train].max():
            scores[held] = 4.0 if train.any() and answers[train].max() else -4.0
        else:
            scores[held] = regression(train).decision_function(matrix[held])
    return scores, regression(teaching)


def _platt(scores: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    if answers.min() == answers.max():
        return 1.0, 0.0
    platt = LogisticRegression(C=1e3, solver="lbfgs").fit(scores[:, None], answers)
    slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return (slope, shift) if slope > 0 else (1.0, 0.0)  # scores that say nothing out of fold


def _question(names: list[str], model, slope: float, shift: float, threshold: float) -> Question:
    weights = {name: round(float(w), 4) for name, w in zip(names, model.coef_[0], strict=True) if abs(w) >= 0.005}
    return Question(weights, float(model.intercept_[0]), slope, shift, threshold)


def _best_threshold(probabilities: np.ndarray, answers: np.ndarray) -> float:
    """The middle of the thresholds whose F1 is within 0.002 of the best: the single best one of a
    small sample is noise."""
    order = np.argsort(-probabilities, kind="stable")
    sorted_probabilities = probabilities[order]
    hits = np.cumsum(answers[order])
    f1 = 2 * hits / (np.arange(1, len(answers) + 1) + answers.sum())
    good = np.flatnonzero(f1 >= f1.max() - 0.002)
    low = sorted_probabilities[min(good[-1] + 1, len(answers) - 1)]
    return float(min(max((sorted_probabilities[good[0]] + low) / 2, 0.3), 0.7))
