"""Marked sentences: the one way in which tests say what is expected (the notation of the corpus).

``expect("…", "DATE")`` compares the spans of the given layers; a markup that does not parse fails.
"""

from __future__ import annotations

from bantin.annotator import read
from bantin.article import Article, parse_published
from bantin.markup import Marked, parse
from bantin.reading import Reading


def annotated(text: str, published: str | None = None, source: str | None = None) -> Reading:
    return read(Article(text, "test", parse_published(published) if published else None, source))


def spans(reading: Reading, label: str) -> list[str]:
    return [reading.text[span.start : span.end] for span in reading.spans(label)]


def gold(marked: Marked, label: str) -> list[str]:
    return [marked.text[mark.start : mark.end] for mark in marked.marks if mark.label == label]


def expect(sentence: str, *labels: str, published: str | None = None) -> Reading:
    """Annotate a marked sentence and demand exactly its spans of ``labels``."""
    marked = parse(sentence)
    reading = annotated(marked.text, published)
    for label in labels:
        assert spans(reading, label) == gold(marked, label), label
    return reading


def pairs(reading: Reading, kind: str = "holds") -> set[tuple[str, str]]:
    text = reading.text
    return {
        (text[r.roles["official"].start : r.roles["official"].end], text[r.roles["title"].start : r.roles["title"].end])
        for r in reading.relations
        if r.kind == kind
    }
