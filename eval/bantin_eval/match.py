"""Which prediction answers which gold span: exact as sets, overlap by optimal one-to-one assignment.

Each gold span and each predicted span ends in one :class:`Outcome`, by the kinds of MUC-5 and
SemEval-2013 task 9:

    COR  same extent, same label
    PAR  same label, extents overlap (a boundary slip)
    INC  other label, extents equal or one half of their union common (a wrong label)
    MIS  a gold span that nothing answers
    SPU  a predicted span that answers nothing

Pairs are made in that order, each step on what the steps before left over; within PAR and INC the
assignment has the most pairs possible, and of those the largest common share (Jaccard). So the
result depends neither on the order of the spans nor on which side is called gold. INC asks for
half of the union because layers nest: a PLACE inside a TITLE does not answer the TITLE.

Offsets: code points of the raw text, half open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

KINDS = ("COR", "PAR", "INC", "MIS", "SPU")
Extent = tuple[int, int]


@dataclass(frozen=True)
class Outcome:
    """What became of one gold span, one predicted span, or a pair of them."""

    kind: str
    gold: dict | None
    pred: dict | None


def align(gold: Sequence[dict], pred: Sequence[dict]) -> list[Outcome]:
    """The outcomes of all spans of one document, in the order of the text."""
    gold, pred = sorted(gold, key=_order), sorted(pred, key=_order)
    out: list[Outcome] = []
    index = {(span["label"], span["start"], span["end"]): span for span in pred}
    rest_gold: list[dict] = []
    for span in gold:
        other = index.pop((span["label"], span["start"], span["end"]), None)
        if other is None:
            rest_gold.append(span)
        else:
            out.append(Outcome("COR", span, other))
    rest_pred = list(index.values())
    for kind, same_label, least in (("PAR", True, 0.0), ("INC", False, 0.5)):
        weights = {
            (i, j): share
            for i, j in overlapping(rest_gold, rest_pred)
            if (rest_gold[i]["label"] == rest_pred[j]["label"]) == same_label and (share := jaccard(extent(rest_gold[i]), extent(rest_pred[j]))) >= least
        }
        chosen = assign(weights)
        out += [Outcome(kind, rest_gold[i], rest_pred[j]) for i, j in chosen]
        taken_gold, taken_pred = {i for i, _ in chosen}, {j for _, j in chosen}
        rest_gold = [span for i, span in enumerate(rest_gold) if i not in taken_gold]
        rest_pred = [span for j, span in enumerate(rest_pred) if j not in taken_pred]
    out += [Outcome("MIS", span, None) for span in rest_gold]
    out += [Outcome("SPU", None, span) for span in rest_pred]
    return sorted(out, key=_place)


def _order(span: dict) -> tuple:
    return span["start"], -span["end"], span["label"]


def _place(outcome: Outcome) -> tuple:
    return *_order(outcome.gold or outcome.pred), outcome.kind


def extent(span: dict) -> Extent:
    return span["start"], span["end"]


def jaccard(one: Extent, two: Extent) -> float:
    """The common share of two extents: characters in both by characters in either."""
    common = min(one[1], two[1]) - max(one[0], two[0])
    return common / (max(one[1], two[1]) - min(one[0], two[0])) if common > 0 else 0.0


def overlapping(gold: Sequence[dict], pred: Sequence[dict]) -> Iterable[tuple[int, int]]:
    """Index pairs of spans that share at least one character, by a sweep from left to right."""
    order = sorted(range(len(pred)), key=lambda j: pred[j]["start"])
    first = 0
    longest = max((span["end"] - span["start"] for span in pred), default=0)
    for i in sorted(range(len(gold)), key=lambda i: gold[i]["start"]):
        start, end = extent(gold[i])
        while first < len(order) and pred[order[first]]["start"] <= start - longest:
            first += 1
        for at in range(first, len(order)):
            other = pred[order[at]]
            if other["start"] >= end:
                break
            if other["end"] > start:
                yield i, order[at]


def assign(weights: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The one-to-one assignment with the most pairs and, of those, the largest sum of weights (0 to 1).

    Solved per connected component (Hungarian method, scipy), so that a long document costs little.
    Keys are (gold index, predicted index); a tie falls to the smaller indices, on either side alike.
    """
    chosen: list[tuple[int, int]] = []
    for edges in _components(sorted(weights)):
        rows = sorted({i for i, _ in edges})
        columns = sorted({j for _, j in edges})
        row, column = {i: at for at, i in enumerate(rows)}, {j: at for at, j in enumerate(columns)}
        gain = np.zeros((len(rows), len(columns)))
        scale = min(len(rows), len(columns)) + 1  # all weights together stay below one pair
        for i, j in edges:
            gain[row[i], column[j]] = 1 + weights[i, j] / scale - 1e-9 * (row[i] + column[j])
        found = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
        chosen += [(rows[r], columns[c]) for r, c in found if gain[r, c] > 0]
    return sorted(chosen)


def _components(edges: Sequence[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    """The edges of a bipartite graph by connected component."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in edges:
        parent[root(("gold", i))] = root(("pred", j))
    groups: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for edge in edges:
        groups.setdefault(root(("gold", edge[0])), []).append(edge)
    return groups.values()
