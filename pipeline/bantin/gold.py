"""Gold: labelled articles, as marked text files (the corpus) and as JSON lines (exchange).

A marked file is a header, the text in :mod:`bantin.markup`, and the relations::

    published: 2021-06-09
    genre: award ceremony
    province: Hoà Bình
    form: nfd                 (optional: the text is decomposed when it is read)
    newline: crlf             (optional: line ends become CR LF when it is read)
    --- text
    [O1 Lê Văn Ân], …
    --- relations
    holds O1 T1

It was chosen over stand-off files because a reviewer reads it, and a diff of it, without a tool,
and because no offset can go stale. ``form`` and ``newline`` exist because editors and diffs hide
what they change.

A gold record is the JSON form of design and guidelines: ``{"id", "published", "sha256", "text",
"spans": [{"id", "start", "end", "label", "surface", "value"?, "realis"?, "code"?}], "relations"}``
with offsets in code points of ``text``, half open.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import jsonlines

from bantin.markup import LETTERS, Mark, Marked, MarkupError, parse, render

_HEADER_KEYS = {"published", "genre", "province", "source", "form", "newline", "title"}


class GoldError(ValueError):
    """A gold file that cannot be read; the message names the file and the reason."""


def read_marked(path: Path, root: Path | None = None) -> dict:
    """One marked file as a gold record; its id is its path below ``root`` without the suffix.

    Raises GoldError (file, place and reason) on a header or mark that does not parse.
    """
    try:
        raw = path.read_text(encoding="utf-8")
        header, marked = split_marked(raw)
    except (OSError, UnicodeDecodeError, MarkupError) as error:
        raise GoldError(f"{path}: {error}") from None
    identity = str(path.relative_to(root).with_suffix("")) if root else path.stem
    return to_record(identity, header, marked)


def split_marked(raw: str) -> tuple[dict[str, str], Marked]:
    """Header and marked text of one file's content; MarkupError with the file's own line numbers."""
    match = re.match(r"(?P<header>(?:[^\n]*\n)*?)--- text\n(?P<body>.*?)\n--- relations\n?(?P<relations>.*)\Z", raw, re.S)
    if not match:
        raise MarkupError("the lines '--- text' and '--- relations' were expected")
    header: dict[str, str] = {}
    for line in match["header"].splitlines():
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in _HEADER_KEYS:
            raise MarkupError(f"unknown header line '{line}' (known: {', '.join(sorted(_HEADER_KEYS))})")
        header[key] = value.strip()
    try:
        return header, parse(match["body"], match["relations"])
    except MarkupError as error:
        shift = raw.count("\n", 0, match.start("body"))
        relation_shift = raw.count("\n", 0, match.start("relations"))
        message = re.sub(r"relation line (\d+)", lambda m: f"file line {int(m[1]) + relation_shift}", str(error))
        message = re.sub(r"^line (\d+)", lambda m: f"file line {int(m[1]) + shift}", message)
        raise MarkupError(message) from None


def to_record(identity: str, header: dict[str, str], marked: Marked) -> dict:
    """The gold record of a parsed file, its text decomposed or CR-LF'd as the header asks."""
    text, offset = _transform(marked.text, header.get("form", ""), header.get("newline", ""))
    spans: list[dict] = []
    places: dict[str, str | list[int]] = {}
    for mark in marked.marks:
        start, end = offset[mark.start], offset[mark.end]
        if mark.label == "ARGUMENT":
            places[mark.name] = [start, end]
            continue
        span: dict = {"id": f"e{len(spans) + 1}", "start": start, "end": end, "label": mark.label, "surface": text[start:end]}
        if mark.label == "DATE":
            span["value"] = mark.value
        elif mark.label == "AWARD":
            span["realis"] = mark.value == "true"
        elif mark.label == "PLACE" and mark.value:
            span["code"] = mark.value
        spans.append(span)
        if mark.name:
            places[mark.name] = span["id"]
    by_id = {span["id"]: span for span in spans}

    def extent(name: str) -> list[int]:
        place = places[name]
        return place if isinstance(place, list) else [by_id[place]["start"], by_id[place]["end"]]

    relations: list[dict] = []
    for relation in marked.relations:
        if relation["type"] == "award":
            made: dict = {"type": "award", "award": places[relation["award"]]}
            if "issuer" in relation:
                made["issuer"] = places[relation["issuer"]]
            if "presenters" in relation:
                made["presenters"] = [places[name] for name in relation["presenters"]]
            if "recipients" in relation:
                made["recipients"] = [extent(name) for name in relation["recipients"]]
            if "reason" in relation:
                made["reason"] = extent(relation["reason"])
            relations.append(made)
            continue
        for title in relation["titles"]:
            made = {"type": relation["type"], "official": places[relation["official"]], "title": places[title]}
            if "date" in relation:
                made["date"] = places[relation["date"]]
            relations.append(made)
    record = {
        "id": identity,
        "published": header.get("published") or None,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "text": text,
        "spans": spans,
        "relations": relations,
    }
    for key in ("genre", "province", "source"):
        if key in header:
            record[key] = header[key]
    return record


