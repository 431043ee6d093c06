"""What goes out: one record an article, schema 1 (see docs/record.md).

Offsets in a record are code points of the raw text, half open; a span's surface is that slice.
"""

from __future__ import annotations

import hashlib

from bantin.reading import Reading, Relation, Span

SCHEMA = "1"
LABELS = ("OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD")


def make(reading: Reading) -> dict:
    """The record of a finished reading (plain JSON types, keys in a fixed order)."""
    article = reading.article
    spans = sorted(
        (span for label in LABELS for span in reading.found.get(label, [])),
        key=lambda span: (span.start, -span.end, LABELS.index(span.label)),
    )
    ids = {id(span): f"e{number}" for number, span in enumerate(spans, 1)}
    record: dict = {
        "schema": SCHEMA,
        "id": article.id,
        "title": article.title or _title(reading),
        "published": str(article.published) if article.published else None,
        "source": article.source,
        "sha256": hashlib.sha256(article.text.encode()).hexdigest(),
    }
    if reading.facts.get("published_inferred"):
        record["published_inferred"] = reading.facts["published_inferred"]
    record["spans"] = [_span(reading, span, ids) for span in spans]
    record["relations"] = [_relation(reading, relation, ids) for relation in reading.relations]
    record["officials"] = _plain(reading, reading.facts.get("officials", []), ids)
    record["awards"] = _plain(reading, reading.facts.get("awards", []), ids)
    return record


def _title(reading: Reading) -> str | None:
    for block in reading.blocks:
        if block.kind == "title":
            return reading.text[block.start : block.end].strip()
    return None


def _span(reading: Reading, span: Span, ids: dict[int, str]) -> dict:
    start, end = reading.source.to_raw(span.start, span.end)
    return {
        "id": ids[id(span)],
        "start": start,
        "end": end,
        "label": span.label,
        "surface": reading.article.text[start:end],
        "confidence": round(span.confidence, 4),
        "rule": span.rule,
        **_plain(reading, span.value, ids),
    }


def _relation(reading: Reading, relation: Relation, ids: dict[int, str]) -> dict:
    return {"type": relation.kind, **_plain(reading, relation.roles, ids), "confidence": round(relation.confidence, 4)}


def _plain(reading: Reading, value, ids: dict[int, str]):
    """Spans become their ids and extents of clean text become ``[start, end]`` of the raw text."""
    if isinstance(value, Span):
        return ids[id(value)]
    if isinstance(value, tuple):
        return list(reading.source.to_raw(*value))
    if isinstance(value, list):
        return [_plain(reading, item, ids) for item in value]
    if isinstance(value, dict):
        return {key: _plain(reading, item, ids) for key, item in value.items()}
    return value
