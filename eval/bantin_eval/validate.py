"""Validation first: what is wrong with either side is named, all of it, and nothing is scored.

A span dropped in silence is a score that nobody can trust; so nothing here is ever skipped.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bantin.errors import BantinError
from bantin.record import LABELS

PAIRS = {"holds", "appointed", "removed"}
AWARD_ROLES = {"issuer": False, "reason": False, "presenters": True, "recipients": True}  #: role -> is it a list?


class ValidationError(BantinError):
    """Gold and predictions cannot be scored; ``problems`` names every reason."""

    def __init__(self, problems: list[str]) -> None:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        super().__init__(f"nothing was scored: {count} in the input: {'; '.join(problems[:3])}{'; …' if len(problems) > 3 else ''}")
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """One article with both sides' records; ``source``: where it comes from, for scores by source."""

    id: str
    text: str
    gold: dict
    pred: dict
    source: str


def pair(gold: Iterable[dict], pred: Iterable[dict]) -> list[Document]:
    """The documents, ordered by id. Raises ValidationError with all problems of both sides."""
    gold, pred = list(gold), list(pred)
    problems = [*duplicates("gold", gold), *duplicates("prediction", pred)]
    by_id = {record["id"]: record for record in pred}
    documents: list[Document] = []
    for record in gold:
        where = f"gold {record['id']}"
        if not isinstance(record.get("text"), str):
            problems.append(f"{where}: no text")
            continue
        text = record["text"]
        problems += check(where, record, text)
        other = by_id.get(record["id"])
        if other is None:
            problems.append(f"prediction {record['id']}: missing (the gold has it)")
            continue
        problems += check(f"prediction {record['id']}", other, text)
        documents.append(Document(record["id"], text, record, other, source(record)))
    have = {record["id"] for record in gold}
    problems += [f"gold {record['id']}: missing (the prediction has it)" for record in pred if record["id"] not in have]
    if not gold:
        problems.append("gold: no documents")
    if problems:
        raise ValidationError(problems)
    return sorted(documents, key=lambda document: document.id)


def source(record: dict) -> str:
    """The record's ``source``; else the folder in its id; else ``-``."""
    return record.get("source") or record["id"].rpartition("/")[0] or "-"


def duplicates(side: str, records: list[dict]) -> Iterator[str]:
    for name, count in Counter(record["id"] for record in records).items():
        if count > 1:
            yield f"{side} {name}: stands {count} times"


def check(where: str, record: dict, text: str) -> Iterator[str]:
    """One line for each thing wrong with a record that speaks of ``text``."""
    own = record.get("text")
    if own is not None and own != text:
        yield f"{where}: its text differs from the gold's ({_difference(own, text)})"
        return
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if record.get("sha256") not in (None, digest):
        yield f"{where}: its text differs (SHA-256 {str(record['sha256'])[:12]}…, the text's is {digest[:12]}…)"
        return
    ids: dict[str, dict] = {}
    seen: Counter[tuple] = Counter()
    good: list[dict] = []
    for number, span in enumerate(record.get("spans", []), 1):
        here = f"{where}: span {span.get('id', number)}"
        start, end, label = span.get("start"), span.get("end"), span.get("label")
        if label not in LABELS:
            yield f"{here}: unknown label {label!r} (known: {', '.join(LABELS)})"
        if not _is_extent(start, end, text):
            yield f"{here}: [{start}, {end}) lies outside the text of {len(text)} characters"
            continue
        if span.get("surface") != text[start:end]:
            yield f"{here}: surface {span.get('surface')!r} is not the slice [{start}, {end}) {text[start:end]!r}"
        if "confidence" in span and not (isinstance(span["confidence"], int | float) and 0 <= span["confidence"] <= 1):
            yield f"{here}: confidence {span['confidence']!r} is no number from 0 to 1"
        if "id" in span:
            if span["id"] in ids:
                yield f"{here}: the id stands twice"
            ids[span["id"]] = span
        seen[label, start, end] += 1
        if seen[label, start, end] == 1:
            good.append(span)
        elif seen[label, start, end] == 2:
            yield f"{here}: {label} [{start}, {end}) {text[start:end]!r} stands twice"
    for label in LABELS:
        last: dict | None = None
        for span in sorted((s for s in good if s["label"] == label), key=lambda s: (s["start"], s["end"])):
            if last is not None and span["start"] < last["end"]:
                one, two = (f"{text[s['start'] : s['end']]!r} [{s['start']}, {s['end']})" for s in (last, span))
                yield f"{where}: two {label} spans overlap: {one} and {two}"
            if last is None or span["end"] > last["end"]:
                last = span
    for number, relation in enumerate(record.get("relations", []), 1):
        yield from (f"{where}: relation {number}: {reason}" for reason in _relation(relation, ids, text))


def _relation(relation: dict, ids: dict[str, dict], text: str) -> Iterator[str]:
    kind = relation.get("type")
    if kind in PAIRS:
        needed, optional = {"official": "OFFICIAL", "title": "TITLE"}, {"date": "DATE"}
    elif kind == "award":
        needed, optional = {"award": "AWARD"}, {}
    else:
        yield f"unknown type {kind!r} (known: {', '.join(sorted(PAIRS))}, award)"
        return
    for role, label in (needed | {role: label for role, label in optional.items() if relation.get(role)}).items():
        value = relation.get(role)
        if not isinstance(value, str) or value not in ids:
            yield f"{kind}: {role} {value!r} is no span of this document"
        elif ids[value].get("label") != label:
            yield f"{kind}: {role} {value!r} is {ids[value].get('label')}, not {label}"
    if kind == "award":
        for role, many in AWARD_ROLES.items():
            values = (relation.get(role) or []) if many else [relation[role]] if relation.get(role) else []
            for value in values:
                if isinstance(value, str) and value not in ids:
                    yield f"award: {role} {value!r} is no span of this document"
                elif not isinstance(value, str) and not (isinstance(value, list | tuple) and len(value) == 2 and _is_extent(*value, text)):
                    yield f"award: {role} {value!r} is neither a span's id nor an extent [start, end] of the text"


def _is_extent(start, end, text: str) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end <= len(text)


def _difference(one: str, two: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"from character {at} on, {one[at : at + 12]!r} against {two[at : at + 12]!r}"
