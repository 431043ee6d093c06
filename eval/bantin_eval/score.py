"""Counts of one document, and precision, recall and F1 of sums of counts.

A :class:`Tally` maps a measure's name to four numbers: right among the predicted, predicted, right
among the gold, gold. Tallies of documents add up, so the same numbers give totals, scores of one
document or source, and the resampled totals of :mod:`bantin_eval.uncertainty`. A measure's name is
a path, ``spans/exact/PLACE``; a rate (of matched dates, how many have the right value) has the same
numbers on both sides.

    precision = right / predicted, recall = right / gold, F1 = 2 right / (predicted + gold)

n/a (None) where both sides are empty; zero where only one is, as seqeval has it. In a subset that
each side defines for its own spans (nested), what the empty side would say is n/a as well, for the
other side's right spans stand outside its subset.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bantin.record import LABELS
from bantin.text.fold import fold

from bantin_eval import match
from bantin_eval.match import Outcome
from bantin_eval.validate import Document

Tally = dict[str, list[float]]
ROLES = ("issuer", "presenters", "recipients", "reason")
RELATIONS = ("holds", "appointed", "removed", *ROLES)


@dataclass
class Settings:
    """What is judged. ``seen``: folded surfaces by label of the training corpus (None: not known)."""

    labels: tuple[str, ...] = LABELS
    relations: tuple[str, ...] = RELATIONS
    seen: dict[str, set[str]] | None = None
    notes: list[str] = field(default_factory=list)


def settings(gold: Sequence[dict], labels: tuple[str, ...] = LABELS, train: Iterable[dict] | None = None) -> Settings:
    """What the gold lets one judge: a kind of relation that it never has was not annotated in it."""
    from bantin_eval.relations import triples

    found = {triple[0] for record in gold for triple in triples(record)}
    judged = tuple(kind for kind in RELATIONS if kind in found or (kind in ("holds", *ROLES[:3])))
    judged = tuple(kind for kind in judged if set(_ends(kind)) <= set(labels))
    made = Settings(labels, judged)
    if missing := [kind for kind in ("appointed", "removed", "reason") if kind not in judged]:
        made.notes.append(f"not judged, for the gold has none: {', '.join(missing)}")
    if absent := [label for label in LABELS if label not in labels]:
        made.notes.append(f"not judged, for the gold does not annotate them: {', '.join(absent)}")
    if train is not None:
        made.seen = {label: set() for label in LABELS}
        for record in train:
            for span in record["spans"]:
                made.seen[span["label"]].add(surface_key(span["surface"]))
    return made


def _ends(kind: str) -> tuple[str, ...]:
    return ("AWARD",) if kind in ROLES else ("OFFICIAL", "TITLE")


def surface_key(surface: str) -> str:
    """Two surfaces are one if they differ in case, tone placement, dashes, quotes or space alone."""
    return " ".join(fold(unicodedata.normalize("NFC", surface)).split())


def spans_of(record: dict, labels: Sequence[str]) -> list[dict]:
    return [span for span in record["spans"] if span["label"] in labels]


def outcomes(document: Document, chosen: Settings) -> list[Outcome]:
    return match.align(spans_of(document.gold, chosen.labels), spans_of(document.pred, chosen.labels))


def tally(document: Document, chosen: Settings, aligned: list[Outcome] | None = None) -> Tally:
    """All counts of one document."""
    from bantin_eval import relations, values

    aligned = outcomes(document, chosen) if aligned is None else aligned
    # A label without spans is a row all the same, and the rows keep their order.
    out: Tally = {f"spans/{level}/{label}": [0, 0, 0, 0] for level in ("exact", "overlap") for label in chosen.labels}
    out |= {f"subset/{name}": [0, 0, 0, 0] for name in ("flat", "nested")}
    if chosen.seen is not None:
        out |= {f"subset/{name}{label}": [0, 0, 0, 0] for name in ("seen", "unseen") for label in ("", *(f" {label}" for label in chosen.labels))}
    for outcome in aligned:
        _add_span(out, outcome)
    _add_subsets(out, document, chosen, aligned)
    relations.add_tally(out, document, chosen)
    values.add_tally(out, document, chosen, aligned)
    return out


def add(out: Tally, name: str, right: float, predicted: float, gold: float, right_gold: float | None = None) -> None:
    """Add to one measure; ``right_gold`` where right differs by side (subsets that each side defines)."""
    row = out.setdefault(name, [0, 0, 0, 0])
    for at, value in enumerate((right, predicted, right if right_gold is None else right_gold, gold)):
        row[at] += value


def _add_span(out: Tally, outcome: Outcome) -> None:
    for label in {span["label"] for span in (outcome.gold, outcome.pred) if span}:
        predicted = int(bool(outcome.pred) and outcome.pred["label"] == label)
        gold = int(bool(outcome.gold) and outcome.gold["label"] == label)
        add(out, f"spans/exact/{label}", int(outcome.kind == "COR"), predicted, gold)
        add(out, f"spans/overlap/{label}", int(outcome.kind in ("COR", "PAR")), predicted, gold)
        if outcome.kind == "INC":
            kinds = (["INC gold"] if gold else []) + (["INC pred"] if predicted else [])
        else:
            kinds = [outcome.kind]
        for kind in kinds:
            add(out, f"kinds/{kind}/{label}", 1, 1, 1)


def _add_subsets(out: Tally, document: Document, chosen: Settings, aligned: list[Outcome]) -> None:
    """Nested and flat, seen and unseen. Each side says of its own spans where they belong."""
    nested = {"gold": nested_ids(spans_of(document.gold, chosen.labels)), "pred": nested_ids(spans_of(document.pred, chosen.labels))}
    for outcome in aligned:
        right = int(outcome.kind == "COR")
        for side, span in (("gold", outcome.gold), ("pred", outcome.pred)):
            if span is None:
                continue
            names = ["nested" if id(span) in nested[side] else "flat"]
            if chosen.seen is not None:
                seen = "seen" if surface_key(span["surface"]) in chosen.seen[span["label"]] else "unseen"
                names += [seen, f"{seen} {span['label']}"]
            for name in names:
                add(out, f"subset/{name}", right * (side == "pred"), int(side == "pred"), int(side == "gold"), right * (side == "gold"))


def nested_ids(spans: list[dict]) -> set[int]:
    """``id()`` of the spans that lie inside another span of the same side."""
    found: set[int] = set()
    stack: list[dict] = []
    for span in sorted(spans, key=lambda s: (s["start"], -s["end"], LABELS.index(s["label"]))):
        while stack and stack[-1]["end"] < span["end"]:
            stack.pop()
        if any(span["end"] <= outer["end"] and outer["start"] <= span["start"] for outer in stack):
            found.add(id(span))
        stack.append(span)
    return found


def total(tallies: Iterable[Tally]) -> Tally:
    out: Tally = {}
    for each in tallies:
        for name, row in each.items():
            kept = out.setdefault(name, [0, 0, 0, 0])
            for at, value in enumerate(row):
                kept[at] += value
    return out


def micro(each: Tally, labels: Sequence[str], kinds: Sequence[str]) -> Tally:
    """The tally with the sums over labels, and over the kinds of relation, as further measures."""
    out = dict(each)
    for family, names in (("spans/exact", labels), ("spans/overlap", labels), ("relations/exact", kinds), ("relations/overlap", kinds), ("relations/found", kinds)):
        rows = [each[f"{family}/{name}"] for name in names if f"{family}/{name}" in each]
        if rows:
            out[f"{family}/micro"] = [sum(column) for column in zip(*rows, strict=True)]
    return out


def precision_recall_f1(row: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """The three of one row of counts; all None where both sides are empty."""
    right, predicted, right_gold, gold = row
    if predicted == 0 and gold == 0:
        return None, None, None
    precision = right / predicted if predicted else (None if right_gold else 0.0)
    recall = right_gold / gold if gold else (None if right else 0.0)
    if precision is None or recall is None:
        return precision, recall, None
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1
