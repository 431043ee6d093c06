"""Our own forms: records, gold JSON lines, and the marked text of the corpus."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.export.brat import file_name
from bantin.export.document import Known, as_gold, in_order
from bantin.export.document import read as rows
from bantin.markup import LETTERS, Mark, parse, render


def records(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        yield (json.dumps(document, ensure_ascii=False) + "\n").encode()


def gold(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        yield (json.dumps(as_gold(document), ensure_ascii=False) + "\n").encode()


def marked(documents: Iterable[dict]) -> Iterator[tuple[str, bytes]]:
    for document in documents:
        yield f"{file_name(document['id'])}.txt", to_marked(document).encode()


def marked_stream(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        yield to_marked(document).encode()


def to_marked(document: dict) -> str:
    """A whole marked file. Arguments that cross a span are left out, with a line that says so."""
    text = document["text"]
    newline = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    marks: list[Mark] = []
    names: dict[str, str] = {}
    by_extent: dict[tuple[int, int], str] = {}
    counts: dict[str, int] = {}

    def mark(label: str, start: int, end: int, value: str | None) -> str:
        letter = LETTERS[label]
        counts[letter] = counts.get(letter, 0) + 1
        name = f"{letter}{counts[letter]}"
        marks.append(Mark(label, start, end, name, value))
        by_extent.setdefault((start, end), name)
        return name

    for span in in_order(document["spans"]):
        value = None
        if span["label"] == "DATE":
            value = span.get("value") or "?"
        elif span["label"] == "AWARD":
            value = "true" if span.get("realis", True) else "false"
        elif span["label"] == "PLACE":
            value = span.get("code")
        names[span["id"]] = mark(span["label"], span["start"], span["end"], value)

    def named(value, own: bool = False) -> str | None:
        if isinstance(value, str):
            return names[value]
        start, end = value
        if not own and (start, end) in by_extent:
            return by_extent[start, end]
        known = next((m.name for m in marks if m.label == "ARGUMENT" and (m.start, m.end) == (start, end)), None)
        if known:
            return known
        if any(m.start < start < m.end < end or start < m.start < end < m.end for m in marks):
            return None
        return mark("ARGUMENT", start, end, None)

    lines: list[str] = []
    for relation in document.get("relations", ()):
        if relation["type"] != "award":
            date = f" date={names[relation['date']]}" if relation.get("date") else ""
            lines.append(f"{relation['type']} {names[relation['official']]} {names[relation['title']]}{date}")
            continue
        words = [f"award {names[relation['award']]}"]
        for key in ("issuer", "presenters", "recipients", "reason"):
            value = relation.get(key)
            if value in (None, []):
                continue
            found = [named(each, own=key == "issuer") for each in (value if key in ("presenters", "recipients") else [value])]
            if None in found:
                lines.append(f"# {words[0]}: a {key} crosses a span and is left out")
            if any(found):
                words.append(f"{key}={','.join(name for name in found if name)}")
        lines.append(" ".join(words))
    header = "".join(f"{key}: {value}\n" for key, value in _header(document, newline) if value)
    if newline:
        text, marks = _without_returns(text, marks)
    return f"{header}--- text\n{render(text, marks)}\n--- relations\n" + "".join(line + "\n" for line in lines)


def _header(document: dict, newline: bool) -> list[tuple[str, str | None]]:
    return [*((key, document.get(key)) for key in ("published", "genre", "province", "source")), ("newline", "crlf" if newline else None)]


def _without_returns(text: str, marks: list[Mark]) -> tuple[str, list[Mark]]:
    moved = [Mark(m.label, m.start - text.count("\r\n", 0, m.start), m.end - text.count("\r\n", 0, m.end), m.name, m.value) for m in marks]
    return text.replace("\r\n", "\n"), moved


def read(path: Path, known: Known) -> Iterator[dict]:
    """Gold, records with their text, or marked files."""
    from bantin.export.document import with_text

    for row in rows(path):
        yield with_text(row, known)


__all__ = ["gold", "marked", "marked_stream", "parse", "read", "records", "to_marked"]
