"""The whole evaluation as one JSON object: what the tables, the page and a user's own scripts show.

``scores`` maps a measure (a path, see :mod:`bantin_eval.score`) to its counts, precision, recall,
F1 and 95 % intervals; ``kinds`` counts COR, PAR, INC, MIS, SPU by label; ``documents`` and
``sources`` hold micro F1 of each; ``calibration`` is of the predictions' confidences.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from bantin import __version__
from bantin.record import SCHEMA

from bantin_eval import agreement, calibration, mistakes, score, uncertainty
from bantin_eval.load import Collection
from bantin_eval.match import KINDS
from bantin_eval.score import Settings, Tally
from bantin_eval.validate import Document, pair

if TYPE_CHECKING:
    from bantin.classify import Classifier

PACKAGES = ("underthesea", "scikit-learn", "numpy", "scipy", "edtf")
SEED = 20220109
RESAMPLES = 1000


def evaluate(
    gold: Collection,
    pred: Collection,
    train: Iterable[dict] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    command: str = "",
    model: Classifier | None = None,
    agree: bool = False,
) -> dict:
    """Score ``pred`` against ``gold``. Raises ValidationError if either breaks a rule."""
    documents = pair(gold.records, pred.records)
    chosen = settings_of(gold, pred, documents, train)
    aligned = {document.id: score.outcomes(document, chosen) for document in documents}
    tallies = [score.tally(document, chosen, aligned[document.id]) for document in documents]
    result = {
        "about": about(gold, pred, command, seed, resamples, documents, model),
        "notes": [*gold.notes, *chosen.notes],
        "labels": list(chosen.labels),
        "relations": list(chosen.relations),
        "scores": scores(tallies, chosen, resamples, seed),
        "kinds": kinds(tallies, chosen),
        "confusion": confusion(aligned.values(), chosen),
        "documents": {document.id: part([each], chosen) for document, each in zip(documents, tallies, strict=True)},
        "sources": by(documents, tallies, chosen, "source"),
        "genres": by(documents, tallies, chosen, "genre"),
        "calibration": calibration.calibrate([outcome for each in aligned.values() for outcome in each], chosen.labels),
        "rules": rules(aligned.values()),
        "mistakes": mistakes.mistakes(documents, aligned, chosen),
    }
    if agree:
        result["agreement"] = agreement.agree(documents, chosen.labels, resamples, seed)
    return result


def compare(gold: Collection, one: Collection, two: Collection, resamples: int = RESAMPLES, seed: int = SEED) -> dict:
    """Two systems on one gold: differences of F1 (two - one), and every span and relation gained or lost.

    Raises ValidationError if any of the three breaks a rule.
    """
    sides = [pair(gold.records, one.records), pair(gold.records, two.records)]
    chosen = settings_of(gold, one, sides[0], None)
    tallies = [measures([score.tally(document, chosen) for document in side], chosen) for side in sides]
    names = [name for name in score.total([*tallies[0], *tallies[1]]) if name.startswith(("spans/", "relations/exact", "officials/", "dates/", "awards/", "places/code"))]
    changed = mistakes.changes(*sides, chosen)
    return {
        "a": {"name": one.name, "sha256": one.sha256},
        "b": {"name": two.name, "sha256": two.sha256},
        "measures": uncertainty.compare(*tallies, names, resamples, seed),
        "gained": sum(item["change"] == "gained" for item in changed),
        "lost": sum(item["change"] == "lost" for item in changed),
        "changes": changed,
    }


def rules(aligned: Iterable[list]) -> list[dict]:
    """How often each rule fired and how often it was right (predictions that name their rule)."""
    counts: dict[tuple[str, str], list[int]] = {}
    for outcome in (each for outcomes in aligned for each in outcomes):
        if outcome.pred and outcome.pred.get("rule"):
            row = counts.setdefault((outcome.pred["label"], outcome.pred["rule"]), [0, 0])
            row[0] += 1
            row[1] += outcome.kind == "COR"
    return [{"label": label, "rule": rule, "fired": fired, "right": right} for (label, rule), (fired, right) in sorted(counts.items())]


def settings_of(gold: Collection, pred: Collection, documents: Sequence[Document], train: Iterable[dict] | None) -> Settings:
    labels = tuple(label for label in gold.labels if label in pred.labels)
    return score.settings([document.gold for document in documents], labels, train)


def about(gold: Collection, pred: Collection, command: str, seed: int, resamples: int, documents: Sequence[Document], model: Classifier | None = None) -> dict:
    """What is needed to get the same numbers again."""
    return {
        "command": command,
        "bantin": __version__,
        "schema": SCHEMA,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "model": _model_digest(model) if pred.name == "bantin" else None,
        "gold": {"name": gold.name, "sha256": gold.sha256, "documents": len(documents), "characters": sum(len(d.text) for d in documents)},
        "pred": {"name": pred.name, "sha256": pred.sha256},
        "seed": seed,
        "resamples": resamples,
        "level": uncertainty.LEVEL,
    }


def _model_digest(model: Classifier | None) -> dict | None:
    from bantin import annotator

    return (model or annotator.classifier()).manifest.get("sha256")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def measures(tallies: Sequence[Tally], chosen: Settings) -> list[Tally]:
    """Tallies with the micro sums, without the counts of outcome kinds."""
    return [{name: row for name, row in score.micro(each, chosen.labels, chosen.relations).items() if not name.startswith("kinds/")} for each in tallies]


def scores(tallies: Sequence[Tally], chosen: Settings, resamples: int, seed: int) -> dict[str, dict]:
    summed = measures(tallies, chosen)
    totals = score.total(summed)
    macros = {f"spans/{level}/macro": [f"spans/{level}/{label}" for label in chosen.labels] for level in ("exact", "overlap")}
    sure = uncertainty.intervals(summed, list(totals), resamples, seed, macros)
    out: dict[str, dict] = {}
    for name, row in totals.items():
        p, r, f = score.precision_recall_f1(row)
        out[name] = {"right": row[0], "right_gold": row[2], "predicted": row[1], "gold": row[3], "p": p, "r": r, "f": f, "interval": sure[name]}
    for name, parts in macros.items():
        known = [out[part] for part in parts if out[part]["f"] is not None]
        means = {letter: sum(each[letter] for each in known) / len(known) if known else None for letter in "prf"}
        out[name] = {"right": None, "right_gold": None, "predicted": None, "gold": None, **means, "interval": sure[name]}
    return out


def kinds(tallies: Sequence[Tally], chosen: Settings) -> dict[str, dict[str, int]]:
    """COR, PAR, MIS, SPU by label, and INC by the gold's label and by the prediction's."""
    totals = score.total(tallies)
    names = [*KINDS[:2], "INC gold", "INC pred", *KINDS[3:]]
    return {label: {kind: int(totals.get(f"kinds/{kind}/{label}", [0])[0]) for kind in names} for label in chosen.labels}


def confusion(aligned: Iterable[list], chosen: Settings) -> dict[str, dict[str, int]]:
    """Gold label (or none) by predicted label (or none); boundary slips stand on the diagonal."""
    rows = {gold: dict.fromkeys((*chosen.labels, "none"), 0) for gold in (*chosen.labels, "none")}
    for outcome in (each for outcomes in aligned for each in outcomes):
        rows[outcome.gold["label"] if outcome.gold else "none"][outcome.pred["label"] if outcome.pred else "none"] += 1
    return rows


def part(tallies: Sequence[Tally], chosen: Settings) -> dict:
    """Micro scores of some documents."""
    totals = score.total(measures(tallies, chosen))
    out = {"documents": len(tallies)}
    for name in ("spans/exact/micro", "spans/overlap/micro", "relations/exact/micro"):
        row = totals.get(name, [0, 0, 0, 0])
        p, r, f = score.precision_recall_f1(row)
        out[name] = {"p": p, "r": r, "f": f, "predicted": row[1], "gold": row[3]}
    return out


def by(documents: Sequence[Document], tallies: Sequence[Tally], chosen: Settings, key: str) -> dict[str, dict]:
    """The same by source or genre; empty if there are not two of them."""
    groups: dict[str, list[Tally]] = {}
    for document, each in zip(documents, tallies, strict=True):
        groups.setdefault(document.source if key == "source" else document.gold.get(key) or "-", []).append(each)
    return {name: part(group, chosen) for name, group in sorted(groups.items())} if len(groups) > 1 else {}