def _transform(text: str, form: str, newline: str) -> tuple[str, list[int]]:
    """Decompose and set line ends; also the new offset of each old offset (one more than characters)."""
    if form not in ("", "nfd") or newline not in ("", "crlf"):
        raise GoldError(f"form may be nfd and newline crlf, not {form!r}, {newline!r}")
    out: list[str] = []
    offset = [0]
    for character in text:
        piece = unicodedata.normalize("NFD", character) if form else character
        piece = "\r\n" if newline and character == "\n" else piece
        out.append(piece)
        offset.append(offset[-1] + len(piece))
    return "".join(out), offset


def read_corpus(folder: Path) -> Iterator[dict]:
    """Every marked file below ``folder`` in the order of their paths. Raises GoldError if there is none."""
    files = sorted(folder.rglob("*.txt"))
    if not files:
        raise GoldError(f"{folder}: no labelled article (*.txt) below this folder")
    for path in files:
        yield read_marked(path, folder.parent)


def read_gold(path: Path) -> list[dict]:
    """A gold JSONL file, one record as ``bantin annotate --format json`` prints it, or a folder of
    marked files. Raises GoldError with file, line and reason."""
    if path.is_dir():
        return list(read_corpus(path))
    if (single := _single(path)) is not None:
        return [single]
    records = []
    number = 0
    try:
        with jsonlines.open(path) as lines:
            for number, record in enumerate(lines.iter(skip_empty=True), 1):
                if not isinstance(record, dict) or "spans" not in record or "id" not in record:
                    raise GoldError(f"{path}: line {number}: an object with id and spans was expected")
                records.append(record)
    except jsonlines.InvalidLineError as error:
        raise GoldError(f"{path}: line {error.lineno}: not JSON") from None
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: {error}") from None
    if not records:
        raise GoldError(f"{path}: no record in this file")
    return records


def _single(path: Path) -> dict | None:
    """The one record of a file that is a JSON object written over several lines; None if it is not."""
    try:
        text = path.read_text(encoding="utf-8")
        if not text.startswith("{\n"):
            return None
        record = json.loads(text)
    except (OSError, ValueError):
        return None
    return record if "spans" in record and "id" in record else None


def to_marked(record: dict) -> str:
    """The text in marked form, layers only (to read a prediction or to start a correction)."""
    marks = []
    for span in sorted(record["spans"], key=lambda s: (s["start"], -s["end"])):
        value = span.get("value") if span["label"] == "DATE" else None
        if span["label"] == "AWARD":
            value = "true" if span.get("realis", True) else "false"
        marks.append(Mark(span["label"], span["start"], span["end"], LETTERS[span["label"]] + span["id"].lstrip("e"), value))
    return render(record["text"], marks)
