"""From scored candidates to spans: the set without overlaps that the classifier believes most.

Weighted interval scheduling: each candidate weighs its log-odds over the threshold's, and the set
of largest total weight wins, so that rules may propose several extents of one mention and the
classifier settles which; O(n log n).
"""

from __future__ import annotations

import math
from bisect import bisect_right

from bantin.reading import Candidate, Span


def log_odds(probability: float) -> float:
    probability = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(probability / (1 - probability))


def select(candidates: list[Candidate], threshold: float = 0.5) -> list[Span]:
    """The accepted spans, in order, no two overlapping."""
    floor = log_odds(threshold)
    best: dict[tuple[int, int], Candidate] = {}
    for candidate in candidates:
        if candidate.probability > threshold:
            key = (candidate.start, candidate.end)
            if key not in best or candidate.probability > best[key].probability:
                best[key] = candidate
    kept = sorted(best.values(), key=lambda c: (c.end, c.start))
    ends = [c.end for c in kept]
    total = [0.0]
    take: list[bool] = []
    before: list[int] = []
    for index, candidate in enumerate(kept):
        previous = bisect_right(ends, candidate.start, 0, index)
        with_it = total[previous] + log_odds(candidate.probability) - floor
        take.append(with_it > total[-1])
        before.append(previous)
        total.append(max(with_it, total[-1]))
    chosen: list[Candidate] = []
    index = len(kept)
    while index:
        if take[index - 1]:
            chosen.append(kept[index - 1])
            index = before[index - 1]
        else:
            index -= 1
    return [Span(c.label, c.start, c.end, c.rule, c.probability, c.data) for c in reversed(chosen)]
