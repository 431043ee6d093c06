"""How far a set of ours is from another gold set: density, length and novelty of labels, and F1 on both.

If ours were easier than real articles a score on it would promise too much; this says it in numbers, and
copies nothing of the other set's text.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bantin.record import LABELS

from bantin_eval import load, score
from bantin_eval.corpus import table
from bantin_eval.validate import pair

if TYPE_CHECKING:
    from bantin.classify import Classifier

KINDS = ("holds", "issuer", "presenters", "recipients")


@dataclass
class Profile:
    """The numbers of one set: ``{label: value}``, and F1 by measure where it was scored."""

    name: str
    articles: int
    words: int
    length: float
    density: dict[str, float]
    span: dict[str, float]
    unseen: dict[str, float]
    f1: dict[str, float | None]


def profile(gold: load.Collection, train: Sequence[dict] | None, model: Classifier | None = None, annotate: bool = True) -> Profile:
    """Measure a set; ``train`` gives the surfaces that count as seen. Raises BantinError."""
    records = gold.records
    words = sum(len(record["text"].split()) for record in records)
    chosen = score.settings(records, gold.labels, train)
    by_label = {label: [span for record in records for span in record["spans"] if span["label"] == label] for label in LABELS}
    density = {label: 1000 * len(spans) / words for label, spans in by_label.items()}
    length = {label: statistics.fmean(len(span["surface"].split()) for span in spans) if spans else 0.0 for label, spans in by_label.items()}
    unseen = {}
    for label, spans in by_label.items():
        fresh = [span for span in spans if chosen.seen is not None and score.surface_key(span["surface"]) not in chosen.seen[label]]
        unseen[label] = 100 * len(fresh) / len(spans) if spans else 0.0
    f1: dict[str, float | None] = {}
    if annotate:
        documents = pair(records, load.annotate(gold, model).records)
        total = score.micro(score.total(score.tally(document, chosen) for document in documents), chosen.labels, chosen.relations)
        names = {label: f"spans/exact/{label}" for label in (*chosen.labels, "micro")} | {kind: f"relations/exact/{kind}" for kind in KINDS}
        names |= {"seen": "subset/seen", "unseen": "subset/unseen"}
        f1 = {name: score.precision_recall_f1(total[path])[2] for name, path in names.items() if path in total}
    return Profile(gold.name, len(records), words, words / len(records), density, length, unseen, f1)


def report(ours: Profile, other: Profile) -> str:
    """Both profiles side by side, and the differences of F1."""
    heads = [("articles", str(ours.articles), str(other.articles)), ("words", str(ours.words), str(other.words))]
    lines = [("", "ours", "other"), *heads, ("words an article", f"{ours.length:.0f}", f"{other.length:.0f}")]
    for title, part in (("spans per 1,000 words", "density"), ("words a span", "span"), ("% surfaces unseen in train", "unseen")):
        lines.append((title, "", ""))
        for label in LABELS:
            lines.append((f"  {label}", f"{getattr(ours, part)[label]:.1f}", f"{getattr(other, part)[label]:.1f}"))
    out = f"ours: {ours.name}\nother: {other.name}\n\n{table(lines)}"
    if ours.f1 and other.f1:
        rows = [("F1", "ours", "other", "ours - other")]
        for name in (name for name in ours.f1 if name in other.f1):
            a, b = ours.f1[name], other.f1[name]
            rows.append((f"  {name}", _number(a), _number(b), f"{a - b:+.3f}" if a is not None and b is not None else ""))
        out += f"\n\n{table(rows)}"
    return out


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
