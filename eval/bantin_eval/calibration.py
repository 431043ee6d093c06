"""Are the confidences true? Of spans given 0.9, nine in ten should be right (exact, COR).

Only what was predicted can be judged: spans below the annotator's own threshold are not in a
prediction file, so the F1 curve begins at that threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from bantin_eval.match import Outcome

BINS = 10
POINTS = 60


def calibrate(outcomes: Sequence[Outcome], labels: Sequence[str]) -> dict[str, dict]:
    """By label and for ``all``; labels whose predictions carry no confidence are left out."""
    out: dict[str, dict] = {}
    for label in ("all", *labels):
        chosen = [o for o in outcomes if label == "all" or label in {span["label"] for span in (o.gold, o.pred) if span}]
        given = [(o.pred["confidence"], o.kind == "COR") for o in chosen if o.pred and label in ("all", o.pred["label"]) and "confidence" in o.pred]
        predicted = sum(1 for o in chosen if o.pred and label in ("all", o.pred["label"]))
        gold = sum(1 for o in chosen if o.gold and label in ("all", o.gold["label"]))
        if given and len(given) == predicted:
            out[label] = of(np.array([c for c, _ in given], dtype=float), np.array([right for _, right in given], dtype=bool), gold)
    return out


def of(confidence: np.ndarray, right: np.ndarray, gold: int) -> dict:
    """Reliability table, Brier score, adaptive-bin ECE, and F1 against the threshold."""
    table = []
    error = 0.0
    for rows in bins(confidence):
        hits, count = int(right[rows].sum()), len(rows)
        mean = float(confidence[rows].mean())
        sure = binomtest(hits, count).proportion_ci(method="wilson")
        edges = {"from": float(confidence[rows].min()), "to": float(confidence[rows].max())}
        table.append({**edges, "count": count, "right": hits, "confidence": mean, "accuracy": hits / count, "interval": [float(sure.low), float(sure.high)]})
        error += count / len(confidence) * abs(hits / count - mean)
    curve, best = threshold_curve(confidence, right, gold)
    return {"count": len(confidence), "brier": float(np.mean((confidence - right) ** 2)), "ece": error, "reliability": table, "curve": curve, "best": best}


def bins(confidence: np.ndarray, wanted: int = BINS) -> list[np.ndarray]:
    """Rows in bins of about equal mass (Nguyen & O'Connor 2015); equal confidences share a bin."""
    order = np.argsort(confidence, kind="stable")
    size = max(1, int(np.ceil(len(order) / wanted)))
    out: list[np.ndarray] = []
    start = 0
    while start < len(order):
        end = min(start + size, len(order))
        while end < len(order) and confidence[order[end]] == confidence[order[end - 1]]:
            end += 1
        out.append(order[start:end])
        start = end
    return out


def threshold_curve(confidence: np.ndarray, right: np.ndarray, gold: int) -> tuple[list[dict], dict]:
    """Exact P, R and F1 of the spans at or above each confidence; and the best of all thresholds."""
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    counts = np.arange(1, len(order) + 1)
    last = np.append(confidence[order][1:] != confidence[order][:-1], True)  # a threshold takes all equals
    precision, recall, f1 = hits / counts, hits / gold if gold else np.zeros(len(hits)), 2 * hits / (counts + gold)
    rows = [{"threshold": float(confidence[order][at]), "p": float(precision[at]), "r": float(recall[at]), "f": float(f1[at])} for at in np.flatnonzero(last)]
    best = max(rows, key=lambda row: (row["f"], row["threshold"]))
    step = max(1, len(rows) // POINTS)
    shown = [row for at, row in enumerate(rows) if at % step == 0 or row is best or at == len(rows) - 1]
    return shown, best
