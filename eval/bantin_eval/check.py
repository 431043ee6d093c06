"""What `bantin corpus check` demands of labelled articles (corpus/guidelines.md, version 1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from edtf import parse_edtf

from bantin.gold import GoldError, read_marked

NESTS = {("PLACE", "TITLE"), ("PLACE", "AWARD"), ("DATE", "AWARD")}
_PAIRS = {")": "(", "”": "“", '"': '"', "’": "‘", "'": "'", "»": "«"}


def check_file(path: Path, root: Path) -> Iterator[str]:
    """One line for each rule of the guidelines that the file breaks (file, place, reason)."""
    try:
        record = read_marked(path, root)
    except GoldError as error:
        yield str(error)
        return
    for reason in check_record(record):
        yield f"{path}: {reason}"


def check_record(record: dict) -> Iterator[str]:
    text, spans = record["text"], record["spans"]
    published = record.get("published")
    if published and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", published):
        yield f"published: '{published}' is no day, month or year"
    for span in spans:
        where = f"{_line(text, span['start'])}: {span['label']} «{span['surface']}»"
        if text[span["start"] : span["end"]] != span["surface"]:
            yield f"{where}: the surface is not the slice of the text"
        for edge in _edges(span["surface"], span["label"]):
            yield f"{where}: {edge}"
        if span["label"] == "DATE" and span["value"] != "?":
            try:
                parse_edtf(span["value"])
            except Exception:  # noqa: BLE001  the library raises several kinds for one thing: no EDTF
                yield f"{where}: '{span['value']}' is no EDTF"
    for a, b in combinations(spans, 2):
        if a["start"] < b["end"] and b["start"] < a["end"]:
            inner, outer = (a, b) if a["end"] - a["start"] <= b["end"] - b["start"] else (b, a)
            inside = outer["start"] <= inner["start"] and inner["end"] <= outer["end"]
            if not inside or (inner["label"], outer["label"]) not in NESTS:
                yield f"{_line(text, a['start'])}: {a['label']} «{a['surface']}» and {b['label']} «{b['surface']}» may not overlap"
    seen = set()
    for relation in record["relations"]:
        key = repr(sorted(relation.items()))
        if key in seen:
            yield f"relation stands twice: {relation}"
        seen.add(key)


def _edges(surface: str, label: str) -> Iterator[str]:
    for side, character in (("begins", surface[0]), ("ends", surface[-1])):
        if character.isspace():
            yield f"{side} with a space"
        elif unicodedata.category(character)[0] == "P" and not _paired(surface, label):
            yield f"{side} with '{character}'"


def _paired(surface: str, label: str) -> bool:
    """A closing bracket or quotation mark at the end is an edge only if its partner is inside."""
    last = surface[-1]
    opens_well = unicodedata.category(surface[0])[0] != "P" or (label == "AWARD" and surface[0] in "“\"'‘«")
    closes_well = unicodedata.category(last)[0] != "P" or (last in _PAIRS and _PAIRS[last] in surface[:-1] and (label == "AWARD" or last == ")"))
    return opens_well and closes_well


def _line(text: str, offset: int) -> str:
    return f"text line {text.count(chr(10), 0, offset) + 1}"


def main(arguments: list[str]) -> int:
    root = Path(arguments[0])
    broken = [reason for path in sorted(root.rglob("*.txt")) for reason in check_file(path, root.parent)]
    print("\n".join(broken) if broken else f"{root}: no rule broken")
    return 1 if broken else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
