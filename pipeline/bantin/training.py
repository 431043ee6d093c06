"""`bantin train`: the shipped weights from the labelled articles, bit for bit.

The rooms are trained in their order. What an earlier stage accepts in a training article is decided
by a model that never saw that article (out of fold), so that later stages learn from mistakes of
the size they will meet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from bantin import classify
from bantin.annotator import ROOMS, Stage
from bantin.article import Article, parse_published
from bantin.reading import Candidate, Reading, Span
from bantin.text.words import words


class Gold:
    """A gold record beside its reading: answers by extents of the raw text."""

    def __init__(self, record: dict, reading: Reading) -> None:
        self.reading = reading
        self.spans = {(span["label"], span["start"], span["end"]): span for span in record["spans"]}
        by_id = {span["id"]: (span["start"], span["end"]) for span in record["spans"]}

        def extent(value) -> tuple[int, int]:
            return by_id[value] if isinstance(value, str) else (value[0], value[1])

        self.relations: set[tuple] = set()
        for relation in record["relations"]:
            if relation["type"] == "award":
                award = extent(relation["award"])
                for role in ("issuer", "reason"):
                    if relation.get(role):
                        self.relations.add((role, award, extent(relation[role])))
                for role, name in (("presenters", "presenter"), ("recipients", "recipient")):
                    self.relations |= {(name, award, extent(value)) for value in relation.get(role) or []}
            else:
                self.relations.add((relation["type"], extent(relation["official"]), extent(relation["title"])))

    def raw(self, extent: Span | Candidate | tuple[int, int]) -> tuple[int, int]:
        start, end = extent if isinstance(extent, tuple) else (extent.start, extent.end)
        return self.reading.source.to_raw(start, end)

    def answer(self, stage: Stage, candidate: Candidate) -> bool:
        """Is the candidate right by gold?"""
        if stage.question == "realis":
            span = self.spans.get(("AWARD", *self.raw(candidate)))
            return bool(span and span.get("realis", True))
        if stage.question == "holds":
            kind = candidate.data.get("kind", "holds")
            return (kind, self.raw(candidate.data["official"]), self.raw(candidate.data["title"])) in self.relations
        if "giving" in candidate.data:
            return self.part(candidate, whole=stage.question in ("presenter", "reason", "part end"))
        return (candidate.label, *self.raw(candidate)) in self.spans

    def part(self, candidate: Candidate, whole: bool) -> bool:
        """Does a part of this role (the whole, or its start) stand in gold for one of the awards given together?"""
        start, end = self.raw(candidate)
        awards = {self.raw(award) for award in candidate.data["awards"]}
        if whole:
            return any((candidate.data["role"], award, (start, end)) in self.relations for award in awards)
        return any(kind == candidate.data["role"] and first in awards and second[0] == start for kind, first, second in self.relations)

    def counts(self, stage: Stage, candidate: Candidate) -> bool:
        """May the candidate teach? The realis of a span that is no award may not, nor the ends of a start
        that is none."""
        if stage.question == "part end":
            return self.part(candidate, whole=False)
        return stage.question != "realis" or ("AWARD", *self.raw(candidate)) in self.spans


def article_of(record: dict) -> Article:
    published = record.get("published")
    return Article(record["text"], record["id"], parse_published(published) if published else None, record.get("source"))


def train(records: Iterable[dict], strength: float = 1.0, say: Callable[[str], None] = lambda line: None) -> dict[str, classify.Question]:
    """The questions learnt from gold records, in the order of the rooms."""
    readings: list[Reading] = []
    golds: list[Gold] = []
    for record in records:
        reading = Reading(article_of(record))
        reading.words = words(reading.text)
        readings.append(reading)
        golds.append(Gold(record, reading))
    questions: dict[str, classify.Question] = {}
    for room in ROOMS:
        for stage in room.stages:
            examples: list[classify.Example] = []
            of_article: list[list[Candidate]] = []
            teaching: list[Candidate] = []
            for number, (reading, gold) in enumerate(zip(readings, golds, strict=True)):
                candidates = stage.propose(reading)
                stage.describe(reading, candidates)
                reading.proposed[stage.question] = candidates
                of_article.append(candidates)
                for candidate in candidates:
                    if gold.counts(stage, candidate):
                        examples.append(classify.Example(candidate.features, gold.answer(stage, candidate), number, candidate.data.get("group")))
                        teaching.append(candidate)
            question, probabilities = classify.fit(examples, strength)
            questions[stage.question] = question
            for candidate, probability in zip(teaching, probabilities, strict=True):
                candidate.probability = probability
            for candidates in of_article:
                for candidate in candidates:
                    if candidate.probability == 0.0:
                        candidate.probability = question.probability(candidate.features)
            for reading, candidates in zip(readings, of_article, strict=True):
                stage.take(reading, candidates, question.threshold)
            right = sum(example.answer for example in examples)
            say(f"{stage.question}: {len(examples)} candidates, {right} right, {len(question.weights)} features, threshold {question.threshold:.2f}")
        for reading in readings:
            room.resolve(reading)
    return questions


def corpus_digest(records: Iterable[dict]) -> str:
    """SHA-256 over the records' JSON: which labelled articles a model was made of."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(json.dumps(record, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def write(folder: Path, records: list[dict], strength: float = 1.0, say: Callable[[str], None] = lambda line: None) -> None:
    """Train and write the weights with what they were made of."""
    questions = train(records, strength, say)
    about = {"articles": len(records), "corpus_sha256": corpus_digest(records), "strength": strength}
    classify.save(folder, questions, about)
