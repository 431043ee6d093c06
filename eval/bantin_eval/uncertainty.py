"""How sure the numbers are: articles are what is sampled, so articles are what is resampled.

Spans of one article err together, so a span is never a unit here. Intervals: percentile bootstrap
over documents (Efron & Tibshirani 1993). Two systems: paired bootstrap of the difference of F1
(the same resampled documents for both) and an approximate randomisation test that swaps whole
documents between the systems (Noreen 1989; Yeh 2000). With m documents on which the systems differ
no test can give less than 2 / 2^m, and with R random swaps none less than 1 / (R + 1): the larger of
the two is reported as the smallest reachable p.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from bantin_eval.score import Tally

LEVEL = 0.95


def matrix(tallies: Sequence[Tally], names: Sequence[str]) -> np.ndarray:
    """Counts as an array of documents x measures x 4."""
    empty = [0, 0, 0, 0]
    return np.array([[each.get(name, empty) for name in names] for each in tallies], dtype=float).reshape(len(tallies), len(names), 4)


def f1(counts: np.ndarray) -> np.ndarray:
    """F1 over the last axis; nan where both sides are empty."""
    precision, recall = _precision_recall(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        both = precision + recall
        score = np.where(both > 0, 2 * precision * recall / both, 0.0)
    return np.where(_undefined(counts), np.nan, score)


def _undefined(counts: np.ndarray) -> np.ndarray:
    """Where :func:`bantin_eval.score.precision_recall_f1` has no F1."""
    right, predicted, right_gold, gold = np.moveaxis(counts, -1, 0)
    return ((predicted == 0) & (gold == 0)) | ((predicted == 0) & (right_gold > 0)) | ((gold == 0) & (right > 0))


def _precision_recall(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.where(counts[..., 1] > 0, counts[..., 0] / counts[..., 1], 0.0), np.where(counts[..., 3] > 0, counts[..., 2] / counts[..., 3], 0.0))


def draws(documents: int, resamples: int, seed: int) -> np.ndarray:
    """How often each document stands in each resample: resamples x documents."""
    return np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), size=resamples).astype(float)


def resampled(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Total counts of each resample: resamples x measures x 4."""
    documents, measures, four = counts.shape
    return (weights @ counts.reshape(documents, measures * four)).reshape(len(weights), measures, four)


def interval(values: np.ndarray) -> list[float] | None:
    """The middle 95 % of resampled values; None where more than a twentieth of them is n/a."""
    known = values[~np.isnan(values)]
    if len(known) < 0.95 * len(values) or len(known) == 0:
        return None
    tail = (1 - LEVEL) / 2
    return [float(value) for value in np.quantile(known, [tail, 1 - tail])]


def macro(scores: np.ndarray) -> np.ndarray:
    """The mean over measures (last axis) that are not n/a."""
    known = ~np.isnan(scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known.any(axis=-1), np.where(known, scores, 0).sum(axis=-1) / known.sum(axis=-1), np.nan)


def intervals(tallies: Sequence[Tally], names: Sequence[str], resamples: int, seed: int, macros: dict[str, Sequence[str]]) -> dict[str, dict[str, list[float] | None]]:
    """For each measure, and each macro average of F1 (name -> measures), the intervals of p, r and f."""
    if len(tallies) < 2:
        return {name: {"p": None, "r": None, "f": None} for name in [*names, *macros]}
    sums = resampled(matrix(tallies, names), draws(len(tallies), resamples, seed))
    empty = _undefined(sums)
    precision, recall = _precision_recall(sums)
    scores = f1(sums)
    out = {}
    for at, name in enumerate(names):
        out[name] = {letter: interval(np.where(empty[:, at], np.nan, values[:, at])) for letter, values in (("p", precision), ("r", recall), ("f", scores))}
    for name, parts in macros.items():
        out[name] = {"p": None, "r": None, "f": interval(macro(scores[:, [list(names).index(part) for part in parts]]))}
    return out


def compare(one: Sequence[Tally], two: Sequence[Tally], names: Sequence[str], resamples: int, seed: int) -> dict[str, dict]:
    """For each measure: F1 of both, the difference (two - one) with its interval, and p.

    ``p`` is two-sided, by swapping documents: all 2^n ways where that is no more than ``resamples``,
    else at random. ``p_least`` is the smallest p that these documents can give; ``differ``: on how
    many documents the counts differ.
    """
    a, b = matrix(one, names), matrix(two, names)
    n = len(a)
    weights = draws(n, resamples, seed)
    boot = f1(resampled(b, weights)) - f1(resampled(a, weights))
    exact = 2**n <= resamples
    if exact:
        swaps = np.array(list(product((0.0, 1.0), repeat=n)))
    else:
        swaps = np.random.default_rng(seed + 1).integers(0, 2, size=(resamples, n)).astype(float)
    total_a, total_b = f1(a.sum(axis=0)), f1(b.sum(axis=0))
    one_way, other_way = f1(resampled(a, 1 - swaps) + resampled(b, swaps)), f1(resampled(b, 1 - swaps) + resampled(a, swaps))
    out = {}
    for at, name in enumerate(names):
        differ = int((a[:, at] != b[:, at]).any(axis=-1).sum())
        if np.isnan(total_a[at]) or np.isnan(total_b[at]):
            out[name] = {"a": _number(total_a[at]), "b": _number(total_b[at]), "difference": None, "interval": None, "p_bootstrap": None, "p": None, "p_least": None, "differ": differ}
            continue
        difference = float(total_b[at] - total_a[at])
        swapped = np.nan_to_num(np.abs(other_way[:, at] - one_way[:, at]))
        as_far = int((swapped >= abs(difference) - 1e-12).sum())
        known = boot[:, at][~np.isnan(boot[:, at])]
        # Two-sided p of the bootstrap: twice the smaller tail beyond zero, half of the ties in each.
        below = (np.sum(known < 0) + np.sum(known == 0) / 2 + 0.5) / (len(known) + 1)
        out[name] = {
            "a": float(total_a[at]),
            "b": float(total_b[at]),
            "difference": difference,
            "interval": interval(boot[:, at]) if n > 1 else None,
            "p_bootstrap": float(min(1.0, 2 * min(below, 1 - below))),
            "p": as_far / len(swaps) if exact else (as_far + 1) / (len(swaps) + 1),
            "p_least": min(1.0, 2.0 ** (1 - differ)) if exact else min(1.0, max(2.0 ** (1 - differ), 1 / (resamples + 1))),
            "differ": differ,
        }
    return out


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
