"""Outside data, where the user has it: other corpora's files as gold records, labels mapped to ours.

No data set of these is shipped. What each comparison can say is in :data:`FORMATS` and is printed
with the scores; in short: their layers are not ours. All persons are labelled there, officials
alone here; organisations are no layer of ours; where a class noun belongs to a name differs.

    vlsp2016    CoNLL columns (word, POS, chunk, entity, nested entity), or ENAMEX tags
    vlsp2018    text with nested <ENAMEX TYPE="…">…</ENAMEX>, one article a file
    vlsp2021    the same tags with 14 types and sub-types (LOCATION-GPE, DATETIME-DATE)
    phoner      PhoNER_COVID19: CoNLL, one sentence a block, "_" joins syllables of a word
    conll       any IOB2 columns: first the token, last the tag; our own labels or PER, LOC, DATE
    brat        folders of .txt and .ann; our labels, holds, appointed and removed, or PER, LOC, DATE
    labelstudio the JSON export; same labels

Spans that lie in another of the same (mapped) label are dropped, the outermost stands; labels that
are not mapped are dropped. Both are counted in the notes. Anything that cannot be read is an error
that names file and line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bantin.errors import BantinError
from bantin.record import LABELS

from bantin_eval.validate import PAIRS

_OURS = {label: label for label in LABELS}
_COMMON = {"PER": "OFFICIAL", "PERSON": "OFFICIAL", "NAME": "OFFICIAL", "LOC": "PLACE", "LOCATION": "PLACE", "GPE": "PLACE", "DATE": "DATE"}
_PERSONS = "every person is labelled, officials or not: low recall of OFFICIAL is no fault, its precision asks only whether a name is a person's"
_PLACES = (
    "PLACE by their guidelines: whether a class noun (huyện, sông) belongs to the span may differ, so read the overlap scores; "
    "names of institutions are not opened here and may be there"
)


@dataclass(frozen=True)
class Format:
    """How a data set's labels are read, and what a comparison with it says. ``found``: judged are the
    layers that occur in the data (else all that the mapping has)."""

    mapping: dict[str, str]
    says: tuple[str, ...]
    found: bool = False


FORMATS = {
    "vlsp2016": Format({"PER": "OFFICIAL", "PERSON": "OFFICIAL", "LOC": "PLACE", "LOCATION": "PLACE"}, (_PERSONS, _PLACES)),
    "vlsp2018": Format({"PER": "OFFICIAL", "PERSON": "OFFICIAL", "LOC": "PLACE", "LOCATION": "PLACE"}, (_PERSONS, _PLACES)),
    "vlsp2021": Format(
        {"PERSON": "OFFICIAL", "PERSONTYPE": "TITLE", "LOCATION": "PLACE", "DATETIME-DATE": "DATE", "DATETIME-DATERANGE": "DATE", "DATETIME": "DATE"},
        (
            _PERSONS,
            _PLACES,
            "PERSONTYPE is the kind of a person (also jobs and kinship) without body or place: a TITLE is longer and rarer",
            "DATE by overlap: durations, times and frequencies are types of their own there",
        ),
    ),
    "phoner": Format(
        {"NAME": "OFFICIAL", "JOB": "TITLE", "LOCATION": "PLACE", "DATE": "DATE"},
        (
            _PERSONS,
            _PLACES,
            "JOB is a patient's occupation: TITLE is no like measure",
            "the text is cut into words and spaces stand before punctuation: not the text that bantin is made for",
        ),
    ),
    "conll": Format(_OURS | _COMMON, (_PERSONS + " (unless the file uses our labels)",), found=True),
    "brat": Format(_OURS | _COMMON, (_PERSONS + " (unless the file uses our labels)",), found=True),
    "labelstudio": Format(_OURS | _COMMON, (_PERSONS + " (unless the file uses our labels)",), found=True),
}


@dataclass
class Outside:
    """Records, the layers that they judge, and notes to print with the scores."""

    records: list[dict]
    labels: tuple[str, ...]
    notes: list[str]


@dataclass
class _Article:
    """One article as its reader leaves it: spans ``(label there, start, end, id)``, relations by those ids."""

    id: str
    text: str
    spans: list[tuple[str, int, int, str]] = field(default_factory=list)
    relations: list[dict] = field(default_factory=list)


def read(path: Path, format: str) -> Outside:
    """A file or folder of ``format``. Raises BantinError: file, line, reason."""
    chosen = FORMATS[format]
    try:
        articles = list(_READERS[format](path))
    except (OSError, UnicodeDecodeError) as error:
        raise BantinError(f"{path}: {error}") from None
    if not articles:
        raise BantinError(f"{path}: no article of format {format}")
    dropped: Counter[str] = Counter()
    nested = 0
    records = []
    for article in articles:
        spans = []
        for label, start, end, name in article.spans:
            # DATETIME-DATE is looked up whole, LOCATION-GPE by its main type; other sub-types of DATETIME are no dates.
            main = label.partition("-")[0]
            ours = chosen.mapping.get(label) or (chosen.mapping.get(main) if main != "DATETIME" else None)
            if ours is None:
                dropped[label] += 1
            else:
                spans.append((ours, start, end, name))
        record, inner = _record(article, spans)
        nested += inner
        records.append(record)
    present = {span["label"] for record in records for span in record["spans"]}
    labels = tuple(label for label in LABELS if label in (present if chosen.found else chosen.mapping.values()))
    notes = [f"{format}: {says}" for says in chosen.says]
    notes.append(f"{format}: labels read as " + ", ".join(f"{there} → {ours}" for there, ours in chosen.mapping.items() if there != ours))
    if dropped:
        notes.append(f"{format}: no layer of ours, left out: " + ", ".join(f"{label} ({count})" for label, count in sorted(dropped.items())))
    if nested:
        notes.append(f"{format}: {nested} spans inside another of the same layer left out")
    return Outside(records, labels, notes)


def _record(article: _Article, spans: list[tuple[str, int, int, str]]) -> tuple[dict, int]:
    """The gold record, and how many spans lay inside (or across) a longer one of their label."""
    kept: list[tuple[str, int, int, str]] = []
    for label, start, end, name in spans:
        while start < end and article.text[start].isspace():
            start += 1
        while start < end and article.text[end - 1].isspace():
            end -= 1
        if start < end:
            kept.append((label, start, end, name))
    kept.sort(key=lambda s: (-(s[2] - s[1]), s[1]))
    stand: list[tuple[str, int, int, str]] = []
    for label, start, end, name in kept:
        if not any(label == other and start < right and left < end for other, left, right, _ in stand):
            stand.append((label, start, end, name))
    stand.sort(key=lambda s: (s[1], -s[2]))
    made = []
    names: dict[str, str] = {}
    for number, (label, start, end, name) in enumerate(stand, 1):
        names[name] = f"e{number}"
        made.append({"id": f"e{number}", "start": start, "end": end, "label": label, "surface": article.text[start:end]})
    relations = [
        {"type": relation["type"], "official": names[relation["official"]], "title": names[relation["title"]]}
        for relation in article.relations
        if relation["official"] in names and relation["title"] in names
    ]
    record = {"id": article.id, "published": None, "sha256": hashlib.sha256(article.text.encode()).hexdigest(), "text": article.text, "spans": made, "relations": relations}
    return record, len(kept) - len(stand)


def _files(path: Path, *suffixes: str) -> list[tuple[Path, str]]:
    """The file itself, or the files below a folder, with the id that each gives."""
    if path.is_file():
        return [(path, path.stem)]
    return [(file, str(file.relative_to(path).with_suffix(""))) for file in sorted(path.rglob("*")) if file.suffix in suffixes and not file.name.startswith(".")]


# ---- ENAMEX tags (MUC): VLSP 2016, 2018, 2021

_TAG = re.compile(r"<(?P<close>/)?ENAMEX\b(?P<rest>[^<>]*)>", re.I)
_TYPE = re.compile(r"\bTYPE\s*=\s*[\"'“”]?(?P<type>[\w-]+)", re.I)


def _tags(path: Path) -> Iterator[_Article]:
    for file, name in _files(path, ".muc", ".xml", ".txt", ".sgml"):
        raw = file.read_bytes().decode("utf-8-sig")
        article = _Article(name, "")
        out: list[str] = []
        length = position = 0
        stack: list[tuple[str, int, int]] = []
        for tag in _TAG.finditer(raw):
            out.append(raw[position : tag.start()])
            length += tag.start() - position
            position = tag.end()
            line = raw.count("\n", 0, tag.start()) + 1
            if not tag["close"]:
                kind = _TYPE.search(tag["rest"])
                if not kind:
                    raise BantinError(f"{file}: line {line}: ENAMEX without TYPE")
                stack.append((kind["type"].upper(), length, line))
            elif not stack:
                raise BantinError(f"{file}: line {line}: </ENAMEX> closes nothing")
            else:
                label, start, _ = stack.pop()
                article.spans.append((label, start, length, f"s{len(article.spans)}"))
        if stack:
            raise BantinError(f"{file}: line {stack[-1][2]}: ENAMEX is never closed")
        out.append(raw[position:])
        article.text = "".join(out)
        if article.text.strip():
            yield article


# ---- columns: CoNLL

_SENTENCE_TAG = re.compile(r"</?(?:s|p|pSent|sent|text|doc)\b[^>]*>", re.I)


def _columns(path: Path, tags: tuple[int, ...] = (-1,)) -> Iterator[_Article]:
    """IOB2 in columns; ``tags``: the columns of the layers. An article is what ``-DOCSTART-`` begins;
    without such lines each block is one, for blocks of shuffled sentences are no text."""
    for file, name in _files(path, ".conll", ".iob2", ".iob", ".bio", ".txt", ".tsv", ".muc"):
        blocks: list[list[tuple[int, list[str]]]] = [[]]
        starts: list[int] = []  # at which block a document begins
        for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), 1):
            if line.startswith("-DOCSTART-"):
                if blocks[-1]:
                    blocks.append([])
                starts.append(len(blocks) - 1)
            elif not line.strip() or _SENTENCE_TAG.fullmatch(line.strip()):
                if blocks[-1]:
                    blocks.append([])
            elif line.startswith("# ") and "\t" not in line:
                continue
            else:
                cells = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
                if len(cells) < 2:
                    raise BantinError(f"{file}: line {number}: a token and a tag were expected, not {line!r}")
                blocks[-1].append((number, cells))
        if not blocks[-1]:
            blocks.pop()
        edges = [*sorted({0, *starts}), len(blocks)] if starts else range(len(blocks) + 1)
        groups = [blocks[a:b] for a, b in pairwise(edges) if a < b]
        for at, group in enumerate(groups, 1):
            yield _from_columns(file, f"{name}#{at}" if len(groups) > 1 else name, group, tags)


def _from_columns(file: Path, name: str, sentences: list[list[tuple[int, list[str]]]], columns: tuple[int, ...]) -> _Article:
    article = _Article(name, "")
    text = ""
    for rows in sentences:
        if text:
            text += "\n"
        offsets = []
        for _, cells in rows:
            if text and not text.endswith("\n"):
                text += " "
            token = cells[0].replace("_", " ").strip() or "_"
            offsets.append((len(text), len(text) + len(token)))
            text += token
        for column in columns:
            _decode(file, article, rows, offsets, column)
    article.text = text
    return article


def _decode(file: Path, article: _Article, rows: list[tuple[int, list[str]]], offsets: list[tuple[int, int]], column: int) -> None:
    """Spans of one tag column; an I that continues nothing begins a span (conlleval)."""
    current: list | None = None
    for (number, cells), (start, end) in zip(rows, offsets, strict=True):
        if column >= len(cells):
            tag = "O"  # no nested layer on this line
        else:
            tag = cells[column]
        if tag in ("O", "_", ""):
            prefix, label = "O", ""
        else:
            prefix, dash, label = tag.partition("-")
            if prefix not in ("B", "I", "E", "S", "L", "U", "M") or not dash or not label:
                raise BantinError(f"{file}: line {number}: '{tag}' is no IOB2 tag")
        if current and not (prefix in "IELM" and label == current[0]):
            article.spans.append((current[0], current[1], current[2], f"s{len(article.spans)}"))
            current = None
        if prefix != "O":
            current = [label, current[1] if current else start, end]
    if current:
        article.spans.append((current[0], current[1], current[2], f"s{len(article.spans)}"))


def _vlsp2016(path: Path) -> Iterator[_Article]:
    """Columns word, POS, chunk, entity, nested entity; or the raw edition with tags."""
    file = next(iter(_files(path, ".conll", ".txt", ".muc", ".xml", ".tsv")), None)
    if file and _TAG.search(file[0].read_text(encoding="utf-8-sig")):
        return _tags(path)
    return _columns(path, (3, 4))


# ---- brat and Label Studio


def _brat(path: Path) -> Iterator[_Article]:
    folder = path if path.is_dir() else path.parent
    files = [path] if path.is_file() else sorted(path.rglob("*.ann"))
    for file in files:
        body = file.with_suffix(".txt")
        article = _Article(str(file.relative_to(folder).with_suffix("")), body.read_bytes().decode("utf-8"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{file}: line {number}"
            cells = line.split("\t")
            if line.startswith("T"):
                match = re.fullmatch(r"(\S+) (\d+) (\d+)", cells[1]) if len(cells) == 3 else None
                if not match:
                    raise BantinError(f"{where}: one contiguous span was expected, not {line!r}")
                label, start, end = match[1], int(match[2]), int(match[3])
                # brat writes a line break inside a span as a space
                if " ".join(article.text[start:end].split()) != " ".join(cells[2].split()):
                    raise BantinError(f"{where}: {cells[2]!r} is not what {body.name} has there: {article.text[start:end]!r}")
                article.spans.append((label, start, end, cells[0]))
            elif line.startswith("R"):
                match = re.fullmatch(r"(\S+) Arg1:(\S+) Arg2:(\S+)", cells[1].strip()) if len(cells) > 1 else None
                if not match:
                    raise BantinError(f"{where}: '{line}' is no relation")
                if match[1] in PAIRS:
                    article.relations.append({"type": match[1], "official": match[2], "title": match[3]})
        yield article


def _labelstudio(path: Path) -> Iterator[_Article]:
    for file, name in _files(path, ".json"):
        try:
            tasks = json.loads(file.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise BantinError(f"{file}: line {error.lineno}: not JSON: {error.msg}") from None
        for number, task in enumerate(tasks if isinstance(tasks, list) else [tasks], 1):
            where = f"{file}: task {number}"
            try:
                data = task["data"]
                article = _Article(str(data.get("id", task.get("id", f"{name}#{number}"))), data["text"])
                done = [each for each in task.get("annotations", task.get("completions", [])) if not each.get("was_cancelled")]
                for item in done[0]["result"] if done else []:
                    if item.get("type") == "relation":
                        kind = (item.get("labels") or [""])[0]
                        if kind in PAIRS:
                            article.relations.append({"type": kind, "official": item["from_id"], "title": item["to_id"]})
                    elif "start" in (value := item["value"]):
                        label = next(iter(value.get("labels") or value["hypertextlabels"]))
                        article.spans.append((label, *_offsets(article.text, value, where), item["id"]))
            except (KeyError, TypeError, IndexError, AttributeError) as error:
                raise BantinError(f"{where}: not a task of Label Studio with data.text and annotations ({type(error).__name__}: {error})") from None
            yield article


def _offsets(text: str, value: dict, where: str) -> tuple[int, int]:
    """Its offsets, in code points: they may count UTF-16 units, the browser's characters."""
    start, end, surface = int(value["start"]), int(value["end"]), value.get("text")
    if surface is None or text[start:end] == surface:
        return start, end
    units = text.encode("utf-16-le")
    before, inside = units[: 2 * start].decode("utf-16-le", "ignore"), units[2 * start : 2 * end].decode("utf-16-le", "ignore")
    if inside != surface:
        raise BantinError(f"{where}: {surface!r} is not what the text has at {start} to {end}: {text[start:end]!r}")
    return len(before), len(before) + len(inside)


_READERS = {"vlsp2016": _vlsp2016, "vlsp2018": _tags, "vlsp2021": _tags, "phoner": _columns, "conll": _columns, "brat": _brat, "labelstudio": _labelstudio}
