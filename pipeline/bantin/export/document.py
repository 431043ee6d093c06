"""What the formats share: a document (a record or gold with its text), and a document put together again.

A document is a dict of the record's form that has its ``text``; offsets are code points of it, half
open. Formats that know only binary relations get :func:`edges`; :func:`relations` is the inverse.
:func:`finish` makes gold of what an importer read: checks, trims, numbers, and takes what the format
cannot hold from the documents that were exported (``known``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from bantin import gold
from bantin.errors import BantinError
from bantin.record import LABELS

ATTRIBUTE = {"DATE": "value", "AWARD": "realis", "PLACE": "code"}  # what gold says of a span, by label
ARGUMENT = "ARGUMENT"  # a relation's extent that is no span of a layer
PAIRS = ("holds", "appointed", "removed")
_GOLD_ROLES = ("type", "official", "title", "date", "award", "issuer", "presenters", "recipients", "reason")
ROLES = {"issuer": "issuer", "presenter": "presenters", "recipient": "recipients", "reason": "reason"}


class Known:
    """Documents by the SHA-256 of their text and by id: the articles to which records belong, and
    what an import takes from the documents that had been exported."""

    def __init__(self, documents: Iterable[dict] = ()) -> None:
        self._by_sha: dict[str, dict] = {}
        self._by_id: dict[str, dict] = {}
        for document in documents:
            self._by_sha[digest(document["text"])] = document
            self._by_id[document["id"]] = document

    def get(self, document: dict) -> dict | None:
        """The document of the same text (``sha256``, or the text itself), else the one of the same id."""
        sha = document.get("sha256") or (digest(document["text"]) if "text" in document else None)
        return self._by_sha.get(sha or "") or self._by_id.get(document.get("id", ""))

    def text(self, identity: str, sha: str | None = None) -> str:
        """The text of a document that a format names only. Raises BantinError."""
        found = self._by_sha.get(sha or "") or self._by_id.get(identity)
        if found is None:
            raise BantinError(f"{identity}: its text is not in this format: give --articles (the gold, records with text, or articles that were exported)")
        return found["text"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read(path: Path) -> Iterator[dict]:
    """Documents, records or articles of a JSON Lines or JSON file, of a text file, or of a folder of
    marked files, of part-*.jsonl of ``bantin batch``, or of text files. Raises BantinError."""
    if not path.exists():
        raise BantinError(f"{path}: no such file or folder")
    if path.is_dir():
        parts = sorted(path.glob("part-*.jsonl"))
        files = parts or sorted(p for p in path.rglob("*") if p.suffix in (".txt", ".json", ".jsonl"))
        if not files:
            raise BantinError(f"{path}: no *.txt, *.json or *.jsonl below this folder")
        for file in files:
            yield from _file(file, path)
    else:
        yield from _file(path, path.parent)


def _file(path: Path, root: Path) -> Iterator[dict]:
    if path.suffix == ".txt":
        from bantin.readers import decode

        try:
            text = decode(path.read_bytes(), str(path))
            yield gold.read_marked(path, root.parent) if "--- text\n" in text and "\n--- relations" in text else {"id": str(path.relative_to(root).with_suffix("")), "text": text}
        except (OSError, gold.GoldError) as error:
            raise BantinError(str(error)) from None
        return
    try:
        raw = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BantinError(f"{path}: {error}") from None
    try:
        found = json.loads(raw)
        rows = list(enumerate(found if isinstance(found, list) else [found], 1))
    except json.JSONDecodeError:
        rows = []
        for number, line in enumerate(raw.split("\n"), 1):
            if line.strip():
                try:
                    rows.append((number, json.loads(line)))
                except json.JSONDecodeError:
                    raise BantinError(f"{path}: line {number}: not JSON") from None
    for number, row in rows:
        if not isinstance(row, dict) or not ("spans" in row or "text" in row):
            raise BantinError(f"{path}: record {number}: an object with spans or text was expected")
        yield {"id": path.stem if len(rows) == 1 else f"{path.stem}-{number}", **row}


def with_text(record: dict, known: Known) -> dict:
    """A record with the text to which its offsets refer, checked. Raises BantinError."""
    made = {"relations": [], **record}
    made.setdefault("spans", [])
    if "text" not in made:
        found = known.get(record)
        if found is None:
            raise BantinError(f"{record.get('id')}: the record has no text; give its article with --articles (or annotate with: bantin batch --with-text)")
        made["text"] = found["text"]
    for span in made["spans"]:
        if made["text"][span["start"] : span["end"]] != span.get("surface", made["text"][span["start"] : span["end"]]):
            raise BantinError(f"{record.get('id')}: {span['id']} '{span['surface']}' is not what stands at {span['start']} of the text: another text, or offsets in other units")
    return made


def in_order(spans: Iterable[dict]) -> list[dict]:
    return sorted(spans, key=lambda s: (s["start"], -s["end"], LABELS.index(s["label"]) if s["label"] in LABELS else len(LABELS)))


def as_gold(document: dict) -> dict:
    """The gold form: what people decide, without confidences, rules and resolved values. Recipients and
    reasons are extents, as the corpus has them (a record names a span where one coincides)."""
    made: dict = {"id": document["id"], "published": document.get("published"), "sha256": digest(document["text"]), "text": document["text"], "spans": [], "relations": []}
    for span in document["spans"]:
        kept = {key: span[key] for key in ("id", "start", "end", "label")}
        kept["surface"] = document["text"][span["start"] : span["end"]]
        name = ATTRIBUTE.get(span["label"])
        if name and span.get(name) is not None:
            kept[name] = span[name]
        made["spans"].append(kept)
    extents = {span["id"]: [span["start"], span["end"]] for span in made["spans"]}
    for relation in document.get("relations", ()):
        kept = {key: value for key, value in relation.items() if key in _GOLD_ROLES and value is not None and value != []}
        if "recipients" in kept:
            kept["recipients"] = [extents[value] if isinstance(value, str) else value for value in kept["recipients"]]
        if isinstance(kept.get("reason"), str):
            kept["reason"] = extents[kept["reason"]]
        made["relations"].append(kept)
    for key in ("genre", "province", "source"):
        if document.get(key):
            made[key] = document[key]
    return made


def edges(document: dict) -> tuple[list[dict], list[tuple[str, str, str]]]:
    """Relations as labelled edges between spans: ``(from, to, label)`` by ids, and the ARGUMENT spans
    that they need. A second award relation of one AWARD has " 2" after its labels."""
    by_extent: dict[tuple[int, int], str] = {}
    for span in document["spans"]:
        by_extent.setdefault((span["start"], span["end"]), span["id"])
    arguments: dict[tuple[int, int], dict] = {}
    out: list[tuple[str, str, str]] = []
    counts: dict[str, int] = {}

    def end_of(value, share: bool = True) -> str:
        if isinstance(value, str):
            return value
        extent = (value[0], value[1])
        if share and extent in by_extent:
            return by_extent[extent]
        if extent not in arguments:
            arguments[extent] = {"id": f"x{len(arguments) + 1}", "start": extent[0], "end": extent[1], "label": ARGUMENT, "surface": document["text"][extent[0] : extent[1]]}
        return arguments[extent]["id"]

    for relation in document.get("relations", ()):
        if relation["type"] in PAIRS:
            out.append((relation["official"], relation["title"], relation["type"]))
            if relation.get("date"):
                out.append((relation["title"], end_of(relation["date"]), "date"))
            continue
        award = relation["award"]
        counts[award] = counts.get(award, 0) + 1
        suffix = f" {counts[award]}" if counts[award] > 1 else ""
        for label, key in ROLES.items():
            values = relation.get(key)
            if values is None:
                continue
            for value in values if label in ("presenter", "recipient") else [values]:
                # An issuer that is no span of a layer stays an extent, whatever span it coincides with.
                out.append((award, end_of(value, share=label in ("recipient", "reason")), label + suffix))
    return list(arguments.values()), out


def relations(spans: Iterable[dict], found: Iterable[tuple[str, str, str]]) -> list[dict]:
    """Relations of edges between spans (ARGUMENTs among them): the inverse of :func:`edges`."""
    by_id = {span["id"]: span for span in spans}
    found = list(dict.fromkeys((a, b, label.strip()) for a, b, label in found if a in by_id and b in by_id))
    dates = {a: b for a, b, label in found if label == "date"}
    out: list[dict] = []
    awards: dict[tuple[str, str], dict] = {}
    for source, target, label in found:
        if label in PAIRS:
            if by_id[source]["label"] == "TITLE" and by_id[target]["label"] == "OFFICIAL":
                source, target = target, source  # drawn from the other end
            made = {"type": label, "official": source, "title": target}
            if label != "holds" and target in dates:
                made["date"] = dates[target]
            out.append(made)
            continue
        match = re.fullmatch(r"(issuer|presenter|recipient|reason)(?: (\d+))?", label)
        if not match:
            continue
        if by_id[target]["label"] == "AWARD" and by_id[source]["label"] != "AWARD":
            source, target = target, source
        relation = awards.get((source, match[2] or "1"))
        if relation is None:
            relation = awards[source, match[2] or "1"] = {"type": "award", "award": source}
            out.append(relation)
        span = by_id[target]
        extent = [span["start"], span["end"]]
        if match[1] == "issuer":
            relation["issuer"] = extent if span["label"] == ARGUMENT else target
        elif match[1] == "reason":
            relation["reason"] = extent
        elif match[1] == "presenter":
            relation.setdefault("presenters", []).append(target)
        else:
            relation.setdefault("recipients", []).append(extent)
    return out


def finish(document: dict, known: Known, say=lambda line: None) -> dict:
    """Gold of an imported document. ``say`` is told what a reviewer must know.

    Spans lose spaces at their edges, get ids e1, e2, … where they have none of that form, and, where
    an unchanged span stands in ``known``, its value, realis or code if the format gave none; the
    same with ``published`` and, where the format has no relations (key missing), with them.
    """
    text = document["text"]
    where = document["id"]
    for span in document["spans"]:
        if not isinstance(span, dict) or not all(type(span.get(key)) is kind for key, kind in (("id", str), ("label", str), ("start", int), ("end", int))):
            raise BantinError(f"{where}: a span needs id, label, start and end: {str(span)[:80]!r}")
    original = known.get(document)
    if original is not None and original["text"] != text:
        say(f"{where}: the text is not the one that was exported")
        original = None
    before = {(s["start"], s["end"], s["label"]): s for s in (original or {}).get("spans", ())}
    spans: list[dict] = []
    seen: dict[tuple[int, int, str], str] = {}
    renamed: dict[str, str] = {}
    for span in in_order(document["spans"]):
        if span["label"] != ARGUMENT and span["label"] not in LABELS:
            raise BantinError(f"{where}: '{span['label']}' is none of {', '.join(LABELS)}")
        start, end = span["start"], span["end"]
        if not 0 <= start < end <= len(text):
            raise BantinError(f"{where}: {span['label']} {start} to {end} is outside the text ({len(text)} characters)")
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            say(f"{where}: a {span['label']} of spaces alone at {span['start']} was left out")
            continue
        key = (start, end, span["label"])
        if key in seen:
            renamed[span["id"]] = seen[key]
            continue
        seen[key] = span["id"]
        old = before.get(key, {})
        made = {"id": span["id"], "start": start, "end": end, "label": span["label"], "surface": text[start:end]}
        name = ATTRIBUTE.get(span["label"], "")
        value = span.get(name) if span.get(name) is not None else old.get(name)
        if value is not None:
            made[name] = value
        elif name and name != "code":
            say(f"{where}: {span['id']} '{made['surface']}' has no {name}")
        if old.get("id"):
            made["was"] = old["id"]
        spans.append(made)
    # Ids: those of the original where the span is unchanged, else its own if it is free, else a new number.
    taken: set[str] = {span["was"] for span in spans if "was" in span}
    number = max([int(s["id"][1:]) for s in [*(original or {}).get("spans", ()), *spans] if re.fullmatch(r"e\d+", s["id"])], default=0)
    for span in spans:
        if span["label"] == ARGUMENT:
            continue
        identity = span.pop("was", None)
        if identity is None:
            identity = span["id"]
            if identity in taken or not re.fullmatch(r"e\d+", identity):
                number += 1
                identity = f"e{number}"
            taken.add(identity)
        renamed[span["id"]] = identity
    ids = {span["id"] for span in spans}
    renamed |= {one: renamed.get(other, other) for one, other in renamed.items() if one not in ids}
    for span in spans:
        span["id"] = renamed.get(span["id"], span["id"])
    if "edges" in document:
        found = relations(spans, [(renamed.get(a, a), renamed.get(b, b), label) for a, b, label in document["edges"]])
    else:
        found = [_renamed(r, renamed) for r in document["relations"]] if "relations" in document else list((original or {}).get("relations", ()))
    layers = [span for span in spans if span["label"] != ARGUMENT]
    for label in LABELS:
        mine = [span for span in layers if span["label"] == label]
        for one, two in pairwise(mine):
            if two["start"] < one["end"]:
                say(f"{where}: two {label} spans overlap: '{one['surface']}' and '{two['surface']}'")
    there = {span["id"] for span in layers}
    kept = []
    for relation in found:
        missing = [v for key, value in relation.items() if key != "type" for v in (value if isinstance(value, list) else [value]) if isinstance(v, str) and v not in there]
        if missing:
            say(f"{where}: {relation['type']} left out: its span {', '.join(missing)} is gone")
        else:
            kept.append(relation)
    base = original or {}
    about = {key: base[key] for key in ("genre", "province", "source") if base.get(key)}
    published = document.get("published") or base.get("published")
    return as_gold({**about, "id": base.get("id", where), "published": published, "text": text, "spans": in_order(layers), "relations": kept})


def _renamed(relation: dict, renamed: dict[str, str]) -> dict:
    def new(value):
        if isinstance(value, list):
            return [new(item) for item in value]
        return renamed.get(value, value) if isinstance(value, str) else value

    return {key: value if key == "type" else new(value) for key, value in relation.items()}
