"""What is scored: gold, predictions and texts, from files of ours, from outside data, or annotated now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bantin import gold as gold_files
from bantin.errors import BantinError
from bantin.record import LABELS

if TYPE_CHECKING:
    from bantin.classify import Classifier


@dataclass
class Collection:
    """Records of one side. ``labels``: the layers that are annotated in it (outside data has fewer);
    ``notes``: what a reader of the scores must know of it."""

    name: str
    records: list[dict]
    sha256: str = ""
    labels: tuple[str, ...] = LABELS
    notes: list[str] = field(default_factory=list)


def read(path: Path, format: str = "bantin") -> Collection:
    """Gold or predictions: JSONL, a folder of marked files, a folder of ``bantin batch``, or an outside
    ``format`` (see :mod:`bantin_eval.outside`).

    Raises BantinError (one line: file, place and reason) on anything that cannot be read.
    """
    if not path.exists():
        raise BantinError(f"{path}: no such file or folder")
    if format != "bantin":
        from bantin_eval import outside

        made = outside.read(path, format)
        return Collection(str(path), made.records, digest(path), made.labels, made.notes)
    try:
        parts = sorted(path.glob("part-*.jsonl")) if path.is_dir() else []
        records = [record for part in parts for record in gold_files.read_gold(part)] if parts else gold_files.read_gold(path)
    except gold_files.GoldError as error:
        raise BantinError(str(error)) from None
    return Collection(str(path), records, digest(path))


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder's files (hidden ones left out)."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    total = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
        total.update(f"{file.relative_to(path)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def annotate(gold: Collection, model: Classifier | None = None, progress: Callable[[], None] = lambda: None) -> Collection:
    """What the installed bantin finds in the gold's texts, ``published`` passed on. Raises BantinError."""
    from bantin import annotator, record
    from bantin.training import article_of

    weights = model or annotator.classifier()
    made = []
    for each in gold.records:
        made.append(record.make(annotator.read(article_of(each), weights)))
        progress()
    return Collection("bantin", made, records_digest(made))


def records_digest(records: list[dict]) -> str:
    total = hashlib.sha256()
    for record in records:
        total.update(json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return total.hexdigest()
