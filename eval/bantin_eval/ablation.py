"""What each part is worth: rules alone, a classifier alone, both, given spans, each extractor off.

The weights are the same throughout; only what decides changes:

``both``              as it is run: rules propose, the classifier decides
``rules alone``       every proposal is accepted; of overlapping ones of a label the longest, of two
                      as long the first; every pair and role that the rules propose is a relation,
                      every award is given
``classifier alone``  no rules, no lexicon: logistic regression over the words around each token
                      (B, I or O for each layer), trained on the training corpus; no relations
``gold proposals``    the classifier is replaced by the gold for spans: what the rules never propose is
                      what is missing; relations are decided by the classifier on these spans
``without …``         one extractor off, the others as trained; its own labels are left out of the sums
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bantin import annotator, record
from bantin.classify import Classifier
from bantin.reading import Candidate, Reading
from bantin.record import LABELS
from bantin.text.words import words
from bantin.training import Gold, article_of

from bantin_eval import systems

SURE, NEVER = 0.99, 0.01


class Longest:
    """Rules alone, in the classifier's place: accepts proposals by their form."""

    def score(self, question: str, candidates: Sequence[Candidate]) -> float:
        taken: dict[str, list[tuple[int, int]]] = {}
        for candidate in sorted(candidates, key=lambda c: (-(c.end - c.start), c.start)):
            if candidate.label not in LABELS:
                candidate.probability = SURE
                continue
            others = taken.setdefault(candidate.label, [])
            free = not any(candidate.start < end and start < candidate.end for start, end in others)
            candidate.probability = SURE if free else NEVER
            if free:
                others.append((candidate.start, candidate.end))
        return 0.5


class Given:
    """The gold's answer about spans, the classifier's about relations."""

    def __init__(self, gold: Gold, classifier: Classifier) -> None:
        self.gold, self.classifier = gold, classifier
        self.stages = {stage.question: stage for room in annotator.ROOMS for stage in room.stages}

    def score(self, question: str, candidates: Sequence[Candidate]) -> float:
        stage = self.stages[question]
        if stage.label not in LABELS:
            return self.classifier.score(question, candidates)
        for candidate in candidates:
            candidate.probability = SURE if self.gold.answer(stage, candidate) else NEVER
        return 0.5


def annotate(article: dict, decide: Callable[[Reading], object], rooms: Iterable[annotator.Room] = annotator.ROOMS) -> dict:
    """The record of an article whose candidates ``decide(reading)`` scores."""
    reading = Reading(article_of(article))
    reading.words = words(reading.text)
    judge = decide(reading)
    for room in rooms:
        annotator.run_room(room, reading, judge)  # type: ignore[arg-type]
    return record.make(reading)


def run(gold: Sequence[dict], train: Sequence[dict] | None, labels: Sequence[str], model: Classifier | None = None, progress: Callable[[], None] = lambda: None) -> list[dict]:
    """The lines of the table. ``train``: the training corpus of the classifier alone."""
    weights = model or annotator.classifier()
    lines: list[dict] = []

    def line(name: str, decide: Callable[[dict], Callable[[Reading], object]], rooms=annotator.ROOMS, kept: Sequence[str] = labels, note: str = "") -> None:
        made = [annotate(article, decide(article), rooms) for article in gold]
        lines.append(systems.line(name, gold, made, kept, note))
        progress()

    line("both", lambda _: lambda reading: weights, note="rules propose, the classifier decides")
    line("rules alone", lambda _: lambda reading: Longest(), note="every proposal; of overlapping ones the longest; every proposed pair and role")
    if train:
        made = tagged(train, gold, labels)
        lines.append(systems.line("classifier alone", gold, made, labels, "tokens by their words and neighbours, no rules or lexicons, trained on the same articles; no relations", relations=False))
    else:
        lines.append({"name": "classifier alone", "exact": None, "overlap": None, "labels": {}, "relations": None, "note": "needs the training corpus: --train corpus/train"})
    progress()
    line("gold proposals", lambda article: lambda reading: Given(Gold(article, reading), weights), note="the gold accepts spans: what is missing was never proposed; relations on these spans")
    for room in annotator.ROOMS:
        own = {stage.label for stage in room.stages}
        rest = tuple(other for other in annotator.ROOMS if other is not room)
        kept = [label for label in labels if label not in own]
        line(f"without {room.name}", lambda _: lambda reading: weights, rest, kept, "its own labels are left out of the sums")
    return lines


# ---- the classifier alone


def tagged(train: Sequence[dict], gold: Sequence[dict], labels: Sequence[str]) -> list[dict]:
    """Predictions for ``gold`` of token classifiers that saw ``train`` and no rules."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    readings = [Reading(article_of(article)) for article in [*train, *gold]]
    first = len(train)
    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    owner: list[int] = []
    for number, reading in enumerate(readings):
        for features in _features(reading):
            for feature in features:
                column = index.setdefault(feature, len(index)) if number < first else index.get(feature)
                if column is not None:
                    columns.append(column)
            ends.append(len(columns))
            owner.append(number)
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, len(index)))
    owners = np.array(owner)
    learn = owners < first
    found: list[list[tuple[str, int, int]]] = [[] for _ in gold]
    for label in labels:
        tags = np.concatenate([_tags(reading, article, label) for reading, article in zip(readings[:first], train, strict=True)])
        if len(set(tags)) < 2:
            continue
        answers = SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=12, tol=None, random_state=0).fit(matrix[learn], tags).predict(matrix[~learn])
        position = 0
        for number, reading in enumerate(readings[first:]):
            tokens = reading.tokens
            start = None
            for at, tag in enumerate([*answers[position : position + len(tokens)], "O"]):
                if start is not None and tag != "I":
                    found[number].append((label, *reading.source.to_raw(tokens.start[start], tokens.end[at - 1])))
                    start = None
                if tag == "B" or (tag == "I" and start is None):
                    start = at
            position += len(tokens)
    return [systems.record(article, spans) for article, spans in zip(gold, found, strict=True)]


def _features(reading: Reading) -> Iterable[list[str]]:
    tokens = reading.tokens
    count = len(tokens)
    for at in range(count):
        out = [f"{shift}={tokens.folded[at + shift]}" for shift in range(-3, 4) if 0 <= at + shift < count]
        out += [f"{shift}s{tokens.shape[at + shift]}" for shift in range(-2, 3) if 0 <= at + shift < count]
        if at:
            out.append(f"p={tokens.folded[at - 1]}_{tokens.folded[at]}")
            if "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]]:
                out.append("line")
        if at + 1 < count:
            out.append(f"n={tokens.folded[at]}_{tokens.folded[at + 1]}")
        yield out


def _tags(reading: Reading, article: dict, label: str):
    import numpy as np

    starts = {span["start"] for span in article["spans"] if span["label"] == label}
    inside = [(span["start"], span["end"]) for span in article["spans"] if span["label"] == label]
    tags = []
    for at in range(len(reading.tokens)):
        start, end = reading.source.to_raw(reading.tokens.start[at], reading.tokens.end[at])
        covered = any(left < end and start < right for left, right in inside)
        tags.append("B" if covered and any(start <= left < end for left in starts) else "I" if covered else "O")
    return np.array(tags)
