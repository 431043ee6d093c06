"""How far two annotators agree: beside F1 (the same table, which side is first only swaps P and R),
Cohen's kappa over characters by label.

F1 is the usual agreement of span layers, for "no span here" has no count (Hripcsak & Rothschild
2005). Kappa takes each character as in or out of a layer, so that chance is corrected for; long
spans weigh more in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bantin_eval.uncertainty import draws, interval
from bantin_eval.validate import Document


def agree(documents: Sequence[Document], labels: Sequence[str], resamples: int, seed: int) -> dict[str, dict]:
    """Kappa by label with its interval; None where neither annotator has the label."""
    weights = draws(len(documents), resamples, seed)
    out = {}
    for label in labels:
        tables = np.array([table(document, label) for document in documents], dtype=float)
        value = kappa(tables.sum(axis=0))
        out[label] = {"kappa": None if np.isnan(value) else float(value), "interval": interval(kappa(weights @ tables)) if len(documents) > 1 else None}
    return out


def table(document: Document, label: str) -> list[int]:
    """Characters in both, in the first only, in the second only, in neither."""
    marked = []
    for record in (document.gold, document.pred):
        inside = np.zeros(len(document.text), dtype=bool)
        for span in record["spans"]:
            if span["label"] == label:
                inside[span["start"] : span["end"]] = True
        marked.append(inside)
    one, two = marked
    return [int((one & two).sum()), int((one & ~two).sum()), int((~one & two).sum()), int((~one & ~two).sum())]


def kappa(tables: np.ndarray) -> np.ndarray:
    """Cohen's kappa of 2 x 2 tables (last axis); nan where one category alone occurs."""
    both, first, second, neither = np.moveaxis(tables, -1, 0)
    count = tables.sum(axis=-1)
    observed = (both + neither) / count
    chance = ((both + first) * (both + second) + (neither + first) * (neither + second)) / count**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (observed - chance) / (1 - chance), np.nan)
