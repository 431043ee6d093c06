"""Tokens of a raw text for formats of tokens: syllables, numbers and single marks, cut at the edges of
the given spans, combining marks never parted from their letter."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Combining marks (an NFD text has them) and zero-width joiners belong to what stands before them.
_MARKS = "\u0300-\u036f\u200b-\u200d\u2060\ufe0f"
_TOKEN = re.compile(rf"(?:[^\W\d_][{_MARKS}]*)+(?:['’](?:[^\W\d_][{_MARKS}]*)+)*|\d+[{_MARKS}]*|[^\s][{_MARKS}]*")


def tokens(text: str, spans: Iterable[dict] = ()) -> list[tuple[int, int]]:
    """``(start, end)`` in code points of ``text``; what stands between tokens is white space."""
    edges = sorted({offset for span in spans for offset in (span["start"], span["end"])})
    out: list[tuple[int, int]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < end:
            out.append((start, edges[at]))
            start = edges[at]
            at += 1
        out.append((start, end))
    return out
